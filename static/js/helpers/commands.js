/* How a command reads: its text, its outcome, how long it took. Pure: every clock is handed in. */

import { duration, moment } from "./format.js";
import { language, t } from "./words.js";

export function commandText({ text, private: hidden }) {
  if (text) return text;
  return hidden ? t("(not recorded)") : t("(unknown command)");
}

/** Seconds; of one that still runs, until now. Null where it is not known. */
export function took({ started_at: start, ended_at: end }, now) {
  const seconds = ((end ? Date.parse(end) : now) - Date.parse(start)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

/** "0.4 s", then as durations everywhere. */
export function span(seconds) {
  if (seconds === null) return "";
  return seconds < 10 ? t("{seconds} s", { seconds: seconds.toFixed(1) }) : duration(seconds);
}

/** The time alone, if it was today. */
export function clock(at, now) {
  const then = new Date(at);
  if (then.toDateString() !== new Date(now).toDateString()) return moment(at);
  return then.toLocaleTimeString(language(), { timeStyle: "medium" });
}

/** running, good, bad, or over (nobody knows how). */
export function outcome({ ended_at: end, exit_code: code }) {
  if (!end) return "running";
  if (code === null || code === undefined) return "over";
  return code === 0 ? "good" : "bad";
}

export function outcomeWords(command) {
  const words = {
    running: () => t("running"), good: () => t("done"), over: () => t("ended"),
    bad: () => t("exit code {code}", { code: command.exit_code }),
  };
  return words[outcome(command)]();
}
