/* How a command reads: its words, how it ended, how long it took. Pure. */

import { duration, moment, number } from "./format.js";
import { language, t } from "./words.js";

/** "running", "ok", "bad", or "ended" where the shell did not say how. */
export function outcome({ output_end: end, exit_code: code }) {
  if (end === null) return "running";
  if (code === null) return "ended";
  return code === 0 ? "ok" : "bad";
}

export function outcomeWords(command) {
  const kind = outcome(command);
  if (kind === "running") return t("running");
  if (kind === "ended") return t("ended");
  return t("exit code {code}", { code: command.exit_code });
}

/** A sign of its own for each outcome: none is told by its colour alone. */
export const SIGNS = { ok: "✓", bad: "✗", running: "…", ended: "·" };

/** "0.4 s" for short ones, nothing for those that take no time; then as all durations. */
export function took({ seconds }) {
  if (seconds === null || seconds === undefined || seconds < 0.05) return "";
  if (seconds >= 60) return duration(seconds);
  const digits = seconds < 10 ? 1 : 0;
  return t("{seconds} s", { seconds: number(seconds, { minimumFractionDigits: digits, maximumFractionDigits: digits }) });
}

/** When it began: today, the time alone. */
export function when({ started_at: then }, now = new Date()) {
  const date = new Date(then);
  if (date.toDateString() !== now.toDateString()) return moment(then);
  return date.toLocaleTimeString(language(), { timeStyle: "medium" });
}

export function words({ text }) {
  return text ?? t("Command not recorded");
}

/** One line of it. */
export function oneLine(command) {
  return words(command).replace(/\s*\n\s*/g, " ↵ ");
}

/** Beside its prompt: nothing of those that went well and quickly. */
export function remark(command) {
  const kind = outcome(command);
  if (kind === "running") return "";
  const parts = kind === "bad" ? [`${SIGNS.bad} ${command.exit_code}`] : [];
  if (command.seconds >= 1) parts.push(took(command));
  return parts.join(" · ");
}

/** The one that the row `top` belongs to, if its prompt stands above; `placed`: with rows, the oldest first. */
export function covering(placed, top) {
  const above = placed.findLast(({ prompt_row: row }) => row < top);
  if (!above) return null;
  const { end_row: end } = above;
  return end === null || end === undefined || end > top ? above : null;
}

/** The neighbour of row `from`, up or down. */
export function neighbour(placed, from, way) {
  return (way < 0 ? placed.findLast(({ prompt_row: row }) => row < from) : placed.find(({ prompt_row: row }) => row > from)) ?? null;
}
