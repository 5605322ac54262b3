/* One long scroll: the live terminal with its newest lines, and the history view over it for all that is older. Rule:
what is read stands still; only the reader moves it, or goes to the bottom by typing.

Which of the two is shown follows from the row at the top: the live terminal where its buffer has that row, otherwise
the history view. A session that is watched at its end asks the server nothing.
*/

import { dragOf, dragOn, mapped, select, selectionOf } from "../helpers/selection.js";
import { percent } from "../helpers/format.js";
import { t } from "../helpers/words.js";
import { ordered } from "../models/history-copy.js";
import { HistoryBorder } from "../models/history-border.js";
import { HistoryLoader } from "../models/history-loader.js";
import { setHidden, setText } from "./dom.js";

// So near to the live buffer's first line the pages above it are loaded: the border is passed without waiting.
const NEAR_LINES = 1500;
const RETRY_MS = 2000;

export class DeepScroll {
  /** `parts`: {view, pane, bar, button, note}; `pages` is the window that `pane` draws. */
  constructor({ history, pages, stream, say, ...parts }) {
    Object.assign(this, { history, pages, stream, say, ...parts });
    this.reading = false;  // the history view is shown
    this.place = null;     // the row at the top while the live terminal is scrolled up
    this.since = null;     // how far output was when the reader left the bottom
    this.pull = 0;         // lines that the reader went up beyond the live buffer's first
    this.border = new HistoryBorder({ history, pages });
    this.loader = new HistoryLoader({ pages, rows: () => this.rows });
    this.retryAt = 0;
    this.tieAt = 0;
    this.listen();
  }

  listen() {
    const { view, pane, bar, history, loader, stream } = this;
    view.term.onScroll(() => this.soon());
    view.term.onWriteParsed(() => this.soon());
    view.term.buffer.onBufferChange(() => this.soon());
    view.addEventListener("laid-out", () => this.soon());
    view.addEventListener("redrawn", () => this.redrawn());
    view.addEventListener("user-typed", () => this.reading && this.toBottom());
    view.addEventListener("scroll-asked", ({ detail }) => this.asked(detail));
    stream.addEventListener("parsed", ({ detail }) => this.parsed(detail.offset));
    pane.addEventListener("moved", () => this.moved());
    history.addEventListener("renumbered", ({ detail }) => this.renumbered(detail.shift));
    loader.addEventListener("loaded", ({ detail }) => this.draw(detail.change, detail.top));
    loader.addEventListener("busy", ({ detail }) => this.busy(detail.on));
    loader.addEventListener("failed", ({ detail }) => this.say(detail.message));
    history.addEventListener("reading", ({ detail }) => this.indexing(detail.share));
    bar.addEventListener("neared", () => this.anchor());
    bar.addEventListener("dragged", ({ detail }) => this.goTo(detail.top));
    bar.addEventListener("paged", ({ detail }) => this.by(detail.way * (this.rows - 1)));
    this.button.addEventListener("click", () => {
      this.toBottom();
      view.focus();
    });
  }

  get rows() {
    return this.reading ? this.pane.rows : this.view.term.rows;
  }

  /** {first, end, top, rows} for the bar. */
  get position() {
    const { top, lines, rows, alternate } = this.view.place;
    const { base } = this.history;
    if (this.reading) return { first: this.history.first, end: this.end, top: this.pane.top, rows: this.pane.rows };
    if (alternate || base === null) return { first: 0, end: lines, top, rows };
    return { first: Math.min(this.history.first, base), end: base + lines, top: base + top, rows };
  }

  /** The row behind the last, as far as is known here. */
  get end() {
    const { base, end } = this.history;
    return base === null ? end : base + this.view.term.buffer.normal.length;
  }

  // Moving

