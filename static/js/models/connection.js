/* One Socket.IO connection a page. Rule: what was asked of a dead connection is never sent later by itself.

socket.io-client queues emits while it is away and would send them before the page has joined again; so everything
here goes out only while the connection stands, and whoever subscribed is told to begin anew when it stands again.

The names below are the outside contract; a test compares them with the server's table.

client sends                     what for
  join                           enter a session's room; the answer is the screen, or nothing on a resume
  leave                          leave it
  input                          keys, numbered, acknowledged once the program's terminal has them
  resize                         make this the session's size
  drawn                          flow control: everything below this offset is parsed
  look                           whether anybody looks at this page: hidden, it gets no output
  view                           what this page has scrolled to, for who follows it
  watch, unwatch                 the dashboard's feed
  say, typing, chat              a message to who is in the session, one is being written, those before
  ask                            for the keyboard, or no more
  annotate, reannotate,          a note on a line of the output is written, changed,
  unannotate, annotations        deleted; all of them
  peek                           which cards are in sight: their screens are drawn small
server sends
  output                         bytes that begin at an offset
  snapshot                       reset, then draw; output goes on from its offset
  resized, viewers, ended        to everybody in the room
  status                         to watchers
  gap, pressure                  output that was lost; the disk is full, or has room again
  forgotten                      to watchers: the session was erased
  looked                         what this account has seen of a session
  thumbnail                      a small picture of a screen that is in sight
  role, removed                  this page's role from now on; it is out of the session
  command                        a command of the session's shell began or ended
  said, typing                   a message of the chat; somebody writes one
  annotated, unannotated         a note was written or changed; it was deleted
  lobby                          who waits to be let in, to who may let in
  notice                         there is one to read: of what others did to this account
*/

import { t } from "../helpers/words.js";

export const CLIENT_EVENTS = [
  "join", "leave", "input", "resize", "drawn", "look", "view", "watch", "unwatch", "peek", "say", "typing", "chat",
  "ask", "annotate", "reannotate", "unannotate", "annotations", "picture",
];
export const SERVER_EVENTS = [
  "output", "snapshot", "resized", "viewers", "ended", "status", "gap", "pressure", "forgotten",
  "looked", "thumbnail", "role", "removed", "command", "said", "typing", "annotated", "unannotated", "lobby", "notice",
];

// The answer to a join may be a snapshot of megabytes, over a phone's link: half a minute is not too long.
const ANSWER_MS = 30_000;
// But when the link itself is in doubt (a slept laptop, a changed network), some word must come by then.
const LIFE_MS = 4000;
const TICK_MS = 1000;
// Timers that stood still this long: the machine slept, or the browser froze the tab. Those of a hidden page run
// once a minute by design.
const STOOD_STILL_MS = 10_000;
const STOOD_STILL_HIDDEN_MS = 75_000;
// A page that is hidden for less, by a glance at another tab, goes on as it was.
const GLANCE_MS = 2000;

/** The server said no: `code` is one of the contract's error codes. */
export class Refused extends Error {
  constructor({ code = "bad_request", message = "" } = {}) {
    super(message || code);
    this.code = code;
  }
}

/** No answer: the connection was down, went down, or is dead without knowing. */
export class Lost extends Error {}

/**
 * Events: `open` (subscribe anew), `close`, `tick` (once a second), `wake` (make sure that it still lives),
 * `hidden` (nobody looks any more) and `shown`, `refused` (the server will not have this login; or, `full`, as many are connected as may), and every
 * SERVER_EVENTS name with `detail` as sent.
 */
