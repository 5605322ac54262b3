// The word around a cell, for who presses there. Pure. Cells are strings, null for the second half of a wide character.

// What ends a word besides blanks: brackets, quotes, lines that programs draw, the punctuation of Chinese and Japanese.
const ENDS = /[()[\]{}<>'"`,;|\u2500-\u257f\u2018-\u201f\u2026\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u;
const BLANK = /^\s*$/u;
// Written without blanks: where a word ends is in the dictionary.
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** {from, to} in cells, `to` behind the last; null where nothing is written. */
export function wordAt(cells, at) {
  const kind = kindOf(cells, at);
  if (kind === "blank") return null;
  let [from, to] = [at, at + 1];
  while (kind !== "end" && from > 0 && kindOf(cells, from - 1) === kind) from -= 1;
  while (kind !== "end" && to < cells.length && kindOf(cells, to) === kind) to += 1;
  while (cells[from] === null && from > 0) from -= 1;
  while (to < cells.length && cells[to] === null) to += 1;
  return kind === "spaceless" ? within(cells, from, to, at) : { from, to };
}

function kindOf(cells, at) {
  let first = at;
  while (first > 0 && cells[first] === null) first -= 1;
  const text = cells[first] ?? "";
  if (BLANK.test(text)) return "blank";
  if (ENDS.test(text)) return "end";
  return SPACELESS.test(text) ? "spaceless" : "word";
}

/** The word of a text without blanks. */
function within(cells, from, to, at) {
  if (!Intl.Segmenter) return { from, to };
  const places = [];                           // of each code unit, in cells
  for (let cell = from; cell < to; cell += 1) {
    for (let unit = 0; unit < (cells[cell]?.length ?? 0); unit += 1) places.push(cell);
  }
  const text = cells.slice(from, to).join("");
  const pressed = places.findLastIndex((cell) => cell <= at);
  const { index, segment } = new Intl.Segmenter("zh", { granularity: "word" }).segment(text).containing(pressed);
  return { from: places[index], to: places[index + segment.length] ?? to };
}
