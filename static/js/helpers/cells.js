/* Columns of a terminal in a line of text. Pure. */

import { wcwidth } from "./widths.js";

/** The part of `text` between two columns; a character that only reaches in from the left belongs to it. */
export function cut(text, from, to = Infinity) {
  let column = 0;
  let found = "";
  for (const character of text) {
    const width = wcwidth(character.codePointAt(0));
    const inside = width ? column + width > from && column < to : column > from && column <= to;
    if (inside) found += character;
    column += width;
  }
  return found;
}
