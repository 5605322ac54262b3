/* The largest text at which a terminal of the session's size shows whole in this window. Pure. */

// Below this nobody reads anything, and browsers stop honouring it; the page then scrolls instead of cutting.
export const SMALLEST_FONT = 2;

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
  return Math.max(SMALLEST_FONT, fontSize - 0.25);
}
