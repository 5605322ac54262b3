/* <help-dialog>: every action of this page and its keys, from the registry that the palette has. */

import { actions } from "../page.js";
import { t } from "../helpers/words.js";
import { Parted, setText } from "./dom.js";
import { apple } from "./shortcuts.js";
import { shown } from "../helpers/chords.js";

class HelpDialog extends Parted {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    actions.add({
      id: "help.open", title: t("Keyboard shortcuts"), group: t("Go to"), keys: ["?", "Ctrl+Shift+?"],
      run: () => this.open(),
    });
    this.part("close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  open() {
    if (this.dialog.open) return;
    const groups = Map.groupBy
      ? Map.groupBy(actions.list(), ({ group }) => group)
      : actions.list().reduce((all, one) => all.set(one.group, [...(all.get(one.group) ?? []), one]), new Map());
    this.part("groups").replaceChildren(...[...groups].map(([name, found]) => section(name, found)));
    this.dialog.showModal();
  }
}

function section(name, found) {
  const whole = document.createElement("section");
  const head = document.createElement("h3");
  setText(head, name);
  const list = document.createElement("dl");
  for (const action of found) {
    const [line, title, keys] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
    setText(title, action.title);
    const chords = action.keys.filter((chord) => apple || !chord.startsWith("Meta+"));
    keys.append(...chords.flatMap((chord) => {
      const key = document.createElement("kbd");
      setText(key, shown(chord, apple));
      return [key, " "];
    }));
    line.append(title, keys);
    list.append(line);
  }
  whole.append(head, list);
  return whole;
}

customElements.define("help-dialog", HelpDialog);
