/* <session-list>: the first page. Search and state filter, rows kept up to date, and what can be done to a session. */

import { api, connection } from "../page.js";
import { SessionFeed } from "../models/session-feed.js";
import { answers, byState, nameOf } from "../helpers/naming.js";
import { Parted, pageData, stamp } from "./dom.js";
import { confirmed } from "./confirm-dialog.js";
import { toast } from "./toast-line.js";
import { markFresh } from "./new-session.js";
import "./session-row.js";

const STATES = ["running", "ended", "lost"];

class SessionList extends Parted {
  connectedCallback() {
    this.rows = new Map();
    this.state = "all";
    this.feed = new SessionFeed({ connection: connection(), api, sessions: pageData("sessions-data") });
    this.feed.addEventListener("change", () => this.draw());
    connection().addEventListener("tick", () => this.age());
    this.listen();
    this.draw();
  }

  listen() {
    this.part("search").addEventListener("input", () => this.draw());
    this.addEventListener("change", (event) => {
      if (event.target.name !== "state") return;
      this.state = event.target.value;
      this.draw();
    });
    this.part("rows").addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target.closest("input, textarea, dialog")) return;
      event.preventDefault();
      this.part("search").focus();
    });
  }

  // Drawing

  draw() {
    const all = [...this.feed.sessions.values()];
    const found = all.filter((session) => answers(session, this.part("search").value));
    const shown = found.filter((session) => this.state === "all" || session.state === this.state).sort(byState);
    this.counts(found);
    this.arrange(shown);
    this.show("empty", all.length === 0);
    this.show("tools", all.length > 0);
    this.show("table", shown.length > 0);
    this.show("nothing", all.length > 0 && shown.length === 0);
    this.show("stale", !this.feed.fresh);
  }

  counts(sessions) {
    this.say("count-all", String(sessions.length));
    for (const state of STATES) {
      this.say(`count-${state}`, String(sessions.filter((session) => session.state === state).length));
    }
  }

  /** Rows in the order of `sessions`; those already there are moved only when they stand elsewhere. */
  arrange(sessions) {
    const wanted = new Set(sessions.map((session) => session.id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    const holder = this.part("rows");
    sessions.forEach((session, index) => {
      const row = this.rows.get(session.id) ?? this.made(session.id);
      if (holder.children[index] !== row) holder.insertBefore(row, holder.children[index] ?? null);
      row.status = session;
    });
  }

  made(id) {
    const row = stamp("session-row");
    this.rows.set(id, row);
    return row;
  }

  age() {
    if (document.hidden) return;
    for (const row of this.rows.values()) row.draw();
  }

  // Doing

  clicked(event) {
    const row = event.target.closest("session-row");
    const tag = event.target.closest("[data-tag]")?.dataset.tag;
    const action = event.target.closest("[data-action]")?.dataset.action;
    if (tag) this.search(`#${tag}`);
    else if (action) this[action](row.status);
    else if (row && !event.target.closest("a, button")) row.part("link").click();
  }

  search(text) {
    this.part("search").value = text;
    this.draw();
  }

  async end(session) {
    const sure = await confirmed({
      title: `End “${nameOf(session)}”?`,
      text: "The program gets a hang-up, and is killed if it does not go. Its record and output stay.",
      action: "End session",
    });
    if (sure) await this.tried(() => api.end(session.id));
  }

  async forget(session) {
    const sure = await confirmed({
      title: `Forget “${nameOf(session)}”?`,
      text: "Its record, its last screen and all of its output are erased for good.",
      action: "Forget",
    });
    if (sure && await this.tried(() => api.forget(session.id))) this.feed.remove(session.id);
  }

  async again(session) {
    await this.tried(async () => {
      const made = await api.again(session.id);
      markFresh(made.id);
      location.assign(`/sessions/${made.id}`);
    });
  }

  async tried(work) {
    try {
      await work();
      return true;
    } catch (error) {
      toast(error.message);
      return false;
    }
  }
}

customElements.define("session-list", SessionList);
