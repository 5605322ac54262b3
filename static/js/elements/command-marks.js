/* Exit code and duration at the right of each prompt in the live terminal, from the shell's own marks (OSC 133) as they are
parsed, so nothing is asked of the server. Rule: marks are hostile; they are bounded, and text only. */

import { outcome, outcomeWords, span } from "../helpers/commands.js";

const MARKS_KEPT = 500;

export class CommandMarks {
  constructor(term) {
    Object.assign(this, { term, prompt: null, running: null });
    this.made = [];
    term.parser.registerOscHandler(133, (data) => this.took(data));
  }

  took(data) {
    const [kind, ...rest] = data.slice(0, 300).split(";");
    const told = Object.fromEntries(rest.filter((one) => one.includes("=")).map((one) => one.split("=", 2)));
    if (kind === "A") this.begin();
    else if (kind === "C") this.run(told);
    else if (kind === "D" && this.running) this.end(rest[0], told);
    return false;
  }

  begin() {
    if (this.prompt && !this.made.includes(this.prompt)) this.prompt.dispose();
    this.running = null;
    this.prompt = this.term.buffer.active.type === "normal" ? this.term.registerMarker(0) : null;
  }

  /** A prompt from before the page was drawn has no mark: its command was typed in the line above, as a rule. */
  run(told) {
    if (this.term.buffer.active.type !== "normal") return;
    if (!this.prompt || this.prompt.isDisposed) this.prompt = this.term.registerMarker(-1);
    if (this.prompt) this.running = { prompt: this.prompt, at: Number(told.t) || Date.now() / 1000 };
  }

  /** Of the command that runs: whether its prompt is above line `line`. */
  fills(line) {
    const { running } = this;
    return Boolean(running) && !running.prompt.isDisposed && running.prompt.line >= 0 && running.prompt.line < line;
  }

  end(code, told) {
    const { prompt, at } = this.running;
    this.running = null;
    const seconds = told.d ? Number(told.d) / 1000 : (Number(told.t) || Date.now() / 1000) - at;
    const command = { ended_at: "now", exit_code: /^-?\d{1,9}$/.test(code) ? Number(code) : null };
    this.decorate(prompt, command, Number.isFinite(seconds) ? Math.max(0, seconds) : null);
  }

  decorate(marker, command, seconds) {
    if (marker.isDisposed) return;
    const how = outcome(command);
    const parts = [how === "bad" ? outcomeWords(command) : "", how !== "bad" && seconds < 1 ? "" : span(seconds)];
    const words = parts.filter(Boolean).join(" · ");
    const label = { good: "✓", bad: "✗", over: "·" }[how] + (words ? ` ${words}` : "");
    const width = Math.min(this.term.cols, [...label].length + 2);
    const decoration = this.term.registerDecoration({ marker, anchor: "right", width });
    if (!decoration) return;
    decoration.onRender((element) => {
      element.className = `${element.className.replace(/ ?command-mark\S*/g, "")} command-mark command-mark-${how}`;
      if (element.textContent !== label) element.textContent = label;
      element.setAttribute("aria-hidden", "true");   // the list of commands says it in words
    });
    this.made.push(marker);
    if (this.made.length > MARKS_KEPT) this.made.shift().dispose();
  }
}
