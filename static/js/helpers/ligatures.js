/* Which characters of a row are drawn as one, so that a font can join them. Pure.

xterm.js's own addon reads the fonts of the machine, for which browsers ask the user, and weighs 200 KB; the ligatures of
programming fonts are a short list. */

const LIGATURES = [
  "<!--", "<!---", "<====>", "<===>", "<---->", "<--->", "<==>", "<-->", "<---", "<===", "--->", "===>", "<=>", "<->",
  "<--", "<==", "<<-", "<<=", "-->", "==>", "->>", "=>>", ">>=", "<~~", "~~>", "!==", "===", "=/=", "<*>", "<|>", "<$>", "<+>",
  "...", ":::", "+++", "***", "///", "|||", "&&&", "<-", "->", "<=", "=>", ">=", "==", "!=", "::", ":=", "=:", "<>", "</", "/>",
  "~~", "|>", "<|", "++", "--", "&&", "||", "//", "/*", "*/", "**", "..", "??", "?.", "?:", "=~", "!~", "~=", "/=", "\\\\", "##",
];
const ESCAPED = [...LIGATURES].sort((a, b) => b.length - a.length)
  .map((one) => one.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|");
const ANY = new RegExp(ESCAPED, "g");

/** Ranges [from, to) for term.registerCharacterJoiner. */
export function ligatures(text) {
  return Array.from(text.matchAll(ANY), ({ index, 0: { length } }) => [index, index + length]);
}
