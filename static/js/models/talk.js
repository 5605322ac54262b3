/* The chat beside a session: told by `said` events, asked for by pages. Rules: a message is here once, in order of its
number, and between the oldest and the newest known none is missing; who writes is forgotten when nothing more is heard.

A message is as the server tells it. Event: `change`. */

export const PAGE = 50;
// The server tells that somebody writes every 2 s.
const WRITES_MS = 6000;
const OWN_SIGN_MS = 2000;

export class Talk extends EventTarget {
  /** `stream` is a session-stream.js. */
  constructor({ connection, stream, signal, now = () => Date.now(), later = (act, ms) => setTimeout(act, ms) }) {
    super();
    Object.assign(this, { connection, stream, now, later });
    this.known = new Map();
    this.writers = new Map();    // by viewer: {user, until}
    this.more = false;
    this.loaded = false;
    this.seen = 0;               // the number of the last message that was read, or was there before
    this.open = false;           // somebody looks at it
    this.signedAt = -Infinity;
    const on = (name, act) => connection.addEventListener(name, ({ detail }) => detail.session === stream.session && act(detail), { signal });
    on("said", (message) => this.heard(message));
    on("typing", (who) => this.writes(who));
    stream.addEventListener("joined", () => this.load().catch(() => {}), { signal });
    if (stream.joined) this.load().catch(() => {});
  }

  /** The oldest first. */
  get list() {
    return [...this.known.values()].sort((a, b) => a.number - b.number);
  }

  get last() {
    return Math.max(0, ...this.known.keys());
  }

  get unread() {
    return this.list.filter(({ number, mine }) => number > this.seen && !mine).length;
  }

  /** The names of who writes one, this page aside. */
  get writing() {
    return [...new Set([...this.writers.values()].filter(({ until }) => until > this.now()).map(({ user }) => user))];
  }

  read(open = this.open) {
    this.open = open;
    if (open) this.seen = this.last;
    this.tell();
  }

  /** The newest page: at first, and for what was missed. */
  async load() {
    const { messages, more } = await this.ask({});
    const first = !this.loaded;
    const oldest = messages.at(-1)?.number ?? 0;
    if (first || oldest > this.last + 1) {
      this.known.clear();
      this.more = more;
    }
    this.loaded = true;
    this.take(messages);
    if (first || this.open) this.seen = this.last;
    this.tell();
  }

  async older() {
    const { messages, more } = await this.ask({ before: this.list[0]?.number });
    this.more = more;
    this.take(messages);
    this.tell();
  }

  ask({ before }) {
    const { session } = this.stream;
    return this.connection.call("chat", { session, limit: PAGE, ...(before ? { before } : {}) });
  }

  /** Throws Refused or Lost. */
  say(text) {
    this.signedAt = -Infinity;
    return this.connection.call("say", { session: this.stream.session, text });
  }

  /** This page's person is writing one. */
  sign() {
    if (this.now() - this.signedAt < OWN_SIGN_MS) return;
    this.signedAt = this.now();
    this.connection.send("typing", { session: this.stream.session }, () => {});
  }

  heard(message) {
    if (!this.loaded) return;                // the page that is asked for has it
    const missed = message.number > this.last + 1 && this.known.size > 0;
    this.writers.delete(message.viewer);
    if (missed) {
      this.load().catch(() => {});
      return;
    }
    this.take([message]);
    if (this.open) this.seen = this.last;
    this.tell();
  }

  writes({ viewer, user }) {
    if (viewer === this.stream.viewer) return;
    this.writers.set(viewer, { user, until: this.now() + WRITES_MS });
    this.later(() => this.tell(), WRITES_MS + 50);
    this.tell();
  }

  take(messages) {
    for (const { session, viewer = null, ...message } of messages) {
      const mine = viewer !== null && viewer === this.stream.viewer;
      this.known.set(message.number, { mine, ...this.known.get(message.number), ...message });
    }
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
