/* The one place where key combinations become actions. Rule: in a terminal only combinations that no program misses
(helpers/chords.js) are taken; in a field or a dialog none that types something. Keys without any modifier, but for "?",
belong to the page that shows them (elements/list-keys.js). */

import { actions } from "../page.js";
import { matches, parse, safeInTerminal } from "../helpers/chords.js";

export const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const parsed = new Map();

function chordOf(text) {
  if (!parsed.has(text)) parsed.set(text, parse(text, { mac: MAC }));
  return parsed.get(text);
}

export function listen() {
  // Before xterm.js, which would send them to the program.
  window.addEventListener("keydown", pressed, { capture: true });
}

function pressed(event) {
  if (event.isComposing || event.repeat || !["Control", "Alt", "Shift", "Meta"].every((name) => event.key !== name)) return;
  const action = actions.list().reverse().find((one) => one.keys.some((keys) => taken(chordOf(keys), event)));
  if (!action) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  action.run();
}

function taken(chord, event) {
  if (!matches(chord, event)) return false;
  if (chord.code === null && chord.key !== "?") return false;
  const { target } = event;
  if (target.closest?.("terminal-view, history-view")) return safeInTerminal(chord);
  if (document.querySelector("dialog[open]")) return chord.ctrl && !chord.shift;     // the palette's own keys close it
  return chord.code !== null || !target.closest?.("input, textarea, select, [contenteditable]");
}
