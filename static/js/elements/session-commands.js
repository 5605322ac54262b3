/* The commands of one pane's session: the list, the header, the marks, jumping between prompts, and a word in the title
when a long one ends unseen. Rule: a session that is watched at its end asks the server nothing. */

import { actions, api } from "../page.js";
import { Commands } from "../models/commands.js";
import { outcome, took } from "../helpers/commands.js";
import { t } from "../helpers/words.js";
import "./command-header.js";
import { copyOutput } from "./command-list.js";
import { CommandMarks } from "./command-marks.js";
import { toast } from "./toast-line.js";

// A command that took so long is worth a mark in the title of a page that nobody looks at.
const LONG_SECONDS = 10;
// The header follows when scrolling has rested so long.
const HEADER_MS = 120;

export class SessionCommands {
  /** `page` is a <session-page> with its parts attached. */
  constructor(page) {
    const { status, scroll, view } = page;
    Object.assign(this, { page, status, scroll, view, removers: [], badge: "" });
    this.commands = new Commands({ api, session: status.id, history: scroll.history });
    this.marks = new CommandMarks(view.term);
    this.list = page.querySelector("command-list");
    this.header = page.querySelector("command-header");
    for (const part of [this.list, this.header]) customElements.upgrade(part);
    const chosen = (command) => this.goTo(command);
    this.list.attach({ commands: this.commands, session: status.id, chosen });
    this.header.attach(chosen);
    this.listen();
  }

  listen() {
    const { signal } = this.page.ending;
    const { link, stream } = this.page;
    link.addEventListener("command", ({ detail }) => this.page.mine(detail) && this.heard(detail), { signal });
    link.addEventListener("shown", () => this.mark(""), { signal });
    stream.addEventListener("joined", () => this.commands.forget());
    this.scroll.bar.addEventListener("placed", () => this.soon());
    this.list.addEventListener("toggled", ({ detail }) => this.toggled(detail.open));
    this.page.part("commands").addEventListener("click", () => this.list.toggle());
    this.page.details.addEventListener("toggled", ({ detail }) => detail.open && this.list.toggle(false));
    this.status.addEventListener("change", () => this.draw());
    this.draw();
  }

  /** Whether the shell says anything of its commands. */
  get any() {
    return Boolean(this.commands.last ?? this.status.facts.last_command) || typeof this.status.facts.at_prompt === "boolean";
  }

  draw() {
    this.page.show("commands", this.any);
  }

  heard(command) {
    this.commands.put(command);
    this.status.put({ last_command: command, at_prompt: Boolean(command.ended_at) });
    this.soon();
    if (document.hidden && command.ended_at && took(command, 0) >= LONG_SECONDS) {
      this.mark(outcome(command) === "bad" ? "✗ " : "✓ ");
    }
  }

  mark(badge) {
    if (this.badge === badge) return;
    this.badge = badge;
    this.page.draw();
  }

  toggled(open) {
    this.page.part("commands").ariaExpanded = String(open);
    if (open) this.page.details.toggle(false);
    else this.view.focus();
  }

  // Going

  /** The row at the top, or null where the numbering is not known. */
  get top() {
    const { scroll } = this;
    if (scroll.reading) return Math.floor(scroll.pane.top);
    const { base } = scroll.history;
    return base === null || this.view.place.alternate ? null : base + this.view.place.top;
  }

  async goTo(command) {
    try {
      await this.scroll.anchor();
      const row = await this.commands.rowOf(command);
      if (row === null) toast(t("That far back the output is no longer kept."));
      else await this.scroll.goTo(row);
      if (matchMedia("(max-width: 760px)").matches) this.list.toggle(false);
    } catch (error) {
      toast(error.message);
    }
  }

  async jump(way) {
    try {
      await this.scroll.anchor();
      const { top } = this;
      if (top === null) return;
      const found = await this.commands[way](top);
      if (found && found.row !== null) await this.scroll.goTo(found.row);
      else if (way === "after") this.scroll.toBottom();
      else toast(t("There is no prompt above."));
    } catch (error) {
      toast(error.message);
    }
  }

  async copyLast() {
    try {
      await this.commands.load();
      const last = this.commands.list.findLast((one) => one.ended_at) ?? this.commands.last;
      if (last) await copyOutput(this.status.id, last);
      else toast(t("No command has ended yet."));
    } catch (error) {
      toast(error.message);
    }
  }

  // The header

  soon() {
    clearTimeout(this.pending);
    this.pending = setTimeout(() => this.look(), HEADER_MS);
  }

  async look() {
    if (this.page.ending.signal.aborted) return;
    const asked = this.scroll.position.top;
    const command = await this.above().catch(() => null);
    if (asked === this.scroll.position.top) this.header.put(command);
    else this.soon();
  }

  async above() {
    const { place } = this.view;
    if (!this.any || (place.alternate && !this.scroll.reading)) return null;
    if (!this.scroll.reading && place.top >= place.bottom) {
      return this.marks.fills(place.top) && this.commands.last?.ended_at === null ? this.commands.last : null;
    }
    if (this.top === null) return null;
    const found = await this.commands.before(this.top);
    const next = found && await this.commands.after(found.row);
    // Another prompt in sight: nothing fills the screen.
    return found && (!next || next.row === null || next.row >= this.top + this.scroll.rows) ? found.command : null;
  }

  // What can be done

  register() {
    this.forget();
    const group = t("Terminal");
    const when = () => this.any;
    // In a workspace the arrows go from pane to pane.
    const keys = (arrow, other) => this.page.closest("workspace-page") ? [other] : [arrow, other];
    this.removers = [
      { id: "terminal.previous-prompt", title: t("To the previous prompt"), keys: keys("Ctrl+Shift+ArrowUp", "Alt+Shift+PageUp"), run: () => this.jump("before") },
      { id: "terminal.next-prompt", title: t("To the next prompt"), keys: keys("Ctrl+Shift+ArrowDown", "Alt+Shift+PageDown"), run: () => this.jump("after") },
      { id: "terminal.copy-output", title: t("Copy the output of the last command"), keys: ["Alt+Shift+C"], run: () => this.copyLast() },
    ].map((action) => actions.add({ group, when, ...action }));
  }

  forget() {
    for (const remove of this.removers) remove();
    this.removers = [];
  }
}
