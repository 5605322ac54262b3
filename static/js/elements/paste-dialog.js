/* <paste-dialog>: asks before many lines are pasted, and shows them. Rule: what is shown is what is pasted. */

import { bytes } from "../helpers/format.js";
import { cleaned, lines, oneLine } from "../helpers/paste.js";
import { t, tn } from "../helpers/words.js";
import { make, setText } from "./dom.js";
import { choices } from "./terminal-look.js";

// More than this is shown cut, and cannot be changed here.
const SHOWN_CHARACTERS = 20_000;

class PasteDialog extends HTMLElement {
  connectedCallback() {
    this.facts = make("p", { class: "paste-facts" });
    this.field = make("textarea", { class: "paste-text", spellcheck: false, rows: 9, wrap: "off" });
    this.field.ariaLabel = t("The text");
    this.field.addEventListener("input", () => this.say(this.field.value));
    this.always = make("input", { type: "checkbox" });
    this.single = this.button("single", t("Paste as one line"));
    this.dialog = make("dialog", { class: "paste", close: () => this.closed() },
      make("form", { method: "dialog" },
        make("h2", { textContent: t("Paste this text?") }), this.facts, this.field,
        make("label", { class: "check" }, this.always, make("span", { textContent: t("Do not ask again") })),
        make("div", { class: "actions" },
          this.button("no", t("Cancel")), this.single, this.button("yes", t("Paste"), "primary"))));
    this.dialog.ariaLabel = t("Paste this text?");
    this.append(this.dialog);
  }

  button(value, words, kind = "") {
    return make("button", { class: `button ${kind}`, value, textContent: words });
  }

  /** Resolves to the text to paste, or null. */
  ask(text) {
    this.text = cleaned(text);
    const cut = this.text.length > SHOWN_CHARACTERS;
    this.field.value = cut ? `${this.text.slice(0, SHOWN_CHARACTERS)}\n…` : this.text;
    this.field.readOnly = cut;
    this.cut = cut;
    this.always.checked = false;
    this.say(this.text);
    this.dialog.returnValue = "";
    this.dialog.showModal();
    this.dialog.querySelector("[value=yes]").focus();
    this.field.scrollTop = 0;
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  say(text) {
    const size = bytes(new TextEncoder().encode(text).length);
    setText(this.facts, tn("{count} line, {size}", "{count} lines, {size}", lines(text), { size }));
  }

  closed() {
    const { returnValue } = this.dialog;
    const text = this.cut ? this.text : this.field.value;
    if (returnValue && returnValue !== "no" && this.always.checked) choices.set("paste_warning", false);
    this.resolve?.({ yes: text, single: oneLine(text) }[returnValue] ?? null);
  }
}

customElements.define("paste-dialog", PasteDialog);

/** The one of this page, made when it is first needed. */
export function askToPaste(text) {
  let dialog = document.querySelector("paste-dialog");
  if (!dialog) {
    dialog = document.createElement("paste-dialog");
    document.body.append(dialog);
  }
  return dialog.ask(text);
}
