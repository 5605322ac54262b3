import assert from "node:assert/strict";
import { test } from "node:test";
import * as layouts from "../../static/js/models/layout.js";
import { LayoutKeeper } from "../../static/js/models/layout-keeper.js";
import { TabNews } from "../../static/js/models/tab-news.js";

const { EMPTY, leaves } = layouts;
const one = () => layouts.opened(EMPTY, ["a"], "t1");
const three = () => layouts.split(layouts.split(one(), "a", "row", "b"), "b", "column", "c");
const sessions = (layout) => layout.tabs.map(({ root }) => leaves(root));

test("a session is in a layout once: opening it again goes to it", () => {
  const two = layouts.opened(one(), ["b"], "t2");
  assert.equal(two.active, "t2");
  const again = layouts.opened(two, ["a"], "t3");
  assert.deepEqual([again.active, again.tabs.length], ["t1", 2]);
  assert.equal(layouts.split(two, "b", "row", "a"), null);
});

test("several at once are a grid, without those that stand elsewhere", () => {
  const made = layouts.opened(one(), ["a", "b", "c", "d", "e", "b"], "t2");
  assert.deepEqual(sessions(made), [["a"], ["b", "c", "d", "e"]]);
  const { leaves: boxes } = layouts.boxes(made.tabs[1].root);
  assert.deepEqual([...boxes.values()].map(({ width, height }) => width * height), [0.25, 0.25, 0.25, 0.25]);
});

test("boxes fill the whole without holes, and dividers lie between", () => {
  const { leaves: boxes, dividers } = layouts.boxes(three().tabs[0].root);
  assert.deepEqual(boxes.get("a"), { left: 0, top: 0, width: 0.5, height: 1 });
  assert.deepEqual(boxes.get("c"), { left: 0.5, top: 0.5, width: 0.5, height: 0.5 });
  assert.deepEqual(dividers.map(({ way, path }) => [way, path]), [["row", []], ["column", ["second"]]]);
});

test("the neighbour is what lies there", () => {
  const { root } = three().tabs[0];
  const asked = [["a", "right"], ["b", "left"], ["b", "down"], ["c", "up"], ["c", "left"], ["a", "left"], ["c", "down"]];
  assert.deepEqual(asked.map(([from, side]) => layouts.neighbour(root, from, side)), ["b", "a", "c", "b", "a", null, null]);
});

test("a closed leaf's neighbour takes the room, the last one takes the tab along", () => {
  const left = layouts.closed(three(), "c");
  assert.deepEqual([sessions(left), left.tabs[0].focus], [[["a", "b"]], "b"]);
  const none = layouts.closed(layouts.closed(left, "a"), "b");
  assert.deepEqual(none, { tabs: [], active: null });
});

test("closing the tab that is shown shows the next, or the one before", () => {
  const all = ["b", "c"].reduce((layout, id) => layouts.opened(layout, [id], `t-${id}`), one());
  assert.equal(layouts.tabClosed({ ...all, active: "t-b" }, "t-b").active, "t-c");
  assert.equal(layouts.tabClosed(all, "t-c").active, "t-b");
  assert.equal(layouts.tabClosed(all, "t1").active, "t-c");
  assert.deepEqual(layouts.moved(all, "t-c", 0).tabs.map(({ id }) => id), ["t-c", "t1", "t-b"]);
});

test("ratios, leaves, depth and tabs stay in their bounds", () => {
  const narrow = layouts.resized(three(), "t1", ["second"], -3);
  assert.equal(narrow.tabs[0].root.second.ratio, 0.05);
  assert.equal(layouts.resized(three(), "t1", [], 7).tabs[0].root.ratio, 0.95);
  let deep = one();
  let last = "a";
  for (let i = 0; i < layouts.MOST_DEPTH; i += 1) {
    deep = layouts.split(deep, last, "row", `s${i}`);
    last = `s${i}`;
  }
  assert.equal(layouts.depth(deep.tabs[0].root), layouts.MOST_DEPTH);
  assert.equal(layouts.split(deep, last, "row", "more"), null);
  const full = layouts.opened(EMPTY, Array.from({ length: 12 }, (_, i) => `s${i}`), "t");
  assert.equal(layouts.split(full, "s0", "row", "more"), null);
  let many = EMPTY;
  for (let i = 0; i < layouts.MOST_TABS; i += 1) many = layouts.opened(many, [`s${i}`], `t${i}`);
  assert.equal(layouts.opened(many, ["more"], "t"), null);
});

test("two devices: both changes stay, the later wins within a tab, no session twice", () => {
  const base = layouts.opened(three(), ["d"], "t2");
  const theirs = layouts.opened(layouts.changed(base, "t1", { name: "theirs" }), ["e"], "t3");
  const mine = layouts.opened(layouts.closed(base, "d"), ["f", "e"], "t4");
  const both = layouts.merged(base, mine, theirs);
  assert.deepEqual(both.tabs.map(({ id }) => id), ["t1", "t3", "t4"]);
  assert.equal(both.tabs[0].name, "theirs");
  assert.deepEqual(sessions(both), [["a", "b", "c"], ["e"], ["f"]]);
  assert.equal(both.active, "t4");
});

/** The server's rule: one more than what is stored, or 409. */
function server() {
  const held = { layout: null, saves: 0 };
  return {
    held,
    async preferences() { return { layout: held.layout }; },
    async prefer({ layout }) {
      if (layout.revision !== (held.layout?.revision ?? 0) + 1) throw Object.assign(new Error("conflict"), { status: 409 });
      held.layout = structuredClone(layout);
      held.saves += 1;
    },
  };
}

test("what another device did meanwhile is not overwritten", async () => {
  const api = server();
  const [left, right] = [new LayoutKeeper({ api }), new LayoutKeeper({ api })];
  left.put(one());
  await left.save();
  right.put(layouts.opened(EMPTY, ["z"], "t9"));
  await right.save();
  assert.deepEqual(sessions(api.held.layout), [["a"], ["z"]]);
  await left.look();
  assert.deepEqual(sessions(left.layout), [["a"], ["z"]]);
  assert.equal(left.layout.active, "t1", "the tab that is looked at stays");
});

test("quick changes are one save, and one that failed is tried again", async () => {
  const api = server();
  const keeper = new LayoutKeeper({ api });
  const failed = [];
  keeper.addEventListener("failed", () => failed.push(1));
  const { prefer } = api;
  api.prefer = async () => { throw Object.assign(new Error("away"), { status: 0 }); };
  keeper.put(one());
  keeper.put(three());
  await keeper.save();
  assert.equal(failed.length, 1);
  api.prefer = prefer;
  keeper.tick();
  await keeper.saving;
  assert.deepEqual([api.held.saves, sessions(api.held.layout)], [1, [["a", "b", "c"]]]);
});

test("news of a tab: an end before a bell before output, none of what was looked at", () => {
  const news = new TabNews();
  const facts = { id: "a", state: "running", bells: 0, output_bytes: 5 };
  assert.equal(news.of([facts]), null);
  assert.equal(news.of([{ ...facts, output_bytes: 6 }]), "output");
  assert.equal(news.of([{ ...facts, output_bytes: 6, bells: 1 }]), "bell");
  assert.equal(news.of([{ ...facts, bells: 1 }, { ...facts, state: "ended" }]), "ended");
  news.look([{ ...facts, state: "ended" }]);
  assert.equal(news.of([{ ...facts, state: "ended" }]), null);
});
