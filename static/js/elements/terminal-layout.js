/* How large a <terminal-view>'s text is, and which part of it the window shows. Rule: nothing here ever resizes the
session.

Two ways. *Whole*: the text is scaled so that all of the session shows. *Zoomed*: the text has a chosen size, and the
window is moved over it, by finger, wheel and keys, and by itself to the cursor of who types. */

import { fits, fontThatFits, scrollKept, scrollToShow, smaller, SMALLEST_FONT, zoomedFont } from "../helpers/scale.js";
import { SCROLLBAR_PX, usualFontPx } from "./terminal-look.js";

// A program answers a key by moving the cursor within this time.
const ANSWER_MS = 1500;
// Columns that are shown beside the cursor, where there are any.
const MARGIN_COLS = 3;

export class TerminalLayout {
  /** `view` has: term, mount, keyboardOpen; told: `proposal`, and the event `laid-out`. */
  constructor(view) {
    Object.assign(this, { view });
    this.wish = null;         // of the zoomed text, in the usual size; null: whole
    this.wholeFont = null;    // that shows all
    this.followsCursor = true;
    this.typedAt = -Infinity;
    view.addEventListener("user-typed", () => this.typed());
  }

  get term() {
    return this.view.term;
  }

  get screen() {
    return this.view.mount.querySelector(".xterm-screen");
  }

  soon() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.now();
    });
  }

  /** For good. */
  close() {
    cancelAnimationFrame(this.pending);
    this.pending = 0;                         // not undefined: nothing is laid out any more
  }

  /** What this window would hold at the usual text size goes to `proposal`; then the text takes its size. */
  now() {
    const { view, term } = this;
    if (!view.mount.clientWidth || !view.mount.clientHeight) return;   // not shown
    if (view.keyboardOpen) {
      this.reveal();
      return;
    }
    term.options.fontSize = usualFontPx();
    view.proposal = view.fit.proposeDimensions() ?? view.proposal;
    const room = { width: view.mount.clientWidth - SCROLLBAR_PX, height: view.mount.clientHeight };
    if (room.width <= 0 || room.height <= 0) return;
    this.scale(room);
    this.draw();
    view.classList.toggle("differs", view.differs);
    view.tell("laid-out");
  }

  scale(room) {
    const { term } = this;
    const drawn = () => this.screen.getBoundingClientRect();
    if (!fits(drawn(), room)) {
      term.options.fontSize = fontThatFits(term.options.fontSize, drawn(), room, usualFontPx());
      while (!fits(drawn(), room) && term.options.fontSize > SMALLEST_FONT) {
        term.options.fontSize = smaller(term.options.fontSize);
      }
    }
    this.wholeFont = term.options.fontSize;
  }

  /** The size of the text as it was wished, once `wholeFont` is known. */
  draw() {
    const font = this.wish === null ? null : zoomedFont(this.wish * usualFontPx(), this.wholeFont);
    this.term.options.fontSize = font ?? this.wholeFont;
    this.view.classList.toggle("zoomed", font !== null);
    if (font !== null) return;
    if (this.view.keyboardOpen) this.reveal();
    else this.view.scrollTo(0, 0);
  }

  // Zoom

  get zoomed() {
    return this.view.classList.contains("zoomed");
  }

  /** The size of the text as a share of the usual one. */
  get share() {
    return this.term.options.fontSize / usualFontPx();
  }

  /** Text of the usual size, or larger, at the cursor: `wish` as a share of the usual size, null for all of it. */
  zoom(wish) {
    this.wish = wish;
    if (this.view.keyboardOpen) this.draw();
    else this.now();
    if (this.zoomed) this.reveal();
    this.told();
  }

  /** By a factor, around a point of the window (client coordinates). */
  zoomBy(factor, point) {
    this.zoomTo(this.term.options.fontSize * factor, point);
  }

  zoomTo(fontSize, point = this.middle) {
    const { view, term } = this;
    if (this.wholeFont === null) return undefined;
    const before = term.options.fontSize;
    const place = { left: view.scrollLeft, top: view.scrollTop };
    this.wish = zoomedFont(fontSize, this.wholeFont) === null ? null : fontSize / usualFontPx();
    this.draw();
    if (!this.zoomed || term.options.fontSize === before) return this.told();
    const ratio = term.options.fontSize / before;
    const edge = view.getBoundingClientRect();
    const style = getComputedStyle(view);
    view.scrollLeft = scrollKept(place.left, point.x - edge.left, ratio, parseFloat(style.paddingLeft));
    view.scrollTop = scrollKept(place.top, point.y - edge.top, ratio, parseFloat(style.paddingTop));
    return this.told();
  }

  told() {
    this.view.tell("laid-out");
  }

  get middle() {
    const { left, top, width, height } = this.view.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  }

  // Moving over it

  /** The history over it moves along, sideways. */
  tie(pane) {
    const { view } = this;
    view.addEventListener("scroll", () => this.along(pane));
    pane.addEventListener("scroll", () => {
      if (pane.shown) view.scrollLeft = pane.scrollLeft;
    });
  }

  along(pane) {
    if (pane.scrollLeft !== this.view.scrollLeft) pane.scrollLeft = this.view.scrollLeft;
  }

  /** Answers how far down it really went. */
  panBy(across, down) {
    const { view } = this;
    const before = view.scrollTop;
    view.scrollLeft += across;
    view.scrollTop += down;
    return view.scrollTop - before;
  }

  typed() {
    this.typedAt = performance.now();
    if (this.zoomed && this.followsCursor) this.reveal();
  }

  cursorMoved() {
    const answered = this.zoomed && this.followsCursor && performance.now() - this.typedAt < ANSWER_MS;
    if (this.view.keyboardOpen || answered) this.reveal();
  }

  /** The cursor into the window. */
  reveal() {
    const { view, term } = this;
    const { cursorX, cursorY } = term.buffer.active;
    const height = this.screen.clientHeight / term.rows;
    const width = this.screen.clientWidth / term.cols;
    // Above an on-screen keyboard the line of the cursor is the last one.
    if (view.keyboardOpen) view.scrollTop = Math.max(0, (cursorY + 2) * height - view.clientHeight);
    else view.scrollTop = scrollToShow(view.scrollTop, cursorY * height, (cursorY + 2) * height, view.clientHeight);
    const from = Math.max(0, cursorX - MARGIN_COLS) * width;
    const to = (Math.min(term.cols, cursorX + MARGIN_COLS) + 1) * width + SCROLLBAR_PX;
    view.scrollLeft = scrollToShow(view.scrollLeft, from, to, view.clientWidth);
  }
}
