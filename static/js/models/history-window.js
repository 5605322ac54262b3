/* The part of the history that is loaded: pages, one after the other without a gap. Rule: rows are asked for by
number and kept with the numbers that the server answered; what it answered otherwise is not guessed.

A page {from, to, cols, data, continues, wrapped} is as the server sent it. Whoever draws the pages keeps the list as
`drawn`, and in each page's `line` at which line of its buffer the page begins.
*/

export const PAGE_ROWS = 600;
// This many rows beyond what is shown are loaded ahead: some seconds of scrolling with a wheel.
const AHEAD_ROWS = 500;
// Drawn anew in one go (about 10 ms); more would be felt.
const KEPT_ROWS = 3600;
// Rows so near to the end may be on the screen still.
const SCREEN_ROWS = 300;
// A page may end early, where the session's width changed; that often in a row is not waited for.
const STEPS_MOST = 100;

export class HistoryWindow {
  constructor(history) {
    this.history = history;
    this.pages = [];
    this.drawn = [];
  }

  get from() {
    return this.pages.length ? this.pages[0].from : 0;
  }

  get to() {
    return this.pages.length ? this.pages.at(-1).to : 0;
  }

  get cols() {
    return Math.max(0, ...this.pages.map((page) => page.cols));
  }

  clear() {
    this.pages = [];
  }

  holds(row) {
    return this.pages.length > 0 && row >= this.from && row < this.to;
  }

  /** The line of the drawing terminal's buffer for a row, and back. Rows outside are counted on. */
  lineOf(row) {
    const page = this.drawn.findLast((each) => each.from <= row) ?? this.drawn[0];
    return page ? page.line + row - page.from : 0;
  }

  rowOf(line) {
    const page = this.drawn.findLast((each) => each.line <= line) ?? this.drawn[0];
    return page ? page.from + line - page.line : 0;
  }

  /**
   * Loads what is needed to show `rows` rows from `top` on, and some around. Answers what has changed for who draws:
   * "" nothing, "after" pages were added behind the last, "all" anything else,
   * "renumbered" nothing, and the numbers are others now.
   */
  async load(top, rows) {
    const { first, end, id } = this.history;
    const want = { from: Math.max(first, top - AHEAD_ROWS), to: Math.min(end, top + rows + AHEAD_ROWS) };
    const anew = !this.pages.length || want.to < this.from || want.from > this.to;
    const change = anew ? await this.begin(want) : await this.extend(want);
    if (id !== null && this.history.id !== id) return "renumbered";
    return this.trim(top, rows) ? "all" : change;
  }

  async begin({ from, to }) {
    const pages = await this.fetch(from, Math.max(to, from + 1));
    if (!pages.length) return "";
    this.pages = pages;
    return "all";
  }

  async extend({ from, to }) {
    const before = await this.before(from);
    const after = await this.after(to);
    return before ? "all" : after;
  }

  async before(want) {
    const { from } = this;
    if (want >= from) return false;
    const pages = await this.fetch(Math.max(this.history.first, Math.min(want, from - PAGE_ROWS)), from);
    if (!pages.length || pages.at(-1).to !== from) return false;
    this.pages = [...pages, ...this.pages];
    return true;
  }

  /** Rows of the screen change until they scroll off: the page that had them is asked for again. Answers the change. */
  async after(want) {
    if (want <= this.to) return "";
    const again = this.pages.at(-1).changing;
    const kept = again ? this.pages.slice(0, -1) : this.pages;
    const from = again ? this.pages.at(-1).from : this.to;
    const pages = await this.fetch(from, Math.min(this.history.end, Math.max(want, this.to + PAGE_ROWS)));
    if (!pages.length || pages[0].from !== from) return "";
    this.pages = [...kept, ...pages];
    return again ? "all" : "after";
  }

  /** The rows from `from` up to `to`, in as many pages as it takes; none when the numbers have changed meanwhile. */
  async fetch(from, to) {
    const pages = [];
    const { id } = this.history;
    for (let at = from, step = 0; at < to && step < STEPS_MOST; step += 1) {
      const page = await this.history.rows(at, Math.min(to - at, PAGE_ROWS));
      if (page.history !== id && id !== null) return [];
      if (page.from === page.to) break;
      pages.push({ ...page, line: 0, changing: page.to > this.history.end - SCREEN_ROWS });
      at = page.to;
    }
    return pages;
  }

  /** Lets go of the pages furthest from what is shown. */
  trim(top, rows) {
    let cut = false;
    while (this.to - this.from > KEPT_ROWS && this.pages.length > 1) {
      const above = top - this.pages[0].to;
      const below = this.pages.at(-1).from - (top + rows);
      if (Math.max(above, below) < AHEAD_ROWS) break;
      if (above > below) this.pages.shift();
      else this.pages.pop();
      cut = true;
    }
    return cut;
  }
}
