/* One session as this page sees it: the past, the present, and the keys. Rule: every byte is drawn once, in order.

`received` is the offset up to which bytes were handed to the terminal without a gap. After a reconnect the page asks
for what follows it, so nothing is redrawn and nothing flickers; only when the server no longer can, it sends a
snapshot instead.

The terminal handed in (elements/terminal-view.js, or a fake one in tests) has:
  draw({rows, cols, data}, done)   reset, take the size, draw
  write(data, done, offset)        draw more, which begins at `offset`; `done` when parsed
  resize(rows, cols)
*/

import { InputQueue } from "./input-queue.js";
import { t } from "../helpers/words.js";
import { Refused } from "./connection.js";

// `drawn` is sent after this many parsed bytes, or this long after the last parsed ones.
const DRAWN_BYTES = 64 * 1024;
const DRAWN_MS = 100;
// No acknowledgement for a key this long: the link may be dead, look now.
const SILENCE_MS = 4000;
// Output that overtakes the answer to a join is held; past this much, joining again is cheaper.
const HELD_BYTES = 8 * 1024 * 1024;
const REJOIN_MS = 1000;
// While the owner has paused sharing there is no such session for others: asked for again so often.
const PAUSED_MS = 3000;

/** A name for this page, new at each load: a name kept in sessionStorage is copied into duplicated tabs, and two tabs
 * numbering their keys under one name would swallow each other's. */
function pageName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Events: `joined` {role, viewer, rows, cols, resumed}, `away`, `sized` {rows, cols, viewer}, `viewers`, `status`,
 * `role` {role}, `ended`, `refused` {code, message} (cannot join, or is out), `trouble` {code} (keys that will not arrive), `parsed` {offset}.
 */
export class SessionStream extends EventTarget {
  /** `windowSize()` answers {rows, cols} this window would hold, for others to see, or null. */
  constructor({ connection, session, terminal, windowSize = () => null, client = pageName() }) {
    super();
    Object.assign(this, { connection, session, terminal, windowSize, client });
    this.received = 0;
    this.drawn = 0;
    this.reported = 0;
    this.rows = 0;
    this.cols = 0;
    this.viewer = null;
    this.everJoined = false;
    this.framed = false;   // what is drawn is one screen without its scrollback
    this.joined = false;
    this.over = false;
    this.joining = 0;      // number of the join under way, 0 when none
    this.joins = 0;
    this.seen = true;      // this pane of the page is shown; the page itself may still be hidden
    this.ending = new AbortController();
    this.held = [];
    this.keys = new InputQueue({
      send: (seq, data) => this.sendKeys(seq, data),
      trouble: (code) => this.tell("trouble", { code }),
    });
    this.listen();
  }

  listen() {
    const mine = (handler) => ({ detail }) => {
      if (detail?.session === this.session) handler(detail);
    };
    const { signal } = this.ending;
    const on = (name, handler) => this.connection.addEventListener(name, handler, { signal });
    on("open", () => this.join());
    on("wake", () => this.join({ doubtful: true }));
    on("close", () => this.away());
    on("tick", () => this.checkKeys());
    on("hidden", () => this.look());
    on("shown", () => this.look());
    on("output", mine((event) => this.output(event)));
    on("snapshot", mine((event) => this.snapshot(event)));
    on("resized", mine((event) => this.sized(event)));
    on("viewers", mine((event) => this.tell("viewers", event)));
    on("ended", mine((event) => this.end(event)));
    on("role", mine((event) => this.becomes(event.role)));
    on("removed", mine((event) => this.removed(event.reason)));
    on("status", ({ detail }) => {
      if (detail?.id === this.session) this.tell("status", detail);
    });
    if (this.connection.open) this.join();
  }

  // Joining

  /** The first time for the whole screen, then for what came since. `doubtful`: see Connection.call. */
  async join(how = {}) {
    if (this.closed) return;
    this.joins += 1;
    const turn = this.joins;
    this.joining = turn;
    this.held = [];
    // A frame (the visible screen, in a flood) has no scrollback: what follows it would not make the page whole.
    const asked = this.everJoined && !this.framed ? this.received : undefined;
    try {
      const answer = await this.connection.call("join", {
        session: this.session, client: this.client, ...this.windowSize(),
        ...(asked === undefined ? {} : { offset: asked }),
      }, how);
      if (turn === this.joining) this.entered(answer, asked);
    } catch (error) {
      if (turn === this.joining) this.notEntered(error);
    }
  }

  entered(answer, asked) {
    const { held } = this;
    const resumed = answer.snapshot === null || answer.snapshot === undefined;
    this.joining = 0;
    this.held = [];
    if (resumed && asked !== undefined && (answer.rows !== this.rows || answer.cols !== this.cols)) {
      this.everJoined = false;                // another size while away: emulators reflow differently, so redraw
      this.join();
      return;
    }
    if (resumed && asked === undefined) this.place(answer.offset);
    if (!resumed) this.snapshot({ ...answer, data: answer.snapshot });
    this.viewer = answer.viewer;
    this.role = answer.role;
    this.everJoined = true;
    this.joined = true;
    this.paused = false;
    this.reported = 0;
    for (const event of held) this.output(event);
    if (answer.status) {
      this.over = answer.status.state !== "running";
      this.tell("status", answer.status);
    }
    this.tell("joined", { ...answer, snapshot: undefined, resumed });
    if (this.over) this.keys.clear();
    else this.keys.resume(answer.input_seq ?? 0);
    if (!this.visible) this.look();
  }

