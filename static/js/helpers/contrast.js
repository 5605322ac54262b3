// Colours that can be read on their ground, as xterm.js makes them: darker or lighter in steps of a tenth until the ratio
// (WCAG 2) is reached. Pure.

const STEP = 0.1;
// A picture has few pairs of colours; a page of pictures hardly more.
const MOST_KEPT = 2000;
const kept = new Map();

/** `fore` on `back` ("#rrggbb" or "rgb(r g b)"), with at least this ratio of contrast where there is one. */
export function readable(fore, back, ratio) {
  if (ratio <= 1 || !fore || !back) return fore;
  const key = `${fore}|${back}|${ratio}`;
  if (!kept.has(key)) {
    if (kept.size > MOST_KEPT) kept.clear();
    kept.set(key, made(fore, back, ratio));
  }
  return kept.get(key);
}

function made(fore, back, ratio) {
  const [front, ground] = [channels(fore), channels(back)];
  if (contrast(front, ground) >= ratio) return fore;
  const first = luminance(front) < luminance(ground) ? darker : lighter;
  const best = stepped(front, ground, ratio, first);
  if (contrast(best, ground) >= ratio) return written(best);
  const other = stepped(front, ground, ratio, first === darker ? lighter : darker);
  return written(contrast(best, ground) > contrast(other, ground) ? best : other);
}

const darker = (value) => value - Math.ceil(value * STEP);
const lighter = (value) => Math.min(255, value + Math.ceil((255 - value) * STEP));

function stepped(front, ground, ratio, step) {
  const end = step(0) === 0 ? 0 : 255;
  let now = front;
  while (contrast(now, ground) < ratio && now.some((value) => value !== end)) now = now.map(step);
  return now;
}

function channels(colour) {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return colour.match(/\d+/g).slice(0, 3).map(Number);
}

function written(colour) {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
