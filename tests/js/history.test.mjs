import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestMatch, sameLine } from "../../static/js/helpers/align.js";
import { cut } from "../../static/js/helpers/cells.js";
import { thumb, topAt } from "../../static/js/helpers/scroll-map.js";
import { History } from "../../static/js/models/history.js";
import { HistoryLoader } from "../../static/js/models/history-loader.js";
import { HistoryWindow } from "../../static/js/models/history-window.js";
import { selectedText, TooMuch } from "../../static/js/models/history-copy.js";
import { FakeHistoryApi, marker } from "./fakes.mjs";

function made(rows = 10_000, cols = 80) {
  const api = new FakeHistoryApi(rows, cols);
  const history = new History({ api, session: "s" });
  const pages = new HistoryWindow(history);
  return { api, history, pages };
}

function drawn(pages) {
  let line = 0;
  for (const page of pages.pages) {
    page.line = line;
    line += page.to - page.from;
  }
  pages.drawn = pages.pages;
}

const text = (pages) => pages.pages.flatMap((page) => page.data.split("\r\n"));

test("the thumb and the place on the bar are inverse, whatever the length", () => {
  for (const end of [60, 1000, 5_000_000]) {
    const all = { first: 40, end: 40 + end, rows: 50 };
    for (const top of [40, 40 + Math.floor((end - 50) / 2), 40 + end - 50]) {
      const { start, size } = thumb({ ...all, top }, 700);
      assert.ok(size >= 28 && start >= 0 && start + size <= 700);
      assert.ok(Math.abs(topAt(all, 700, start) - top) <= 1);
    }
  }
  assert.deepEqual(thumb({ first: 0, end: 10, top: 0, rows: 24 }, 700), { size: 700, start: 0 });
});

test("the live buffer's first line is a row, and stays one when lines are trimmed", async () => {
  const { api, history } = made();
  assert.equal(history.base, null);
  const mark = marker(5020);
  api.cursorRows.set(777, 9990);
  history.put(777, mark);
  assert.equal(await history.anchor(), 4970);
  mark.line -= 100;
  assert.equal(history.base, 5070);
  await history.anchor();
  assert.equal(api.asked.length, 1, "asked once a mark");
  mark.isDisposed = true;
  assert.equal(history.base, null);
});

test("output that comes while the server is asked takes no tie away", async () => {
  const { api, history } = made();
  api.cursorRows.set(777, 9990);
  history.put(777, marker(5000));
  const answer = history.anchor();
  const newer = marker(5010);
  history.put(888, newer);
  assert.equal(await answer, 4990);
  assert.equal(history.base, 4990);
  assert.equal(newer.isDisposed, false);
  history.cut();
  assert.equal(history.base, null);
  assert.equal(newer.isDisposed, true);
});

test("rows above the tie are counted by logical lines", async () => {
  const { api, history } = made();
  api.cursorRows.set(777, 9000);
  api.wrapped = (row) => row % 3 === 0;
  history.put(777, marker(5000));
  await history.anchor();
  assert.equal(await history.above(1), 8999);
  assert.equal(await history.above(2), 8997);
  assert.equal(await history.above(4000), 9000 - 6000);
  assert.equal(await history.above(7000), null);
});

test("an index that is not ready is asked for again", async () => {
  const { api, history } = made();
  api.incomplete = 3;
  const said = [];
  history.addEventListener("reading", ({ detail }) => said.push(detail.share));
  await history.learn();
  assert.equal(api.asked.length, 4);
  assert.equal(said.at(-1), 1);
});

test("the window grows at both ends, is cut far away, and never has a gap", async () => {
  const { history, pages } = made();
  await history.learn();
  assert.equal(await pages.load(5000, 50), "all");
  for (let top = 5000; top > 0; top -= 300) {
    await pages.load(Math.max(0, top), 50);
    drawn(pages);
    assert.deepEqual(text(pages), Array.from({ length: pages.to - pages.from }, (_, i) => `row ${pages.from + i}`));
    assert.ok(pages.to - pages.from <= 4800);
    assert.equal(pages.rowOf(pages.lineOf(top)), top);
  }
  await pages.load(0, 50);
  assert.equal(pages.from, 0);
  assert.equal(await pages.load(0, 50), "");
  assert.equal(await pages.load(9900, 50), "all", "far away it begins anew");
  assert.equal(pages.to, 10_000);
});

