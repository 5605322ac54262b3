/* Whether a program runs, and why it is over, in words. Pure. */

import { bytes } from "./format.js";
import { t } from "./words.js";

// Functions: the words are those of the language when they are said.
const SIGNALS = {
  SIGHUP: () => t("hung up"),
  SIGINT: () => t("interrupted"),
  SIGQUIT: () => t("quit"),
  SIGILL: () => t("crashed, illegal instruction"),
  SIGABRT: () => t("aborted"),
  SIGBUS: () => t("crashed, bus error"),
  SIGFPE: () => t("crashed, arithmetic error"),
  SIGKILL: () => t("killed"),
  SIGSEGV: () => t("crashed, invalid memory access"),
  SIGPIPE: () => t("stopped, nobody reads its output"),
  SIGTERM: () => t("terminated"),
  SIGXCPU: () => t("stopped, processor time limit"),
  SIGXFSZ: () => t("stopped, file size limit"),
};

// What shells mean by these codes; other programs may use them otherwise, so the code is always shown too.
const CODES = {
  0: () => t("finished"),
  126: () => t("not executable"),
  127: () => t("command not found"),
  130: () => t("interrupted"),
  137: () => t("killed"),
  143: () => t("terminated"),
};

const STATES = { running: () => t("running"), lost: () => t("lost"), ended: () => t("ended") };

/** "finished (exit code 0)", "failed (exit code 2)", "killed (SIGKILL)". */
export function exitWords({ exit_code: code, exit_signal: signal, end_reason: reason, memory_limit: limit }) {
  if (reason === "out_of_memory") return t("out of memory: killed at its limit of {size}", { size: bytes(limit) });
  if (signal) return t("{what} ({signal})", { what: SIGNALS[signal]?.() ?? t("ended by a signal"), signal });
  if (code === null || code === undefined) return t("ended");
  return t("{what} (exit code {code})", { what: CODES[code]?.() ?? t("failed"), code });
}

/** "running", "lost", and of one that has ended: how. */
export function stateWords(facts) {
  return facts.state === "ended" ? exitWords(facts) : STATES[facts.state]?.() ?? facts.state;
}
