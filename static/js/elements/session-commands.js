/* The commands of one pane's shell: marks beside the prompts, the header over long output, the list, jumping, copying.
Rule: everything is placed by rows of the history, so live output and what scrolled away long ago are treated alike. */

import { actions, api, preferences } from "../page.js";
import { covering, neighbour, outcome, SIGNS } from "../helpers/commands.js";
import { t } from "../helpers/words.js";
import { Commands } from "../models/commands.js";
import { pastOf } from "../models/unkept.js";
import { CommandMarks } from "./command-marks.js";
import "./command-header.js";
import "./command-list.js";
import { copyText } from "./copy-button.js";
import { toast } from "./toast-line.js";

// So soon after a command rows are asked for; those of several in quick succession at once.
const ROWS_MS = 400;
// Numbering the rows of a longer past takes the server a while: not before somebody wants to go there.
const UNASKED_BYTES = 64 << 20;
// A command that took longer and ends while nobody looks is shown in the title.
const LONG_SECONDS = 10;
const SHOWN = "command_marks";
const NARROW = "(max-width: 640px)";

export class SessionCommands {
  /** `page` is a <session-page> with its parts attached. */
  constructor(page) {
    const { view, scroll, stream, status, link } = page;
    Object.assign(this, { page, view, scroll, stream, status, link, removers: [] });
    this.commands = new Commands({ api: pastOf(status.facts, api), session: status.id });
    this.list = page.querySelector("command-list");
    this.header = page.querySelector("command-header");
    for (const element of [this.list, this.header]) customElements.upgrade(element);
    this.list.attach(this.commands, status.facts.owner);
    this.marks = new CommandMarks({
      term: view.term, lineOf: (row) => row - scroll.history.base, choose: (command) => this.list.reveal(command.number),
    });
    this.above = null;       // the marks of the history view, which is made when it is needed
    this.chosen = null;      // the number of the command jumped to
    this.known = new Map(this.actions().map((action) => [action.id, action]));
    this.listen();
  }

  listen() {
    const { commands, stream, scroll, view, list, header, page } = this;
    const { signal } = page.ending;
    commands.addEventListener("change", () => this.changed());
    stream.addEventListener("joined", () => this.joined());
    this.link.addEventListener("command", ({ detail }) => this.heard(detail), { signal });
    scroll.bar.addEventListener("placed", () => this.draw());
    scroll.history.addEventListener("renumbered", () => this.renumbered());
    view.addEventListener("redrawn", () => this.soon());
    view.addEventListener("user-typed", () => { this.chosen = null; });
    for (const element of [list, header]) {
      element.addEventListener("jump", ({ detail }) => this.jump(detail.number));
      element.addEventListener("copy", ({ detail }) => this.copy(detail.number));
    }
    list.addEventListener("toggled", ({ detail }) => this.toggled(detail.open));
    page.part("commands").addEventListener("click", () => this.toggle());
    preferences.addEventListener("change", ({ detail }) => detail.name === SHOWN && this.draw(), { signal });
    document.addEventListener("visibilitychange", () => this.looked(), { signal });
  }

  // What comes

  joined() {
    const { facts, running } = this.status;
    if (running && typeof facts.at_prompt !== "boolean" && !this.commands.list.length) return;
    this.commands.load().then(() => this.soon(), () => {});
  }

  heard({ session, ...command }) {
    if (session !== this.status.id) return;
    this.commands.put(command);
    this.soon();
    if (document.hidden && command.ended_at && command.seconds >= LONG_SECONDS) this.badge(SIGNS[outcome(command)]);
  }

  changed() {
    this.page.show("commands", this.commands.list.length > 0);
    this.draw();
  }

  looked() {
    if (document.hidden) return;
    this.badge("");
    this.soon();
  }

  badge(sign) {
    this.page.badge = sign;
    this.page.draw();
  }

  renumbered() {
    this.commands.forgetRows();
    this.soon();
  }

  // Rows

