// The links that stand for pictures in xterm.js, kept as long as a cell has one.
//
// xterm.js forgets a link when the lines it was printed on are gone, and is mistaken about which these are once rows
// moved inside of margins. It also makes a marker a line, which a picture of 400 rows need not. So these are kept here,
// and forgotten when no cell of either screen has them. No public API: this reaches into the core.

import { pictureOf, SCHEME } from './placing.js';

// Ids from here on: `plain` knows them in every terminal.
const FIRST_ID = 2 ** 30;
// So many are kept without looking through all cells.
const KEPT = 4096;

// xterm.js underlines whatever is a link, on the screen and in what is copied as HTML.
function plain(attributes) {
  const { get } = Object.getOwnPropertyDescriptor(attributes, 'underlineStyle');
  if (get.plain) return;
  const style = function () {
    return this._urlId >= FIRST_ID ? 0 : get.call(this);
  };
  style.plain = true;
  Object.defineProperty(attributes, 'underlineStyle', { ...Object.getOwnPropertyDescriptor(attributes, 'underlineStyle'), get: style });
}

export class PictureLinks {
  constructor(core) {
    this.buffers = core._bufferService.buffers;
    this.service = core._oscLinkService;
    this.ids = new Map();                  // by what the link says
    this.most = KEPT;
    this.next = FIRST_ID;
    plain(Object.getPrototypeOf(core._inputHandler._curAttrData.extended));
    const { service } = this;
    this.before = { registerLink: service.registerLink, addLineToLink: service.addLineToLink };
    const { registerLink, addLineToLink } = this.before;
    service.registerLink = link => (link.uri.startsWith(`${SCHEME}:`) ? this.id(link) : registerLink.call(service, link));
    service.addLineToLink = (id, y) => { if (!this.named(id)) addLineToLink.call(service, id, y); };
  }

  dispose() {
    Object.assign(this.service, this.before);
  }

  named(id) {
    return this.service._dataByLinkId.get(id)?.picture !== undefined;
  }

  /** What of which picture a cell with that link shows (see pictureOf), if any. */
  at(id) {
    return this.service._dataByLinkId.get(id)?.picture ?? null;
  }

  id(link) {
    const known = this.ids.get(link.uri);
    if (known !== undefined) return known;
    if (this.ids.size >= this.most) this.sweep();
    const id = this.next++;
    this.ids.set(link.uri, id);
    this.service._dataByLinkId.set(id, { id, data: link, lines: [], picture: pictureOf(link.uri) });
    return id;
  }

  sweep() {
    const used = new Set();
    for (const { lines } of [this.buffers.normal, this.buffers.alt]) {
      for (let y = 0; y < lines.length; y += 1) {
        for (const extended of Object.values(lines.get(y)._extendedAttrs)) used.add(extended?.urlId);
      }
    }
    for (const [uri, id] of this.ids) {
      if (used.has(id)) continue;
      this.ids.delete(uri);
      this.service._dataByLinkId.delete(id);
    }
    this.most = Math.max(KEPT, 2 * this.ids.size);
  }
}
