/* What is new in a session for whoever looks at the list, and how much it needs them. Pure. */

import { byState, nameOf } from "./naming.js";

// A program that has said something new and then nothing for so long probably waits for an answer, or is done.
const QUIET_MS = 10_000;
// Sorted by activity, sessions that were active about the same time keep their places.
const STEP_MS = 10_000;
// From here on it "needs me".
export const NEEDED = 2;
const OWN_DOING = ["SIGHUP", "SIGTERM", "SIGINT", "SIGKILL"];

/** `look`: what the account saw last ({offset, bells, at}, or nothing). `reason`: the strongest thing to tell, one of
 * lobby (somebody asks to come in), bell, failed, lost, error, waiting, new, or null. */
export function newsOf(session, look, me, now) {
  const watched = session.viewers?.some((viewer) => viewer.user === me && !viewer.hidden);
  const unread = watched ? 0 : Math.max(0, session.output_bytes - (look?.offset ?? 0));
  const bells = watched ? 0 : Math.max(0, (session.bells ?? 0) - (look?.bells ?? 0));
  const [reason, score] = strongest(session, { unread, bells, watched, look, now });
  return { unread, bells, reason, score };
}

function strongest(session, { unread, bells, watched, look, now }) {
  const endSeen = watched || (look?.at && Date.parse(look.at) >= Date.parse(session.ended_at));
  if (session.lobby_waiting) return ["lobby", 7];   // somebody stands there until it is answered, whoever looks
  if (bells) return ["bell", 6];
  if (session.state === "ended" && !endSeen && failed(session)) return ["failed", 5];
  if (session.state === "lost" && !endSeen) return ["lost", 4];
  if (session.state === "running" && session.progress?.state === "error") return ["error", 3];
  if (!unread) return [null, 0];
  const quiet = session.state === "running" && now - Date.parse(session.last_output_at) >= QUIET_MS;
  return quiet ? ["waiting", 2] : ["new", 1];
}

/** Whether it went wrong by itself. */
export function failed({ exit_code: code, exit_signal: signal }) {
  return signal ? !OWN_DOING.includes(signal) : Boolean(code);
}

/** Orders of [session, news] pairs, by the names of the preference `dashboard_sort`. */
export const ORDERS = {
  needs: (a, b) => b[1].score - a[1].score || byState(a[0], b[0]),
  activity: (a, b) => active(b[0]) - active(a[0]) || byState(a[0], b[0]),
  age: (a, b) => Date.parse(b[0].created_at) - Date.parse(a[0].created_at) || (a[0].id < b[0].id ? -1 : 1),
  name: (a, b) => nameOf(a[0]).localeCompare(nameOf(b[0]), undefined, { numeric: true }) || (a[0].id < b[0].id ? -1 : 1),
};

function active(session) {
  return Math.floor(Date.parse(session.last_output_at ?? session.created_at) / STEP_MS);
}