test("pages of several widths, and short ones, follow one another", async () => {
  const { api, history, pages } = made(3000);
  api.widths = [[0, 80], [1010, 132], [1020, 100]];
  api.most = 90;
  await history.learn();
  await pages.load(1000, 50);
  assert.ok(pages.from <= 500 && pages.to >= 1500);
  assert.equal(pages.cols, 132);
  assert.equal(text(pages)[1015 - pages.from], "row 1015");
});

test("rows that were on the screen when they were loaded are loaded again", async () => {
  const { api, history, pages } = made(1000);
  await history.learn();
  await pages.load(900, 50);
  api.said = "changed";
  api.end = 2000;
  history.grow(2000);
  assert.equal(await pages.load(950, 50), "all");
  assert.equal(text(pages)[999 - pages.from], "changed 999");
});

test("the oldest rows may be gone", async () => {
  const { api, history, pages } = made();
  await history.learn();
  api.first = 600;
  await pages.load(0, 50);
  assert.equal(pages.from, 600);
});

test("other numbers: everything moves by what the tie has moved", async () => {
  const { api, history, pages } = made();
  api.cursorRows.set(777, 9990);
  history.put(777, marker(5000));
  await history.anchor();
  await pages.load(500, 50);
  api.id = "second";
  api.cursorRows.set(777, 9890);
  const told = new Promise((done) => history.addEventListener("renumbered", ({ detail }) => done(detail)));
  assert.equal(await pages.load(5000, 50), "renumbered");
  assert.deepEqual(await told, { shift: -100 });
  assert.equal(history.base, 4890);
});

test("while a page is loading only the last place asked for counts", async () => {
  const { api, history, pages } = made();
  await history.learn();
  const loader = new HistoryLoader({ pages, rows: () => 50 });
  const tops = [];
  loader.addEventListener("loaded", ({ detail }) => tops.push(detail.top));
  api.asked = [];
  for (let row = 9000; row > 1000; row -= 100) loader.want(row, true);
  loader.want(9000, false);
  await loader.working;
  assert.deepEqual(tops.filter((top) => top !== null), [1100]);
  assert.ok(api.asked.length <= 4);
});

test("a failed page is told, and the next one tried", async () => {
  const { api, history, pages } = made();
  await history.learn();
  const loader = new HistoryLoader({ pages, rows: () => 50 });
  const failed = [];
  loader.addEventListener("failed", ({ detail }) => failed.push(detail.message));
  api.broken = true;
  await loader.want(100, true);
  assert.deepEqual(failed, ["broken"]);
  api.broken = false;
  await loader.want(100, true);
  assert.ok(pages.holds(100));
});

test("a long selection is copied by pages, soft wraps joined, ends cut at their columns", async () => {
  const { api, history } = made();
  await history.learn();
  api.wrapped = (row) => row === 11;
  const whole = { anchor: { row: 4500, col: 3 }, head: { row: 10, col: 2 } };
  const found = await selectedText(history, whole);
  const lines = found.split("\n");
  assert.equal(lines[0], "w 10");
  assert.equal(lines[1], "row 11row 12");
  assert.equal(lines.at(-1), "row");
  assert.equal(lines.length, 4490);
  await assert.rejects(selectedText(history, whole, 1000), TooMuch);
});

test("columns count cells: wide characters two, marks none", () => {
  assert.equal(cut("a中b", 1, 3), "中");
  assert.equal(cut("a中b", 3), "b");
  assert.equal(cut("e\u0301x", 0, 1), "e\u0301");
  assert.equal(cut("e\u0301x", 1, 2), "x");
});

test("the same text is found where it is wrapped otherwise", () => {
  const buffer = (rows) => ({
    length: rows.length,
    getLine: (y) => ({ isWrapped: rows[y].startsWith("+"), translateToString: () => rows[y].replace("+", "") }),
  });
  const live = buffer(["tail", "+tail", "one two", "three", "four"]);
  const other = buffer(["zero", "one", "+two", "three", "four", "one two", "three"]);
  assert.deepEqual(sameLine(live, other, () => 6), { live: 2, other: 1 });
  assert.equal(sameLine(buffer(["no", "where"]), other, () => 0), null);
  assert.equal(nearestMatch([0, 5, 9].map((line) => ({ line, text: "y" })), ["y"], 6), 5);
});
