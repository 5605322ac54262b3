import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionView } from "../../static/js/models/session-view.js";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const session = (id, group, more = {}) => ({
  id, name: id, group, state: "running", output_bytes: 0, bells: 0, created_at: "2026-01-01T11:00:00Z", tags: [], viewers: [], ...more,
});
const RANG = { bells: 1, output_bytes: 1, last_output_at: "2026-01-01T11:59:59Z" };

function shown(sessions, sort = "needs", looks = new Map()) {
  const view = new SessionView({ me: "alice", now: () => NOW });
  view.sort = sort;
  return view.of(sessions, looks).sections.map(({ kind, name, items }) => [kind, name, items.map(({ session: { id } }) => id)]);
}

test("what needs me stands before all groups, wherever it belongs", () => {
  const failed = { state: "ended", exit_code: 3, ended_at: "2026-01-01T11:59:00Z" };
  const sessions = [session("a", "Shop"), session("b", "Shop", failed), session("c", null), session("d", null, RANG), session("e", "Zoo")];
  const pinned = new Map([["e", { pinned: true, offset: 0, bells: 0 }]]);
  assert.deepEqual(shown(sessions, "needs", pinned), [
    ["needs", "", ["d", "b"]], ["pinned", "", ["e"]], ["group", "Shop", ["a"]], ["rest", "", ["c"]],
  ]);
  assert.deepEqual(shown(sessions, "name", pinned).map(([kind]) => kind), ["pinned", "group", "rest"], "only in that order");
});

test("who asks to come in needs me more than anything, also while I look, until it is answered", () => {
  const me = [{ user: "alice", hidden: false }];
  const asks = session("a", null, { lobby_waiting: 2, viewers: me });
  assert.deepEqual(shown([session("b", null, RANG), asks, session("c", null, { lobby_waiting: null })]), [["rest", "", ["a", "b", "c"]]]);
  const view = new SessionView({ me: "alice", now: () => NOW });
  assert.equal(view.of([asks], new Map()).counts.needs, 1);
  assert.equal(view.of([{ ...asks, lobby_waiting: 0 }], new Map()).counts.needs, 0);
});

test("without groups the order alone does it", () => {
  assert.deepEqual(shown([session("a", null), session("b", null, RANG)]), [["rest", "", ["b", "a"]]]);
});
