/* The marks beside prompts, drawn over one of the two terminals of a pane. Rule: they lie inside xterm.js's own screen
element and are placed in shares of it, so nothing here measures the page. */

import { oneLine, outcome, outcomeWords, remark, took } from "../helpers/commands.js";

export class CommandMarks {
  /** `term` is an xterm.js; `lineOf(row)` answers its buffer's line of a row; `choose(command)` when one is clicked. */
  constructor({ term, lineOf, choose }) {
    Object.assign(this, { term, lineOf, choose });
    this.layer = document.createElement("div");
    this.layer.className = "command-marks";
    this.layer.ariaHidden = "true";           // the list of commands says all of it
    term.element.querySelector(".xterm-screen").append(this.layer);
    this.drawn = "";
  }

  /** `top`: the row at the top; `chosen`: the number of the command jumped to. */
  draw(commands, top, chosen) {
    const { rows } = this.term;
    const seen = commands.filter((one) => one.prompt_row < top + rows && (one.end_row ?? one.prompt_row) >= top);
    const key = JSON.stringify([top, rows, this.term.cols, chosen, seen.map((one) => [one.number, one.prompt_row, one.end_row, outcome(one), one.exit_code])]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.layer.replaceChildren(...seen.flatMap((one) => this.parts(one, top, rows, one.number === chosen)));
  }

  clear() {
    if (!this.drawn) return;
    this.drawn = "";
    this.layer.replaceChildren();
  }

  parts(command, top, rows, chosen) {
    const made = [];
    if (chosen) made.push(this.band(command, top, rows));
    const row = command.prompt_row - top;
    if (row < 0) return made;
    made.push(this.sign(command, row, rows));
    const text = remark(command);
    if (text && this.roomFor(command, text)) made.push(this.remark(command, text, row, rows));
    return made;
  }

  sign(command, row, rows) {
    const sign = document.createElement("button");
    sign.type = "button";
    sign.tabIndex = -1;
    sign.className = `sign ${outcome(command)}`;
    sign.title = [oneLine(command), outcomeWords(command), took(command)].filter(Boolean).join(" · ");
    sign.addEventListener("pointerdown", (event) => event.preventDefault());   // the terminal keeps the focus
    sign.addEventListener("click", () => this.choose(command));
    return placed(sign, row, 1, rows);
  }

  remark(command, text, row, rows) {
    const made = document.createElement("span");
    made.className = `remark ${outcome(command)}`;
    made.textContent = text;
    return placed(made, row, 1, rows);
  }

  band({ prompt_row: from, end_row: end }, top, rows) {
    const made = document.createElement("span");
    made.className = "band";
    const first = Math.max(0, from - top);
    const last = Math.min(rows, (end ?? from + 1) - top);
    return placed(made, first, Math.max(1, last - first), rows);
  }

  /** The row's own text comes first. */
  roomFor({ prompt_row: row }, text) {
    const line = this.term.buffer.active.getLine(this.lineOf(row));
    return line !== undefined && line.translateToString(true).length + text.length + 3 < this.term.cols;
  }
}

function placed(element, row, count, rows) {
  element.style.top = `${(row / rows) * 100}%`;
  element.style.height = `${(count / rows) * 100}%`;
  return element;
}
