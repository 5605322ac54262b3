/* Finds pictures in output, as app/screen/pictures.py does: sixel (DCS q) and iTerm's inline images (OSC 1337 ; File=).

What comes out is what went in, but for pictures: each becomes an object, at its place (helpers/placing.js). Rule: the
same bytes give the same pictures, however they are cut and wherever reading began, here and on the server. */

import { FileSize } from "./picture-files.js";
import { SixelSize } from "./sixel-sizes.js";

// All of these as app/screen/pictures.py has them.
const PARAMETER_BYTES = 96;
const FILES = ["File=", "MultipartFile=", "FilePart=", "FileEnd", "HoldfastFile=", "HoldfastPart="];
const OSC = "\x1b]1337;";
const BEGINNINGS = ["MultipartFile=", "HoldfastPart="];
const LONGEST = 2 + PARAMETER_BYTES;

const SIXEL_HEAD = new RegExp(`^\x1bP([0-9;]{0,${PARAMETER_BYTES}})q`);
const SIXEL_BEGUN = new RegExp(`^\x1bP[0-9;]{0,${PARAMETER_BYTES}}$`);
const FILE_HEAD = new RegExp(`^\x1b\\]1337;(${FILES.join("|")})`);
const END_STRING = Uint8Array.of(0x1b, 0x5c);
const [BEL, CAN, SUB, ESC] = [0x07, 0x18, 0x1a, 0x1b];

export class Pictures {
  constructor() {
    this.offset = 0;                    // of the next byte
    this.forget();
  }

  forget() {
    this.held = new Uint8Array(0);      // how a picture may begin
    this.sixel = null;
    this.file = null;
    this.kind = "";                     // of the sequence that is open
  }

  /** Pieces of output (as bytes), and pictures: {offset, width, height, after, size, wide, high, keepsRatio}. `offset` is
   * where the data stands in all output, if not right behind what came before. */
  read(data, offset = this.offset) {
    const whole = this.held.length ? joined(this.held, data) : data;
    const base = offset - this.held.length;
    this.offset = offset + data.length;
    this.held = new Uint8Array(0);
    const found = [];
    let at = 0;
    while (at < whole.length) {
      if (this.kind) {
        const [next, picture] = this.within(whole, at);
        if (picture) found.push(picture);
        at = next;
        continue;
      }
      const head = nextHead(whole, at);
      if (head.end === undefined) {     // none, or one that is not whole
        this.held = whole.slice(head.start);
        if (head.start > at) found.push(whole.subarray(at, head.start));
        break;
      }
      if (head.start > at) found.push(whole.subarray(at, head.start));
      found.push(END_STRING);           // it ends what was unfinished, as the sequence does
      this.begin(head, base + head.start);
      at = head.end;
    }
    return found;
  }

  begin({ parameters, kind }, offset) {
    if (kind === undefined) {
      this.kind = "sixel";
      this.sixel = SixelSize.begin(offset, parameters);
      return;
    }
    this.kind = kind === "HoldfastFile=" ? "File=" : kind;
    if (kind === "File=" || kind === "MultipartFile=") this.file = new FileSize(offset);
    else if (kind.startsWith("Holdfast")) this.file = new FileSize(offset, true);
  }

  within(whole, at) {
    let stop = at;
    while (stop < whole.length && !this.ends(whole[stop])) stop += 1;
    const taker = this.sixel ?? this.file;
    if (taker && stop > at && this.kind !== "FileEnd") taker.take(whole.subarray(at, stop));
    if (stop === whole.length) return [stop, null];
    const end = whole[stop];
    return [stop + (end === BEL ? 1 : 0), this.end(end === CAN || end === SUB)];
  }

  ends(byte) {
    return byte < 0x1c && (byte === ESC || byte === CAN || byte === SUB || (byte === BEL && !this.sixel));
  }

  end(brokenOff) {
    const { kind } = this;
    const taker = this.sixel ?? this.file;
    this.kind = "";
    if (BEGINNINGS.includes(kind)) this.file?.argumentsEnd();
    if ((BEGINNINGS.includes(kind) || kind === "FilePart=") && !brokenOff) return null;
    this.sixel = null;
    if (kind !== "sixel") this.file = null;
    return taker && !brokenOff ? taker.picture() : null;
  }
}

/** The next head of a picture's sequence: {start, end, parameters or kind}; without `end`: up to `start` there is none. */
function nextHead(whole, from) {
  for (let at = whole.indexOf(ESC, from); at >= 0; at = whole.indexOf(ESC, at + 1)) {
    const next = whole[at + 1];
    if (next !== 0x50 && next !== 0x5d && next !== undefined) continue;         // P, ]
    const text = String.fromCharCode(...whole.subarray(at, at + LONGEST + 1));
    const sixel = SIXEL_HEAD.exec(text);
    if (sixel) return { start: at, end: at + sixel[0].length, parameters: sixel[1] };
    const file = FILE_HEAD.exec(text);
    if (file) return { start: at, end: at + file[0].length, kind: file[1] };
    if (at + text.length === whole.length && (SIXEL_BEGUN.test(text) || FILES.some((name) => (OSC + name).startsWith(text)))) {
      return { start: at };
    }
  }
  return { start: whole.length };
}

function joined(first, second) {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
