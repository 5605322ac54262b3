/* The bytes that keys of the on-screen key bar type. Pure. */

const ARROWS = { up: "A", down: "B", right: "C", left: "D" };
const FIXED = { esc: "\x1b", tab: "\t", pipe: "|", slash: "/", tilde: "~", dash: "-" };

/** `applicationCursor`: the program asked for application cursor keys (vim, less), whose arrows start with ESC O. */
export function keyBytes(key, { applicationCursor = false } = {}) {
  if (key in ARROWS) return `\x1b${applicationCursor ? "O" : "["}${ARROWS[key]}`;
  return FIXED[key] ?? "";
}

/** What Ctrl makes of one typed character: "c" -> ^C, "[" -> Esc, "?" -> Del; longer text is left alone. */
export function withControl(text) {
  if (text.length !== 1) return text;
  if (text === "?") return "\x7f";
  if (text === " ") return "\x00";
  const code = text.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : text;
}
