/* <history-view>: the rows above the live terminal, in a read-only xterm.js that lies over it. Rule: what is drawn is
the loaded window (models/history-window.js) and nothing else; places and selections are kept as row numbers, so that
drawing anew moves nothing that the reader sees.

It is made when it is first needed. Event: `moved` (scrolled, by whatever).
*/

import { Terminal } from "@xterm/xterm";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { guard } from "../helpers/guards.js";
import { registerWidths } from "../helpers/widths.js";
import { dragOf, dragOn, mapped, select, selectionOf } from "../helpers/selection.js";
import { t } from "../helpers/words.js";
import { ordered, selectedText } from "../models/history-copy.js";
import { PictureLayer } from "./picture-layer.js";
import { addRenderer, choices, colour, dress, join, look, openLink, SCROLLBAR_PX } from "./terminal-look.js";

// More than a window ever holds.
const SCROLLBACK_LINES = 20_000;
// Reset, then no cursor.
const RESET = "\x18\x1bc\x1b[?25l";
// Switches reflow off (and no heuristics on): pages of several widths stay as they were wrapped.
const AS_WRAPPED = { backend: "winpty", buildNumber: 1 };
const SMALLEST_FONT = 2;

class HistoryView extends HTMLElement {
  /** `view` is the live <terminal-view>; `pages` the window to draw. */
  attach(view, pages) {
    Object.assign(this, { view, pages });
    this.chosen = null;   // {anchor: {row, col}, head: {row, col}}
    this.drawing = false;
    this.top = 0;         // the row at the top of what is shown
    view.addEventListener("laid-out", () => this.term && this.layout());
    this.ending = new AbortController();
    const recolour = () => this.term && colour(this.term, { cursor: false });
    const { signal } = this.ending;
    document.addEventListener("themechange", recolour, { signal });
    document.addEventListener("lookchange", () => this.term && dress(this.term, { cursor: false }), { signal });
  }

  disconnectedCallback() {
    this.ending?.abort();
    this.layer?.close();
    this.term?.dispose();
  }

  get shown() {
    return this.classList.contains("shown");
  }

  set shown(on) {
    if (on) this.scrollLeft = this.view.scrollLeft;
    this.classList.toggle("shown", on);
    this.ariaHidden = String(!on);
  }

  open() {
    this.mount = document.createElement("div");
    this.mount.className = "terminal-mount";
    this.append(this.mount);
    this.term = new Terminal({
      ...look((text) => this.view.hint(text)), scrollback: SCROLLBACK_LINES, windowsPty: AS_WRAPPED,
      rows: this.view.term.rows, cols: this.view.term.cols, cursorInactiveStyle: "none", disableStdin: true,
    });
    this.term.loadAddon(new WebLinksAddon((event, uri) => openLink(uri), {
      hover: (event, uri) => this.view.hint(uri), leave: () => this.view.hint(""),
    }));
    this.layer = new PictureLayer(this.term, guard(this.term).pictures);
    if (this.view.store) this.layer.from(this.view.store);
    registerWidths(this.term);
    colour(this.term, { cursor: false });
    this.term.open(this.mount);
    join(this.term, choices.get("terminal_ligatures"));
    addRenderer(this.term, () => this.layout());
    this.keys();
    this.term.onScroll(() => this.drawing || this.moved());
    this.term.onSelectionChange(() => this.drawing || this.choose());
  }

  /** Keys belong to the live terminal. Its text field is only there for the browser's own copy menu. */
  keys() {
    const { textarea } = this.term;
    textarea.tabIndex = -1;
    textarea.inputMode = "none";
    textarea.setAttribute("aria-label", t("History"));
    this.mount.addEventListener("mouseup", ({ button }) => {
      if (button === 0 && !matchMedia("(pointer: coarse)").matches) this.view.focus();
    });
    this.term.attachCustomKeyEventHandler((event) => {
      if (event.type === "keydown" && !["Control", "Shift", "Alt", "Meta"].includes(event.key)) this.view.focus();
      return false;
    });
  }

  get rows() {
    return this.term?.rows ?? this.view.term.rows;
  }

  /** As <terminal-view>'s: the history goes on below. */
  pansBefore(down) {
    return down < 0;
  }

  moved() {
    this.top = this.pages.rowOf(this.term.buffer.active.viewportY);
    this.dispatchEvent(new Event("moved"));
  }

  get atEnd() {
    const { viewportY, baseY } = this.term.buffer.active;
    return viewportY === baseY;
  }

