/* <key-bar>: the keys that a phone's keyboard lacks. Ctrl sticks for the next character. */

import { keyBytes, withControl } from "../helpers/keys.js";

class KeyBar extends HTMLElement {
  attach(view) {
    this.view = view;
    this.control = false;
    // Not `click` alone: a press must not take the focus, or the on-screen keyboard would close.
    this.addEventListener("pointerdown", (event) => event.preventDefault());
    this.addEventListener("click", (event) => this.press(event.target.closest("[data-key]")));
  }

  press(button) {
    if (!button) return;
    const { key } = button.dataset;
    if (key === "ctrl") this.hold(!this.control);
    else this.type(keyBytes(key, { applicationCursor: this.view.applicationCursor }));
  }

  type(bytes) {
    this.dispatchEvent(new CustomEvent("typed", { detail: { data: this.applied(bytes) } }));
  }

  /** `text` as typed with the held Ctrl, which is then let go. */
  applied(text) {
    if (!this.control || typeof text !== "string") return text;
    this.hold(false);
    return withControl(text);
  }

  hold(on) {
    this.control = on;
    this.querySelector("[data-key=ctrl]").ariaPressed = String(on);
  }
}

customElements.define("key-bar", KeyBar);
