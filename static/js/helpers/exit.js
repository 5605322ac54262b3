/* Why a program is over, in words. Pure. */

const SIGNALS = {
  SIGHUP: "hung up",
  SIGINT: "interrupted",
  SIGQUIT: "quit",
  SIGILL: "crashed, illegal instruction",
  SIGABRT: "aborted",
  SIGBUS: "crashed, bus error",
  SIGFPE: "crashed, arithmetic error",
  SIGKILL: "killed",
  SIGSEGV: "crashed, invalid memory access",
  SIGPIPE: "stopped, nobody reads its output",
  SIGTERM: "terminated",
  SIGXCPU: "stopped, processor time limit",
  SIGXFSZ: "stopped, file size limit",
};

// What shells mean by these codes; other programs may use them otherwise, so the code is always shown too.
const CODES = { 126: "not executable", 127: "command not found", 130: "interrupted", 137: "killed", 143: "terminated" };

/** "finished (exit code 0)", "failed (exit code 2)", "killed (SIGKILL)". */
export function exitWords({ exit_code: code, exit_signal: signal }) {
  if (signal) return `${SIGNALS[signal] ?? "ended by a signal"} (${signal})`;
  if (code === 0) return "finished (exit code 0)";
  if (code === null || code === undefined) return "ended";
  return `${CODES[code] ?? "failed"} (exit code ${code})`;
}
