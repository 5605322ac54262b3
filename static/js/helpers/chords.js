/* Keys as text: "Ctrl+Shift+K", "Alt+Shift+ArrowLeft", "Meta+K", "Ctrl+Shift+Plus", "j", "?". Pure.

With a modifier the key is where it lies on the keyboard (`code`), so that a Greek or Cyrillic layout has the same
shortcuts; alone it is the character (`key`). A terminal needs every other key: what works inside it has Shift and one of
Ctrl and Alt, or Meta (Cmd), which no program on a PTY can see. */

const MODIFIERS = ["Ctrl", "Alt", "Shift", "Meta"];
const CODES = { Plus: ["Equal", "NumpadAdd"], Minus: ["Minus", "NumpadSubtract"], "?": ["Slash"] };
const APPLE = { Ctrl: "⌃", Alt: "⌥", Shift: "⇧", Meta: "⌘" };
const SYMBOLS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Plus: "+", Minus: "−", Period: ".", Comma: ",", Escape: "Esc" };

function parsed(chord) {
  const parts = chord.length > 1 ? chord.split("+") : [chord];
  const key = parts.pop();
  return { key, held: Object.fromEntries(MODIFIERS.map((name) => [name, parts.includes(name)])) };
}

function codes(key) {
  if (/^[A-Z]$/.test(key)) return [`Key${key}`];
  if (/^[0-9]$/.test(key)) return [`Digit${key}`, `Numpad${key}`];
  return CODES[key] ?? [key];
}

/** Whether it is one key without a modifier. */
export function plain(chord) {
  return !Object.values(parsed(chord).held).includes(true);
}

/** Whether it may be taken from a focused terminal. */
export function sparesTheTerminal(chord) {
  const { held } = parsed(chord);
  return held.Meta || (held.Shift && (held.Ctrl || held.Alt));
}

export function pressed(chord, event) {
  const { key, held } = parsed(chord);
  if (plain(chord)) return event.key === key && !event.ctrlKey && !event.altKey && !event.metaKey;
  const now = { Ctrl: event.ctrlKey, Alt: event.altKey, Shift: event.shiftKey, Meta: event.metaKey };
  return MODIFIERS.every((name) => now[name] === held[name]) && codes(key).includes(event.code);
}

/** As people of this platform write it; on a Mac ⌃⇧K. */
export function shown(chord, apple = false) {
  const { key, held } = parsed(chord);
  const names = MODIFIERS.filter((name) => held[name]);
  const last = SYMBOLS[key] ?? key;
  return apple ? names.map((name) => APPLE[name]).join("") + last : [...names, last].join("+");
}

/** The first that this platform has: Meta is Cmd, which only Apple's keyboards have for this. */
export function preferred(chords, apple = false) {
  return chords.find((chord) => parsed(chord).held.Meta === apple) ?? chords.find((chord) => !parsed(chord).held.Meta);
}
