/* The notes on the lines of one page: their model, the marks in the margin, the panel, going to them, and the line that a
new one is for. Rule: lines are rows of the history, by the one tie that scrolling has (models/history.js); what leaves the
page is the tie's offset and how many rows above its line the note stands. */

import { actions } from "../page.js";
import { may } from "../helpers/sharing.js";
import { t, tn } from "../helpers/words.js";
import { Annotations } from "../models/annotations.js";
import { AnnotationMarks } from "./annotation-marks.js";
import "./annotation-panel.js";
import { setHidden, setText } from "./dom.js";
import { toast } from "./toast-line.js";

// So soon after the terminal was drawn anew its place among the rows is asked for.
const PLACE_MS = 200;
const AGAIN_MS = 2000;
const CLICK_PX = 5;
const NARROW = "(max-width: 640px)";

export class SessionAnnotations {
  /** `page` is a <session-page> or a <shared-page>; `scroll` its deep-scroll.js, where there is one; `history` a
   * models/history.js that is tied to `view`; `others`: panels in the same place. */
  constructor({ page, stream, link, view, history, scroll = null, others = [], signal, back }) {
    Object.assign(this, { page, stream, view, history, scroll, others });
    const notes = { id: "session.notes", title: t("Notes on lines"), group: t("Session"), keys: ["Alt+Shift+N"], run: () => this.toggle() };
    this.known = new Map([[notes.id, notes]]);
    this.notes = new Annotations({ connection: link, stream, signal });
    this.panel = page.querySelector("annotation-panel");
    customElements.upgrade(this.panel);
    this.panel.attach(this.notes, {
      save: (text) => this.save(text), erases: () => may(stream.role, "end"), writes: () => stream.joined,
    });
    this.marks = new AnnotationMarks({ term: view.term, choose: (note) => this.open(note) });
    this.above = null;       // the marks of the history view, which is made when it is needed
    this.target = null;      // the row that a new note is for; null: none
    this.listen(signal, back);
  }

  listen(signal, back) {
    const { page, panel, view, stream, scroll, history, notes } = this;
    const button = page.part("notes");
    notes.addEventListener("change", () => this.changed(button));
    button.addEventListener("click", () => this.toggle());
    for (const other of this.others) {
      other.addEventListener("toggled", ({ detail }) => detail.open && !panel.hidden && panel.toggle(false));
    }
    panel.addEventListener("toggled", ({ detail }) => {
      button.ariaExpanded = String(detail.open);
      this.aim(detail.open ? this.first() : null);
      if (!detail.open) back();
    });
    panel.addEventListener("jump", ({ detail }) => this.jump(detail.number));
    panel.addEventListener("moved", ({ detail }) => this.move(detail.way));
    for (const name of ["joined", "role", "away"]) stream.addEventListener(name, () => panel.hidden || panel.draw());
    if (scroll) scroll.bar.addEventListener("placed", () => this.draw());
    else this.follow();
    history.addEventListener("renumbered", () => notes.load().catch(() => {}));
    stream.addEventListener("parsed", () => this.untied && this.soon());
    this.pointers(page.querySelector(".stage"), signal);
  }

  /** Where no deep-scroll.js does it: the tie, and drawing when something moved. */
  follow() {
    const { view, history, stream } = this;
    const again = () => { this.frame ??= requestAnimationFrame(() => { this.frame = undefined; this.draw(); }); };
    stream.addEventListener("parsed", ({ detail }) => {
      const marker = view.marker();
      if (marker) history.put(detail.offset, marker);
    });
    view.addEventListener("redrawn", () => history.cut());
    for (const event of [view.term.onScroll, view.term.onWriteParsed, view.term.buffer.onBufferChange]) event(again);
  }

  changed(button) {
    const count = this.notes.list.length;
    button.ariaLabel = count ? tn("Notes, {count}", "Notes, {count}", count) : t("Notes");
    const sign = button.querySelector(".count");
    setText(sign, count > 99 ? "99+" : String(count));
    setHidden(sign, count === 0);
    this.soon();
    this.draw();
  }

  // Rows

  /** Whether somebody wants to know where the live terminal stands, and nobody does. */
  get untied() {
    return !this.reading && this.history.base === null && this.history.mark && (this.notes.placed.length > 0 || !this.panel.hidden);
  }

