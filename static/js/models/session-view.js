/* What the dashboard shows of all sessions: searched, filtered, sorted, in sections. No DOM; every clock handed in. */

import { NEEDED, ORDERS, newsOf } from "../helpers/needs.js";
import { answers } from "../helpers/naming.js";

export const FILTERS = ["all", "needs", "running", "ended", "lost"];

export class SessionView {
  constructor({ me, now = () => Date.now() }) {
    Object.assign(this, { me, now });
    this.query = "";
    this.filter = "all";
    this.tags = new Set();
    this.sort = "needs";
  }

  /** {sections, counts, tags, total}: `sections` of {kind: needs, pinned, group or rest, name, items}, `items` of
   * {session, news, pinned}; `counts` by filter; `tags` that the sessions have, the most used first. */
  of(sessions, looks, gone = new Set()) {
    const all = sessions.filter(({ id }) => !gone.has(id));
    const found = all
      .filter((session) => answers(session, this.query) && [...this.tags].every((tag) => session.tags?.includes(tag)))
      .map((session) => [session, newsOf(session, looks.get(session.id), this.me, this.now())]);
    const shown = found.filter(([session, news]) => fits(this.filter, session, news)).sort(ORDERS[this.sort]);
    const items = shown.map(([session, news]) => ({ session, news, pinned: Boolean(looks.get(session.id)?.pinned) }));
    const counts = FILTERS.map((filter) => [filter, found.filter(([one, news]) => fits(filter, one, news)).length]);
    return { sections: sections(items, this.sort === "needs"), counts: Object.fromEntries(counts), tags: tagsOf(all), total: all.length };
  }
}

function fits(filter, session, news) {
  if (filter === "all") return true;
  return filter === "needs" ? news.score >= NEEDED : session.state === filter;
}

/** `needed`: what needs its reader stands before all, wherever it belongs, if there is anything to stand before. */
function sections(items, needed) {
  const own = new Set(items.map(place)).size > 1;
  const first = (item) => needed && own && item.news.score >= NEEDED;
  const groups = new Map();
  for (const item of items) {
    const key = first(item) ? "n" : place(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups]
    .map(([key, members]) => ({ key, kind: key.slice(0, 1), name: key.slice(1), items: members }))
    .map((section) => ({ ...section, kind: KINDS[section.kind] }))
    .sort((a, b) => RANK[a.kind] - RANK[b.kind] || a.name.localeCompare(b.name, undefined, { numeric: true }));
}

const KINDS = { n: "needs", p: "pinned", g: "group", r: "rest" };
const RANK = { needs: 0, pinned: 1, group: 2, rest: 3 };

function place({ session, pinned }) {
  if (pinned) return "p";
  return session.group ? `g${session.group}` : "r";
}

function tagsOf(sessions) {
  const counts = new Map();
  for (const { tags } of sessions) for (const tag of tags ?? []) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([tag]) => tag);
}
