/* The session's history by rows, as the server numbers them. Rule: a row number is used only with the numbering
(`id`) that it belongs to.

The live terminal is tied to the numbering by one mark: a line of its buffer, and the offset below which everything
had been parsed when the cursor stood in that line. The server says which row that is; markers move with the lines.
`renumbered` {shift} is told when the server numbers anew: what was row r is row r + shift now, or nobody knows
(shift null).
*/

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
    this.tie = null;      // {offset, marker, row}: a mark whose row is known
    this.correction = 0;  // rows by which the text itself says that the tie is off
    this.reading = null;  // told while the server still reads: the share of the journal done
  }

  // Ties to the live terminal

  /** Everything below `offset` is parsed, and the cursor stands at `marker` ({line, isDisposed, dispose()}). */
  put(offset, marker) {
    if (this.mark !== null && this.mark.marker !== this.tie?.marker) this.mark.marker.dispose();
    this.mark = { offset, marker };
  }

  /** The live terminal was reset. The old tie is kept for its offset: numbers may have to be translated with it. */
  cut() {
    this.mark?.marker.dispose();
    this.tie?.marker.dispose();
    this.mark = null;
    this.correction = 0;
  }

  /** The row of the live buffer's first line, or null. */
  get base() {
    if (!this.tie || this.tie.marker.isDisposed || this.tie.marker.line < 0) return null;
    return this.tie.row - this.tie.marker.line + this.correction;
  }

  /** Learns what there is, and where the live buffer stands in it. Answers the base, or null. */
  async anchor() {
    const mark = this.mark !== null && !this.mark.marker.isDisposed ? this.mark : null;
    if (mark && mark.marker === this.tie?.marker) return this.base;
    const answer = await this.learn(mark?.offset);
    if (mark && !mark.marker.isDisposed && typeof answer.cursor_row === "number") {
      if (this.tie && this.tie.marker !== this.mark?.marker) this.tie.marker.dispose();
      this.tie = { ...mark, row: answer.cursor_row };
      this.correction = 0;
    }
    return this.base;
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
