/* Stand-ins for the two ends of a SessionStream: a terminal that keeps what it is given, a server that answers. */

/** Keeps the drawn bytes as text; parses at once unless `lazy`. */
export class FakeTerminal {
  constructor() {
    this.shown = "";
    this.sizes = [];
    this.resets = 0;
    this.lazy = false;
    this.unparsed = [];
  }

  draw({ rows, cols, data }, done) {
    this.resets += 1;
    this.shown = "";
    this.resize(rows, cols);
    this.write(data, done);
  }

  write(data, done) {
    this.shown += new TextDecoder().decode(data);
    if (this.lazy) this.unparsed.push(done);
    else done();
  }

  resize(rows, cols) {
    this.sizes.push([rows, cols]);
  }
}

/** A connection whose answers the test gives: `asked` holds what was called and sent. */
export class FakeConnection extends EventTarget {
  constructor() {
    super();
    this.open = true;
    this.asked = [];
    this.sent = [];
    this.woken = 0;
    this.hidden = false;
  }

  call(event, payload) {
    return new Promise((resolve, reject) => this.asked.push({ event, payload, resolve, reject }));
  }

  send(event, payload, answer) {
    if (!this.open) return false;
    this.sent.push({ event, payload, answer });
    return true;
  }

  heard() {}

  wake() {
    this.woken += 1;
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  turn(hidden) {
    this.hidden = hidden;
    this.tell(hidden ? "hidden" : "shown");
  }

  close() {
    this.open = false;
    this.tell("close", {});
  }

  reopen() {
    this.open = true;
    this.tell("open");
  }

  inputs() {
    return this.sent.filter(({ event }) => event === "input");
  }
}

/** An API with a history of rows "row 0", "row 1", ... */
export class FakeHistoryApi {
  constructor(end, cols = 80) {
    Object.assign(this, {
      id: "first", first: 0, end, most: 10_000, widths: [[0, cols]], said: "row", cursorRows: new Map(), asked: [],
      incomplete: 0, broken: false, wrapped: () => false,
    });
  }

  async history(session, { offset } = {}) {
    this.asked.push({ offset });
    const complete = this.incomplete <= 0;
    this.incomplete -= 1;
    return {
      history: this.id, first: this.first, end: this.end, head: 1000, complete, indexed: complete ? 1000 : 100,
      cursor_row: this.cursorRows.get(offset),
    };
  }

  async historyRows(session, { from, count, format }) {
    this.asked.push({ from, count });
    await settled();
    if (this.broken) throw new Error("broken");
    const start = Math.max(from, this.first);
    const [, cols] = this.widths.findLast(([row]) => row <= start);
    const next = this.widths.find(([row]) => row > start)?.[0] ?? Infinity;
    const to = Math.max(start, Math.min(start + Math.min(count, this.most), this.end, next));
    const rows = Array.from({ length: to - start }, (_, i) => start + i);
    return {
      history: this.id, from: start, to, cols, format, continues: start > 0 && this.wrapped(start - 1),
      wrapped: rows.filter((row) => this.wrapped(row)).map((row) => row - start),
      data: rows.map((row) => `${this.said} ${row}`).join(format === "text" ? "\n" : "\r\n"),
    };
  }
}

export function marker(line) {
  return { line, isDisposed: false, dispose() { this.isDisposed = true; } };
}

/** Lets answered promises run. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

export const bytes = (text) => new TextEncoder().encode(text);