  notEntered(error) {
    this.joining = 0;
    if (!(error instanceof Refused)) return;   // lost: `open` comes again
    this.joined = false;
    if (this.paused && error.code === "not_found") this.askAgain();
    else if (["not_found", "forbidden"].includes(error.code)) this.tell("refused", error);
    else setTimeout(() => this.connection.open && !this.joined && this.join(), REJOIN_MS);
  }

  away() {
    this.joined = false;
    this.joining = 0;
    this.keys.pause();
    this.tell("away");
  }

  /** The owner gave this page another role. Keys that wait are for a role that is gone. */
  becomes(role) {
    this.role = role;
    if (role === "viewer") this.keys.clear();
    this.tell("role", { role });
  }

  /** Out: what is drawn stays, and nothing comes any more. */
  removed(reason) {
    this.joined = false;
    this.joining = 0;
    this.keys.clear();
    this.paused = reason === "paused";
    if (this.paused) this.askAgain();
    const message = this.paused ? t("The owner has paused sharing.") : t("You may not be in this session any more.");
    this.tell("refused", { code: "removed", reason, message });
  }

  askAgain() {
    setTimeout(() => this.paused && !this.joined && this.join(), PAUSED_MS);
  }

  /** Once a second: a key that nobody acknowledges means a link that may be dead. */
  checkKeys() {
    if (this.joined && !this.joining && this.keys.oldestWait() > SILENCE_MS) this.connection.wake();
  }

  /** Whether anybody looks at this page. Hidden it gets nothing; shown, what it missed or one snapshot. Who joins is
   * looked at, so a join under way settles it. */
  async look() {
    const { visible } = this;
    if (!this.joined || this.joining) return;
    const said = { session: this.session, visible };
    if (!visible) {
      this.connection.send("look", said, () => {});    // no timer: the browser may freeze this page now
      return;
    }
    try {
      await this.connection.call("look", said, { doubtful: true });
    } catch (error) {
      if (error instanceof Refused && !this.joining) this.join();    // another connection has this viewer's place
    }
  }

  get visible() {
    return this.seen && !this.connection.hidden;
  }

  /** A pane in the background is like a hidden page, at once: nothing is sent for it. */
  set shown(on) {
    if (this.seen === on) return;
    this.seen = on;
    if (!this.connection.hidden) this.look();
  }

  /** What this page has scrolled to ({row, numbering}, or neither) and its window; without an answer it is told again
   * when it changes. */
  see(said) {
    this.connection.send("view", { session: this.session, ...said }, () => {});
  }

  leave() {
    this.joined = false;
    this.connection.send("leave", { session: this.session }, () => {});
  }

  /** For good. */
  close() {
    this.ending.abort();
    clearTimeout(this.reportTimer);
    this.leave();
    this.joining = 0;
    this.closed = true;
  }

  // Output

  output(event) {
    if (this.joining) this.hold(event);
    if (!this.everJoined) return;
    const data = bytesOf(event.data);
    const end = event.offset + data.length;
    if (event.offset > this.received) {
      if (!this.joining) this.join();         // a gap: ask for what is missing
      return;
    }
    if (end <= this.received) return;         // drawn already
    const fresh = data.subarray(this.received - event.offset);
    this.received = end;
    this.terminal.write(fresh, () => this.parsed(end), end - fresh.length);
  }

  /** Output may overtake the answer to the join it belongs to; it is tried again once the answer is here. */
  hold(event) {
    this.held.push(event);
    if (this.held.reduce((sum, each) => sum + bytesOf(each.data).length, 0) > HELD_BYTES) this.join();
  }

  snapshot({ offset, rows, cols, data, frame = false }) {
    this.framed = frame;
    this.place(offset);
    this.rows = rows;
    this.cols = cols;
    this.terminal.draw({ rows, cols, data: bytesOf(data) }, () => this.parsed(offset));
    this.tell("sized", { rows, cols });
  }

  place(offset) {
    this.received = offset;
    this.drawn = Math.min(this.drawn, offset);
    this.reported = Math.min(this.reported, offset);
  }

  sized({ rows, cols, viewer }) {
    this.rows = rows;
    this.cols = cols;
    this.terminal.resize(rows, cols);
    this.tell("sized", { rows, cols, viewer });
  }

  end(event) {
    this.over = true;
    this.keys.clear();
    this.tell("ended", event);
  }

  /** xterm.js has parsed everything below `offset`. */
  parsed(offset) {
    if (offset > this.received) return;       // of a screen that a snapshot has replaced
    this.drawn = offset;
    this.tell("parsed", { offset });
    if (this.drawn - this.reported >= DRAWN_BYTES) this.report();
    else this.reportTimer ??= setTimeout(() => this.report(), DRAWN_MS);
  }

  report() {
    clearTimeout(this.reportTimer);
    this.reportTimer = undefined;
    if (!this.joined || this.drawn === this.reported) return;
    this.reported = this.drawn;
    this.connection.send("drawn", { session: this.session, offset: this.drawn });
  }

  /** {kind, size, data}: of the picture that stands at `offset` in the output, from byte `start` on. */
  picture(offset, start) {
    return this.connection.call("picture", { session: this.session, offset, start });
  }

  // Keys and size

  /** False when it was not taken (the session is over, or too much is waiting). */
  type(data) {
    return !this.over && this.keys.push(data);
  }

  sendKeys(seq, data) {
    this.connection.send("input", { session: this.session, data, seq }, (answer) => {
      this.connection.heard();
      this.keys.answered(seq, answer?.ok ? null : answer?.error?.code ?? "bad_request");
    });
  }

  /** Make this the session's size, for everybody. Throws Refused or Lost. */
  resize({ rows, cols }) {
    return this.connection.call("resize", { session: this.session, rows, cols });
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function bytesOf(data) {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "string") return new TextEncoder().encode(data);
  return new Uint8Array(data);
}
