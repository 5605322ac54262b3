/* What a pasted text may hold. Pure. Rule: a program gets characters from a paste, never keys: no Ctrl-C, no escape, and
not the mark that ends a bracketed paste, behind which a shell would run the rest. */

// ESC [ 200 ~ and ESC [ 201 ~, also with the one-byte CSI.
const MARKS = /(?:\x1b\[|\x9b)20[01]~/g;
// All but tab, line feed and carriage return.
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
// A program that brackets pastes does not run them; this many lines are still worth a question.
const MANY_LINES = 20;
const LARGE = 64 * 1024;

export function cleaned(text) {
  return text.replace(MARKS, "").replace(CONTROLS, "");
}

/** Lines with something in them or after them: "a\n" is one, which is run at once. */
export function lines(text) {
  return text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").length;
}

/** Whether to ask before pasting. */
export function needsAsking(text, { bracketed }) {
  const count = lines(text);
  return text.length > LARGE || count >= MANY_LINES || (!bracketed && count > 1);
}

/** Everything on one line, as if the ends of lines were blanks. */
export function oneLine(text) {
  return text.trim().replace(/\s*[\r\n]+\s*/g, " ");
}

/** A path as one word of a POSIX shell. */
export function quoted(path) {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
