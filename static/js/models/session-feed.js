/* The sessions of the list page and what this account saw of them, kept up to date: pushed while there is a connection,
polled while there is none. A page that nobody looks at is told nothing. */

const POLL_MS = 5000;

/** Events: `change`, after which `sessions` and `looks` (Maps by id) hold the newest; `watched`, when the server has
 * begun to tell. */
export class SessionFeed extends EventTarget {
  constructor({ connection, api, sessions = [], looks = {}, now = () => Date.now() }) {
    super();
    Object.assign(this, { connection, api, now });
    this.take({ sessions, looks });
    this.lastPoll = now();
    this.fresh = true;
    connection.addEventListener("open", () => this.watch());
    connection.addEventListener("wake", () => this.watch({ doubtful: true }));
    connection.addEventListener("shown", () => this.watch({ doubtful: true }));
    connection.addEventListener("hidden", () => connection.send("unwatch", {}, () => {}));
    connection.addEventListener("tick", () => this.look());
    connection.addEventListener("status", ({ detail }) => this.put(detail));
    connection.addEventListener("forgotten", ({ detail }) => this.remove(detail.session));
    connection.addEventListener("looked", ({ detail: { session, ...look } }) => this.saw(session, look));
    if (connection.open) this.watch();
  }

  async watch(how) {
    if (this.connection.hidden) return;
    try {
      this.replace(await this.connection.call("watch", {}, how));
      this.dispatchEvent(new Event("watched"));
    } catch {
      // Lost or refused: the next `open`, or the poll, brings the list.
    }
  }

  /** Once a second; asks over HTTP every POLL_MS while there is no connection. */
  look() {
    if (this.connection.open || this.now() - this.lastPoll < POLL_MS) return;
    this.poll();
  }

  async poll() {
    this.lastPoll = this.now();
    try {
      this.replace(await this.api.list());
    } catch {
      this.fresh = false;
      this.changed();
    }
  }

  replace(known) {
    this.take(known);
    this.fresh = true;
    this.changed();
  }

  take({ sessions, looks = {} }) {
    this.sessions = new Map(sessions.map((session) => [session.id, session]));
    this.looks = new Map(Object.entries(looks));
  }

  put(session) {
    this.sessions.set(session.id, { ...this.sessions.get(session.id), ...session });
    this.changed();
  }

  saw(id, look) {
    this.looks.set(id, { ...this.looks.get(id), ...look });
    this.changed();
  }

  remove(id) {
    this.sessions.delete(id);
    this.looks.delete(id);
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