  /** Row `row` to the top. */
  goTo(row) {
    const { base } = this.history;
    if (base === null && !this.reading) return this.toLive(row);  // rows are still the buffer's own lines
    const held = base !== null && row >= base && !this.view.place.alternate;
    if (held && !(this.reading && this.pane.chosen)) return this.toLive(row - base);
    const top = Math.max(this.history.first, Math.min(row, this.end - this.pane.rows));
    const loaded = this.pages.holds(top) && this.pages.holds(top + this.pane.rows - 1);
    if (!this.reading || !loaded) return this.loader.want(top, true);
    this.loader.cancel();                     // a place further away, still loading, is no longer wanted
    this.pane.scrollTo(top);
    this.loader.want(top, false);
    return undefined;
  }

  /** Answers whether there was anywhere to go. */
  by(lines) {
    const { top, bottom, alternate } = this.view.place;
    const { base, correction } = this.history;
    if (!this.reading && (top + lines >= 0 || (top > 0 && correction))) {
      this.view.term.scrollLines(lines);
      return !alternate && (lines < 0 ? top > 0 : top < bottom);
    }
    if (!this.reading) return this.enter(lines);
    // Where lines are not rows (a resize lies between) no step may jump over the border.
    const goal = correction && this.pane.top < base ? Math.min(base, this.pane.top + lines) : this.pane.top + lines;
    if (lines > 0 && this.pane.atEnd && this.pages.to >= this.history.end) this.toBottom();
    else this.goTo(goal);
    return goal > this.history.first && this.reading;
  }

  /** From the live buffer's first line into the history, `lines` (negative) up. Answers whether there is more above. */
  enter(lines) {
    if (this.view.place.alternate) return false;
    this.pull += lines;                       // what comes while the first page is loading counts
    const go = () => {
      const { base, first } = this.history;
      if (base !== null && base > first) this.goTo(base + this.view.place.top + this.pull);
      else this.pull = 0;
    };
    if (this.history.base !== null) go();
    else this.anchor().then(() => this.reading || this.view.place.top > 0 || go());
    return this.history.base === null || this.history.base > this.history.first;
  }

  asked({ pages, to }) {
    if (to === "bottom") this.toBottom();
    else if (to === "top") this.anchor().then(() => this.goTo(this.history.first));
    else this.by(pages * (this.rows - 1));
  }

  toBottom() {
    this.toLive(this.view.term.buffer.active.baseY);
  }

  toLive(line) {
    const { term } = this.view;
    const { chosen } = this.pane;
    const { base } = this.history;
    const kept = this.reading && chosen && base !== null && ordered(chosen).from.row >= base;
    this.uncover();
    if (kept) select(term, mapped(chosen, ({ row, col }) => ({ line: row - base, col })));
    term.scrollToLine(Math.max(0, Math.min(line, term.buffer.active.baseY)));
  }

  /** The live terminal as it stands. */
  uncover() {
    this.loader.cancel();
    this.place = null;
    this.pull = 0;
    this.reading = false;
    this.pane.shown = false;
    this.pane.selection = null;
    this.soon();
  }

  /** Shows a hit of a search, selected, with some rows above it. */
  async reveal({ row, col, length }) {
    const top = Math.max(this.history.first, row - Math.floor(this.rows / 3));
    await this.loader.want(top, true);
    if (this.reading) this.pane.mark({ row, col, length });
  }

  // Drawing what was loaded

  busy(on) {
    if (on) setText(this.note, t("Reading the history…"));
    setHidden(this.note, !on);
  }

  /** The server reads a long journal, which it does once. */
  indexing(share) {
    this.busy(share < 1);
    if (share < 1) setText(this.note, t("Reading the history: {percent}", { percent: percent(Math.floor(share * 100), 0) }));
  }

  draw(change, top) {
    const { pane } = this;
    if (!this.pages.pages.length) return;
    if (change) pane.draw(top ?? undefined, this.pages.to >= this.history.end ? this.end - this.pages.to : 0);
    else if (top !== null) pane.scrollTo(top);
    if (change && !this.reading) {
      this.border.align(this.view.term.buffer.normal, pane.term.buffer.active)?.then(() => this.soon());
    }
    if (top !== null && !this.reading) this.show(top);
    this.soon();
  }