export class Connection extends EventTarget {
  /** `io` is socket.io-client's; `auth` says who this is where the login cookie does not; `visible()` says whether anybody looks: browsers slow the timers of hidden pages. */
  constructor({ io, auth, visible = () => true, now = () => Date.now() }) {
    super();
    Object.assign(this, { visible, now });
    this.open = false;
    this.lastHeard = now();
    this.lastTick = now();
    this.wasVisible = visible();
    this.hidden = false;
    this.socket = io({
      transports: ["websocket"], autoConnect: false, ...(auth ? { auth } : {}),
      reconnectionDelay: 200, reconnectionDelayMax: 1000, timeout: 10_000,
    });
    this.listen();
  }

  start() {
    this.socket.connect();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.socket.disconnect();
  }

  listen() {
    const { socket } = this;
    socket.on("connect", () => this.opened());
    socket.on("disconnect", (reason) => this.closed(reason));
    // Refused by the server's own check (`active` is false then: the client does not try again by itself).
    socket.on("connect_error", (error) => {
      if (!socket.active) this.tell("refused", { message: error.message, full: Boolean(error.data?.full) });
    });
    socket.io.on("ping", () => this.heard());
    for (const name of SERVER_EVENTS) {
      socket.on(name, (detail) => {
        this.heard();
        this.tell(name, detail);
      });
    }
  }

  opened() {
    this.heard();
    this.open = true;
    this.tell("open");
  }

  closed(reason) {
    // A link closed in order was alive until now; one that timed out was last alive when it last spoke.
    if (reason === "transport close" || reason === "io server disconnect") this.heard();
    this.open = false;
    this.tell("close", { reason });
    if (reason === "io server disconnect") this.tell("refused", { message: t("The server closed the connection.") });
  }

  heard() {
    this.lastHeard = this.now();
  }

  /** The server's answer to `event`. Throws Refused or Lost. `doubtful`: the link may be dead, find out soon. */
  call(event, payload, { doubtful = false } = {}) {
    if (!this.open) return Promise.reject(new Lost("not connected"));
    const asked = this.now();
    const look = doubtful ? setTimeout(() => this.silentSince(asked), LIFE_MS) : undefined;
    return new Promise((resolve, reject) => {
      this.socket.timeout(ANSWER_MS).emit(event, payload, (error, answer) => {
        clearTimeout(look);
        if (error) {
          this.silentSince(asked);
          reject(new Lost("no answer"));
          return;
        }
        this.heard();
        if (answer?.ok) resolve(answer);
        else reject(new Refused(answer?.error));
      });
    });
  }

  /** Not a word since then, while an answer was due: the link is dead. */
  silentSince(asked) {
    if (this.open && this.lastHeard <= asked) this.restart();
  }

  /** Sent if the connection stands; `answer(reply)` may never come. For hot paths with a recovery of their own. */
  send(event, payload, answer) {
    if (!this.open) return false;
    if (answer) this.socket.emit(event, payload, answer);
    else this.socket.emit(event, payload);
    return true;
  }

  /** Once a second, and when the page is looked at again. */
  tick() {
    const gap = this.now() - this.lastTick;
    const limit = this.wasVisible ? STOOD_STILL_MS : STOOD_STILL_HIDDEN_MS;
    this.lastTick = this.now();
    this.wasVisible = this.visible();
    if (this.wasVisible) this.tell("tick");
    if (gap > limit) this.wake();
  }

  /** Something may have happened to the link (a frozen tab, another network): check it now, not at the next ping. */
  wake() {
    if (this.open) this.tell("wake");
    else this.restart();
  }

  /** The page was hidden or shown. `frozen`: no timer will run any more. */
  looked({ frozen = false } = {}) {
    clearTimeout(this.glance);
    const hidden = !this.visible();
    if (hidden === this.hidden) return;
    if (hidden && !frozen) this.glance = setTimeout(() => this.turn(true), GLANCE_MS);
    else this.turn(hidden);
  }

  turn(hidden) {
    this.hidden = hidden;
    this.tell(hidden ? "hidden" : "shown");
  }

  /** Drop the link and connect at once, without the usual pause. */
  restart() {
    this.socket.disconnect();
    this.socket.connect();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
