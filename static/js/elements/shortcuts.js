/* The keys of all actions, listened to in one place. A focused terminal gets every key that helpers/chords.js does not
spare it; single letters are the page's only while nobody writes anything. */

import { actions } from "../page.js";
import { plain, pressed, preferred, shown, sparesTheTerminal } from "../helpers/chords.js";

const WRITES = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog";

export const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** How this action's key is written here; "" when it has none. */
export function keyOf(action) {
  const chord = preferred(action.keys, apple);
  return chord ? shown(chord, apple) : "";
}

function free(chord, target) {
  if (sparesTheTerminal(chord)) return true;
  if (plain(chord)) return !target.closest?.(WRITES);
  return !target.closest?.("terminal-view");
}

function find(event, one) {
  return actions.list().find((action) =>
    action.keys.some((chord) => one(chord) && pressed(chord, event) && free(chord, event.target)));
}

function act(event, one) {
  if (event.defaultPrevented || event.isComposing) return;
  const action = find(event, one);
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action.run();
}

// Before xterm.js sees them; single keys after whoever has the focus.
document.addEventListener("keydown", (event) => act(event, (chord) => !plain(chord)), { capture: true });
document.addEventListener("keydown", (event) => act(event, plain));
