/* <command-header>: the command whose output fills the screen, at its top; a press goes to its prompt. */

import { commandText, outcome, outcomeWords } from "../helpers/commands.js";
import { Parted, setHidden } from "./dom.js";

class CommandHeader extends Parted {
  /** `chosen(command)` goes to one. */
  attach(chosen) {
    this.part("go").addEventListener("click", () => chosen(this.command));
  }

  /** Null: there is nothing to say. */
  put(command) {
    this.command = command;
    setHidden(this, !command);
    if (!command) return;
    this.dataset.outcome = outcome(command);
    this.say("text", commandText(command).split("\n")[0].slice(0, 300));
    this.say("outcome", outcomeWords(command));
  }
}

customElements.define("command-header", CommandHeader);
