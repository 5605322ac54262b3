// A picture as xterm.js holds it: blank cells that carry a link, one a row, which says what of which picture is there.
//
// So everything that happens to cells happens to the picture, here as in the server's engine. The one rule: step by step
// what app/screen/placing.py does, with xterm.js's own methods; tests/fidelity compares. No DOM.

import { extent, BELOW, RIGHT } from './picture-sizes.js';

export const SCHEME = 'holdfast-picture';
const LINK = new RegExp(`^${SCHEME}:([0-9]{1,15})/([0-9]{1,3})/([0-9]{1,4})/([0-9]{1,4})x([0-9]{1,4})$`);
const BLANK = 0x20;

/** What a link says: {offset, row, col, width, height}; null for other links. `col`: where the picture's first column was. */
export function pictureOf(uri) {
  const match = uri.startsWith(SCHEME) ? LINK.exec(uri) : null;
  if (!match) return null;
  const [offset, row, col, width, height] = match.slice(1).map(Number);
  return width && height ? { offset, row, col, width, height } : null;
}

/** Between two writes: xterm.js must have parsed everything before, and nothing after. */
export function place(term, picture) {
  const core = term._core;
  const { _inputHandler: handler, _bufferService: service, coreService } = core;
  const size = extent(picture, term.rows, term.cols);
  const { buffer } = service;
  const x = Math.min(buffer.x, term.cols - 1);
  const width = Math.min(size.cols, term.cols - x);
  const blanks = new Uint32Array(width).fill(BLANK);
  const [pen, inserts] = [handler._curAttrData, coreService.modes.insertMode];
  handler._curAttrData = new pen.constructor();
  coreService.modes.insertMode = false;
  buffer.x = x;
  for (let row = 0; row < size.rows; row += 1) {
    const name = `${picture.offset}/${row}/${x}/${size.width}x${size.height}`;
    handler._createHyperlink(`id=${name}`, `${SCHEME}:${name}`);
    handler.print(blanks, 0, width);
    handler._finishHyperlink();
    buffer.x = x;
    if (row < size.rows - 1) handler.index();
  }
  if (picture.after === BELOW) {
    buffer.x = 0;
    handler.index();
  } else if (picture.after === RIGHT) {
    buffer.x = Math.min(x + width, term.cols - 1);
  } else if (size.rows > 1) {
    handler.cursorUp({ params: [size.rows - 1], length: 1 });
  }
  handler._curAttrData = pen;
  coreService.modes.insertMode = inserts;
}
