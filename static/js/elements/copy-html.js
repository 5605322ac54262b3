/* A selection with its colours, for documents and mails. Rule: the HTML goes to the clipboard and nowhere into the page. */

import { SerializeAddon } from "@xterm/addon-serialize";

const known = new WeakMap();

/** Answers whether, for want of a selection, the whole screen was copied. */
export async function copyHtml(term) {
  const selected = term.hasSelection();
  const html = addon(term).serializeAsHTML({ onlySelection: selected, scrollback: 0, includeGlobalBackground: true });
  const text = selected ? term.getSelection() : screen(term);
  await navigator.clipboard.write([new ClipboardItem({
    "text/html": new Blob([html], { type: "text/html" }), "text/plain": new Blob([text], { type: "text/plain" }),
  })]);
  return !selected;
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
