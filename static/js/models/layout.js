/* The layout of a workspace: tabs, each a tree of splits with a session in each leaf. Pure: every operation answers a
new layout, and what it cannot do it answers unchanged.

{tabs: [{name, root}], tab} where a node is {session} or {split: "row" | "column", ratio, first, second}. A place in a
tab's tree is a path: "" is the root, "12" the second of the first. A session is in a layout once: it is one viewer. */

export const MOST_TABS = 20;
export const MOST_LEAVES = 12;
export const MOST_DEPTH = 6;
const SMALLEST_SHARE = 0.1;

export const EMPTY = Object.freeze({ tabs: [], tab: 0 });

const CHILD = { 1: "first", 2: "second" };

export function nodeAt(root, path) {
  return [...path].reduce((node, step) => node?.[CHILD[step]], root);
}

/** Every leaf with its path, from left to right and top to bottom. */
export function leaves(root, path = "") {
  if (!root) return [];
  if (!root.split) return [{ path, session: root.session }];
  return [...leaves(root.first, `${path}1`), ...leaves(root.second, `${path}2`)];
}

/** Where a session is: {tab, path}, or null. */
export function find(layout, session) {
  for (const [tab, { root }] of layout.tabs.entries()) {
    const leaf = leaves(root).find((one) => one.session === session);
    if (leaf) return { tab, path: leaf.path };
  }
  return null;
}

/** The session in a tab of its own, the last one, which is shown; where it is already, that tab. */
export function opened(layout, session) {
  const there = find(layout, session);
  if (there) return { ...layout, tab: there.tab };
  if (layout.tabs.length >= MOST_TABS) return layout;
  return { tabs: [...layout.tabs, { name: "", root: { session } }], tab: layout.tabs.length };
}

/** Beside (`row`) or below (`column`) the leaf at `path` of the shown tab. */
export function split(layout, path, direction, session) {
  const { root } = layout.tabs[layout.tab] ?? {};
  if (!root || !nodeAt(root, path)?.session || find(layout, session)) return layout;
  if (leaves(root).length >= MOST_LEAVES || path.length >= MOST_DEPTH) return layout;
  const leaf = nodeAt(root, path);
  return withRoot(layout, replaced(root, path, { split: direction, ratio: 0.5, first: leaf, second: { session } }));
}

/** Without the leaf at `path`; its neighbour takes the room. The last one takes the tab along. */
export function closed(layout, path) {
  const { root } = layout.tabs[layout.tab] ?? {};
  if (!root || !nodeAt(root, path)) return layout;
  if (path === "") return closedTab(layout, layout.tab);
  const parent = path.slice(0, -1);
  return withRoot(layout, replaced(root, parent, nodeAt(root, parent + (path.endsWith("1") ? "2" : "1"))));
}

export function closedTab(layout, index) {
  if (!layout.tabs[index]) return layout;
  const tabs = layout.tabs.filter((_, i) => i !== index);
  const before = index < layout.tab || layout.tab === tabs.length;
  return { tabs, tab: Math.max(0, layout.tab - (before ? 1 : 0)) };
}

export function shared(layout, path, ratio) {
  const { root } = layout.tabs[layout.tab] ?? {};
  const node = root && nodeAt(root, path);
  if (!node?.split) return layout;
  const kept = Math.min(1 - SMALLEST_SHARE, Math.max(SMALLEST_SHARE, ratio));
  return withRoot(layout, replaced(root, path, { ...node, ratio: Math.round(kept * 1000) / 1000 }));
}

export function shown(layout, index) {
  return layout.tabs[index] ? { ...layout, tab: index } : layout;
}

export function named(layout, index, name) {
  if (!layout.tabs[index]) return layout;
  return { ...layout, tabs: layout.tabs.map((tab, i) => (i === index ? { ...tab, name } : tab)) };
}

/** The tab at `from` moves to `to`; the one that is shown stays shown. */
export function moved(layout, from, to) {
  if (!layout.tabs[from] || !layout.tabs[to]) return layout;
  const tabs = [...layout.tabs];
  const shownTab = tabs[layout.tab];
  tabs.splice(to, 0, ...tabs.splice(from, 1));
  return { tabs, tab: tabs.indexOf(shownTab) };
}

/** Rectangles in shares of the whole: {leaves: [{path, session, x, y, width, height}], dividers: [{path, split, ...}]}. */
export function arranged(root, box = { x: 0, y: 0, width: 1, height: 1 }, path = "") {
  if (!root) return { leaves: [], dividers: [] };
  if (!root.split) return { leaves: [{ path, session: root.session, ...box }], dividers: [] };
  const row = root.split === "row";
  const [first, second] = [{ ...box }, { ...box }];
  const [start, length] = row ? ["x", "width"] : ["y", "height"];
  first[length] = box[length] * root.ratio;
  second[start] = box[start] + first[length];
  second[length] = box[length] - first[length];
  const [one, two] = [arranged(root.first, first, `${path}1`), arranged(root.second, second, `${path}2`)];
  const divider = { path, split: root.split, ratio: root.ratio, box, at: second[start] };
  return { leaves: [...one.leaves, ...two.leaves], dividers: [divider, ...one.dividers, ...two.dividers] };
}

/** The leaf next to `path` in a direction ("left", "right", "up", "down"), by what lies there; null at the edge. */
export function neighbour(root, path, direction) {
  const all = arranged(root).leaves;
  const from = all.find((leaf) => leaf.path === path);
  if (!from) return null;
  const middle = { x: from.x + from.width / 2, y: from.y + from.height / 2 };
  const reach = 1e-6;
  const beside = all.filter((leaf) => ({
    left: Math.abs(leaf.x + leaf.width - from.x) < reach, right: Math.abs(from.x + from.width - leaf.x) < reach,
    up: Math.abs(leaf.y + leaf.height - from.y) < reach, down: Math.abs(from.y + from.height - leaf.y) < reach,
  })[direction]);
  const across = direction === "left" || direction === "right" ? ["y", "height"] : ["x", "width"];
  const covers = (leaf) => leaf[across[0]] <= middle[across[0]] && middle[across[0]] < leaf[across[0]] + leaf[across[1]];
  return (beside.find(covers) ?? beside[0])?.path ?? null;
}

function replaced(root, path, node) {
  if (path === "") return node;
  const child = CHILD[path[0]];
  return { ...root, [child]: replaced(root[child], path.slice(1), node) };
}

function withRoot(layout, root) {
  return { ...layout, tabs: layout.tabs.map((tab, i) => (i === layout.tab ? { ...tab, root } : tab)) };
}
