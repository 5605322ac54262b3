import assert from "node:assert/strict";
import { test } from "node:test";
import * as layouts from "../../static/js/models/layout.js";

const { EMPTY, arranged, closed, find, leaves, moved, named, neighbour, opened, shared, shown, split } = layouts;
const sessions = (layout, tab = layout.tab) => leaves(layout.tabs[tab]?.root).map((leaf) => leaf.session);
const four = () => {
  let layout = opened(EMPTY, "a");
  layout = split(layout, "", "row", "b");
  layout = split(layout, "2", "column", "c");
  return split(layout, "22", "row", "d");
};

test("a session opens in a tab of its own, and only once", () => {
  const two = opened(opened(EMPTY, "a"), "b");
  assert.deepEqual([two.tabs.length, two.tab], [2, 1]);
  assert.deepEqual(opened(two, "a"), { ...two, tab: 0 });
  assert.equal(split(two, "", "row", "a"), two, "nor beside another");
});

test("splits lie beside and below, and fill the whole", () => {
  const layout = four();
  assert.deepEqual(sessions(layout), ["a", "b", "c", "d"]);
  const boxes = arranged(layout.tabs[0].root);
  assert.equal(boxes.leaves.reduce((sum, { width, height }) => sum + width * height, 0), 1);
  assert.deepEqual(boxes.leaves[1], { path: "21", session: "b", x: 0.5, y: 0, width: 0.5, height: 0.5 });
  assert.equal(boxes.dividers.length, 3);
});

test("whoever closes leaves the room to the neighbour", () => {
  let layout = closed(four(), "21");
  assert.deepEqual(sessions(layout), ["a", "c", "d"]);
  layout = closed(layout, "1");
  assert.deepEqual(sessions(layout), ["c", "d"]);
  layout = closed(closed(layout, "1"), "");
  assert.deepEqual(layout, { tabs: [], tab: 0 });
  assert.equal(closed(EMPTY, ""), EMPTY);
});

test("the tab that is shown stays shown when others come, go and move", () => {
  let layout = shown(opened(opened(opened(EMPTY, "a"), "b"), "c"), 1);
  assert.deepEqual(sessions(moved(layout, 0, 2)), ["b"]);
  assert.deepEqual(sessions(layouts.closedTab(layout, 0)), ["b"]);
  assert.deepEqual(sessions(layouts.closedTab(shown(layout, 2), 2)), ["b"]);
  layout = named(layout, 1, "mine");
  assert.equal(moved(layout, 1, 0).tabs[0].name, "mine");
  assert.equal(moved(layout, 0, 9), layout);
  assert.equal(shown(layout, 9), layout);
});

test("dividers stop before a pane is gone", () => {
  const layout = four();
  assert.equal(shared(layout, "", 0).tabs[0].root.ratio, 0.1);
  assert.equal(shared(layout, "", 5).tabs[0].root.ratio, 0.9);
  assert.equal(shared(layout, "1", 0.5), layout, "a leaf has none");
});

test("a pane's neighbours are those that lie beside it", () => {
  const { root } = four().tabs[0];
  const path = (session) => leaves(root).find((leaf) => leaf.session === session).path;
  assert.equal(neighbour(root, path("a"), "right"), path("c"));
  assert.equal(neighbour(root, path("c"), "up"), path("b"));
  assert.equal(neighbour(root, path("d"), "left"), path("c"));
  assert.equal(neighbour(root, path("c"), "left"), path("a"));
  assert.equal(neighbour(root, path("a"), "left"), null);
});

test("there is a limit of tabs, panes and depth, and a full layout stays as it is", () => {
  let layout = opened(EMPTY, "s");
  for (let i = 0; i < layouts.MOST_DEPTH; i += 1) layout = split(layout, "2".repeat(i), "row", `s${i}`);
  assert.equal(split(layout, "2".repeat(layouts.MOST_DEPTH), "row", "deeper"), layout);
  for (let i = 0; i < 40; i += 1) layout = opened(layout, `t${i}`);
  assert.equal(layout.tabs.length, layouts.MOST_TABS);
  assert.equal(find(layout, "t39"), null);
});
