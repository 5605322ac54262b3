/* Key combinations as actions name them: "Ctrl+Shift+K", "Mod+K" (Cmd on a Mac, Ctrl elsewhere), "Alt+Shift+Z", "?".
Rule: letters are places on the keyboard (`code`), so that they work on every layout; a single sign is what was typed.
Pure. */

const MODIFIERS = ["ctrl", "alt", "shift", "meta"];
const CODES = {
  Left: "ArrowLeft", Right: "ArrowRight", Up: "ArrowUp", Down: "ArrowDown", Plus: "Equal", "=": "Equal", Minus: "Minus",
  "-": "Minus", ",": "Comma", ".": "Period", "/": "Slash", "[": "BracketLeft", "]": "BracketRight", ";": "Semicolon",
};
const SIGNS = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Left: "←", Right: "→", Up: "↑", Down: "↓", Plus: "+",
  Minus: "−", Enter: "↵", Escape: "Esc", PageUp: "PgUp", PageDown: "PgDn",
};
const MAC = { ctrl: "⌃", alt: "⌥", shift: "⇧", meta: "⌘" };
const WORDS = { ctrl: "Ctrl", alt: "Alt", shift: "Shift", meta: "Win" };

/** {ctrl, alt, shift, meta, key, code}: `code` is null for a sign without modifiers, which is compared as typed. */
export function parse(text, { mac = false } = {}) {
  const parts = text.split("+");
  const key = parts.pop();
  const held = new Set(parts.map((part) => ({ Mod: mac ? "meta" : "ctrl", Cmd: "meta" })[part] ?? part.toLowerCase()));
  if (!key || [...held].some((part) => !MODIFIERS.includes(part))) throw new Error(`not a key combination: ${text}`);
  const chord = Object.fromEntries(MODIFIERS.map((name) => [name, held.has(name)]));
  return { ...chord, key, code: held.size ? codeOf(key) : null };
}

function codeOf(key) {
  if (/^[A-Z]$/i.test(key)) return `Key${key.toUpperCase()}`;
  if (/^[0-9]$/.test(key)) return `Digit${key}`;
  return CODES[key] ?? key;
}

export function matches(chord, event) {
  if (chord.code === null) return plain(event) && event.key === chord.key;
  return chord.code === event.code && chord.ctrl === event.ctrlKey && chord.alt === event.altKey
    && chord.shift === event.shiftKey && chord.meta === event.metaKey;
}

/** Typed without Ctrl, Alt or Cmd; a "?" has needed Shift already. */
export function plain(event) {
  return !event.ctrlKey && !event.altKey && !event.metaKey;
}

/** Whether a program in the terminal never misses these keys: it gets all the others. */
export function safeInTerminal(chord) {
  return chord.meta || (chord.shift && (chord.ctrl || chord.alt));
}

/** As the platform's people write it: ["⌘", "K"], ["Ctrl", "Shift", "K"]. */
export function keyNames(text, { mac = false } = {}) {
  const chord = parse(text, { mac });
  const names = mac ? MAC : WORDS;
  const key = SIGNS[chord.key] ?? (chord.code && chord.key.length === 1 ? chord.key.toUpperCase() : chord.key);
  return [...MODIFIERS.filter((name) => chord[name]).map((name) => names[name]), key];
}
