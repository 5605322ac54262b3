/* <command-header>: stands at the top of the terminal while the output below it is one command's whose prompt has
scrolled away. Events: `jump` and `copy`, each {number}. */

import { oneLine, outcome, outcomeWords, SIGNS, took } from "../helpers/commands.js";
import { t } from "../helpers/words.js";
import { Parted } from "./dom.js";

class CommandHeader extends Parted {
  connectedCallback() {
    for (const name of ["jump", "copy"]) {
      this.part(name).addEventListener("click", () => this.dispatchEvent(new CustomEvent(name, { detail: { number: this.number } })));
    }
  }

  /** null: nothing to show. */
  put(command) {
    this.hidden = command === null;
    if (command === null) return;
    this.number = command.number;
    const kind = outcome(command);
    this.dataset.outcome = kind;
    this.say("sign", SIGNS[kind]);
    this.say("text", oneLine(command));
    const facts = [kind === "ok" ? "" : outcomeWords(command), took(command)].filter(Boolean);
    this.say("facts", facts.join(" · "));
    this.part("jump").title = t("To where this command was typed");
  }
}

customElements.define("command-header", CommandHeader);
