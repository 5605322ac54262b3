/* <new-session>: the dialog that starts a program, and the button that opens it. */

import { api } from "../page.js";
import { tagsIn } from "../helpers/labels.js";
import { submitting, clearErrors } from "./form-errors.js";

/** The session page that opens next may take its window's size at once: nobody else can be watching yet. */
export function markFresh(id) {
  try {
    sessionStorage.setItem(`holdfast.fresh.${id}`, "1");
  } catch {
    // Storage is switched off: the session keeps the default size until somebody fits it.
  }
}

class NewSession extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.form = this.querySelector("form");
    for (const button of document.querySelectorAll("[data-opens=new-session]")) {
      button.addEventListener("click", () => this.open());
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    if (new URLSearchParams(location.search).has("new")) this.open();    // asked for on a page without this dialog
    this.querySelector("[data-part=cancel]").addEventListener("click", () => this.dialog.close());
  }

  open() {
    clearErrors(this.form);
    this.dialog.showModal();
    this.form.elements.command.focus();
  }

  order() {
    const field = (name) => this.form.elements[name].value.trim();
    const order = {};
    for (const name of ["command", "cwd", "name", "group"]) {
      if (field(name)) order[name] = field(name);
    }
    const tags = tagsIn(field("tags"));
    if (tags.length) order.tags = tags;
    if (this.form.elements.unrecorded?.checked) order.record = false;
    return order;
  }

  async start() {
    const made = await submitting(this.form, () => api.create(this.order()));
    if (!made) return;
    markFresh(made.id);
    this.dialog.close();
    const here = new CustomEvent("made", { bubbles: true, cancelable: true, detail: made });
    if (this.dispatchEvent(here)) location.assign(`/sessions/${made.id}`);
  }
}

customElements.define("new-session", NewSession);
