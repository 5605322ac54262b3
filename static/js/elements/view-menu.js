/* <view-menu>: a button of the bar, and behind it what is done less often. Rule: a list of buttons that the keyboard walks
through; it closes when one is chosen, on Escape, and when the focus goes elsewhere.

Event: `chosen` {name}. */

import { make, Parted } from "./dom.js";

class ViewMenu extends Parted {
  /** `items()` answers [{name, title, keys, off}] or null for a line between, asked whenever it opens. */
  attach(items) {
    this.items = items;
    this.button = this.querySelector("button");
    this.list = make("div", { class: "menu", role: "menu", hidden: true });
    this.list.ariaLabel = this.button.ariaLabel;
    this.append(this.list);
    this.button.addEventListener("click", () => this.toggle());
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", ({ relatedTarget }) => this.contains(relatedTarget) || this.close());
    this.ending = new AbortController();
    const elsewhere = ({ target }) => this.contains(target) || this.close();
    document.addEventListener("pointerdown", elsewhere, { signal: this.ending.signal });
  }

  disconnectedCallback() {
    this.ending?.abort();
  }

  get open() {
    return !this.list.hidden;
  }

  toggle() {
    if (this.open) this.close();
    else this.unfold();
  }

  unfold() {
    this.list.replaceChildren(...this.items().map((item) => (item ? this.item(item) : make("hr"))));
    this.list.hidden = false;
    this.button.ariaExpanded = "true";
    this.buttons[0]?.focus();
  }

  item({ name, title, keys, off = false }) {
    return make("button", {
      type: "button", role: "menuitem", tabIndex: -1, disabled: off, click: () => this.choose(name),
    }, make("span", { textContent: title }), keys ? make("kbd", { textContent: keys }) : null);
  }

  get buttons() {
    return [...this.list.querySelectorAll("button:not(:disabled)")];
  }

  choose(name) {
    this.close();
    this.dispatchEvent(new CustomEvent("chosen", { detail: { name } }));
  }

  close({ back = false } = {}) {
    if (!this.open) return;
    this.list.hidden = true;
    this.button.ariaExpanded = "false";
    if (back) this.button.focus();
  }

  key(event) {
    if (!this.open) return;
    const { buttons } = this;
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") this.close({ back: true });
    else if (to !== undefined) buttons.at(to % buttons.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

customElements.define("view-menu", ViewMenu);
