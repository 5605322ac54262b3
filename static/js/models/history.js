/* The session's history by rows, as the server numbers them. Rule: a row number is used only with the numbering
(`id`) that it belongs to.

The live terminal is tied to the numbering by one mark: a line of its buffer, and the offset below which everything
had been parsed when the cursor stood in that line. The server says which row that is; markers move with the lines.
`renumbered` {shift} is told when the server numbers anew: what was row r is row r + shift now, or nobody knows
(shift null).
*/

const PAGE_ROWS = 2000;
// A long journal is read by the server in turns of at most 2 s.
const TURNS_MOST = 120;

export class History extends EventTarget {
  constructor({ api, session }) {
    super();
    Object.assign(this, { api, session });
    this.id = null;
    this.first = 0;
    this.end = 0;
    this.mark = null;     // {offset, marker}: the newest
    this.asking = null;   // the mark whose row is being asked for
    this.tie = null;      // {offset, marker, row}: a mark whose row is known
    this.correction = 0;  // rows by which the text itself says that the tie is off
    this.reading = null;  // told while the server still reads: the share of the journal done
  }

  // Ties to the live terminal

  /** Everything below `offset` is parsed, and the cursor stands at `marker` ({line, isDisposed, dispose()}). */
  put(offset, marker) {
    const { mark } = this;
    this.mark = { offset, marker };
    this.drop(mark);
  }

  /** The live terminal was reset. The old tie is kept for its offset: numbers may have to be translated with it. */
  cut() {
    for (const old of [this.mark, this.asking, this.tie]) old?.marker.dispose();
    this.mark = null;
    this.correction = 0;
  }

  /** Markers cost a little at every line that is trimmed. */
  drop(old) {
    if (old && ![this.mark, this.asking, this.tie].some((kept) => kept?.marker === old.marker)) old.marker.dispose();
  }

  /** The row of the live buffer's first line, or null. */
  get base() {
    if (!this.tie || this.tie.marker.isDisposed || this.tie.marker.line < 0) return null;
    return this.tie.row - this.tie.marker.line + this.correction;
  }

  /** Learns what there is, and where the live buffer stands in it. Answers the base, or null. */
  async anchor() {
    if (this.mark?.marker === this.tie?.marker && this.base !== null) return this.base;
    const mark = this.mark;
    this.asking = mark;
    try {
      const answer = await this.learn(mark?.offset);
      if (mark && !mark.marker.isDisposed && typeof answer.cursor_row === "number") {
        const { tie } = this;
        this.tie = { ...mark, row: answer.cursor_row };
        this.correction = 0;
        this.drop(tie);
      }
    } finally {
      if (this.asking === mark) this.asking = null;
      this.drop(mark);
    }
    return this.base;
  }

  /**
   * The row of the logical line that begins `count` logical lines above the tie's row, or null. Wrapped anew by a
   * resize, the live buffer has other rows than the history, but the same logical lines.
   */
  async above(count) {
    const { tie } = this;
    for (let to = tie.row, left = count; to > this.first && this.tie === tie;) {
      const from = Math.max(this.first, to - PAGE_ROWS);
      const starts = await this.starts(from, to);
      if (left <= starts.length) return starts[starts.length - left];
      left -= starts.length;
      to = from;
    }
    return null;
  }

  async starts(from, to) {
    const found = [];
    for (let at = from; at < to;) {
      const page = await this.rows(at, to - at, "text");
      if (page.from === page.to) break;
      const wrapped = new Set(page.wrapped);
      for (let i = 0; i < page.to - page.from; i += 1) {
        if (i ? !wrapped.has(i - 1) : !page.continues) found.push(page.from + i);
      }
      at = page.to;
    }
    return found;
  }

  // What the server knows

  async learn(offset) {
    for (let turn = 1; ; turn += 1) {
      const answer = await this.api.history(this.session, { offset });
      this.note(answer);
      this.tell("reading", { share: answer.complete ? 1 : answer.indexed / Math.max(1, answer.head) });
      if (answer.complete || turn === TURNS_MOST) return answer;
    }
  }

  rows(from, count, format = "ansi") {
    return this.noted(this.api.historyRows(this.session, { from, count, format }));
  }

  search(what) {
    return this.noted(this.api.historySearch(this.session, what));
  }

  async noted(request) {
    const answer = await request;
    this.note(answer);
    return answer;
  }

  note({ history, first = 0, end = 0 }) {
    const anew = this.id !== null && history !== this.id;
    this.id = history;
    this.first = anew ? first : Math.max(this.first, first);
    this.end = anew ? end : Math.max(this.end, end);
    if (anew) this.renumber();
  }

  /** Rows that came since, as the live terminal shows. */
  grow(end) {
    this.end = Math.max(this.end, end);
  }

  /** The tie's offset is the same place in both numberings. */
  async renumber() {
    const { tie } = this;
    this.tie = null;
    let shift = null;
    const { cursor_row: row } = await this.learn(tie?.offset).catch(() => ({}));
    if (tie && typeof row === "number") {
      shift = row - tie.row;
      this.tie ??= { ...tie, row };
    }
    this.tell("renumbered", { shift });
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