  /** Not at each of the frames that a flood is shown by, of which each is a terminal anew. */
  soon() {
    if (this.timer) return;
    const wait = Math.max(PLACE_MS, (this.tiedAt ?? -AGAIN_MS) + AGAIN_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.tie().catch((error) => console.debug(error.message));
    }, wait);
  }

  async tie() {
    if (this.untied) {
      this.tiedAt = performance.now();
      await this.anchor();
    }
    if (!this.panel.hidden && this.target === null) this.aim(this.first());
    this.draw();
  }

  anchor() {
    return this.scroll ? this.scroll.anchor() : this.history.anchor();
  }

  get reading() {
    return Boolean(this.scroll?.reading);
  }

  get term() {
    return this.reading ? this.scroll.pane.term : this.view.term;
  }

  /** The row at the top of what is shown; null where it is not known, or is no row (the alternate screen). */
  get top() {
    if (this.reading) return Math.floor(this.scroll.pane.top);
    const { base } = this.history;
    return this.view.place.alternate || base === null ? null : base + this.view.place.top;
  }

  textOf(row) {
    const line = this.reading ? this.scroll.pane.pages.lineOf(row) : row - this.history.base;
    return this.term.buffer.active.getLine(line)?.translateToString(true).trim() ?? "";
  }

  // Drawing

  draw() {
    const { top, notes, history } = this;
    if (this.reading && this.scroll.pane.term) {
      this.above ??= new AnnotationMarks({ term: this.scroll.pane.term, choose: (note) => this.open(note) });
    }
    const [on, off] = this.reading ? [this.above, this.marks] : [this.marks, this.above];
    off?.clear();
    if (top === null) return on?.clear();
    const known = notes.numbering === history.id ? notes.placed : [];
    if (known.length || this.target !== null) on?.draw(known, top, this.target);
    else on?.clear();
    return undefined;
  }

  // The line that a new note is for

  /** Where the cursor is, or the last one with a text above it; who has scrolled up means what is in sight. */
  first() {
    const { top } = this;
    if (top === null) return null;
    const { place, term } = this.view;
    const live = !this.reading && place.top >= place.bottom;
    if (!live) return top;
    let row = top + term.buffer.active.cursorY;
    while (row > top && !this.textOf(row)) row -= 1;
    return row;
  }

  aim(row) {
    this.target = row;
    if (!this.panel.hidden) {
      if (row === null) this.soon();
      this.panel.aim(row === null ? null : this.textOf(row));
    }
    this.draw();
  }

  move(way) {
    const { top, target, scroll, view, term } = this;
    if (top === null || target === null) return;
    const first = scroll ? this.history.first : this.history.base;
    const end = this.history.base === null ? this.history.end : this.history.base + view.term.buffer.normal.length;
    const row = Math.max(first, Math.min(target + way, end - 1));
    if (row < top || row >= top + term.rows) this.goTo(row);
    this.aim(row);
  }

  /** While the panel is open a click on a line means that line; one beside the text opens it. */
  pointers(stage, signal) {
    let down = null;
    stage.addEventListener("pointerdown", (event) => { down = event; }, { capture: true, signal });
    stage.addEventListener("click", (event) => {
      const still = down && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < CLICK_PX;
      const screen = this.term?.element.querySelector(".xterm-screen").getBoundingClientRect();
      if (!still || !screen || !event.target.closest("terminal-view, history-view") || event.target.closest("button")) return;
      const beside = event.clientX < screen.left;
      if (this.top === null || (this.panel.hidden && !beside)) return;
      if (this.panel.hidden) this.toggle();
      const row = Math.floor((event.clientY - screen.top) / (screen.height / this.term.rows));
      if (row >= 0 && row < this.term.rows) this.aim(this.top + row);
    }, { signal });
  }

  async save(text) {
    const row = this.target;
    await this.anchor();
    const { tie } = this.history;
    await this.notes.add(row === null || !tie ? { text } : { text, offset: tie.offset, up: tie.row - row });
  }

  // Going there

  open(note) {
    for (const other of this.others) if (!other.hidden) other.toggle(false);
    this.panel.reveal(note.number);
  }

  async jump(number) {
    const note = this.notes.known.get(number);
    if (typeof note?.row !== "number") return toast(t("That part of the output is no longer kept."));
    try {
      await this.anchor();
      this.goTo(note.row);
      if (matchMedia(NARROW).matches && !this.panel.hidden) this.panel.toggle(false);
    } catch (error) {
      toast(error.message);
    }
    return undefined;
  }

  goTo(row) {
    const { scroll, history, view } = this;
    const top = row - Math.floor((scroll?.rows ?? view.term.rows) / 3);
    if (scroll) scroll.goTo(Math.max(history.first, top));
    else if (history.base !== null && row >= history.base) view.term.scrollToLine(Math.max(0, top - history.base));
    else toast(t("That line is above what this page shows."));
  }

  toggle() {
    for (const other of this.others) if (!other.hidden) other.toggle(false);
    this.panel.toggle();
  }

  register() {
    this.unregister();
    this.remove = actions.add(this.known.get("session.notes"));
  }

  unregister() {
    this.remove?.();
  }
}
