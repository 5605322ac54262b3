/* <command-palette>: finds an action or a session by a few letters of its name, and does or opens it. */

import { actions, api, places } from "../page.js";
import { best } from "../helpers/fuzzy.js";
import { nameOf, subtitleOf } from "../helpers/naming.js";
import { newsOf, ORDERS } from "../helpers/needs.js";
import { t } from "../helpers/words.js";
import { Parted, setText, stamp } from "./dom.js";
import { addPageActions } from "./page-actions.js";
import { keyOf } from "./shortcuts.js";

const MOST_SHOWN = 60;
const MOST_RECENT = 8;
// Before anything is typed: so many that were used last, then so many sessions.
const FIRST_RECENT = 3;
const FIRST_SESSIONS = 6;
const RECENT = "holdfast.recent-actions";

class CommandPalette extends Parted {
  connectedCallback() {
    window.holdfast.actions = actions;
    this.dialog = this.querySelector("dialog");
    this.sessions = [];
    addPageActions();
    actions.add({
      id: "palette.open", title: t("Find an action or a session"), group: t("Go to"),
      keys: ["Ctrl+Shift+K", "Meta+K", "Ctrl+K"], run: () => this.open(),
    });
    for (const button of document.querySelectorAll("[data-opens=command-palette]")) {
      button.addEventListener("click", () => this.open());
    }
    this.part("field").addEventListener("input", () => this.draw());
    this.part("field").addEventListener("keydown", (event) => this.key(event));
    this.part("list").addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  open() {
    if (this.dialog.open) return;
    this.part("field").value = "";
    this.dialog.showModal();
    this.draw();
    api.list().then(({ sessions, looks }) => {
      const here = location.pathname.split("/").pop();
      this.sessions = sessions.filter(({ id }) => id !== here)
        .map((session) => [session, newsOf(session, looks[session.id], this.dataset.user, Date.now())])
        .sort(ORDERS.needs).map(([session]) => session);
      this.draw();
    }).catch(() => {});                       // the actions are here without the server
  }

  /** What may be chosen, recently used first: {id, title, more, keys, run}. Before anything is typed the sessions that
   * need somebody most stand before what can be done. */
  items() {
    const typed = this.part("field").value.trim() !== "";
    const recent = remembered().slice(0, typed ? MOST_RECENT : FIRST_RECENT);
    const doing = actions.list().filter(({ id }) => id !== "palette.open").map((action) => (
      { id: action.id, title: action.title, more: action.group, keys: keyOf(action), run: action.run }));
    const going = this.sessions.map((session) => ({
      id: `session:${session.id}`, title: nameOf(session), more: subtitleOf(session), keys: "",
      run: () => places.open(session.id),
    }));
    const place = ({ id }) => (recent.includes(id) ? recent.indexOf(id) : MOST_RECENT);
    const first = typed ? [] : going.splice(0, FIRST_SESSIONS);
    return [...first, ...doing, ...going].sort((a, b) => place(a) - place(b));
  }

  draw() {
    const found = best(this.part("field").value, this.items(), ({ title, more }) => `${title} ${more}`);
    this.choices = found.slice(0, MOST_SHOWN);
    this.part("list").replaceChildren(...this.choices.map((item, index) => this.row(item, index)));
    this.show("none", found.length === 0);
    this.select(0);
  }

  row(item, index) {
    const row = stamp("palette-row");
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    row.id = `palette-${index}`;
    row.dataset.index = index;
    setText(part("title"), item.title);
    setText(part("more"), item.more ?? "");
    setText(part("keys"), item.keys);
    part("keys").hidden = !item.keys;
    return row;
  }

  select(index) {
    const rows = this.part("list").children;
    this.index = rows.length ? (index + rows.length) % rows.length : -1;
    for (const row of rows) row.ariaSelected = String(Number(row.dataset.index) === this.index);
    const chosen = rows[this.index];
    this.part("field").setAttribute("aria-activedescendant", chosen?.id ?? "");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const act = {
      ArrowDown: () => this.select(this.index + 1), ArrowUp: () => this.select(this.index - 1),
      Enter: () => this.choose(this.part("list").children[this.index]),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  choose(row) {
    const item = row && this.choices[row.dataset.index];
    if (!item) return;
    remember(item.id);
    this.dialog.close();
    item.run();
  }
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]").filter((id) => typeof id === "string");
  } catch {
    return [];                                // storage is switched off, or holds something else
  }
}

function remember(id) {
  try {
    const others = remembered().filter((one) => one !== id);
    localStorage.setItem(RECENT, JSON.stringify([id, ...others].slice(0, MOST_RECENT)));
  } catch {
    // Storage is switched off.
  }
}

customElements.define("command-palette", CommandPalette);
