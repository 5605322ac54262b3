/* A selection with its colours, for documents and mails. Rule: the HTML goes to the clipboard and nowhere into the page. */

import { SerializeAddon } from "@xterm/addon-serialize";

const known = new WeakMap();

/** Answers whether, for want of a selection, the whole screen was copied. */
export function copyHtml(term) {
  const selected = term.hasSelection();
  const html = addon(term).serializeAsHTML({ onlySelection: selected, scrollback: 0, includeGlobalBackground: true });
  put({ "text/html": html, "text/plain": selected ? term.getSelection() : screen(term) });
  return !selected;
}

/** By the browser's own copy event: the newer way reads HTML before it takes it, and there the page's policy forbids the
 * very colours. */
function put(kinds) {
  let taken = false;
  const fill = (event) => {
    for (const [kind, text] of Object.entries(kinds)) event.clipboardData.setData(kind, text);
    event.preventDefault();
    event.stopImmediatePropagation();
    taken = true;
  };
  window.addEventListener("copy", fill, { capture: true });
  document.execCommand("copy");
  window.removeEventListener("copy", fill, { capture: true });
  if (!taken) throw new Error("not copied");
}

function addon(term) {
  if (!known.has(term)) {
    const made = new SerializeAddon();
    term.loadAddon(made);
    known.set(term, made);
  }
  return known.get(term);
}

function screen(term) {
  const { active } = term.buffer;
  return Array.from({ length: term.rows }, (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? "").join("\n");
}
