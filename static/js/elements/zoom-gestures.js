/* Pinching and panning: two fingers, Ctrl and the wheel, the middle button. Rule: one finger scrolls the history as
ever (gestures.js); what is zoomed is panned first where the history has nothing to say. */

import { wheelFactor } from "../helpers/scale.js";

const LINE_PX = 16;
// Two taps so near one another, in time and place, are one double tap.
const TAPS_MS = 320;
const TAPS_PX = 30;
const TAP_MS = 250;

/** Gestures on `elements`, which answer `pansBefore(deltaY)`, zoom and pan `layout` (a terminal-layout.js). */
export function listenToZoom(layout, elements) {
  for (const element of elements) {
    element.addEventListener("wheel", (event) => wheel(event, layout, element), { capture: true, passive: false });
    element.addEventListener("pointerdown", (event) => middle(event, layout, element), { capture: true });
    element.addEventListener("gesturestart", (event) => event.preventDefault());  // Safari's own zoom
    new Pinch(element, layout);
  }
}

/** Down is positive. Answers whether the window moved over the zoomed text, before the history is scrolled. */
export function pannedFirst(pixels, scroll, view) {
  const more = scroll.reading || (view.scrolls && view.place.top < view.place.bottom);
  return !(pixels > 0 && more) && view.layout.panBy(0, pixels) !== 0;
}

function wheel(event, layout, element) {
  if (event.ctrlKey) {
    take(event);
    layout.zoomBy(wheelFactor(pixels(event, event.deltaY)), { x: event.clientX, y: event.clientY });
    return;
  }
  if (!layout.zoomed) return;
  const across = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
  if (Math.abs(across) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
    take(event);
    layout.panBy(pixels(event, across), 0);
  } else if (element.pansBefore(event.deltaY) && layout.panBy(0, pixels(event, event.deltaY))) {
    take(event);
  }
}

function pixels({ deltaMode }, delta) {
  return deltaMode === WheelEvent.DOM_DELTA_PIXEL ? delta : delta * LINE_PX;
}

function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();           // other listeners of the same element scroll the history
}

/** The middle button drags what is zoomed. */
function middle(event, layout, element) {
  if (event.button !== 1 || !layout.zoomed) return;
  take(event);
  element.setPointerCapture(event.pointerId);
  let { clientX: x, clientY: y } = event;
  const move = (moved) => {
    layout.panBy(x - moved.clientX, y - moved.clientY);
    ({ clientX: x, clientY: y } = moved);
  };
  const done = () => {
    element.removeEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) element.removeEventListener(end, done);
  };
  element.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, done);
}

class Pinch {
  constructor(element, layout) {
    Object.assign(this, { layout });
    this.two = null;      // where the fingers were, and the size of the text then
    this.tap = null;      // the last tap, and the one that may become one
    this.press = null;
    element.addEventListener("touchstart", (event) => this.down(event), { passive: false });
    element.addEventListener("touchmove", (event) => this.move(event), { passive: false });
    element.addEventListener("touchend", (event) => this.up(event), { passive: false });
    element.addEventListener("touchcancel", () => this.drop(), { passive: true });
  }

  down(event) {
    const { touches } = event;
    this.press = touches.length === 1 ? { ...pointOf(touches[0]), at: event.timeStamp } : null;
    if (touches.length !== 2) return this.drop();
    event.preventDefault();
    const between = betweenOf(touches);
    this.two = { ...between, start: between.distance, font: this.layout.term.options.fontSize };
    return undefined;
  }

  drop() {
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    this.two = null;
  }

  move(event) {
    const [finger] = event.touches;
    if (this.press && distance(this.press, pointOf(finger)) > TAPS_PX / 2) this.press = null;
    if (!this.two || event.touches.length !== 2) return;
    event.preventDefault();
    this.next = betweenOf(event.touches);
    // Once a frame: each size of the text is measured and drawn.
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = undefined;
    if (!this.two) return;
    const { two, next, layout } = this;
    layout.zoomTo(two.font * (next.distance / Math.max(1, two.start)), next);
    layout.panBy(two.x - next.x, two.y - next.y);
    Object.assign(two, { x: next.x, y: next.y });
  }

  up(event) {
    if (this.two) {
      if (event.cancelable) event.preventDefault();
      if (this.frame) this.draw();
      this.drop();
    } else if (this.press && event.timeStamp - this.press.at < TAP_MS) {
      this.tapped(event);
    }
    this.press = null;
  }

  /** Two taps on what is zoomed show all of it again. */
  tapped(event) {
    const { tap, press } = this;
    this.tap = press;
    const twice = tap && press.at - tap.at < TAPS_MS && distance(tap, press) < TAPS_PX;
    if (!twice || !this.layout.zoomed) return;
    if (event.cancelable) event.preventDefault();     // not a double click, which would select a word
    this.tap = null;
    this.layout.zoom(null);
  }
}

function pointOf({ clientX: x, clientY: y }) {
  return { x, y };
}

function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** The middle of two fingers, and how far they are apart. */
function betweenOf(touches) {
  const [one, other] = [pointOf(touches[0]), pointOf(touches[1])];
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, distance: distance(one, other) };
}
