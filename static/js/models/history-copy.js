/* The text of a selection in the history, however long, by pages. Rule: as copying in one terminal gives it: a soft wrap
is no line end. */

import { cut } from "../helpers/cells.js";

const PAGE_ROWS = 2000;
// What a clipboard, and whoever is pasted into, still takes.
export const MOST_CHARACTERS = 10_000_000;

export class TooMuch extends Error {}

/** {from, to} in the order of the text, whichever way it was dragged. Both are {row, col}; `to` is behind the last. */
export function ordered({ anchor, head }) {
  const reversed = anchor.row > head.row || (anchor.row === head.row && anchor.col > head.col);
  return reversed ? { from: head, to: anchor } : { from: anchor, to: head };
}

export async function selectedText(history, chosen, most = MOST_CHARACTERS) {
  const { from, to } = ordered(chosen);
  const parts = [];
  let length = 0;
  for (let row = Math.max(from.row, history.first); row <= to.row;) {
    const page = await history.rows(row, Math.min(PAGE_ROWS, to.row + 1 - row), "text");
    if (page.from === page.to) break;
    const text = pageText(page, from, to);
    length += text.length;
    if (length > most) throw new TooMuch();
    parts.push(text);
    row = page.to;
  }
  return parts.join("");
}

function pageText(page, from, to) {
  const lines = page.data.split("\n");
  const wrapped = new Set(page.wrapped);
  let text = "";
  for (let i = 0; i < page.to - page.from; i += 1) {
    const row = page.from + i;
    const start = row === from.row ? from.col : 0;
    text += cut(lines[i] ?? "", start, row === to.row ? to.col : Infinity);
    if (row < to.row && !wrapped.has(i)) text += "\n";
  }
  return text;
}
