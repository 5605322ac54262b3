/* <command-palette>: everything that can be done on this page, and every session to go to, found by a few letters.
Rule: it knows nothing by itself; it shows models/actions.js and the sessions of the account. */

import { actions, api, places } from "../page.js";
import { keyNames } from "../helpers/chords.js";
import { fuzzy } from "../helpers/fuzzy.js";
import { nameOf, subtitleOf } from "../helpers/naming.js";
import { stateWords } from "../helpers/exit.js";
import { t, tn } from "../helpers/words.js";
import { Recent } from "../models/recent.js";
import { Parted, setText, stamp } from "./dom.js";
import { listen, MAC } from "./key-dispatch.js";
import { addPageActions } from "./page-actions.js";
import { openHelp } from "./help-dialog.js";

// More than fit on a screen help nobody; more letters do.
const MOST_SHOWN = 60;

class CommandPalette extends Parted {
  connectedCallback() {
    window.holdfast.actions = actions;
    this.dialog = this.querySelector("dialog");
    this.field = this.part("field");
    this.recent = new Recent();
    this.sessions = [];
    this.field.addEventListener("input", () => this.draw());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.part("help").addEventListener("click", () => this.finish(openHelp));
    document.addEventListener("click", (event) => event.target.closest("[data-opens=command-palette]") && this.open());
    addPageActions({ palette: () => this.toggle(), help: () => openHelp() });
    listen();
  }

  toggle() {
    if (this.dialog.open) this.dialog.close();
    else this.open();
  }

  open() {
    this.before = document.activeElement;
    this.field.value = "";
    this.dialog.showModal();
    this.field.focus();
    this.draw();
    this.load();
  }

  async load() {
    try {
      this.sessions = await api.sessions();
    } catch {
      this.sessions = [];          // the actions are still there
    }
    if (this.dialog.open) this.draw();
  }

  closed() {
    const { then } = this;
    this.then = null;
    if (this.before?.isConnected) this.before.focus();
    if (then) then();
  }

  /** Closes first: what is run may open a dialog itself, or move the focus. */
  finish(then) {
    this.then = then;
    this.dialog.close();
  }

  // What there is

  entries() {
    const done = actions.list().filter(({ id }) => id !== "palette.open").map((action) => ({
      id: action.id, title: action.title, group: action.group ?? "", keys: action.keys[0], run: () => actions.run(action.id),
    }));
    const open = this.sessions.map((session) => ({
      id: `session:${session.id}`, title: nameOf(session), detail: `${stateWords(session)}  ·  ${subtitleOf(session)}`,
      group: t("Session"), state: session.state, extra: (session.tags ?? []).join(" "), run: () => places.open(session.id),
    }));
    return [...done, ...open];
  }

  answers() {
    const query = this.field.value.trim();
    return this.entries().map((entry) => ({ entry, ...this.fit(query, entry) }))
      .filter(({ score }) => score !== undefined)
      .sort((a, b) => b.score - a.score || this.recent.rank(a.entry.id) - this.recent.rank(b.entry.id))
      .slice(0, MOST_SHOWN);
  }

  /** The title first; the group, the directory and the tags may also answer, for less. */
  fit(query, { id, title, group, detail = "", extra = "" }) {
    if (!query) return { score: -this.recent.rank(id), hits: [] };
    const own = fuzzy(query, title);
    const all = fuzzy(query, `${title} ${group} ${extra} ${detail}`);
    if (!own && !all) return {};
    const used = 3 * (1 - this.recent.rank(id) / 30);
    return { score: Math.max(own?.score ?? -Infinity, (all?.score ?? -Infinity) / 2) + used, hits: own?.hits ?? [] };
  }

  // Drawing

  draw() {
    this.shown = this.answers();
    this.part("list").replaceChildren(...this.shown.map((one, index) => this.line(one, index)));
    this.show("nothing", this.shown.length === 0);
    this.say("count", tn("{count} result", "{count} results", this.shown.length));
    this.choose(0);
  }

  line({ entry, hits }, index) {
    const line = stamp("palette-line");
    const part = (name) => line.querySelector(`[data-part="${name}"]`);
    line.id = `palette-${index}`;
    line.dataset.index = String(index);
    if (entry.state) line.dataset.state = entry.state;
    part("title").replaceChildren(...marked(entry.title, hits));
    setText(part("detail"), entry.detail ?? "");
    setText(part("group"), entry.group);
    if (entry.keys) part("keys").replaceChildren(...keysOf(entry.keys));
    return line;
  }

  choose(index) {
    const lines = this.part("list").children;
    this.index = Math.max(0, Math.min(index, lines.length - 1));
    for (const [at, line] of [...lines].entries()) line.ariaSelected = String(at === this.index);
    const line = lines[this.index];
    if (line) this.field.setAttribute("aria-activedescendant", line.id);
    else this.field.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  // Choosing

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) this.choose(this.wrapped(step));
    else if (event.key === "Enter" && event.target === this.field && !event.isComposing) this.take(this.index);
    else return;
    event.preventDefault();
  }

  wrapped(step) {
    const last = this.shown.length - 1;
    if (step === 1 && this.index === last) return 0;
    return step === -1 && this.index === 0 ? last : this.index + step;
  }

  clicked(event) {
    const line = event.target.closest("[data-index]");
    if (line) this.take(Number(line.dataset.index));
    else if (event.target === this.dialog) this.dialog.close();     // the backdrop
  }

  take(index) {
    const entry = this.shown[index]?.entry;
    if (!entry) return;
    this.recent.chose(entry.id);
    this.finish(entry.run);
  }
}

/** The text with its hits marked. */
export function marked(text, hits) {
  const set = new Set(hits);
  return [...text.slice(0, 300)].map((letter, at) => {
    if (!set.has(at)) return document.createTextNode(letter);
    const mark = document.createElement("mark");
    setText(mark, letter);
    return mark;
  });
}

export function keysOf(text) {
  return keyNames(text, { mac: MAC }).map((name) => {
    const key = document.createElement("kbd");
    setText(key, name);
    return key;
  });
}

customElements.define("command-palette", CommandPalette);
