/* <label-dialog>: asks for the tags or the group of one or several sessions, and for a colour. */

import { tagsIn } from "../helpers/labels.js";
import { t, tn } from "../helpers/words.js";
import { Parted, setHidden } from "./dom.js";

class LabelDialog extends Parted {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.form = this.querySelector("form");
    this.part("cancel").addEventListener("click", () => this.dialog.close(""));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.dialog.close("yes");
    });
  }

  /** Resolves to {labels, without, colour}, or to null. */
  ask({ kind, sessions }) {
    const tags = kind === "tag";
    this.kind = kind;
    this.say("title", tags
      ? tn("Tags of {count} session", "Tags of {count} sessions", sessions.length)
      : tn("Group of {count} session", "Group of {count} sessions", sessions.length));
    this.say("words", tags ? t("Add tags") : t("Group"));
    this.say("hint", tags ? t("Several with blanks between them.") : t("Left empty: in no group."));
    this.form.reset();
    this.form.elements.text.value = tags ? "" : shared(sessions);
    if (tags) this.form.elements.text.removeAttribute("list");
    else this.form.elements.text.setAttribute("list", "known-groups");
    this.drawKnown(tags ? [...new Set(sessions.flatMap((session) => session.tags))] : []);
    this.form.querySelector("[name=colour][value='']").checked = true;
    this.dialog.returnValue = "";
    this.dialog.showModal();
    this.form.elements.text.focus();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => resolve(this.dialog.returnValue === "yes" ? this.answer() : null), { once: true });
    });
  }

  /** The tags that some of them have: a mark that is taken away takes the tag away. */
  drawKnown(tags) {
    setHidden(this.part("known"), !tags.length);
    this.part("known").replaceChildren(...tags.map((tag) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.dataset.known = tag;
      label.append(box, tag);
      return label;
    }));
  }

  answer() {
    const text = this.form.elements.text.value.trim();
    const without = [...this.querySelectorAll("[data-known]:not(:checked)")].map((box) => box.dataset.known);
    return {
      labels: this.kind === "tag" ? tagsIn(text) : [text].filter(Boolean), without,
      colour: this.form.elements.colour.value,
    };
  }
}

/** The group that all of them are in, or nothing. */
function shared(sessions) {
  const groups = new Set(sessions.map(({ group }) => group));
  return groups.size === 1 ? [...groups][0] : "";
}

customElements.define("label-dialog", LabelDialog);

export function askLabels(question) {
  return document.querySelector("label-dialog").ask(question);
}
