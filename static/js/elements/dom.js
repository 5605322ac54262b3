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

/** A clone of <template id="..."> as its first element; of this document, so that it is alive at once. */
export function stamp(id) {
  return document.importNode(document.getElementById(id).content.firstElementChild, true);
}

/** The JSON that the server put into the page under this id. */
export function pageData(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** A new element: properties (`class`, `data-...`, `aria-...` and the like as attributes, functions as listeners), then
 * what is in it: elements or texts. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name in element && !name.includes("-")) element[name] = value;
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An SVG element with these attributes. */
export function drawing(tag, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
