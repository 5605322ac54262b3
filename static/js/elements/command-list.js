/* <command-list>: the drawer with the commands of a session, the newest first: when, how long, how it ended; a press goes
to its prompt, a button copies its output. Rule: what programs wrote is text, never markup. */

import { api } from "../page.js";
import { clock, commandText, outcome, outcomeWords, span, took } from "../helpers/commands.js";
import { t } from "../helpers/words.js";
import { copyText } from "./copy-button.js";
import { Parted, setHidden, setText } from "./dom.js";
import { toast } from "./toast-line.js";

const LINE_CHARACTERS = 500;

class CommandList extends Parted {
  /** `commands` is a models/commands.js; `chosen(command)` goes to one. */
  attach({ commands, session, chosen }) {
    Object.assign(this, { commands, session, chosen });
    this.rows = new Map();
    commands.addEventListener("change", () => this.hidden || this.draw());
    this.part("close").addEventListener("click", () => this.toggle(false));
    this.part("older").addEventListener("click", () => this.tried(() => commands.older()));
    this.part("filter").addEventListener("input", () => this.draw());
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
  }

  toggle(open = this.hidden) {
    if (open === !this.hidden) return;
    setHidden(this, !open);
    this.dispatchEvent(new CustomEvent("toggled", { detail: { open } }));
    if (!open) return;
    this.draw();
    this.tried(() => this.commands.load());
    this.part("close").focus();
  }

  async tried(act) {
    try {
      await act();
    } catch (error) {
      toast(error.message);
    }
    if (!this.hidden) this.draw();
  }

  draw() {
    const wanted = this.part("filter").value.trim().toLowerCase();
    const shown = this.commands.list.reverse().filter((one) => !wanted || commandText(one).toLowerCase().includes(wanted));
    const numbers = new Set(shown.map(({ number }) => number));
    for (const [number, row] of this.rows) if (!numbers.has(number)) this.dropRow(number, row);
    const list = this.part("list");
    shown.forEach((command, index) => {
      const row = this.row(command);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
    setHidden(this.part("nothing"), shown.length > 0 || !this.commands.loaded);
    setHidden(this.part("older"), !this.commands.more || !this.commands.loaded);
  }

  dropRow(number, row) {
    row.remove();
    this.rows.delete(number);
  }

  row(command) {
    const { number } = command;
    if (!this.rows.has(number)) this.rows.set(number, this.made(number));
    const row = this.rows.get(number);
    const text = commandText(command);
    const find = (name) => row.querySelector(name);
    row.dataset.outcome = outcome(command);
    find(".text").classList.toggle("unknown", !command.text);
    setText(find(".text"), text.length > LINE_CHARACTERS ? `${text.slice(0, LINE_CHARACTERS)}…` : text);
    setText(find(".outcome"), outcomeWords(command));
    setText(find(".span"), command.ended_at ? span(took(command, 0)) : "");
    setText(find(".when"), clock(command.started_at, Date.now()));
    setText(find(".where"), command.cwd ?? "");
    find(".copy").setAttribute("aria-label", t("Copy the output of {command}", { command: text.slice(0, 60) }));
    return row;
  }

  made(number) {
    const row = document.importNode(this.part("row").content.firstElementChild, true);
    const now = () => this.commands.known.get(number);
    row.querySelector(".go").addEventListener("click", () => this.chosen(now()));
    row.querySelector(".copy").addEventListener("click", () => copyOutput(this.session, now()));
    return row;
  }
}

export async function copyOutput(session, command) {
  try {
    const { text, complete } = await api.commandOutput(session, command.number);
    await copyText(text);
    if (complete) toast(t("The output of {command} was copied.", { command: commandText(command).slice(0, 60) }));
    else toast(t("The end of the output was copied; the beginning is too far back."));
  } catch (error) {
    toast(error.message);
  }
}

customElements.define("command-list", CommandList);
