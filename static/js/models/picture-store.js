/* The pictures of one session, fetched when they are first in sight. Rule: what is kept has a bound; what cannot be had or
drawn is not asked for again.

`ask(offset, start)` answers {kind, size, data}, as the event `picture` does; `decode(kind, bytes)` something to draw, with
width, height and, where it has one, close(). */

// Kept drawings, in pixels of four bytes; what was not in sight for longest goes first.
const MOST_PIXELS = 24 << 20;
const MOST_ENTRIES = 500;
const AT_ONCE = 2;
const MOST_BYTES = 8 << 20;
const AGAIN_MS = 3000;

/** Event: `arrived`. */
export class PictureStore extends EventTarget {
  constructor({ ask, decode }) {
    super();
    Object.assign(this, { ask, decode });
    this.kept = new Map();      // offset -> drawing; null: there is none; undefined: on its way
    this.resting = new Set();   // let go of a moment ago: more is in sight than is kept, so not at once again
    this.queue = [];
    this.busy = 0;
  }

  /** Something to draw, null where there is nothing, undefined while it is on its way. */
  get(offset) {
    if (this.kept.has(offset)) {
      const drawing = this.kept.get(offset);
      this.kept.delete(offset);
      this.kept.set(offset, drawing);
      return drawing;
    }
    if (this.resting.has(offset)) return undefined;
    this.kept.set(offset, undefined);
    this.queue.push(offset);
    this.next();
    return undefined;
  }

  async next() {
    if (this.busy >= AT_ONCE || !this.queue.length) return;
    const offset = this.queue.pop();          // the newest was asked for last
    this.busy += 1;
    try {
      this.keep(offset, await this.fetch(offset));
    } catch (error) {
      if (error?.code === "not_found") this.keep(offset, null);
      else setTimeout(() => this.again(offset), AGAIN_MS);      // lost, or too much at once
    }
    this.busy -= 1;
    this.dispatchEvent(new Event("arrived"));
    this.next();
  }

  async fetch(offset) {
    const parts = [];
    let [got, size, kind] = [0, 1, ""];
    while (got < size) {
      const part = await this.ask(offset, got);
      const data = new Uint8Array(part.data);
      if (!data.length || part.size > MOST_BYTES) return null;
      ({ size, kind } = part);
      parts.push(data);
      got += data.length;
    }
    const whole = new Uint8Array(got);
    parts.reduce((at, data) => { whole.set(data, at); return at + data.length; }, 0);
    return this.decode(kind, whole).catch(() => null);
  }

  keep(offset, drawing) {
    this.kept.set(offset, drawing);
    let pixels = [...this.kept.values()].reduce((sum, one) => sum + area(one), 0);
    for (const [old, one] of this.kept) {
      if ((pixels <= MOST_PIXELS && this.kept.size <= MOST_ENTRIES) || old === offset) return;
      if (one === undefined) continue;
      pixels -= area(one);
      one?.close?.();
      this.kept.delete(old);
      this.resting.add(old);
      setTimeout(() => this.resting.delete(old), AGAIN_MS);
    }
  }

  again(offset) {
    this.kept.delete(offset);
    this.dispatchEvent(new Event("arrived"));
  }
}

function area(drawing) {
  return drawing ? drawing.width * drawing.height : 0;
}
