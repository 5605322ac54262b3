/* Scrolling by wheel past the live buffer's first line, and by touch, with momentum: xterm.js 6 has none. Rule: what is
not clearly scrolling is left alone (taps, long presses, the page's own panning, wheels that a program asked for). */

// As far as xterm.js goes for one notch of a wheel.
const STEP_LINES = 3;
const SLOP_PX = 8;
// Speed that is left after a millisecond, as phones have it.
const FRICTION = 0.998;
const SLOWEST_PX_MS = 0.03;
const FASTEST_PX_MS = 8;
// A finger that rested this long before it left does not throw.
const REST_MS = 60;

/** Wheel and finger move `scroll` (a deep-scroll.js). */
export function listenToGestures(scroll, view, pane) {
  view.addEventListener("wheel", (event) => wheel(event, scroll, view), { capture: true, passive: false });
  pane.addEventListener("wheel", ({ deltaY }) => {
    if (deltaY > 0 && pane.atEnd && !pane.chosen) scroll.by(1);
  }, { passive: true });
  for (const element of [view, pane]) {
    let rest = 0;
    touchScroll(element, {
      may: () => (scroll.reading || view.scrolls) && !view.keyboardOpen,
      by: (pixels) => {
        const lines = Math.trunc((rest + pixels) / view.cell.height);
        rest += pixels - lines * view.cell.height;
        return lines === 0 || scroll.by(lines);
      },
    });
  }
}

/** xterm.js scrolls by itself until its first line is the top one. */
function wheel(event, scroll, view) {
  if (event.deltaY >= 0 || event.ctrlKey || !view.scrolls || view.place.top > 0) return;
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY : event.deltaY / view.cell.height;
  if (!scroll.by(Math.max(-STEP_LINES, Math.min(-1, Math.round(lines))))) return;
  event.preventDefault();
  event.stopPropagation();
}

/** `by(pixels)` scrolls (down is positive) and answers whether there was anything to scroll; `may()`: ours to handle? */
export function touchScroll(element, { by, may }) {
  let last = null;
  let speed = 0;
  let ours = false;
  let start = null;
  let frame;

  const stop = () => cancelAnimationFrame(frame);

  const glide = (before) => {
    frame = requestAnimationFrame((now) => {
      const passed = Math.min(50, now - before);
      if (Math.abs(speed) < SLOWEST_PX_MS || !by(speed * passed)) return;
      speed *= FRICTION ** passed;
      glide(now);
    });
  };

  element.addEventListener("touchstart", (event) => {
    stop();
    const [touch] = event.touches;
    start = event.touches.length === 1 && may() ? { x: touch.clientX, y: touch.clientY } : null;
    last = start && { y: start.y, time: event.timeStamp };
    ours = false;
    speed = 0;
  }, { passive: true });

  element.addEventListener("touchmove", (event) => {
    if (!start || event.touches.length !== 1) return;
    const { clientX, clientY } = event.touches[0];
    if (!ours) {
      const [across, along] = [Math.abs(clientX - start.x), Math.abs(clientY - start.y)];
      if (along < SLOP_PX && across < SLOP_PX) return;
      if (across > along) start = null;
      ours = start !== null;
      last.y = clientY;
      last.time = event.timeStamp;
      if (!ours) return;
    }
    event.preventDefault();
    const passed = Math.max(1, event.timeStamp - last.time);
    const moved = last.y - clientY;
    speed = 0.7 * (moved / passed) + 0.3 * speed;
    last = { y: clientY, time: event.timeStamp };
    by(moved);
  }, { passive: false });

  element.addEventListener("touchend", (event) => {
    if (!ours) return;
    ours = false;
    if (event.cancelable) event.preventDefault();  // not a click where the finger happens to leave
    if (event.timeStamp - last.time > REST_MS) return;
    speed = Math.max(-FASTEST_PX_MS, Math.min(FASTEST_PX_MS, speed));
    glide(performance.now());
  }, { passive: false });

  element.addEventListener("touchcancel", () => { start = null; ours = false; }, { passive: true });
  return { stop };
}
