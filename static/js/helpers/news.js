/* What is new in a text that grows at its end and loses lines at its start. Pure. */

/** The lines of `after` behind those that both have in common; blank ones are no news, and only the last `most` count. */
export function news(before, after, most = 20) {
  const common = alike(before, after);
  return after.slice(common).filter((line) => line.trim()).slice(-most);
}

/** How many lines `after` begins with that `before` ends with, more or less: its own end may have been drawn anew. */
function alike(before, after) {
  let best = 0;
  for (let gone = 0; gone < before.length && best < before.length - gone; gone += 1) {
    best = Math.max(best, prefix(before, gone, after));
  }
  return best;
}

function prefix(before, gone, after) {
  let length = 0;
  while (length < after.length && gone + length < before.length && after[length] === before[gone + length]) length += 1;
  return length;
}

/** Lines of a screen, without the empty ones below its last. */
export function linesOf(text) {
  return text.replace(/\s+$/, "").split("\n").map((line) => line.trimEnd());
}