  // Drawing. All of it in one task, so that no frame shows half of it: past the queue of write().

  /** Draws the window, and `blanks` lines below it; `top` is the row to stand at then, if not the one from before. */
  draw(top = this.top, blanks = 0) {
    if (!this.term) this.open();
    const drag = dragOf(this.term);
    if (drag !== null) this.choose();
    this.drawing = true;
    this.pages.drawn = this.pages.pages;
    this.put(RESET);
    let before = null;
    for (const page of this.pages.pages) {
      this.putPage(page, before);
      before = page;
    }
    this.put("\r\n".repeat(Math.max(0, blanks)));
    this.layout(top);
    this.showChosen();
    if (drag !== null) dragOn(this.term, drag);
    this.drawing = false;
  }

  putPage(page, before) {
    const { active } = this.term.buffer;
    const goesOn = before !== null && page.continues && page.cols === before.cols;
    if (before !== null && !goesOn) this.put("\r\n");
    this.widen(page.cols);
    page.line = active.baseY + active.cursorY + (goesOn ? 1 : 0);
    this.put(page.data);
  }

  /** By way of the widest: without reflow, growing cuts or fills every line to the new width, shrinking leaves them. */
  widen(cols) {
    const { term } = this;
    if (cols === term.cols) return;
    term.resize(this.cols, term.rows);
    term.resize(cols, term.rows);
  }

  get cols() {
    return Math.max(this.pages.cols, this.view.term.cols);
  }

  put(data) {
    this.term._core._writeBuffer.writeSync(data);
  }

  /** As large as the live text where that fits; `top` stays at the top. */
  layout(top = this.top) {
    const live = this.view.term;
    const { width, height } = this.view.cell;
    const room = { width: this.mount.clientWidth - SCROLLBAR_PX, height: this.mount.clientHeight };
    const drawing = this.drawing;
    this.drawing = true;
    const share = Math.min(1, room.width / (width * this.cols));
    const font = live.options.fontSize * (this.cols > live.cols ? share : 1);
    this.term.options.fontSize = Math.max(SMALLEST_FONT, Math.floor(font * 4) / 4);
    const fitting = Math.floor((room.height + 1) / (height * (this.term.options.fontSize / live.options.fontSize)));
    this.term.resize(this.cols, Math.max(2, this.cols > live.cols ? fitting : Math.min(live.rows, fitting)));
    this.scrollTo(top);
    this.drawing = drawing;
  }

  /** Row `row` to the top, as far as the window goes. */
  scrollTo(row) {
    const { _viewport: viewport } = this.term._core;
    const line = Math.max(0, Math.min(this.pages.lineOf(row), this.term.buffer.active.baseY));
    viewport._sync();
    viewport.scrollToLine(line, true);
    this.top = this.pages.rowOf(line);
  }

  // Selection

  choose() {
    const found = selectionOf(this.term);
    this.chosen = found && mapped(found, ({ line, col }) => ({ row: this.pages.rowOf(line), col }));
  }

  /** Select by rows; lines outside of the window are only counted, which xterm.js allows. */
  set selection(chosen) {
    this.chosen = chosen;
    if (this.term) this.showChosen();
  }

  /** Selects a hit: `length` cells, on over soft wraps. */
  mark({ row, col, length }) {
    const page = this.pages.pages.find(({ from, to }) => row >= from && row < to);
    if (!page) return;
    const last = col + length;
    const down = Math.floor((last - 1) / page.cols);
    this.selection = { anchor: { row, col }, head: { row: row + down, col: last - down * page.cols } };
  }

  /** The text that is selected; what is not loaded comes from the server. */
  async selectedText() {
    const { from, to } = ordered(this.chosen);
    if (this.pages.holds(from.row) && this.pages.holds(to.row)) return this.term.getSelection();
    return selectedText(this.pages.history, this.chosen);
  }

  showChosen() {
    const { drawing } = this;
    this.drawing = true;
    if (this.chosen) select(this.term, mapped(this.chosen, ({ row, col }) => ({ line: this.pages.lineOf(row), col })));
    else this.term.clearSelection();
    this.drawing = drawing;
  }

  /** A text for tests: the rows shown, trailing blanks cut. */
  text() {
    const { active } = this.term.buffer;
    const rows = [];
    for (let y = 0; y < this.term.rows; y += 1) {
      rows.push(active.getLine(active.viewportY + y)?.translateToString(true) ?? "");
    }
    return rows.join("\n");
  }
}

customElements.define("history-view", HistoryView);
