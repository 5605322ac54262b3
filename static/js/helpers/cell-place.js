// Where a point of the window is in an xterm.js terminal, and back; and what stands there. Lines are the buffer's.

import { wordAt } from "./word-at.js";

// Of a line that goes on over soft wraps, up and down: a word is no longer.
const MOST_WRAPS = 20;

/** Of the drawn grid: its box and its cells, in CSS pixels. */
export function gridOf(term) {
  const box = term.element.querySelector(".xterm-screen").getBoundingClientRect();
  return { box, width: box.width / term.cols, height: box.height / term.rows };
}

/** {line, col} of the cell that is there or the nearest one, wide characters by their first half, and how wide it is. */
export function cellAt(term, { x, y }) {
  const { box, width, height } = gridOf(term);
  const within = (value, most) => Math.max(0, Math.min(most, Math.floor(value)));
  const line = term.buffer.active.viewportY + within((y - box.top) / height, term.rows - 1);
  const col = within((x - box.left) / width, term.cols - 1);
  const cell = (at) => term.buffer.active.getLine(line)?.getCell(at);
  const first = col > 0 && cell(col)?.getWidth() === 0 ? col - 1 : col;
  return { line, col: first, cells: Math.max(1, cell(first)?.getWidth() ?? 1) };
}

/** The upper left corner of a cell, in the window. */
export function cornerOf(term, { line, col }) {
  const { box, width, height } = gridOf(term);
  return { x: box.left + col * width, y: box.top + (line - term.buffer.active.viewportY) * height, height };
}

/** {anchor, head} around the word there; null where nothing is written. */
export function wordOf(term, { line, col }) {
  const { active } = term.buffer;
  let [first, last] = [line, line];
  while (first > Math.max(0, line - MOST_WRAPS) && active.getLine(first).isWrapped) first -= 1;
  while (last < line + MOST_WRAPS && active.getLine(last + 1)?.isWrapped) last += 1;
  const cells = [];
  for (let row = first; row <= last; row += 1) {
    for (let at = 0; at < term.cols; at += 1) {
      const cell = active.getLine(row).getCell(at);
      cells.push(cell?.getWidth() === 0 ? null : cell?.getChars() ?? "");
    }
  }
  const word = wordAt(cells, (line - first) * term.cols + col);
  const begin = first * term.cols;
  return word && { anchor: pointOf(term, begin + word.from), head: endOf(term, begin + word.to) };
}

/** Points as numbers: cells since the buffer's begin. */
export function numberOf(term, { line, col }) {
  return line * term.cols + col;
}

export function pointOf(term, number) {
  return { line: Math.floor(number / term.cols), col: number % term.cols };
}

/** Behind the last cell: at a row's end, not at the next one's begin, which would count a line's end. */
export function endOf(term, number) {
  const line = Math.max(0, Math.ceil(number / term.cols) - 1);
  return { line, col: number - line * term.cols };
}

/** The address of the link there, if there is one: a program's own (OSC 8), or one in its text. */
export async function linkAt(term, at) {
  const number = numberOf(term, at) + 1;
  for (const provider of term._core._linkProviderService.linkProviders) {
    const links = await new Promise((done) => provider.provideLinks(at.line + 1, done));
    const hit = links?.find(({ range: { start, end } }) => number >= placed(term, start) && number <= placed(term, end));
    if (hit) return hit.text;
  }
  return "";
}

/** xterm.js counts both from 1 here. */
function placed(term, { x, y }) {
  return (y - 1) * term.cols + x;
}
