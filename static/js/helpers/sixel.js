/* Sixel data as pixels. Rule: whatever stands in it, work and memory are bounded by the size that the picture may have.

The npm package for this (by xterm.js's image addon) is WebAssembly, which the page's policy would have to allow. */

import { fits } from "./picture-sizes.js";
import { SixelSize } from "./sixel-sizes.js";

const MOST_COLOURS = 4096;
// Each column of six pixels may be drawn once a colour, so six times; more draws over what is there.
const TIMES_DRAWN = 8;
const BAND = 6;
// The VT340's sixteen, in percent.
const USUAL = [
  [0, 0, 0], [20, 20, 80], [80, 13, 13], [20, 80, 20], [80, 20, 80], [20, 80, 80], [80, 80, 20], [53, 53, 53],
  [26, 26, 26], [33, 33, 60], [60, 26, 26], [33, 60, 33], [60, 33, 60], [33, 60, 60], [60, 60, 33], [80, 80, 80],
];

/** `data`: from behind the `q` on. {width, height, pixels} (RGBA, transparent where nothing was drawn), or null. */
export function decodeSixel(data) {
  const size = new SixelSize(0);
  for (let at = 0; at < data.length; at += 65536) size.take(data.subarray(at, at + 65536));
  const found = size.picture();
  if (!found || !fits(found.width, found.height)) return null;
  const drawing = new Drawing(found.width, found.height);
  drawing.read(data);
  const { width, height } = found;
  return { width, height, pixels: new Uint8ClampedArray(drawing.pixels.buffer) };
}

class Drawing {
  constructor(width, height) {
    Object.assign(this, { width, height, x: 0, y: 0, colour: 0 });
    this.pixels = new Uint32Array(width * height);
    this.colours = USUAL.map((parts) => packed(...parts));
    this.left = TIMES_DRAWN * width * Math.ceil(height / BAND);
  }

  read(data) {
    let token = "";
    for (let at = 0; at < data.length && this.y < this.height && this.left > 0; at += 1) {
      const byte = data[at];
      if ((byte >= 0x30 && byte <= 0x39) || byte === 0x3b) {
        if (token.length < 64) token += String.fromCharCode(byte);
      } else if (byte >= 0x3f && byte <= 0x7e) {
        if (token[0] === "#") this.choose(token);
        this.draw(byte - 0x3f, token[0] === "!" ? numbers(token)[0] || 1 : 1);
        token = "";
      } else if (byte >= 0x21 && byte <= 0x2d && "!\"#$-".includes(String.fromCharCode(byte))) {
        if (token[0] === "#") this.choose(token);
        token = "";
        if (byte < 0x24) token = String.fromCharCode(byte);
        else this.x = 0;
        if (byte === 0x2d) this.y += BAND;
      }
    }
  }

  choose(token) {
    const [number, kind, a, b, c] = numbers(token);
    if (number >= MOST_COLOURS) return;
    if (kind === 2) this.colours[number] = packed(a, b, c);
    if (kind === 1) this.colours[number] = packed(...fromHls(a, b, c));
    this.colour = number;
  }

  draw(bits, count) {
    const end = Math.min(this.x + count, this.width);
    if (bits) {
      const colour = this.colours[this.colour] ?? packed(0, 0, 0);
      for (let row = 0; row < BAND && this.y + row < this.height; row += 1) {
        const start = (this.y + row) * this.width;
        if (bits >> row & 1) this.pixels.fill(colour, start + Math.min(this.x, this.width), start + end);
      }
      this.left -= Math.max(1, end - this.x);
    }
    this.x = end;
  }
}

function numbers(token) {
  return token.slice(1).split(";").map((number) => Number(number.slice(0, 9)));
}

/** In percent, as the four bytes of a pixel. */
function packed(red = 0, green = 0, blue = 0) {
  const [r, g, b] = [red, green, blue].map((part) => Math.round((Math.min(part, 100) * 255) / 100));
  return (0xff000000 | b << 16 | g << 8 | r) >>> 0;
}

/** Hue as DEC has it: blue is 0, red 120. */
function fromHls(hue = 0, lightness = 0, saturation = 0) {
  const [h, l, s] = [(hue + 240) % 360, Math.min(lightness, 100) / 100, Math.min(saturation, 100) / 100];
  const chroma = (1 - Math.abs(2 * l - 1)) * s;
  const part = (shift) => {
    const at = (shift + h / 30) % 12;
    return 100 * (l - (chroma / 2) * Math.max(-1, Math.min(at - 3, 9 - at, 1)));
  };
  return [part(0), part(8), part(4)];
}
