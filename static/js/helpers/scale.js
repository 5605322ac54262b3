/* How large a terminal's text is in this window, and where the window stands over it. Pure. */

// Below this nobody reads anything, and browsers stop honouring it; the page then scrolls instead of cutting.
export const SMALLEST_FONT = 2;
// More is for posters.
export const LARGEST_FONT = 40;
// Text grows in such steps: each is measured and drawn anew.
const STEP_FONT = 0.25;
// One wheel event grows or shrinks the text by this share at most: notches count 100, a trackpad's pinch a few.
const WHEEL_SHARE = 0.12;
const WHEEL_PER_PX = 0.01;

/**
 * A first guess from the measured size of a drawn grid: `drawn` {width, height} at `fontSize` must fit `room`
 * {width, height}. Cells are rounded to device pixels, so the caller measures again and steps down with `smaller`.
 */
export function fontThatFits(fontSize, drawn, room, largest) {
  const ratio = Math.min(room.width / drawn.width, room.height / drawn.height);
  const exact = Math.min(largest, fontSize * ratio);
  return Math.max(SMALLEST_FONT, Math.floor(exact * 4) / 4);
}

export function fits(drawn, room) {
  return drawn.width <= room.width && drawn.height <= room.height;
}

export function smaller(fontSize) {
  return Math.max(SMALLEST_FONT, fontSize - STEP_FONT);
}

/** A wished size as it is drawn; null, "all of it", where the text that shows all is as large already. */
export function zoomedFont(wished, whole) {
  const font = Math.min(LARGEST_FONT, Math.round(wished / STEP_FONT) * STEP_FONT);
  return font > whole ? font : null;
}

/** By how much a wheel with Ctrl, or a trackpad's pinch, grows the text. */
export function wheelFactor(deltaY) {
  return Math.exp(Math.max(-WHEEL_SHARE, Math.min(WHEEL_SHARE, -deltaY * WHEEL_PER_PX)));
}

/** Where to scroll so that the point under `at` (from the window's edge) stays there when all grows by `ratio`. */
export function scrollKept(scroll, at, ratio, padding = 0) {
  return (scroll + at - padding) * ratio + padding - at;
}

/** Where to scroll so that `from` to `to` are seen in a window of `length`, moving no further than needed. */
export function scrollToShow(scroll, from, to, length) {
  if (to - from > length || from < scroll) return Math.max(0, from);
  return Math.max(scroll, to - length);
}
