import assert from "node:assert/strict";
import { test } from "node:test";
import { SearchWalk } from "../../static/js/models/search-walk.js";

/** A live terminal with hits at these lines, and a history above it with hits in these rows. */
function made({ live = [], above = [], base = 1000, first = 0, slow = 0, last = Infinity, below = null }) {
  const said = { shown: [], left: 0, asked: [], words: [] };
  let at = null;
  const report = (index) => {
    at = index < 0 ? null : live[index];
    walk.counted(index, live.length);
    return index >= 0;
  };
  const terminal = {
    find(text, way) {
      if (!live.length) return report(-1);
      const next = at === null ? 0 : live.findIndex((line) => line > at);
      if (way === "findNext") return report(Math.max(0, next));
      const before = at === null ? -1 : live.findLastIndex((line) => line < at);
      return report(before < 0 ? live.length - 1 : before);
    },
    place: () => (at === null ? null : { x: 0, y: at }),
    clear: () => { at = null; },
    here: () => {
      if (last !== Infinity) at = last + 0.5;   // a line of its own, so that what is on the last one is above
      return last;
    },
  };
  const history = {
    base, first, end: base + 50, turns: slow, addEventListener() {},
    async anchor() {},
    async search({ before, after, limit }) {
      if (after !== undefined) {
        const up = above.filter((row) => row >= after).sort((a, b) => a - b).map((row) => ({ row, col: 0, length: 4 }));
        return { hits: up.slice(0, 1), more: up.length > 1, searched_to: up[1]?.row };
      }
      said.asked.push(before);
      if (this.turns > 0) {
        this.turns -= 1;
        return { hits: [], more: true, searched_to: before - 10 };
      }
      const hits = above.filter((row) => row < before).sort((a, b) => b - a);
      const some = hits.slice(0, Math.min(limit, 3)).map((row) => ({ row, col: 0, length: 4 }));
      const more = hits.length > some.length;
      return { hits: some, more, searched_to: more ? some.at(-1).row : first };
    },
  };
  const walk = new SearchWalk({
    live: terminal, above: history, show: (hit) => said.shown.push(hit.row), leave: () => { said.left += 1; },
    pause: async () => {}, below: () => below,
  });
  return { walk, said, history, live, above };
}

test("previous walks up through all of them and around; next walks back", async () => {
  const { walk, said } = made({ live: [3, 8], above: [100, 200, 300, 400] });
  await walk.type("word");
  assert.equal(walk.words, "2 of 2+", "the nearest above the bottom");
  await walk.previous();
  assert.equal(walk.words, "1 of 2+");
  const up = [];
  for (let i = 0; i < 4; i += 1) {
    await walk.previous();
    up.push(walk.words);
  }
  assert.deepEqual(said.shown, [400, 300, 200, 100]);
  assert.deepEqual(up, ["3 of more than 5", "4 of more than 5", "5 of more than 5", "1 of 6"]);
  await walk.previous();
  assert.equal(walk.words, "6 of 6");
  assert.equal(said.left, 1);
  await walk.previous();
  assert.equal(walk.words, "5 of 6");
  await walk.previous();
  assert.equal(walk.words, "4 of 6");
  await walk.next();
  assert.equal(walk.words, "5 of 6");
  assert.equal(said.left, 2);
});

test("what the live terminal lacks is looked for above at once, however many turns the server takes", async () => {
  const { walk, said } = made({ above: [17], slow: 4 });
  const done = walk.type("word");
  assert.equal(walk.words, "searching…");
  await done;
  assert.deepEqual(said.shown, [17]);
  assert.equal(walk.words, "1 of 1");
  assert.deepEqual(said.asked, [1000, 990, 980, 970, 960]);
  await walk.previous();
  await walk.next();
  assert.deepEqual(said.shown, [17, 17, 17], "it is the only one");
});

test("nothing anywhere is said, and only when everything was searched", async () => {
  const { walk, said } = made({});
  await walk.type("word");
  assert.equal(walk.words, "not found");
  assert.deepEqual(said.shown, []);
  const short = made({ live: [1, 2], base: 0 });
  await short.walk.type("word");
  assert.equal(short.walk.words, "2 of 2");
  assert.deepEqual(short.said.asked, [], "there is nothing above");
});

test("it begins at what is shown: upwards first, then around", async () => {
  const scrolled = made({ live: [3, 8, 30], above: [100], last: 20 });
  await scrolled.walk.type("word");
  assert.equal(scrolled.walk.words, "2 of 3+");
  const below = made({ live: [30], above: [100], last: 20 });
  await below.walk.type("word");
  assert.deepEqual(below.said.shown, [100], "what lies below comes after what lies above");
  const alone = made({ live: [30], last: 20 });
  await alone.walk.type("word");
  assert.equal(alone.walk.words, "1 of 1");
  assert.equal(alone.said.left, 1);
});

test("somebody who reads above finds what is above there, and below it by going down", async () => {
  const { walk, said } = made({ live: [3], above: [100, 300, 500, 600], below: 310 });
  await walk.type("w");
  assert.deepEqual(said.shown, [300]);
  await walk.type("wo");
  assert.deepEqual(said.shown, [300, 300], "the same one, while it fits");
  await walk.next();
  await walk.next();
  assert.deepEqual(said.shown.slice(2), [500, 600]);
  await walk.next();
  assert.equal(said.left, 1);
  const around = made({ above: [500], below: 310 });
  await around.walk.type("word");
  assert.deepEqual(around.said.shown, [500]);
  const up = made({ live: [3], above: [700, 800], below: 310 });
  await up.walk.type("word");
  assert.deepEqual([up.said.shown, up.said.left], [[], 1], "none is above, so from the end");
  await up.walk.previous();
  await up.walk.previous();
  assert.deepEqual(up.said.shown, [800, 700]);
  const nowhere = made({ below: 310 });
  await nowhere.walk.type("word");
  assert.equal(nowhere.walk.words, "not found");
});

test("a text typed on overtakes the search for the one before", async () => {
  const { walk, said } = made({ above: [17] });
  const first = walk.type("wor");
  const second = walk.type("word");
  await Promise.all([first, second]);
  assert.deepEqual(said.shown, [17]);
});

test("hits that scrolled out of the live terminal meanwhile are not passed over", async () => {
  const { walk, said, history, live, above } = made({ live: [3, 8], above: [100] });
  await walk.type("word");
  await walk.previous();
  await walk.previous();
  assert.deepEqual(said.shown, [100]);
  history.base = 1005;
  above.push(1003);
  live.splice(0, 2, 3);
  await walk.next();
  assert.deepEqual(said.shown, [100, 1003]);
  await walk.next();
  assert.equal(said.left, 1);
});

test("a search that failed says so, and can be tried again", async () => {
  const { walk, said, history } = made({ above: [17] });
  const { search } = history;
  history.search = async () => { throw new Error("The server cannot be reached."); };
  await walk.type("word");
  assert.equal(walk.words, "The server cannot be reached.");
  history.search = search;
  await walk.previous();
  assert.deepEqual(said.shown, [17]);
  assert.equal(walk.words, "1 of 1");
});
