/* The marks beside lines with notes, drawn over one of the two terminals of a pane. Rule: as the marks of commands
(command-marks.js), they lie inside xterm.js's own screen element, in shares of it. */

import { t, tn } from "../helpers/words.js";

export class AnnotationMarks {
  /** `term` is an xterm.js; `choose(note)` when a mark is clicked. */
  constructor({ term, choose }) {
    Object.assign(this, { term, choose });
    this.layer = document.createElement("div");
    this.layer.className = "annotation-marks";
    term.element.querySelector(".xterm-screen").append(this.layer);
    this.drawn = "";
  }

  /** `notes`: with rows; `top`: the row at the top; `target`: the row that a note is being written for, or null. */
  draw(notes, top, target) {
    const { rows } = this.term;
    const seen = (row) => row >= top && row < top + rows;
    const byRow = grouped(notes.filter(({ row }) => seen(row)));
    const key = JSON.stringify([top, rows, target, [...byRow]]);
    if (key === this.drawn) return;
    this.drawn = key;
    const marks = [...byRow].map(([row, some]) => placed(this.mark(some), row - top, rows));
    if (target !== null && seen(target)) marks.push(placed(band(), target - top, rows));
    this.layer.replaceChildren(...marks);
  }

  clear() {
    if (!this.drawn) return;
    this.drawn = "";
    this.layer.replaceChildren();
  }

  mark(notes) {
    const mark = document.createElement("button");
    const [{ author, text }] = notes;
    mark.type = "button";
    mark.className = "note-mark";
    mark.title = notes.map((note) => `${note.author}: ${note.text}`).join("\n\n").slice(0, 600);
    mark.ariaLabel = notes.length > 1
      ? tn("{count} note on this line", "{count} notes on this line", notes.length)
      : t("Note by {author}: {text}", { author, text: text.slice(0, 80) });
    mark.toggleAttribute("data-more", notes.length > 1);
    mark.addEventListener("pointerdown", (event) => event.stopPropagation());
    mark.addEventListener("click", () => this.choose(notes[0]));
    return mark;
  }
}

function grouped(notes) {
  const byRow = new Map();
  for (const note of notes) byRow.set(note.row, [...(byRow.get(note.row) ?? []), note]);
  return byRow;
}

function band() {
  const made = document.createElement("span");
  made.className = "note-target";
  return made;
}

function placed(element, row, rows) {
  element.style.top = `${(row / rows) * 100}%`;
  element.style.height = `${(1 / rows) * 100}%`;
  return element;
}
