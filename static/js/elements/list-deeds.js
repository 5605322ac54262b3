/* What can be done with sessions on the dashboard, to one or several. The rule: everything can be taken back for some
seconds. Ending and forgetting therefore wait, at the server, which does it also when this page is gone; labels are
written back. */

import { api, preferences } from "../page.js";
import { UNDO_MS, Undoable } from "../models/undoable.js";
import { nameOf } from "../helpers/naming.js";
import { t, tn } from "../helpers/words.js";
import { askLabels } from "./label-dialog.js";
import { markFresh } from "./new-session.js";
import { toast } from "./toast-line.js";

// Requests under way at once when many sessions are labelled.
const AT_ONCE = 6;
// Until the server does by itself what this page, still open, tells it to do when the time for undo is over. Not
// pagehide: a keepalive request from it is sometimes never sent (Chromium, a page left 100 ms after the deed).
const SERVER_SECONDS = UNDO_MS / 1000 + 2;

/** Event: `change` when `gone` or `doing` answer otherwise. */
export class ListDeeds extends EventTarget {
  constructor(list) {
    super();
    this.list = list;
    this.undoable = new Undoable();
    this.undoable.addEventListener("change", () => this.dispatchEvent(new Event("change")));
  }

  /** Ids of sessions that are about to be forgotten, and not shown any more. */
  get gone() {
    const { pending } = this.undoable;
    return pending?.kind === "forget" ? pending.ids : undefined;
  }

  /** In words what is about to happen to it, if anything. */
  doing(id) {
    const { pending } = this.undoable;
    return pending?.kind === "end" && pending.ids.has(id) ? t("ending…") : undefined;
  }

  bulk(what) {
    const { picked, items, feed } = this.list;
    if (what === "all") return picked.all(items.map(({ session }) => session.id));
    if (what === "clear") return picked.clear();
    return this[what]([...picked.ids].map((id) => feed.sessions.get(id)).filter(Boolean));
  }

  /** As panes of one new tab; those that are open there already are gone to. */
  workspace(sessions) {
    if (sessions.length) location.assign(`/workspace?open=${sessions.map(({ id }) => id).join(",")}`);
  }

  // Later

  end(sessions) {
    const running = sessions.filter(({ state }) => state === "running");
    if (!running.length) return toast(t("None of these is running."));
    return this.later("end", running, running.length === 1
      ? t("“{name}” is being ended.", { name: nameOf(running[0]) })
      : tn("{count} session is being ended.", "{count} sessions are being ended.", running.length));
  }

  forget(sessions) {
    if (!sessions.length) return;
    const { feed } = this.list;
    this.later("forget", sessions, sessions.length === 1
      ? t("“{name}” is being forgotten.", { name: nameOf(sessions[0]) })
      : tn("{count} session is being forgotten.", "{count} sessions are being forgotten.", sessions.length),
    (done) => done.forEach((id) => feed.remove(id)));
  }

  async later(kind, sessions, words, after = () => {}) {
    const ids = new Set(sessions.map(({ id }) => id));
    this.list.picked.clear();
    await this.tried(async () => {
      const { deed, left } = await api.endSeveral([...ids], { forget: kind === "forget", after: SERVER_SECONDS });
      if (left.length) toast(left[0].detail);
      if (!deed) return;
      this.undoable.begin({
        kind, ids, commit: () => this.commit(kind, [...ids], after), revert: () => this.keep(deed),
      });
      this.offerUndo(words);
    });
  }

  async keep(deed) {
    if (await this.tried(() => api.keep(deed))) toast(t("Nothing was done."));
  }

  async commit(kind, ids, after) {
    try {
      const { done, left } = await api.endSeveral(ids, { forget: kind === "forget" });
      after(done);
      if (left.length) toast(left[0].detail);
    } catch (error) {
      toast(error.message);
    }
  }

  offerUndo(words) {
    toast(words, { action: { label: t("Undo"), run: () => this.undo() }, shown: UNDO_MS });
  }

  undo() {
    return this.undoable.undo();
  }

  // Labels

  async tag(sessions) {
    if (!sessions.length) return;
    const asked = await askLabels({ kind: "tag", sessions });
    if (!asked) return;
    this.colour("tag_colours", asked.labels, asked.colour);
    const added = (tags) => [...new Set([...tags.filter((tag) => !asked.without.includes(tag)), ...asked.labels])];
    await this.label(sessions, (session) => ({ tags: added(session.tags) }), (session) => ({ tags: session.tags }),
      tn("Tags of {count} session changed.", "Tags of {count} sessions changed.", sessions.length));
  }

  async group(sessions) {
    if (!sessions.length) return;
    const asked = await askLabels({ kind: "group", sessions });
    if (!asked) return;
    this.colour("group_colours", asked.labels, asked.colour);
    await this.label(sessions, () => ({ group: asked.labels[0] ?? "" }), (session) => ({ group: session.group }),
      tn("Group of {count} session changed.", "Group of {count} sessions changed.", sessions.length));
  }

  colour(preference, labels, colour) {
    if (!colour || !labels.length) return;
    const chosen = { ...preferences.get(preference, {}) };
    for (const label of labels) chosen[label] = colour;
    preferences.set(preference, chosen);
  }

  async label(sessions, facts, before, words) {
    const old = sessions.map((session) => [session, before(session)]);
    if (!await this.change(sessions.map((session) => [session, facts(session)]))) return;
    this.undoable.begin({ kind: "label", ids: new Set(), revert: () => this.change(old) });
    this.offerUndo(words);
  }

  /** Whether all could be changed; those that could are. */
  async change(pairs) {
    const queue = [...pairs];
    let failure = null;
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        await api.change(next[0].id, next[1]).then((status) => this.list.feed.put(status), (error) => { failure = error; });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (failure) toast(failure.message);
    return !failure;
  }

  // At once

  async pin([session]) {
    const { feed } = this.list;
    const pinned = !feed.looks.get(session.id)?.pinned;
    feed.saw(session.id, { pinned });
    await this.tried(() => api.look(session.id, { pinned })) || feed.saw(session.id, { pinned: !pinned });
  }

  async seen(sessions) {
    for (const { id } of sessions) await this.tried(async () => this.list.feed.saw(id, await api.look(id, { seen: true })));
  }

  async again([session]) {
    await this.tried(async () => {
      const made = await api.again(session.id);
      markFresh(made.id);
      location.assign(`/sessions/${made.id}`);
    });
  }

  async tried(work) {
    try {
      await work();
      return true;
    } catch (error) {
      toast(error.message);
      return false;
    }
  }
}
