/* Output on its way into xterm.js. Rule: no task of the page gets long, and parsing never waits for painting.

A terminal full of colours takes the page 20 to 100 ms to paint and as long to lay out, and xterm.js would paint every
12 ms of parsing. So in a flood it is painted ten times a second, and a snapshot once, when it is whole: else it would
show thousands of lines of its scrollback rush by.
*/

import { place } from "./placing.js";

// xterm.js looks at its clock (12 ms a turn) only between two writes: one of 256 KiB took 170 ms, a snapshot a second.
// So much takes 1 to 5 ms.
const PORTION_BYTES = 16 * 1024;
// More than this waiting to be parsed is a flood.
const FLOOD_BYTES = 64 * 1024;
// Between two paints in a flood; the server sends frames to a viewer that is behind as often.
const PAINT_MS = 100;

export class Painter {
  constructor(term, now = () => performance.now()) {
    Object.assign(this, { term, now });
    this.waiting = 0;      // bytes handed over and not parsed yet
    this.snapshots = 0;    // of these, how many are still to be drawn whole
    this.held = false;
    this.painted = 0;
    this.curtain(term._core._renderService);
  }

  /** Bytes, or what Pictures.read made of them; `done` when all of it is parsed. */
  write(output, done) {
    const parts = [output].flat();
    const last = parts.at(-1) instanceof Uint8Array ? parts.pop() : new Uint8Array(0);
    for (const part of parts) {
      if (part instanceof Uint8Array) this.portions(part);
      else this.term.write("", () => place(this.term, part));
    }
    this.portions(last, done);
    this.settle();
  }

  portions(data, done) {
    let at = 0;
    for (; at + PORTION_BYTES < data.length; at += PORTION_BYTES) this.portion(data.subarray(at, at + PORTION_BYTES));
    this.portion(data.subarray(at), done);
  }

  /** `reset` first, then `sized()` at its place in the stream, then `data`; shown when all of it is parsed. */
  draw(reset, sized, data, done) {
    this.term.write(reset, () => {
      sized();
      this.snapshots += 1;
      this.settle();
    });
    this.write(data, () => {
      this.snapshots -= 1;
      done();
    });
  }

  portion(data, done) {
    this.waiting += data.length;
    this.term.write(data, () => {
      this.waiting -= data.length;
      done?.();
      this.settle();
    });
  }

  settle() {
    const hold = this.snapshots > 0 || this.waiting > FLOOD_BYTES;
    if (hold && !this.held) this.painted = this.now();
    if (this.held && !hold) this.term.refresh(0, this.term.rows - 1);
    this.held = hold;
  }

  /** There is no public way to hold xterm.js's painting back. */
  curtain(service) {
    const paint = service._renderRows;
    service._renderRows = (from, to) => {
      if (!this.held) {
        paint.call(service, from, to);
      } else if (!this.snapshots && this.now() - this.painted >= PAINT_MS) {
        this.painted = this.now();
        paint.call(service, 0, this.term.rows - 1);    // with all the rows that were passed over
      }
    };
    // At every line scrolled xterm.js has the selection drawn anew, and with it, a second time, every row: also when
    // nothing is selected and nothing was.
    const select = service.handleSelectionChanged;
    let selected = false;
    service.handleSelectionChanged = (start, end, columns) => {
      const before = selected;
      selected = Boolean(start && end);
      if (before || selected) select.call(service, start, end, columns);
    };
  }
}
