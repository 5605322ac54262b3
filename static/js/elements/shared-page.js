/* <shared-page>: one session for who came by a link. Rule: nothing here needs an account, and nothing asks the HTTP API:
all it knows comes over its one connection. */

import { connection } from "../page.js";
import { SessionStream } from "../models/session-stream.js";
import { clients } from "../helpers/format.js";
import { stateWords } from "../helpers/exit.js";
import { History } from "../models/history.js";
import { nameOf } from "../helpers/naming.js";
import { may, watchingWords } from "../helpers/sharing.js";
import { t } from "../helpers/words.js";
import { SessionKeyboard } from "./session-keyboard.js";
import { SessionAnnotations } from "./session-annotations.js";
import { SessionChat } from "./session-chat.js";
import { listenToGestures } from "./gestures.js";
import { followViewport } from "./keyboard-viewport.js";
import { GuestTools } from "./guest-tools.js";
import { pasteInto } from "./paste.js";
import { toast } from "./toast-line.js";
import { Parted, pageData, setHidden } from "./dom.js";
import { listenToZoom } from "./zoom-gestures.js";
import { keepRoom } from "./banner-room.js";
import "./key-bar.js";
import "./terminal-view.js";

// While as many are there as the link allows: asked again so often.
const AGAIN_MS = 3000;
// While as many tabs are open as may.
const FULL_PAUSE_MS = 5000;

class SharedPage extends Parted {
  connectedCallback() {
    this.view = this.querySelector("terminal-view");
    this.keys = this.querySelector("key-bar");
    customElements.upgrade(this);
    this.facts = pageData("session-data");
    this.given = this.facts.role;
    this.problem = "";
    this.link = connection();
    this.stream = new SessionStream({
      connection: this.link, session: this.facts.id, terminal: this.view, windowSize: () => this.view.proposal ?? {},
    });
    this.view.showPictures((offset, start) => this.stream.picture(offset, start));
    this.keys.attach(this.view);
    listenToZoom(this.view.layout, [this.view]);
    listenToGestures({ reading: false, by: (lines) => this.scrollBy(lines) }, this.view);
    this.listen();
    keepRoom(this.part("banner"));
    const { signal } = new AbortController();
    this.chat = new SessionChat({ page: this, stream: this.stream, link: this.link, signal, back: () => this.view.focus() });
    this.annotations = new SessionAnnotations({
      page: this, stream: this.stream, link: this.link, view: this.view, history: this.history(), others: [this.chat.panel],
      signal, back: () => this.view.focus(),
    });
    this.asking = new SessionKeyboard({ page: this, stream: this.stream, link: this.link, running: () => this.facts.state === "running" });
    this.tools = new GuestTools(this, signal);
    followViewport(this, (open) => { this.view.keyboard = open; }, signal);
    window.holdfast.stream = this.stream;
    window.holdfast.terminal = this.view;
    window.holdfast.tools = this.tools;
    this.draw();
    if (may(this.given, "type") && !matchMedia("(pointer: coarse)").matches) this.view.focus();
  }

  /** How rows are numbered, for the notes on them: by the connection, which is all that a guest has. */
  history() {
    const { link } = this;
    const api = { history: (session, { offset = 0 }) => link.call("annotations", { session, offset }) };
    return new History({ api, session: this.facts.id });
  }

  listen() {
    const { stream, view, keys } = this;
    const put = ({ detail }) => this.put(detail);
    for (const name of ["status", "viewers", "ended"]) stream.addEventListener(name, put);
    stream.addEventListener("ended", () => this.put({ state: "ended" }));
    stream.addEventListener("joined", ({ detail }) => this.entered(detail.role));
    stream.addEventListener("role", ({ detail }) => this.entered(detail.role));
    stream.addEventListener("away", () => this.draw());
    stream.addEventListener("refused", ({ detail }) => this.out(detail));
    this.link.addEventListener("refused", ({ detail }) => detail.full ? this.full(detail.message) : this.over());
    view.addEventListener("typed", ({ detail }) => this.type(keys.applied(detail.data)));
    keys.addEventListener("typed", ({ detail }) => this.type(detail.data));
    keys.addEventListener("paste-chosen", () => pasteInto(view));
    view.addEventListener("paste-asked", ({ detail }) => this.types && view.paste(detail.text));
    view.addEventListener("left", () => view.term.blur());
    view.addEventListener("scroll-asked", ({ detail }) => this.scroll(detail));
    this.link.addEventListener("tick", () => this.draw());
  }

  get types() {
    return may(this.given, "type") && this.facts.state === "running" && !this.problem;
  }

  type(data) {
    if (this.types) this.stream.type(data);
  }

  scroll({ pages, to }) {
    const { term } = this.view;
    if (pages) term.scrollPages(pages);
    else if (to === "top") term.scrollToTop();
    else term.scrollToBottom();
  }

  /** In what came with the join and since; there is no history above. Answers whether there was anything. */
  scrollBy(lines) {
    const before = this.view.place.top;
    this.view.term.scrollLines(lines);
    return this.view.place.top !== before;
  }

  entered(role) {
    this.given = role;
    this.problem = "";
    this.draw();
  }

  /** For a while (the owner paused it; it is full), as far as this page knows. */
  out({ code, message }) {
    this.problem = message || t("You are not in this session just now.");
    this.draw();
    clearTimeout(this.again);
    if (code === "forbidden") this.again = setTimeout(() => this.link.open && this.stream.join(), AGAIN_MS);
  }

  /** As many tabs are open as may: perhaps one of them is closed soon. */
  full(message) {
    toast(message);
    setTimeout(() => this.link.open || this.link.restart(), FULL_PAUSE_MS);
  }

  /** The link has ended or was taken back: the server does not know this guest any more. */
  over() {
    clearTimeout(this.again);
    this.link.stop();
    this.problem = t("This link has ended. What you see is what it showed last.");
    this.draw();
  }

  put(facts) {
    this.facts = { ...this.facts, ...facts };
    this.draw();
  }

  draw() {
    const { facts, given: role } = this;
    const name = nameOf(facts);
    this.dataset.state = facts.state;
    this.dataset.role = role;
    this.toggleAttribute("data-out", Boolean(this.problem));
    document.title = [name, "Holdfast"].join(" · ");
    this.say("name", name);
    this.say("state", this.problem ? t("not connected") : stateWords(facts));
    this.say("clients", clients(facts.connected_clients ?? 0));
    this.say("role", watchingWords(role));
    this.show("role", !this.problem);
    this.view.readOnly = !this.types;
    setHidden(this.keys, !this.types);
    const away = this.stream.everJoined && !this.link.open ? t("Connection lost. Trying again.") : "";
    this.say("banner", this.problem || away);
    this.show("banner", Boolean(this.problem || away));
  }
}

customElements.define("shared-page", SharedPage);
