/* Typed text made ready for the wire: well-formed, in pieces the server takes. Pure. */

// The server refuses an input event above this many bytes; a paste is cut into several.
export const PIECE_BYTES = 64 * 1024;

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const encoder = new TextEncoder();

/** How many bytes `data` (a string or bytes) takes when typed. */
export function byteLength(data) {
  return typeof data === "string" ? encoder.encode(data).length : data.length;
}

/**
 * `data` cut into pieces of at most `limit` bytes, never inside a character. Half a surrogate pair, which some
 * input methods produce, becomes U+FFFD: it has no UTF-8 form and the server would refuse the whole event.
 */
export function pieces(data, limit = PIECE_BYTES) {
  if (typeof data !== "string") return cutBytes(data, limit);
  const text = data.replace(LONE_SURROGATE, "\ufffd");
  if (text.length * 3 <= limit) return text ? [text] : [];
  const found = [];
  let start = 0;
  let used = 0;
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at);
    const cost = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (used + cost > limit) {
      found.push(text.slice(start, at));
      start = at;
      used = 0;
    }
    used += cost;
    at += code > 0xffff ? 2 : 1;
  }
  found.push(text.slice(start));
  return found;
}

function cutBytes(data, limit) {
  const found = [];
  for (let at = 0; at < data.length; at += limit) found.push(data.subarray(at, at + limit));
  return found;
}

/** xterm.js's onBinary string (each character one byte) as bytes. */
export function fromBinary(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
