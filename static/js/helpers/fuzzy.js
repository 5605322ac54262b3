/* How well a text answers what was typed: all letters in order, best at the beginnings of words and in a row. Pure. */

const START = 8;
const WORD = 6;
const ROW = 4;

/** A number, larger is better; -1: it does not. */
export function score(query, text) {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  if (!wanted) return 0;
  const hay = text.toLowerCase();
  const whole = hay.indexOf(query.trim().toLowerCase());
  let [sum, at, last] = [0, 0, -2];
  for (const letter of wanted) {
    const found = place(hay, letter, at, last);
    if (found < 0) return -1;
    sum += found === 0 ? START : begins(hay, found) ? WORD : found === last + 1 ? ROW : 1;
    last = found;
    at = found + 1;
  }
  return sum + (whole >= 0 ? 3 * wanted.length : 0) - hay.length / 100;
}

/** Right behind the last one, else at the beginning of a word, else anywhere. */
function place(hay, letter, from, last) {
  if (last >= 0 && hay[last + 1] === letter) return last + 1;
  for (let i = from; (i = hay.indexOf(letter, i)) >= 0; i += 1) if (begins(hay, i)) return i;
  return hay.indexOf(letter, from);
}

function begins(hay, i) {
  return i === 0 || /[\s/:._-]/.test(hay[i - 1]);
}

/** Those of `items` that answer, the best first; equal ones stay in their order. `textOf(item)` -> text. */
export function best(query, items, textOf) {
  return items
    .map((item, order) => ({ item, order, points: score(query, textOf(item)) }))
    .filter(({ points }) => points >= 0)
    .sort((a, b) => b.points - a.points || a.order - b.order)
    .map(({ item }) => item);
}
