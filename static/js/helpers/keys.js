/* The keys that the on-screen key bar offers, and the bytes that they type. Encodings are those of xterm.js, so that a
key typed with the bar's Ctrl is the same as with a keyboard's. Pure. */

import { t } from "./words.js";

const CURSOR = { up: "A", down: "B", right: "C", left: "D", home: "H", end: "F" };
const TILDE = { ins: 2, del: 3, pgup: 5, pgdn: 6, f5: 15, f6: 17, f7: 18, f8: 19, f9: 20, f10: 21, f11: 23, f12: 24 };
const FUNCTION = { f1: "P", f2: "Q", f3: "R", f4: "S" };
const PLAIN = { esc: "\x1b", tab: "\t", enter: "\r", backspace: "\x7f", pipe: "|", slash: "/", tilde: "~", dash: "-",
  underscore: "_", backslash: "\\", colon: ":", star: "*", dollar: "$", quote: "'", backtick: "`" };
const CONTROLS = ["ctrl-c", "ctrl-d", "ctrl-z", "ctrl-l", "ctrl-r", "ctrl-a", "ctrl-e", "ctrl-k", "ctrl-u", "ctrl-w"];
const LABELS = { esc: "Esc", tab: "Tab", ctrl: "Ctrl", alt: "Alt", shift: "Shift", up: "↑", down: "↓", left: "←",
  right: "→", home: "Home", end: "End", pgup: "PgUp", pgdn: "PgDn", ins: "Ins", del: "Del", enter: "⏎", backspace: "⌫" };

export const MODIFIERS = ["ctrl", "alt", "shift"];
export const USUAL_KEYS = ["esc", "tab", "ctrl", "alt", "left", "down", "up", "right", "pipe", "slash", "tilde", "dash",
  "ctrl-c", "home", "end", "pgup", "pgdn"];
/** Everything that can be on a bar besides snippets, in the order that the editor offers it. */
export const CATALOGUE = [...MODIFIERS, ...Object.keys(PLAIN), ...Object.keys(CURSOR), ...Object.keys(TILDE).slice(0, 4),
  ...CONTROLS, ...Object.keys(FUNCTION), ...Object.keys(TILDE).slice(4)];
export const SNIPPET = "text:";
export const LONGEST_SNIPPET = 200;
export const MOST_KEYS = 40;

/** Those that go on while they are held. */
export const REPEATS = new Set([...Object.keys(CURSOR), "pgup", "pgdn", "del", "backspace"]);

export function known(key) {
  return CATALOGUE.includes(key)
    || (key.startsWith(SNIPPET) && key.length > SNIPPET.length && key.length <= SNIPPET.length + LONGEST_SNIPPET);
}

/** `applicationCursor`: the program asked for application cursor keys (vim, less), whose arrows start with ESC O. */
export function keyBytes(key, { applicationCursor = false } = {}) {
  if (key.startsWith(SNIPPET)) return key.slice(SNIPPET.length).replace(/\n/g, "\r");
  if (key in CURSOR) return `\x1b${applicationCursor ? "O" : "["}${CURSOR[key]}`;
  if (key in TILDE) return `\x1b[${TILDE[key]}~`;
  if (key in FUNCTION) return `\x1bO${FUNCTION[key]}`;
  if (CONTROLS.includes(key)) return withControl(key.at(-1));
  return PLAIN[key] ?? "";
}

/** What is on the key. */
export function label(key) {
  if (key.startsWith(SNIPPET)) return key.slice(SNIPPET.length).trim().slice(0, 12) || "⏎";
  if (CONTROLS.includes(key)) return `^${key.at(-1).toUpperCase()}`;
  return LABELS[key] ?? PLAIN[key] ?? key.toUpperCase();
}

/** What it is called. */
export function title(key) {
  if (key.startsWith(SNIPPET)) return t("Types {text}", { text: key.slice(SNIPPET.length).replace(/\n/g, "⏎") });
  if (CONTROLS.includes(key)) return t("Control {letter}", { letter: key.at(-1).toUpperCase() });
  return NAMES()[key] ?? label(key);
}

const NAMES = () => ({
  esc: t("Esc"), tab: t("Tab"), ctrl: t("Ctrl, for the next key"), alt: t("Alt, for the next key"),
  shift: t("Shift, for the next key"), up: t("Up"), down: t("Down"), left: t("Left"), right: t("Right"), home: t("Home"),
  end: t("End key"), pgup: t("PgUp"), pgdn: t("PgDn"), ins: t("Insert"), del: t("Delete key"), enter: t("Enter"),
  backspace: t("Backspace"), pipe: t("Pipe"), slash: t("Slash"), tilde: t("Tilde"), dash: t("Dash"),
  underscore: t("Underscore"), backslash: t("Backslash"), colon: t("Colon"), star: t("Star"), dollar: t("Dollar"),
  quote: t("Quote"), backtick: t("Backtick"),
});

/** What Ctrl makes of one typed character: "c" -> ^C, "[" -> Esc, "?" -> Del; longer text is left alone. */
export function withControl(text) {
  if (text.length !== 1) return text;
  if (text === "?") return "\x7f";
  if (text === " ") return "\x00";
  if (text === "\x7f") return "\b";
  const code = text.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : text;
}

/** `data`, one typed key, as it is with these modifiers; undefined where it is no key: reports, pastes, whole words. */
export function withModifiers(data, { ctrl = false, alt = false, shift = false }) {
  const more = (shift ? 1 : 0) | (alt ? 2 : 0) | (ctrl ? 4 : 0);
  const cursor = /^\x1b(?:O|\[(?:1;(\d+))?)([A-DFHPQRS])$/.exec(data);
  if (cursor) return `\x1b[1;${1 + (more | ((cursor[1] ?? 1) - 1))}${cursor[2]}`;
  const tilde = /^\x1b\[(\d+)(?:;(\d+))?~$/.exec(data);
  if (tilde) return tilde[1] >= 200 ? undefined : `\x1b[${tilde[1]};${1 + (more | ((tilde[2] ?? 1) - 1))}~`;
  if (data === "\x1b[Z") return alt ? `\x1b${data}` : data;
  if ([...data].length !== 1) return undefined;
  let text = data;
  if (shift) text = text === "\t" ? "\x1b[Z" : text.toUpperCase();
  if (ctrl) text = withControl(text);
  return alt ? `\x1b${text}` : text;
}
