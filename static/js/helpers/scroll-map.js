/* Where the thumb of a scroll bar stands, and what a place on the bar means. Pure; lengths in pixels, rows in rows. */

// A million rows on a bar of 700 pixels would leave a thumb of nothing.
const THUMB_LEAST_PX = 28;

/** The thumb for `rows` rows shown from row `top` on, of those from `first` up to `end`, on a bar of `length`. */
export function thumb({ first, end, top, rows }, length) {
  const all = Math.max(end - first, rows);
  const size = Math.min(length, Math.max(THUMB_LEAST_PX, (length * rows) / all));
  const hidden = all - rows;
  const share = hidden > 0 ? Math.min(1, Math.max(0, (top - first) / hidden)) : 1;
  return { size, start: (length - size) * share };
}

/** The top row for a thumb that starts at `start`. */
export function topAt({ first, end, rows }, length, start) {
  const { size } = thumb({ first, end, top: first, rows }, length);
  const way = length - size;
  const share = way > 0 ? Math.min(1, Math.max(0, start / way)) : 1;
  return first + Math.round(share * Math.max(0, end - first - rows));
}
