/* <help-dialog>: the keys of everything that can be done here, by group. Drawn from the registry when it opens. */

import { actions } from "../page.js";
import { keyNames } from "../helpers/chords.js";
import { Parted, setText } from "./dom.js";
import { MAC } from "./key-dispatch.js";

class HelpDialog extends Parted {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.part("close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  open() {
    const groups = Map.groupBy(this.known(), ({ group }) => group ?? "");
    this.part("groups").replaceChildren(...[...groups].map(([name, list]) => section(name, list)));
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** Also those that cannot be done just now. */
  known() {
    return [...actions.known.values()].filter(({ keys }) => keys.length > 0);
  }
}

function section(name, list) {
  const made = document.createElement("section");
  const head = document.createElement("h3");
  const lines = document.createElement("dl");
  setText(head, name);
  lines.replaceChildren(...list.map(line));
  made.append(head, lines);
  return made;
}

function line({ title, keys }) {
  const made = document.createElement("div");
  const name = document.createElement("dd");
  const pressed = document.createElement("dt");
  setText(name, title);
  for (const text of keys) {
    const chord = document.createElement("span");
    for (const key of keyNames(text, { mac: MAC })) {
      const cap = document.createElement("kbd");
      setText(cap, key);
      chord.append(cap);
    }
    pressed.append(chord);
  }
  made.append(pressed, name);
  return made;
}

customElements.define("help-dialog", HelpDialog);

export function openHelp() {
  document.querySelector("help-dialog").open();
}
