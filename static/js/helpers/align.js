/* Finds the same text in two terminals that wrap it differently. Pure: a buffer is xterm.js's, or anything with
`length` and `getLine(y)` -> {isWrapped, translateToString(trim)}. */

// Logical lines that must agree; fewer match by chance.
const LINES = 8;

/**
 * Where the first whole logical line of the buffer `live` stands in the buffer `other`: {live, other}, both lines; null:
 * nowhere. Of several the nearest to what `expected(line)` says of the line in `live`.
 */
export function sameLine(live, other, expected) {
  const needle = logicalLines(live, 0, LINES + 1).slice(1);  // the first may lack its beginning
  if (!needle.length) return null;
  const { line } = needle[0];
  const found = nearestMatch(logicalLines(other, 0), needle.map(({ text }) => text), expected(line));
  return found === null ? null : { live: line, other: found };
}

/** The first whole logical line of `buffer` and how many begin from it on up to line `end`; null where there is none. */
export function linesBefore(buffer, end) {
  const line = logicalLines(buffer, 0, 2)[1]?.line;
  if (line === undefined || line >= end) return null;
  let count = 0;
  for (let y = line; y < end; y += 1) count += buffer.getLine(y).isWrapped ? 0 : 1;
  return { line, count };
}

/**
 * [{line, text}]: the logical lines (soft wraps joined) that begin at line `from` or below, at most `most`; without
 * blanks, for where a line is wrapped some of them are nobody's.
 */
export function logicalLines(buffer, from, most = Infinity) {
  const found = [];
  for (let y = from; y < buffer.length; y += 1) {
    const line = buffer.getLine(y);
    const text = line.translateToString(true).replaceAll(/\s+/g, "");
    if (!line.isWrapped) {
      if (found.length === most) break;
      found.push({ line: y, text });
    } else if (found.length) {
      found.at(-1).text += text;
    }
  }
  return found;
}

/** The line in `hay` where the texts of `needle` follow one another, nearest to line `expected`; null: nowhere. */
export function nearestMatch(hay, needle, expected) {
  let best = null;
  for (let at = 0; at + needle.length <= hay.length; at += 1) {
    const { line } = hay[at];
    if (best !== null && Math.abs(line - expected) >= Math.abs(best - expected)) continue;
    if (needle.every((text, i) => hay[at + i].text === text)) best = line;
  }
  return best;
}
