/* The layout of a workspace: tabs, each a tree of splits with a session in each leaf. Rules: every function is pure and
answers a new layout; a session stands in it at most once; what it answers keeps the server's bounds.

layout: {tabs: [{id, name?, focus, zoomed, root}], active}; a node is {session} or {way: "row"|"column", ratio, first,
second}, where `ratio` is the share of the first. Boxes are in shares of the whole, 0 to 1. */

export const MOST_TABS = 20;
export const MOST_LEAVES = 12;
export const MOST_DEPTH = 6;
const LEAST_RATIO = 0.05;
const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

export const EMPTY = { tabs: [], active: null };

// Trees

export function leaves(node) {
  return node.way ? [...leaves(node.first), ...leaves(node.second)] : [node.session];
}

export function depth(node) {
  return node.way ? 1 + Math.max(depth(node.first), depth(node.second)) : 0;
}

/** {leaves: Map session -> box, dividers: [{path, way, ratio, box, within}]}; a path is made of "first" and "second". */
export function boxes(node, box = WHOLE, path = []) {
  if (!node.way) return { leaves: new Map([[node.session, box]]), dividers: [] };
  const [one, two] = halves(node, box);
  const first = boxes(node.first, one, [...path, "first"]);
  const second = boxes(node.second, two, [...path, "second"]);
  const line = node.way === "row" ? { ...two, width: 0 } : { ...two, height: 0 };
  return {
    leaves: new Map([...first.leaves, ...second.leaves]),
    dividers: [{ path, way: node.way, ratio: node.ratio, box: line, within: box }, ...first.dividers, ...second.dividers],
  };
}

function halves({ way, ratio }, { left, top, width, height }) {
  if (way === "row") {
    return [{ left, top, width: width * ratio, height },
      { left: left + width * ratio, top, width: width * (1 - ratio), height }];
  }
  return [{ left, top, width, height: height * ratio },
    { left, top: top + height * ratio, width, height: height * (1 - ratio) }];
}

function replaced(node, session, made) {
  if (!node.way) return node.session === session ? made(node) : node;
  return { ...node, first: replaced(node.first, session, made), second: replaced(node.second, session, made) };
}

/** Without a leaf, whose neighbour takes its place; null when it was the last. */
function without(node, session) {
  if (!node.way) return node.session === session ? null : node;
  const first = without(node.first, session);
  const second = without(node.second, session);
  if (first && second) return { ...node, first, second };
  return first ?? second;
}

function withRatio(node, path, ratio) {
  if (!path.length) return { ...node, ratio: Math.min(1 - LEAST_RATIO, Math.max(LEAST_RATIO, ratio)) };
  const [side, ...rest] = path;
  return { ...node, [side]: withRatio(node[side], rest, ratio) };
}

/** Sessions as evenly as halves can: wide ones beside each other first. */
export function grid(sessions, way = "row") {
  if (sessions.length === 1) return { session: sessions[0] };
  const half = Math.ceil(sessions.length / 2);
  const other = way === "row" ? "column" : "row";
  return {
    way, ratio: half / sessions.length,
    first: grid(sessions.slice(0, half), other), second: grid(sessions.slice(half), other),
  };
}

/** The session that lies next to `from` on a side ("left", "right", "up", "down"), or null. */
export function neighbour(node, from, side) {
  const { leaves: all } = boxes(node);
  const own = all.get(from);
  const centre = ({ left, top, width, height }) => ({ x: left + width / 2, y: top + height / 2 });
  const near = 1e-6;
  const beyond = {
    left: (box) => box.left + box.width <= own.left + near, right: (box) => box.left >= own.left + own.width - near,
    up: (box) => box.top + box.height <= own.top + near, down: (box) => box.top >= own.top + own.height - near,
  }[side];
  const away = (box) => {
    const [a, b] = [centre(box), centre(own)];
    const [along, across] = side === "left" || side === "right" ? [a.x - b.x, a.y - b.y] : [a.y - b.y, a.x - b.x];
    return Math.abs(along) + 2 * Math.abs(across);
  };
  const found = [...all].filter(([, box]) => beyond(box)).sort(([, a], [, b]) => away(a) - away(b));
  return found[0]?.[0] ?? null;
}

// Tabs

export function activeTab({ tabs, active }) {
  return tabs.find(({ id }) => id === active) ?? null;
}

export function tabOf({ tabs }, session) {
  return tabs.find(({ root }) => leaves(root).includes(session)) ?? null;
}

export function sessionsOf({ tabs }) {
  return tabs.flatMap(({ root }) => leaves(root));
}