  soon() {
    if (this.timer || document.hidden || !this.shown || (this.status.facts.output_bytes ?? 0) > UNASKED_BYTES) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.place().catch((error) => console.debug(error.message));
    }, ROWS_MS);
  }

  /** Learns the rows of the newest commands, and where the live terminal stands among them. */
  async place() {
    if (this.page.ending.signal.aborted) return;
    const { commands, scroll } = this;
    if (commands.unplaced) await commands.load({ rows: true, count: commands.unplaced });
    if (commands.placed.length && !scroll.reading && scroll.history.base === null) await scroll.anchor();
    this.draw();
  }

  get shown() {
    return preferences.get(SHOWN, true);
  }

  /** The row at the top of what is shown; null where it is not known, or is no row (the alternate screen). */
  get top() {
    const { scroll, view } = this;
    const { history } = scroll;
    if (history.id !== null && this.commands.numbering !== history.id) return null;
    if (scroll.reading) return scroll.pane.top;
    return view.place.alternate || history.base === null ? null : history.base + view.place.top;
  }

  // Drawing

  draw() {
    const { scroll, top } = this;
    const placed = this.shown && top !== null ? this.commands.placed : [];
    if (scroll.reading && scroll.pane.term) {
      this.above ??= new CommandMarks({
        term: scroll.pane.term, lineOf: (row) => scroll.pane.pages.lineOf(row), choose: (one) => this.list.reveal(one.number),
      });
    }
    const [on, off] = scroll.reading ? [this.above, this.marks] : [this.marks, this.above];
    off?.clear();
    if (placed.length) on?.draw(placed, top, this.chosen);
    else on?.clear();
    this.header.put(placed.length ? this.covering(placed, top) : null);
  }

  /** Not over a program that draws here and there while it runs: only where output runs off at the bottom. Nor, on a
   * phone, over what comes: there a line of the page is many of a terminal that is scaled down. */
  covering(placed, top) {
    const found = covering(placed, top);
    const { term, place } = this.view;
    const live = !this.scroll.reading && place.top >= place.bottom;
    const runs = found !== null && found.output_end === null;
    const drawing = runs && term.buffer.active.cursorY < term.rows - 1;
    return live && (drawing || matchMedia(NARROW).matches) ? null : found;
  }

  // Going there

  async jump(number) {
    try {
      const command = await this.placed(number);
      if (!command) {
        toast(t("The output of that command is no longer kept."));
        return;
      }
      this.goTo(command);
      if (matchMedia(NARROW).matches && !this.list.hidden) this.list.toggle(false);
    } catch (error) {
      toast(error.message);
    }
  }

  /** With its row. */
  async placed(number) {
    const { commands, scroll } = this;
    const known = () => commands.placed.find((one) => one.number === number);
    if (!known()) await commands.ask({ before: number + 1, limit: 1, rows: true });
    await scroll.anchor();
    return known();
  }

  goTo(command) {
    this.chosen = command.number;
    this.scroll.goTo(command.prompt_row);
    this.draw();
  }

  /** To the prompt above or below what is shown. */
  async step(way) {
    const { commands, scroll } = this;
    try {
      if (!commands.placed.length) await commands.load({ rows: true });
      await scroll.anchor();
      let found = neighbour(commands.placed, this.from(way), way);
      if (!found && way < 0 && commands.more && commands.list.length) {
        await commands.older({ rows: true });
        found = neighbour(commands.placed, this.from(way), way);
      }
      if (found) this.goTo(found);
      else if (way > 0) this.toBottom();
      else if (!commands.list.length) toast(t("The shell of this session marks no commands."));
    } catch (error) {
      toast(error.message);
    }
  }

  /** From where a step goes: the command chosen last while it is in sight, else the edge of what is shown. */
  from(way) {
    const { top, scroll } = this;
    const chosen = this.commands.placed.find((one) => one.number === this.chosen);
    if (chosen && top !== null && chosen.prompt_row >= top && chosen.prompt_row < top + scroll.rows) return chosen.prompt_row;
    const { place } = this.view;
    const bottom = !scroll.reading && place.top >= place.bottom;
    return way < 0 && bottom ? Infinity : top ?? Infinity;
  }

  toBottom() {
    this.chosen = null;
    this.scroll.toBottom();
    this.draw();
  }

  // Copying

  async copy(number) {
    try {
      const text = await api.commandOutput(this.status.id, number);
      if (!text) {
        toast(t("That command wrote nothing."));
        return;
      }
      await copyText(text);
      toast(t("The output was copied."));
    } catch (error) {
      toast(error.message);
    }
  }

  async copyLast() {
    try {
      if (!this.commands.finished) await this.commands.load();
    } catch (error) {
      toast(error.message);
      return;
    }
    const { finished } = this.commands;
    if (finished) await this.copy(finished.number);
    else toast(t("No command has ended yet."));
  }

  // The list

  toggle() {
    if (this.list.hidden && !this.page.details.hidden) this.page.details.toggle(false);
    this.list.toggle();
  }

  toggled(open) {
    this.page.part("commands").ariaExpanded = String(open);
    if (!open) this.view.focus();
  }

  // Actions

  register() {
    this.forget();
    this.removers = [...this.known.values()].map((action) => actions.add(action));
  }

  actions() {
    const terminal = t("Terminal");
    const marked = () => this.commands.list.length > 0 || typeof this.status.facts.at_prompt === "boolean" || !this.status.running;
    // In a workspace the arrows go from pane to pane.
    const keys = (arrow, page) => (this.page.closest("workspace-page") ? [page] : [arrow, page]);
    return [
      { id: "terminal.previous-prompt", title: t("To the previous command"), group: terminal, keys: keys("Ctrl+Shift+ArrowUp", "Alt+Shift+PageUp"), when: marked, run: () => this.step(-1) },
      { id: "terminal.next-prompt", title: t("To the next command"), group: terminal, keys: keys("Ctrl+Shift+ArrowDown", "Alt+Shift+PageDown"), when: marked, run: () => this.step(1) },
      { id: "terminal.copy-last-output", title: t("Copy the output of the last command"), group: terminal, when: marked, run: () => this.copyLast() },
      { id: "session.commands", title: t("Commands of this session"), group: t("Session"), keys: ["Alt+Shift+C"], run: () => this.toggle() },
      { id: "view.command-marks", title: t("Show or hide the marks beside commands"), group: t("View"), run: () => preferences.set(SHOWN, this.shown ? false : null) },
    ];
  }

  forget() {
    for (const remove of this.removers) remove();
    this.removers = [];
  }
}
