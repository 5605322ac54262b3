// What is selected in an xterm.js terminal, with its direction, so that a selection can move from one terminal to
// another or survive a redraw, even while the mouse drags it.
//
// The public API neither tells which end is the fixed one nor keeps a drag alive over a reset, so this reaches into
// the core, as corrections.js does. Points are {line, col} of the buffer.

/** {anchor, head} or null; the anchor is where it began. */
export function selectionOf(term) {
  const { _model: model, hasSelection } = term._core._selectionService;
  if (!hasSelection) return null;
  const [from, to] = [model.finalSelectionStart, model.finalSelectionEnd].map(([col, line]) => ({ line, col }));
  return model.areSelectionValuesReversed() ? { anchor: to, head: from } : { anchor: from, head: to };
}

export function select(term, { anchor, head }) {
  const service = term._core._selectionService;
  const { _model: model } = service;
  model.clearSelection();
  model.selectionStart = [anchor.col, anchor.line];
  model.selectionEnd = [head.col, head.line];
  service.refresh();
}

/** How fast a drag under way scrolls, in lines (negative: up); null when there is none. */
export function dragOf(term) {
  const service = term._core._selectionService;
  return service._dragScrollIntervalTimer === undefined ? null : service._dragScrollAmount;
}

/** The drag that began elsewhere, or before a reset, goes on here. */
export function dragOn(term, scrolling) {
  const service = term._core._selectionService;
  service._removeMouseDownListeners();
  service._addMouseDownListeners();
  service._dragScrollAmount = scrolling;
}

/** Both ends through `change`. */
export function mapped({ anchor, head }, change) {
  return { anchor: change(anchor), head: change(head) };
}
