/* The commands of a session as a page knows them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Commands } from "../../static/js/models/commands.js";
import { covering, neighbour, oneLine, outcome, remark, took } from "../../static/js/helpers/commands.js";

const ran = (number, more = {}) => ({
  number, text: `c${number}`, output_start: number * 10, output_end: number * 10 + 5, exit_code: 0, seconds: 0, ...more,
});

function served(pages) {
  const asked = [];
  const api = {
    commands: async (session, what) => {
      asked.push(what);
      return pages.shift() ?? { commands: [], more: false };
    },
  };
  return { commands: new Commands({ api, session: "s" }), asked };
}

test("an event that was missed makes it ask for the page", async () => {
  const { commands, asked } = served([{ commands: [ran(4), ran(3), ran(2), ran(1)], more: false }]);
  commands.put({ session: "s", ...ran(1) });
  assert.equal(asked.length, 0);
  commands.put({ session: "s", ...ran(4) });
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(commands.list.map(({ number }) => number), [4, 3, 2, 1]);
  assert.deepEqual(asked, [{ limit: 50, rows: false }]);
});

test("when more came than a page holds, none below it stays as it was", async () => {
  const { commands, asked } = served([
    { commands: [ran(2, { output_end: null }), ran(1)], more: false },
    { commands: [ran(200), ran(199)], more: true },
    { commands: [ran(198), ran(197)], more: true },
  ]);
  await commands.load();
  commands.put({ session: "s", ...ran(200) });
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(commands.list.map(({ number }) => number), [200, 199]);
  await commands.older();
  assert.equal(asked.at(-1).before, 199);
  assert.deepEqual(commands.list.map(({ number }) => number), [200, 199, 198, 197]);
  assert.equal(commands.more, true);
});

test("rows are kept with their numbering, and an event takes none away", async () => {
  const { commands } = served([
    { commands: [ran(1, { prompt_row: 3, output_row: 4, end_row: 5 })], more: false, history: "a" },
    { commands: [ran(2, { prompt_row: 9, output_row: 10, end_row: 11 })], more: false, history: "b" },
  ]);
  await commands.load({ rows: true });
  commands.put({ session: "s", ...ran(1), prompt_row: null });
  assert.equal(commands.placed[0].prompt_row, 3);
  await commands.load({ rows: true });
  assert.deepEqual(commands.placed.map(({ number }) => number), [2]);
});

test("a command asked for while it ran is asked for again when it has ended", async () => {
  const { commands } = served([{
    commands: [ran(2, { prompt_row: 5, end_row: null, output_end: null }), ran(1, { prompt_row: 1, end_row: 2 })],
    more: false, history: "a",
  }]);
  await commands.load({ rows: true });
  assert.equal(commands.unplaced, 0);
  commands.put({ session: "s", ...ran(2) });
  assert.equal(commands.unplaced, 1);
  commands.put({ session: "s", ...ran(3) });
  assert.equal(commands.unplaced, 2);
});

test("older pages go on before the oldest, and say when there are no more", async () => {
  const { commands, asked } = served([
    { commands: [ran(9), ran(8)], more: true }, { commands: [ran(7)], more: false }, { commands: [ran(9), ran(8)], more: true },
  ]);
  await commands.load();
  assert.ok(commands.more);
  await commands.older();
  assert.equal(asked[1].before, 8);
  assert.ok(!commands.more);
  await commands.load();
  assert.ok(!commands.more);
});

test("how commands read", () => {
  assert.equal(outcome(ran(1)), "ok");
  assert.equal(outcome(ran(1, { exit_code: 2 })), "bad");
  assert.equal(outcome(ran(1, { exit_code: null })), "ended");
  assert.equal(outcome(ran(1, { output_end: null })), "running");
  assert.equal(remark(ran(1, { exit_code: 2, seconds: 1.26 })), "✗ 2 · 1.3 s");
  assert.equal(remark(ran(1, { seconds: 0.4 })), "");
  assert.equal(took({ seconds: 0.01 }), "");
  assert.equal(took({ seconds: 59 }), "59 s");
  assert.equal(took({ seconds: 125 }), "2 min");
  assert.equal(oneLine({ text: "a\n  b" }), "a ↵ b");
});

test("the command that covers a row, and the neighbours of one", () => {
  const placed = [{ prompt_row: 0, end_row: 4 }, { prompt_row: 6, end_row: 9 }, { prompt_row: 9, end_row: null }];
  assert.equal(covering(placed, 0), null);
  assert.equal(covering(placed, 3), placed[0]);
  assert.equal(covering(placed, 5), null);
  assert.equal(covering(placed, 50), placed[2]);
  assert.equal(neighbour(placed, 6, -1), placed[0]);
  assert.equal(neighbour(placed, 6, 1), placed[2]);
  assert.equal(neighbour(placed, 0, -1), null);
});
