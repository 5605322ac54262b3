/* How large a sixel picture is, as app/screen/sixel_sizes.py has it: as its raster attributes say, or as its data goes. */

import { BELOW, fits, MOST_SIDE, PICTURE_BYTES } from "./picture-sizes.js";

// All of these as over there.
const GOES_ON = "7777";
const HEAD_BYTES = 256;
const MOST_STEPS = 256 << 10;
const NUMBER_BYTES = 64;
const NUMBER_DIGITS = 15;

const RASTER = /^[\x00-\x20]*"([0-9;]*)[^0-9;]/;
const NO_RASTER = /^[\x00-\x20]*[^\x00-\x20"]/;
const [REPEAT, QUOTE, HASH, RETURN, NEXT] = [0x21, 0x22, 0x23, 0x24, 0x2d];

export class SixelSize {
  constructor(offset) {
    Object.assign(this, {
      offset, size: 0, width: 0, height: 0, decided: false, dropped: false, head: "",
      x: 0, wide: 0, bands: 0, high: 0, steps: 0,
      token: "",   // a number that is not whole, with what it belongs to
    });
  }

  /** One that goes on where a snapshot was taken says so in its parameters. */
  static begin(offset, parameters) {
    const given = parameters.split(";");
    if (given[0] !== GOES_ON || given.length !== 12 || given.some(({ length }) => length > NUMBER_DIGITS)) return new SixelSize(offset);
    const [, from, size, flags, width, height, x, wide, bands, high, steps, again] = given.map(Number);
    const made = new SixelSize(from);
    const decided = flags % 2 === 1;
    const dropped = Math.floor(flags / 2) % 2 === 1;
    return Object.assign(made, { size: size - again, decided, dropped, width, height, x, wide, bands, high, steps });
  }

  take(data) {
    this.size += data.length;
    if (this.size > PICTURE_BYTES) this.dropped = true;
    if (this.dropped) return;
    if (this.decided) {
      if (!this.width) this.read(data);
      return;
    }
    const before = this.head;
    this.decide(before + String.fromCharCode(...data.subarray(0, HEAD_BYTES)), before.length + data.length);
    if (!this.decided || this.width || this.dropped) return;
    this.read(Uint8Array.from(before, (character) => character.charCodeAt(0)));
    this.read(data);
  }

  picture() {
    if (!this.decided) this.decide(`${this.head}\0`, this.head.length + 1);
    const [width, height] = this.width ? [this.width, this.height] : [this.wide, this.high * 6];
    if (this.dropped || !fits(width, height)) return null;
    return { offset: this.offset, width, height, after: BELOW, size: this.size, wide: "", high: "", keepsRatio: true };
  }

  decide(text, length) {
    this.head = text.slice(0, HEAD_BYTES);
    const raster = RASTER.exec(this.head);
    if (raster) {
      const numbers = raster[1].split(";").map((number) => Number(number.slice(0, 9)));
      if (numbers[2] && numbers[3]) {
        [, , this.width, this.height] = numbers;
        this.dropped = !fits(this.width, this.height);
      }
      this.decided = true;
      this.head = "";
    } else if (NO_RASTER.test(this.head)) {
      this.decided = true;
      this.head = "";
    } else if (length >= HEAD_BYTES) {
      this.dropped = true;
    }
  }

  read(data) {
    for (let at = 0; at < data.length && !this.dropped; at += 1) {
      const byte = data[at];
      if ((byte >= 0x30 && byte <= 0x39) || byte === 0x3b) {
        this.token += String.fromCharCode(byte);
        if (digits(this.token) >= NUMBER_BYTES) this.dropped = true;
      } else if (byte >= 0x3f && byte <= 0x7e) {
        this.sixel();
      } else if (byte === REPEAT || byte === QUOTE || byte === HASH || byte === RETURN || byte === NEXT) {
        this.passed();
        if (byte < RETURN) this.token = String.fromCharCode(byte);
        else this.step(byte);
      }
    }
  }

  sixel() {
    let count = 1;
    if (this.token[0] === "!") {
      const number = this.token.slice(1).split(";")[0].slice(0, 9);
      count = Math.max(1, number === "" ? 1 : Number(number));
      this.token = "";
      this.stepped();
    }
    this.passed();
    this.x += count;
    this.wide = Math.max(this.wide, this.x);
    this.high = this.bands + 1;
    this.check();
  }

  /** Another number than a repeat's is over. */
  passed() {
    if (!this.token) return;
    this.token = "";
    this.stepped();
  }

  step(byte) {
    this.x = 0;
    if (byte === NEXT) this.bands += 1;
    this.stepped();
  }

  stepped() {
    this.steps += 1;
    this.check();
  }

  check() {
    if (this.steps > MOST_STEPS || this.wide > MOST_SIDE || this.bands * 6 > MOST_SIDE) this.dropped = true;
  }
}

function digits(token) {
  return token.length - (/^[!"#]/.test(token) ? 1 : 0);
}
