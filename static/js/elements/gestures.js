/* Scrolling by wheel past the live buffer's first line, and by touch, with momentum: xterm.js 6 has none. Rule: what is
not clearly scrolling is left alone (taps, long presses, the page's own panning, wheels that a program asked for). */

import { pannedFirst } from "./zoom-gestures.js";

// As far as xterm.js goes for one notch of a wheel.
const STEP_LINES = 3;
const SLOP_PX = 8;
// Speed that is left after a millisecond, as phones have it.
const FRICTION = 0.998;
const SLOWEST_PX_MS = 0.03;
const FASTEST_PX_MS = 8;
// A finger that rested this long before it left does not throw.
const REST_MS = 60;
// After a frame that took longer the text would jump.
const LONGEST_FRAME_MS = 50;
// Of one movement, for a program.
const MOST_NOTCHES = 20;

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Wheel and finger move `scroll` (a deep-scroll.js; without a history above, `pane` is left out). */
export function listenToGestures(scroll, view, pane) {
  view.addEventListener("wheel", (event) => wheel(event, scroll, view), { capture: true, passive: false });
  pane?.addEventListener("wheel", ({ deltaY }) => {
    if (deltaY > 0 && pane.atEnd && !pane.chosen) scroll.by(1);
  }, { passive: true });
  for (const element of [view, pane].filter(Boolean)) {
    let rest = 0;
    new TouchScroll(element, {
      may: () => !view.keyboardOpen,
      by: (pixels, { gliding = false, ...point }) => {
        if (view.layout.zoomed && pannedFirst(pixels, scroll, view)) return true;
        const lines = Math.trunc((rest + pixels) / view.cell.height);
        rest += pixels - lines * view.cell.height;
        if (scroll.reading || view.scrolls) return lines === 0 || scroll.by(lines);
        // A program's own screen follows the finger; what glides on after it would be keys that nobody meant.
        if (!gliding) turnWheel(view, lines, point);
        return !gliding;
      },
    });
  }
}

/** As many notches for xterm.js, which makes of them what the program asked for: mouse reports or arrow keys. */
function turnWheel(view, lines, { clientX, clientY }) {
  const notch = { deltaY: Math.sign(lines), deltaMode: WheelEvent.DOM_DELTA_LINE, clientX, clientY, bubbles: true, cancelable: true };
  for (let count = 0; count < Math.min(MOST_NOTCHES, Math.abs(lines)); count += 1) {
    view.term.element.dispatchEvent(new WheelEvent("wheel", notch));
  }
}

/** xterm.js scrolls by itself until its first line is the top one. */
function wheel(event, scroll, view) {
  if (event.deltaY >= 0 || event.ctrlKey || !view.scrolls || view.place.top > 0) return;
  const asLines = event.deltaMode === WheelEvent.DOM_DELTA_LINE;
  const lines = asLines ? event.deltaY : event.deltaY / view.cell.height;
  if (!scroll.by(Math.max(-STEP_LINES, Math.min(-1, Math.round(lines))))) return;
  event.preventDefault();
  event.stopPropagation();
}

class TouchScroll {
  /** `by(pixels, where)` scrolls (down is positive) and answers whether there was anything; `may()`: ours to handle? */
  constructor(element, { by, may }) {
    Object.assign(this, { by, may });
    this.start = null;    // where a finger came down that may become ours
    this.ours = false;
    element.addEventListener("touchstart", (event) => this.down(event), { passive: true });
    element.addEventListener("touchmove", (event) => this.move(event), { passive: false });
    element.addEventListener("touchend", (event) => this.up(event), { passive: false });
    element.addEventListener("touchcancel", () => this.drop(), { passive: true });
  }

  down(event) {
    cancelAnimationFrame(this.frame);
    this.drop();
    if (event.touches.length > 1 || !this.may()) return;
    const { clientX: x, clientY: y } = event.touches[0];
    this.start = { x, y };
    this.last = { y, time: event.timeStamp };
    this.speed = 0;
  }

  drop() {
    this.start = null;
    this.ours = false;
  }

  move(event) {
    if (!this.start || event.touches.length > 1) return;
    const { clientX: x, clientY: y } = event.touches[0];
    if (!this.ours && !this.begins(x, y)) return;
    event.preventDefault();
    const moved = this.last.y - y;
    this.speed = 0.7 * (moved / Math.max(1, event.timeStamp - this.last.time)) + 0.3 * this.speed;
    this.last = { y, time: event.timeStamp };
    this.by(moved, { clientX: x, clientY: y });
  }

  begins(x, y) {
    const [across, along] = [Math.abs(x - this.start.x), Math.abs(y - this.start.y)];
    if (along < SLOP_PX && across < SLOP_PX) return false;
    if (across > along) this.start = null;
    else this.ours = true;
    return this.ours;
  }

  up(event) {
    if (!this.ours) return;
    this.drop();
    if (event.cancelable) event.preventDefault();  // not a click where the finger happens to leave
    if (still.matches || event.timeStamp - this.last.time > REST_MS) return;
    this.speed = Math.max(-FASTEST_PX_MS, Math.min(FASTEST_PX_MS, this.speed));
    this.glide(performance.now());
  }

  glide(before) {
    this.frame = requestAnimationFrame((now) => {
      const passed = Math.min(LONGEST_FRAME_MS, now - before);
      if (Math.abs(this.speed) < SLOWEST_PX_MS || !this.by(this.speed * passed, { gliding: true })) return;
      this.speed *= FRICTION ** passed;
      this.glide(now);
    });
  }
}
