/* Keys on their way to the program. Rule: in order, none lost, none twice.

Each piece has a number; the server types a number once and acknowledges it. What is not acknowledged stays here and
is sent again after a reconnect, where the server's `input_seq` says how far it got.
*/

// Keys typed while the link is down, or a paste on its way. More is refused at once, not half taken.
export const LIMIT_BYTES = 4 * 1024 * 1024;
// Unacknowledged bytes under way: a paste goes as fast as the program takes it, and never fills the server's queue.
export const WINDOW_BYTES = 64 * 1024;
// The program does not read: ask again after this long.
const AGAIN_MS = 250;

import { byteLength, pieces } from "../helpers/pieces.js";

export class InputQueue {
  /**
   * `send(seq, data)` puts one piece on the wire; `trouble(code)` is told of pieces that will never arrive;
   * `later(fn, ms)` is setTimeout, handed in for tests.
   */
  constructor({ send, trouble = () => {}, now = () => Date.now(), later = (fn, ms) => setTimeout(fn, ms) }) {
    Object.assign(this, { send, trouble, now, later });
    this.waiting = [];   // in order of `seq`; those with `sentAt` are under way
    this.bytes = 0;
    this.next = 1;
    this.flowing = false;
    this.congested = false;
    this.highest = 0;    // highest acknowledged
  }

  get size() {
    return this.waiting.length;
  }

  /** False when it does not fit; then nothing of it was taken. */
  push(data) {
    const size = byteLength(data);
    if (this.bytes + size > LIMIT_BYTES) return false;
    for (const piece of pieces(data)) {
      const cost = byteLength(piece);
      this.waiting.push({ seq: this.next, data: piece, size: cost, sentAt: null, refused: false });
      this.next += 1;
      this.bytes += cost;
    }
    this.pump();
    return true;
  }

  /** The link is gone: nothing is under way any more. */
  pause() {
    this.flowing = false;
    for (const piece of this.waiting) piece.sentAt = null;
  }

  /** Joined (again): the program has everything up to `inputSeq`. */
  resume(inputSeq) {
    this.pause();
    this.highest = Math.max(this.highest, inputSeq);
    this.next = Math.max(this.next, inputSeq + 1);
    this.keep((piece) => piece.seq > inputSeq);
    this.flowing = true;
    this.congested = false;
    this.pump();
  }

  clear() {
    this.waiting = [];
    this.bytes = 0;
  }

  pump() {
    if (!this.flowing) return;
    let under = 0;
    for (const piece of this.waiting) {
      const room = under === 0 || (!this.congested && under + piece.size <= WINDOW_BYTES);
      if (!room) return;
      under += piece.size;
      if (piece.sentAt !== null) continue;
      piece.sentAt = this.now();
      piece.refused = false;
      this.send(piece.seq, piece.data);
    }
  }

  /** The server's word on one piece: `code` is null when the program has it. */
  answered(seq, code) {
    const piece = this.waiting.find((each) => each.seq === seq && each.sentAt !== null);
    if (!piece) return;
    if (code === "rate_limited") piece.refused = true;
    else this.keep((each) => each !== piece);
    if (code === null) {
      this.highest = Math.max(this.highest, seq);
      this.congested = false;
    } else if (code !== "rate_limited") {
      this.trouble(code);
    }
    this.settle();
  }

  /**
   * Refused pieces are sent again once nothing else is under way, one at a time. A later piece that got through in
   * the meantime makes its refused predecessors undeliverable (their number is past): better said than out of order.
   */
  settle() {
    const refused = this.waiting.filter((piece) => piece.refused);
    if (!refused.length) {
      this.pump();
      return;
    }
    if (this.waiting.some((piece) => piece.sentAt !== null && !piece.refused)) return;
    const before = this.waiting.length;
    this.keep((piece) => !(piece.refused && piece.seq < this.highest));
    if (this.waiting.length < before) this.trouble("rate_limited");
    this.congested = true;
    this.later(() => {
      for (const piece of this.waiting.filter((each) => each.refused)) {
        piece.refused = false;
        piece.sentAt = null;
      }
      this.pump();
    }, AGAIN_MS);
  }

  /** How long the oldest piece under way has been waiting for its answer, in ms. */
  oldestWait() {
    const sent = this.waiting.filter((piece) => piece.sentAt !== null && !piece.refused).map((piece) => piece.sentAt);
    return sent.length ? this.now() - Math.min(...sent) : 0;
  }

  keep(test) {
    this.waiting = this.waiting.filter(test);
    this.bytes = this.waiting.reduce((sum, piece) => sum + piece.size, 0);
  }
}
