/* <confirm-dialog>: asks before what cannot be undone. The safe answer has the focus. */

import { Parted } from "./dom.js";

class ConfirmDialog extends Parted {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
  }

  /** Resolves to true when the user agrees. */
  ask({ title, text, action, danger = true }) {
    this.say("title", title);
    this.say("text", text);
    this.say("action", action);
    this.part("action").classList.toggle("danger", danger);
    this.dialog.returnValue = "";
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => resolve(this.dialog.returnValue === "yes"), { once: true });
    });
  }
}

customElements.define("confirm-dialog", ConfirmDialog);

export function confirmed(question) {
  return document.querySelector("confirm-dialog").ask(question);
}
