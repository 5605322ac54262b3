/* The sessions of the list page, kept up to date: pushed while there is a connection, polled while there is none. A
page that nobody looks at is told nothing. */

const POLL_MS = 5000;

/** Event: `change`, after which `sessions` (a Map by id) holds the newest statuses. */
export class SessionFeed extends EventTarget {
  constructor({ connection, api, sessions = [], now = () => Date.now() }) {
    super();
    Object.assign(this, { connection, api, now });
    this.sessions = new Map(sessions.map((session) => [session.id, session]));
    this.lastPoll = now();
    this.fresh = true;
    connection.addEventListener("open", () => this.watch());
    connection.addEventListener("wake", () => this.watch({ doubtful: true }));
    connection.addEventListener("shown", () => this.watch({ doubtful: true }));
    connection.addEventListener("hidden", () => connection.send("unwatch", {}, () => {}));
    connection.addEventListener("tick", () => this.look());
    connection.addEventListener("status", ({ detail }) => this.put(detail));
    connection.addEventListener("forgotten", ({ detail }) => this.remove(detail.session));
    if (connection.open) this.watch();
  }

  async watch(how) {
    if (this.connection.hidden) return;
    try {
      this.replace((await this.connection.call("watch", {}, how)).sessions);
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
      this.replace(await this.api.sessions());
    } catch {
      this.fresh = false;
      this.changed();
    }
  }

  replace(sessions) {
    this.sessions = new Map(sessions.map((session) => [session.id, session]));
    this.fresh = true;
    this.changed();
  }

  put(session) {
    this.sessions.set(session.id, { ...this.sessions.get(session.id), ...session });
    this.changed();
  }

  remove(id) {
    this.sessions.delete(id);
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