  show(top) {
    const { pane, view } = this;
    const { base } = this.history;
    const chosen = selectionOf(view.term);
    const drag = dragOf(view.term);
    this.reading = true;
    this.place = null;
    this.pull = 0;
    if (chosen && base !== null) pane.selection = mapped(chosen, ({ line, col }) => ({ row: base + line, col }));
    view.term.clearSelection();
    if (drag !== null) dragOn(pane.term, drag);
    pane.scrollTo(top);
    pane.shown = true;
  }

  // What happens meanwhile

  parsed(offset) {
    const marker = this.view.marker();
    if (marker) this.history.put(offset, marker);
  }

  /** Learns the base, at most every 2 s when it fails. */
  anchor() {
    if (performance.now() < this.retryAt) return Promise.resolve();
    this.anchoring ??= this.history.anchor().then(() => this.soon(), (error) => {
      this.retryAt = performance.now() + RETRY_MS;
      console.debug(error.message);
    }).finally(() => { this.anchoring = undefined; });
    return this.anchoring;
  }

  /** The live terminal was reset while the reader is above: not at each of the frames that a flood is shown by. */
  tieAgain() {
    if (performance.now() < this.tieAt) return;
    this.tieAt = performance.now() + RETRY_MS;
    this.anchor();
  }

  /** The history view was scrolled: load ahead, or leave it where the live buffer goes on. */
  moved() {
    const { pane, history } = this;
    if (!this.reading) return;
    const { base } = history;
    if (base !== null && !pane.chosen && !this.bar.dragging && pane.top >= base && !this.view.place.alternate) {
      this.toLive(history.correction ? 0 : pane.top - base);
      return;
    }
    this.loader.want(pane.top, false);
    this.soon();
  }

  /** The live terminal was reset (a snapshot): who was reading above goes on reading. */
  redrawn() {
    this.history.cut();
    if (!this.reading && this.place !== null) this.loader.want(this.place, true);
    this.place = null;
    this.anchored = false;
  }

  renumbered(shift) {
    this.pages.clear();
    this.anchored = false;
    this.place = null;
    const { pane } = this;
    const missed = this.loader.takeMissed();
    if (!this.reading) return;
    if (pane.chosen) pane.chosen = mapped(pane.chosen, ({ row, col }) => ({ row: row + (shift ?? 0), col }));
    this.loader.want(Math.max(this.history.first, (missed ?? pane.top) + (shift ?? 0)), true);
  }

  soon() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.look();
    });
  }

  look() {
    const { history, view: { place: live } } = this;
    if (history.base !== null) history.grow(history.base + this.view.term.buffer.normal.baseY);
    if (!this.reading) this.followLive(live);
    if (this.reading && history.base === null && history.mark) this.tieAgain();
    this.bar.put(this.position);
    this.view.classList.toggle("deep", history.base > history.first);
    const away = this.reading || live.top < live.bottom;
    this.since = away ? this.since ?? this.stream.received : null;
    setHidden(this.button, !away);
    this.button.classList.toggle("fresh", away && this.stream.received > this.since);
  }

  followLive({ top, bottom, alternate }) {
    if (alternate || top >= bottom) {
      this.place = null;
      this.anchored = false;
      return;
    }
    const { base } = this.history;
    if (!this.anchored && this.history.mark) {
      this.anchored = true;
      this.anchor();
    }
    if (base === null) {
      // The lines of the tie are gone: a flood has taken the place of what was read.
      if (this.place !== null) this.loader.want(this.place, true);
      return;
    }
    const row = base + top;
    if (top === 0 && this.place !== null && row > this.place) this.loader.want(this.place, true);
    else this.place = row;
    if (top < NEAR_LINES && base > this.history.first && !this.pages.holds(base - 1)) this.loader.want(base, false);
    if (top === 0 && dragOf(this.view.term) < 0) this.enter(-1);
  }
}
