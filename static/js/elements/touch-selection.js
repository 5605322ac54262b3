/* Selecting text by finger: a long press takes the word under it, moving on without letting go or dragging a handle takes
more, over rows and past the edge. Rule: whatever is not a long press is left to scrolling, pinching and taps; what is
selected is xterm.js's own selection, which moves into the history view and back (deep-scroll.js). */

import { cellAt, cornerOf, endOf, linkAt, numberOf, pointOf, wordOf } from "../helpers/cell-place.js";
import { select, selectionOf } from "../helpers/selection.js";
import { SelectionBar } from "./selection-bar.js";

const HOLD_MS = 450;
const SLOP_PX = 8;
// So near to an edge the text moves on, a row in so many milliseconds.
const EDGE_PX = 26;
const EDGE_MS = 70;

export class TouchSelection {
  /** `terminal()`: the xterm.js that is looked at; `by(lines)` scrolls; `deeds`: see selection-bar.js. */
  constructor({ stage, view, terminal, by, deeds, signal }) {
    Object.assign(this, { stage, view, terminal, by });
    this.press = null;        // a finger that rests where it came down
    this.drag = null;         // {word: cells of the word that it began with, forward, offset, last}
    this.shown = false;
    this.bar = new SelectionBar({ stage, deeds, clear: () => this.clear(), all: () => this.terminal().selectAll() });
    const on = (type, act) => stage.addEventListener(type, act, { capture: true, passive: false, signal });
    on("touchstart", (event) => this.down(event));
    on("touchmove", (event) => this.move(event));
    on("touchend", (event) => this.up(event));
    on("touchcancel", () => this.let());
    // The browser's own long press; by mouse it is another matter.
    on("contextmenu", (event) => (this.press || this.drag) && take(event));
    signal.addEventListener("abort", () => this.let());
  }

  // The finger

  down(event) {
    const { target, touches } = event;
    this.let();
    if (this.bar.holds(target) || touches.length > 1) return;
    const point = { x: touches[0].clientX, y: touches[0].clientY };
    const end = this.bar.endOf(target);
    if (end) {
      take(event);
      this.grip(end, point);
    } else if (target.closest?.("terminal-view, history-view")) {
      this.press = point;
      this.timer = setTimeout(() => this.hold(), HOLD_MS);
    }
  }

  move(event) {
    const point = { x: event.touches[0].clientX, y: event.touches[0].clientY };
    if (this.drag) {
      take(event);
      this.drag.last = point;
      this.reach();
    } else if (this.press && Math.hypot(point.x - this.press.x, point.y - this.press.y) > SLOP_PX) {
      this.let();
    }
  }

  up(event) {
    // A tap beside what is selected only ends that: no keyboard comes, and the program is told nothing.
    const beside = this.press && this.shown;
    if (this.drag || beside) take(event);
    if (beside) this.clear();
    this.let();
  }

  /** The finger is gone, or does something else. */
  let() {
    clearTimeout(this.timer);
    clearInterval(this.edging);
    this.edging = undefined;
    this.press = null;
    if (!this.drag) return;
    this.drag = null;
    this.bar.settled(this.text());
  }

  // Selecting

  hold() {
    const { press } = this;
    const term = this.terminal();
    const at = cellAt(term, press);
    const word = wordOf(term, at);
    this.press = null;
    if (word) select(term, word);
    else term.clearSelection();
    const length = word ? numberOf(term, word.head) - numberOf(term, word.anchor) : 0;
    this.drag = { word: length, forward: true, offset: { x: 0, y: 0 }, last: press, begin: at };
    this.bar.begin({ at: press });
    this.begin();
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(10);
    linkAt(term, at).then((link) => this.shown && this.bar.offer(link));
  }

  /** `end`: "from" or "to", which moves; the other one stays. */
  grip(end, point) {
    const term = this.terminal();
    const { from, to } = this.ends(term);
    const [anchor, head] = end === "from" ? [to, from] : [from, to];
    select(term, { anchor, head });
    const corner = cornerOf(term, head);
    const inside = end === "from" ? 1 : -1;     // the cell that the handle belongs to
    this.drag = {
      word: 0, forward: end === "to", last: point, begin: anchor,
      offset: { x: corner.x + inside - point.x, y: corner.y + corner.height / 2 - point.y },
    };
    this.bar.moving();
  }

  /** What is selected goes on to the cell under the finger. */
  reach() {
    const { drag } = this;
    const term = this.terminal();
    const cell = cellAt(term, { x: drag.last.x + drag.offset.x, y: drag.last.y + drag.offset.y });
    const known = numberOf(term, selectionOf(term)?.anchor ?? drag.begin);
    const first = drag.forward ? known : known - drag.word;
    const at = numberOf(term, cell);
    drag.forward = at >= first;
    const [anchor, head] = drag.forward
      ? [pointOf(term, first), endOf(term, Math.max(at + cell.cells, first + drag.word))]
      : [endOf(term, first + drag.word), pointOf(term, at)];
    const same = drag.word === 0 && numberOf(term, anchor) === numberOf(term, head);
    if (!same) select(term, { anchor, head });
    this.bar.moving();
    this.edge();
  }

  edge() {
    const { left, right, top, bottom } = this.stage.getBoundingClientRect();
    const { x, y } = this.drag.last;
    const way = (value, from, to) => Number(value > to - EDGE_PX) - Number(value < from + EDGE_PX);
    const [across, down] = [way(x, left, right), way(y, top, bottom)];
    if (!across && !down) {
      clearInterval(this.edging);
      this.edging = undefined;
    } else if (this.edging === undefined) {
      this.edging = setInterval(() => this.onward(), EDGE_MS);
    }
    this.ways = { across, down };
  }

  onward() {
    const { across, down } = this.ways;
    const { width, height } = this.view.cell;
    const panned = this.view.layout?.zoomed && this.view.layout.panBy(across * width, down * height);
    if (down && !panned) this.by(down);
    this.reach();
  }

  // What is shown of it

  begin() {
    if (this.shown) return;
    this.shown = true;
    this.frame();
  }

  /** Once a frame as long as something is selected: the text scrolls, grows, is written over and moves into the history. */
  frame() {
    if (!this.shown || !this.stage.isConnected) return;
    const term = this.terminal();
    const ends = this.ends(term);
    if (!ends && !this.drag && !this.bar.blank) {
      this.hide();
      return;
    }
    this.bar.put(term, ends, this.view.getBoundingClientRect());
    requestAnimationFrame(() => this.frame());
  }

  /** {from, to} in the order of the text. */
  ends(term) {
    const found = selectionOf(term);
    if (!found) return null;
    const { anchor, head } = found;
    return numberOf(term, anchor) <= numberOf(term, head) ? { from: anchor, to: head } : { from: head, to: anchor };
  }

  text() {
    return this.terminal().getSelection();
  }

  clear() {
    this.terminal().clearSelection();
    this.hide();
  }

  hide() {
    this.shown = false;
    this.bar.hide();
  }
}

function take(event) {
  if (event.cancelable) event.preventDefault();
  event.stopPropagation();
}
