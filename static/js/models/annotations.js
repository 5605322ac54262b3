/* The notes on lines of a session's output: told by `annotated` and `unannotated` events, asked for at each join. Rule: rows
(of the history that models/history.js numbers) are kept only with the numbering they belong to.

A note is as the server tells it. Event: `change`. */

export class Annotations extends EventTarget {
  /** `stream` is a session-stream.js. */
  constructor({ connection, stream, signal }) {
    super();
    Object.assign(this, { connection, stream });
    this.known = new Map();
    this.numbering = null;   // of the rows
    this.me = "";            // the author of what is written here
    this.loaded = false;
    const on = (name, act) => connection.addEventListener(name, ({ detail }) => detail.session === stream.session && act(detail), { signal });
    on("annotated", (note) => this.heard(note));
    on("unannotated", ({ number }) => this.known.delete(number) && this.tell());
    stream.addEventListener("joined", () => this.load().catch(() => {}), { signal });
    if (stream.joined) this.load().catch(() => {});
  }

  /** In the order of their lines. */
  get list() {
    return [...this.known.values()].sort((a, b) => a.offset - b.offset || (a.row ?? 0) - (b.row ?? 0) || a.number - b.number);
  }

  /** Those whose lines are kept. */
  get placed() {
    return this.list.filter(({ row }) => typeof row === "number");
  }

  mine({ author }) {
    return author === this.me;
  }

  async load() {
    const { annotations, history, me } = await this.ask("annotations");
    Object.assign(this, { me, numbering: history, loaded: true });
    this.known = new Map(annotations.map((note) => [note.number, note]));
    this.tell();
  }

  heard({ session, history, ...note }) {
    if (!this.loaded) return;                // the list that is asked for has it
    if (this.known.size && history !== this.numbering) {
      this.load().catch(() => {});
      return;
    }
    this.numbering = history;
    this.known.set(note.number, note);
    this.tell();
  }

  /** On the line `up` rows above the one in which the cursor stood at `offset`. These three throw Refused or Lost. */
  add({ text, offset, up }) {
    return this.ask("annotate", { text, offset, up });
  }

  change(number, text) {
    return this.ask("reannotate", { number, text });
  }

  remove(number) {
    return this.ask("unannotate", { number });
  }

  ask(event, what = {}) {
    return this.connection.call(event, { session: this.stream.session, ...what });
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
