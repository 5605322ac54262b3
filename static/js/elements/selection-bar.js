/* What lies over a selection that was made by finger: a handle at each end, and a bar with what can be done with it.
Rule: pressing any of it takes no focus, or the on-screen keyboard would come and go. */

import { cornerOf } from "../helpers/cell-place.js";
import { t } from "../helpers/words.js";
import { setHidden, setText } from "./dom.js";
import { openLink } from "./terminal-look.js";
import { toast } from "./toast-line.js";

const GAP_PX = 8;
// Handles hang below their row.
const HANDLE_PX = 34;
// Of what is read out.
const MOST_SAID = 200;

export class SelectionBar {
  /** `deeds`: `copy()` (answers whether something was copied), `paste()`, `mayPaste()`. */
  constructor({ stage, deeds, clear, all }) {
    Object.assign(this, { stage, deeds, clear, link: "", blank: null });
    this.handles = { from: handle("from"), to: handle("to") };
    this.box = made("div", "selection-bar");
    this.box.setAttribute("role", "toolbar");
    this.box.ariaLabel = t("Selection");
    this.status = made("span", "unseen");
    this.status.setAttribute("role", "status");
    this.buttons = {
      copy: this.button(t("Copy"), () => this.copy()), all: this.button(t("Select all"), () => this.chooseAll(all)),
      paste: this.button(t("Paste"), () => this.paste()), open: this.button(t("Open link"), () => this.open()),
    };
    this.box.append(...Object.values(this.buttons));
    this.box.addEventListener("pointerdown", (event) => event.preventDefault());
    this.hide();
    stage.append(this.handles.from, this.handles.to, this.box, this.status);
  }

  button(words, run) {
    const button = made("button", "");
    button.type = "button";
    setText(button, words);
    button.addEventListener("click", run);
    return button;
  }

  holds(target) {
    return this.box.contains(target);
  }

  /** "from" or "to", where that handle is pressed. */
  endOf(target) {
    return target.closest?.(".selection-handle")?.dataset.end;
  }

  // Doing

  async copy() {
    try {
      if (await this.deeds.copy()) toast(t("Copied"));
    } catch (error) {
      toast(error.message);
    }
    this.clear();
  }

  chooseAll(all) {
    this.blank = null;
    all();
  }

  paste() {
    this.clear();
    this.deeds.paste();
  }

  open() {
    openLink(this.link);
    this.clear();
  }

  // Showing

  /** A long press at a point of the window. */
  begin({ at }) {
    this.blank = at;
    this.offer("");
    this.moving();
  }

  offer(link) {
    this.link = /^https?:/i.test(link) ? link : "";
    setHidden(this.buttons.open, !this.link);
  }

  /** While a finger moves an end the bar would lie in its way. */
  moving() {
    this.still = false;
    setHidden(this.box, true);
  }

  settled(text) {
    this.still = true;
    if (text) this.blank = null;
    const said = text.length > MOST_SAID ? `${text.slice(0, MOST_SAID)}…` : text;
    setText(this.status, text ? t("Selected: {text}", { text: said }) : "");
  }

  /** `ends` {from, to} or null, in `term`, of which `window` is seen. */
  put(term, ends, window) {
    const stage = this.stage.getBoundingClientRect();
    const place = ends && { from: cornerOf(term, ends.from), to: cornerOf(term, ends.to) };
    for (const name of ["from", "to"]) this.putHandle(this.handles[name], place?.[name], stage, window);
    setHidden(this.buttons.copy, !ends);
    setHidden(this.buttons.paste, !this.deeds.mayPaste());
    setHidden(this.box, !this.still);
    if (this.still) this.putBox(place ?? { from: this.point(), to: this.point() }, stage);
  }

  point() {
    return { ...this.blank, height: 0 };
  }

  putHandle(element, corner, stage, window) {
    const foot = corner && corner.y + corner.height;
    const seen = corner && foot > window.top && foot <= window.bottom + 1 && corner.x >= window.left - 1 && corner.x <= window.right + 1;
    setHidden(element, !seen);
    if (seen) move(element, corner.x - stage.left, foot - stage.top);
  }

  /** Above what is selected, else below it, else where both are out of sight: at the top. */
  putBox({ from, to }, stage) {
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const middle = (from.y === to.y ? (from.x + to.x) / 2 : stage.left + stage.width / 2) - stage.left;
    const above = from.y - stage.top - height - GAP_PX;
    const below = to.y + to.height + HANDLE_PX - stage.top;
    const fits = (top) => top >= 4 && top + height <= stage.height - 4;
    const top = [above, below].find(fits) ?? GAP_PX;
    move(this.box, Math.max(6, Math.min(stage.width - width - 6, middle - width / 2)), top);
  }

  hide() {
    this.blank = null;
    this.still = false;
    for (const element of [this.box, this.handles.from, this.handles.to]) setHidden(element, true);
    setText(this.status, "");
  }
}

function move(element, x, y) {
  const place = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  if (element.style.transform !== place) element.style.transform = place;
}

function handle(end) {
  const element = made("div", "selection-handle");
  element.dataset.end = end;
  element.ariaHidden = "true";
  return element;
}

function made(tag, className) {
  return Object.assign(document.createElement(tag), { className });
}
