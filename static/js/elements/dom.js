/* Small helpers for elements: find the parts that the template marks with data-part, and change text only when it
differs (screen readers announce, and layouts move, on every write). */

/** An Element with `part(name)` for its `data-part` children. */
export class Parted extends HTMLElement {
  part(name) {
    this.found ??= new Map();
    if (!this.found.has(name)) this.found.set(name, this.querySelector(`[data-part="${name}"]`));
    return this.found.get(name);
  }

  say(name, text) {
    setText(this.part(name), text);
  }

  show(name, visible) {
    setHidden(this.part(name), !visible);
  }
}

export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function setHidden(element, hidden) {
  if (element && element.hidden !== hidden) element.hidden = hidden;
}

/** A clone of <template id="..."> as its first element. */
export function stamp(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** The JSON that the server put into the page under this id. */
export function pageData(id) {
  return JSON.parse(document.getElementById(id).textContent);
}
