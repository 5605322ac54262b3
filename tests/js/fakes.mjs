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

/** Lets answered promises run. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

export const bytes = (text) => new TextEncoder().encode(text);
