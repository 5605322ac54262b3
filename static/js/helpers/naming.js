/* What to call a session, and whether it answers a search. Pure. */

import { t } from "./words.js";

/** The command as one line: the server's own wording, in which a line for the shell has no shell around it. */
export function commandLine({ command, command_line: line }) {
  return line || (command ?? []).join(" ") || t("login shell");
}

/** The user's name for it, else "directory: command". */
export function nameOf(session) {
  if (session.name) return session.name;
  const last = (session.cwd ?? "").split("/").filter(Boolean).pop() ?? "/";
  return `${last}: ${commandLine(session)}`;
}

/** What stands under the name: the program's own title, else the command; then where. Nothing twice. */
export function subtitleOf(session) {
  const what = session.title || (session.name ? commandLine(session) : "");
  return [what, session.cwd].filter(Boolean).join("  ·  ");
}

/** Every word of `query` must occur somewhere; a word `#tag` must be one of the tags. */
export function answers(session, query) {
  const hay = [session.name, session.title, session.cwd, commandLine(session), session.group, ...(session.tags ?? [])]
    .filter(Boolean).join("\n").toLowerCase();
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((word) =>
    word.startsWith("#") && word.length > 1
      ? (session.tags ?? []).some((tag) => tag.toLowerCase() === word.slice(1))
      : hay.includes(word));
}

const ORDER = { running: 0, lost: 1, ended: 2 };

/** Running first, then lost, then ended; the newest first in each. Stable, so rows do not jump about. */
export function byState(a, b) {
  const states = (ORDER[a.state] ?? 3) - (ORDER[b.state] ?? 3);
  if (states) return states;
  const [left, right] = [a, b].map((session) => Date.parse(session.ended_at ?? session.created_at));
  return right - left || (a.id < b.id ? -1 : 1);
}