export function changed(layout, id, changes) {
  return { ...layout, tabs: layout.tabs.map((tab) => (tab.id === id ? { ...tab, ...changes } : tab)) };
}

/** A tab of these sessions, those that stand elsewhere already left out; the active one then. Null when there is no room. */
export function opened(layout, sessions, id) {
  const known = new Set(sessionsOf(layout));
  const fresh = [...new Set(sessions)].filter((session) => !known.has(session)).slice(0, MOST_LEAVES);
  if (!fresh.length) return sessions.length ? focused(layout, sessions[0]) : layout;
  if (layout.tabs.length >= MOST_TABS) return null;
  const tab = { id, focus: fresh[0], zoomed: false, root: grid(fresh) };
  return { tabs: [...layout.tabs, tab], active: id };
}

/** `session` beside (way "row") or below ("column") the leaf `at`. Null when the tab is full. */
export function split(layout, at, way, session) {
  const tab = tabOf(layout, at);
  if (!tab || tabOf(layout, session)) return null;
  const root = replaced(tab.root, at, (leaf) => ({ way, ratio: 0.5, first: leaf, second: { session } }));
  if (leaves(root).length > MOST_LEAVES || depth(root) > MOST_DEPTH) return null;
  return { ...changed(layout, tab.id, { root, focus: session, zoomed: false }), active: tab.id };
}

/** Another session in the same place: the one run again. */
export function exchanged(layout, before, session) {
  const tab = tabOf(layout, before);
  if (!tab || tabOf(layout, session)) return layout;
  const root = replaced(tab.root, before, () => ({ session }));
  return changed(layout, tab.id, { root, focus: tab.focus === before ? session : tab.focus });
}

export function closed(layout, session) {
  const tab = tabOf(layout, session);
  if (!tab) return layout;
  const root = without(tab.root, session);
  if (!root) return tabClosed(layout, tab.id);
  const order = leaves(tab.root);
  const next = tab.focus === session ? order[order.indexOf(session) + 1] ?? order[order.indexOf(session) - 1] : tab.focus;
  return changed(layout, tab.id, { root, focus: next, zoomed: tab.zoomed && leaves(root).length > 1 });
}

export function tabClosed({ tabs, active }, id) {
  const at = tabs.findIndex((tab) => tab.id === id);
  const rest = tabs.filter((tab) => tab.id !== id);
  return { tabs: rest, active: active === id ? (rest[at] ?? rest[at - 1])?.id ?? null : active };
}

export function moved(layout, id, to) {
  const tab = layout.tabs.find((one) => one.id === id);
  const rest = layout.tabs.filter((one) => one.id !== id);
  const at = Math.max(0, Math.min(to, rest.length));
  return { ...layout, tabs: [...rest.slice(0, at), tab, ...rest.slice(at)] };
}

/** The session has the focus; in a zoomed tab it is the one that is seen. */
export function focused(layout, session) {
  const tab = tabOf(layout, session);
  return tab ? { ...changed(layout, tab.id, { focus: session }), active: tab.id } : layout;
}

export function resized(layout, id, path, ratio) {
  const tab = layout.tabs.find((one) => one.id === id);
  return changed(layout, id, { root: withRatio(tab.root, path, ratio) });
}

// Two devices

/** What this device changed since `base`, upon what another has made of it: tab by tab, the later wins. */
export function merged(base, mine, theirs) {
  const [before, own] = [base, mine].map(({ tabs }) => new Map(tabs.map((tab) => [tab.id, tab])));
  const touched = (id) => JSON.stringify(before.get(id)) !== JSON.stringify(own.get(id));
  const kept = theirs.tabs.filter(({ id }) => own.has(id) || !before.has(id))
    .map((tab) => (own.has(tab.id) && touched(tab.id) ? own.get(tab.id) : tab));
  const there = new Set(kept.map(({ id }) => id));
  const added = mine.tabs.filter(({ id }) => !there.has(id) && touched(id));
  return whole({ tabs: [...kept, ...added], active: mine.active });
}

/** Each session once, at its first place, and an active tab that exists. */
function whole({ tabs, active }) {
  const seen = new Set();
  const kept = [];
  for (const tab of tabs.slice(0, MOST_TABS)) {
    let root = tab.root;
    for (const session of leaves(tab.root)) {
      if (seen.has(session)) root = root && without(root, session);
      seen.add(session);
    }
    if (root) kept.push({ ...tab, root, focus: leaves(root).includes(tab.focus) ? tab.focus : leaves(root)[0] });
  }
  return { tabs: kept, active: kept.some(({ id }) => id === active) ? active : kept[0]?.id ?? null };
}
