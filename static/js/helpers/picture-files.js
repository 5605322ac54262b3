/* How large a picture is that comes as a file (OSC 1337 ; File=), as app/screen/picture_files.py has it. */

import { fits, PICTURE_BYTES, RIGHT, STAYS } from "./picture-sizes.js";

// All of these as over there.
const KEPT_BYTES = 192 << 10;
const ARGUMENT_BYTES = 4096;
const PREFIX_BYTES = 40;

const PREFIX = /^([0-9]{1,15});([0-9]{1,9}):/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(256).fill(-1);
[...ALPHABET].forEach((character, value) => { VALUES[character.charCodeAt(0)] = value; });
const COLON = 0x3a;

export class FileSize {
  constructor(offset, goesOn = false) {
    Object.assign(this, { offset, goesOn, size: 0, length: 0, room: new Uint8Array(1024) });
  }

  take(data) {
    this.size += data.length;
    if (this.length < KEPT_BYTES) this.keep(data.subarray(0, KEPT_BYTES + PREFIX_BYTES - this.length));
    const prefix = this.goesOn && PREFIX.exec(latin(this.kept.subarray(0, PREFIX_BYTES)));
    if (prefix) {
      this.goesOn = false;
      this.offset = Number(prefix[1]);
      this.room = this.room.subarray(prefix[0].length);
      this.length -= prefix[0].length;
      this.size += Number(prefix[2]) - prefix[0].length;
    }
    if (!this.goesOn) this.length = Math.min(this.length, KEPT_BYTES);
  }

  keep(more) {
    const length = this.length + more.length;
    if (length > this.room.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.kept);
      this.room = larger;
    }
    this.room.set(more, this.length);
    this.length = length;
  }

  get kept() {
    return this.room.subarray(0, this.length);
  }

  argumentsEnd() {
    if (!this.kept.includes(COLON)) this.take(Uint8Array.of(COLON));
  }

  picture() {
    const colon = this.kept.indexOf(COLON);
    if (this.goesOn || colon < 0 || colon > ARGUMENT_BYTES || this.size > PICTURE_BYTES) return null;
    const given = argumentsOf(latin(this.kept.subarray(0, colon)));
    const size = given.get("inline") === "1" ? sizeOf(decoded(this.kept.subarray(colon + 1))) : null;
    if (!size || !fits(...size)) return null;
    return {
      offset: this.offset, width: size[0], height: size[1], after: given.get("doNotMoveCursor") === "1" ? STAYS : RIGHT,
      size: this.size, wide: given.get("width") ?? "", high: given.get("height") ?? "",
      keepsRatio: given.get("preserveAspectRatio") !== "0",
    };
  }
}

function latin(bytes) {
  return String.fromCharCode(...bytes);
}

function argumentsOf(text) {
  return new Map(text.split(";").map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
  }));
}

/** Base64 as far as it goes; what is no base64 is passed over. */
function decoded(data) {
  const found = new Uint8Array(Math.floor((data.length * 3) / 4));
  let [bits, count, at] = [0, 0, 0];
  for (const byte of data) {
    const value = VALUES[byte];
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      found[at] = (bits >> count) & 0xff;
      at += 1;
    }
  }
  return found.subarray(0, at);
}

export function kindOf(data) {
  const text = latin(data.subarray(0, 12));
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "image/gif";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  return text.startsWith("RIFF") && text.slice(8) === "WEBP" ? "image/webp" : null;
}

function sizeOf(data) {
  switch (kindOf(data)) {
    case "image/png": return data.length >= 24 ? [big(data, 16, 4), big(data, 20, 4)] : null;
    case "image/gif": return data.length >= 10 ? [little(data, 6, 2), little(data, 8, 2)] : null;
    case "image/jpeg": return jpeg(data);
    case "image/webp": return data.length >= 30 ? webp(data) : null;
    default: return null;
  }
}

function jpeg(data) {
  let at = 2;
  while (at + 9 <= data.length) {
    if (data[at] !== 0xff) return null;
    const kind = data[at + 1];
    if (kind === 0xff || kind === 1 || (kind >= 0xd0 && kind <= 0xd8)) at += kind === 0xff ? 1 : 2;
    else if (kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind)) return [big(data, at + 7, 2), big(data, at + 5, 2)];
    else at += 2 + Math.max(2, big(data, at + 2, 2));
  }
  return null;
}

function webp(data) {
  const form = latin(data.subarray(12, 16));
  if (form === "VP8 ") return [little(data, 26, 2) & 0x3fff, little(data, 28, 2) & 0x3fff];
  if (form === "VP8L") {
    const bits = little(data, 21, 4);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  return form === "VP8X" ? [little(data, 24, 3) + 1, little(data, 27, 3) + 1] : null;
}

function big(data, at, size) {
  return data.subarray(at, at + size).reduce((sum, byte) => sum * 256 + byte, 0);
}

function little(data, at, size) {
  return data.subarray(at, at + size).reduceRight((sum, byte) => sum * 256 + byte, 0);
}
