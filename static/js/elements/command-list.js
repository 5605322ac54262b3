/* <command-list>: the drawer with the commands of the session, the newest first. Events: `jump` and `copy`, each
{number}; `toggled` {open}. */

import { outcome, outcomeWords, SIGNS, took, when, words } from "../helpers/commands.js";
import { userWord } from "../helpers/people.js";
import { t } from "../helpers/words.js";
import { Parted, setHidden, setText } from "./dom.js";
import { toast } from "./toast-line.js";

class CommandList extends Parted {
  /** `commands` is a models/commands.js; `owner`: of the session, who is not named while nobody else types. */
  attach(commands, owner) {
    Object.assign(this, { commands, owner });
    this.items = new Map();
    commands.addEventListener("change", () => this.hidden || this.draw());
    this.part("close").addEventListener("click", () => this.toggle(false));
    this.part("older").addEventListener("click", () => this.older());
    this.part("list").addEventListener("click", (event) => this.chosen(event.target.closest("button")));
    this.addEventListener("keydown", (event) => this.key(event));
  }

  toggle(open = this.hidden) {
    this.hidden = !open;
    this.dispatchEvent(new CustomEvent("toggled", { detail: { open } }));
    if (!open) return;
    this.draw();
    this.part("close").focus();
    this.commands.load().catch((error) => toast(error.message));
  }

  /** Open, and with the focus on this one. */
  reveal(number) {
    if (this.hidden) this.toggle(true);
    const jump = this.items.get(number)?.querySelector(".jump");
    jump?.scrollIntoView({ block: "center" });
    jump?.focus();
  }

  async older() {
    this.part("older").disabled = true;
    await this.commands.older().catch((error) => toast(error.message));
    this.part("older").disabled = false;
  }

  chosen(button) {
    if (!button) return;
    const number = Number(button.closest("li").dataset.number);
    this.dispatchEvent(new CustomEvent(button.matches(".jump") ? "jump" : "copy", { detail: { number } }));
  }

  /** Up and down go from one command to the next. */
  key(event) {
    if (event.key === "Escape") return this.toggle(false);
    const way = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!way) return undefined;
    const here = document.activeElement?.closest("command-list li");
    const there = here ? here[way] : this.part("list").firstElementChild;
    there?.querySelector(".jump").focus();
    event.preventDefault();
    return undefined;
  }

  draw() {
    const { list, more, loaded } = this.commands;
    const authors = new Set(list.map(({ typed_by: author }) => author).filter(Boolean));
    this.several = authors.size > 1 || (authors.size === 1 && !authors.has(this.owner));
    setHidden(this.part("none"), !(loaded && list.length === 0));
    setHidden(this.part("older"), !more || list.length === 0);
    const place = this.part("list");
    list.forEach((command, index) => {
      const item = this.item(command);
      if (place.children[index] !== item) place.insertBefore(item, place.children[index] ?? null);
    });
    while (place.children.length > list.length) place.lastElementChild.remove();
  }

  item(command) {
    let item = this.items.get(command.number);
    if (!item) {
      item = this.part("command").content.firstElementChild.cloneNode(true);
      item.dataset.number = String(command.number);
      this.items.set(command.number, item);
    }
    const kind = outcome(command);
    item.dataset.outcome = kind;
    const say = (name, text) => setText(item.querySelector(`.${name}`), text);
    say("glyph", SIGNS[kind]);
    say("text", words(command));
    item.querySelector(".text").classList.toggle("untold", command.text === null);
    say("outcome", kind === "ok" ? "" : outcomeWords(command));
    say("took", took(command));
    say("when", when(command));
    say("by", this.several && command.typed_by ? t("typed by {author}", { author: userWord(command.typed_by) }) : "");
    item.querySelector(".copy").ariaLabel = t("Copy the output of {command}", { command: words(command) });
    return item;
  }
}

customElements.define("command-list", CommandList);
