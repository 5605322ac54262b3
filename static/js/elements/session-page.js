/* <session-page>: wires the stream, the terminal and the bar of one session. */

import { api, connection } from "../page.js";
import { SessionStream } from "../models/session-stream.js";
import { SessionStatus } from "../models/session-status.js";
import { History } from "../models/history.js";
import { HistoryWindow } from "../models/history-window.js";
import { TooMuch } from "../models/history-copy.js";
import { clients, duration, size, sizeInWords } from "../helpers/format.js";
import { exitWords } from "../helpers/exit.js";
import { nameOf } from "../helpers/naming.js";
import { Parted, pageData } from "./dom.js";
import { confirmed } from "./confirm-dialog.js";
import { copyText } from "./copy-button.js";
import { toast } from "./toast-line.js";
import { markFresh } from "./new-session.js";
import { DeepScroll } from "./deep-scroll.js";
import { listenToGestures } from "./gestures.js";
import "./terminal-view.js";
import "./history-view.js";
import "./scroll-bar.js";
import "./search-bar.js";
import "./key-bar.js";
import "./session-details.js";

// A reconnect that takes less is not worth a word.
const BANNER_AFTER_MS = 500;
// Less of the window than this is left: that is an on-screen keyboard, not a toolbar.
const KEYBOARD_SHARE = 0.75;

const TROUBLE = {
  ended: "The program has ended; the keys went nowhere.",
  forbidden: "You may watch this session, not type into it.",
  rate_limited: "The program does not read its input; some keys were not delivered.",
  too_large: "That was too much input at once; it was not typed.",
};

const LOST_WORDS = "The machine or the keeper stopped, and this program with it. Below is what it showed last. "
  + "“Run again” starts the same command in the same directory.";

class SessionPage extends Parted {
  connectedCallback() {
    this.link = connection();
    this.view = this.querySelector("terminal-view");
    customElements.upgrade(this.view);
    const facts = this.facts ?? pageData("session-data");
    this.stream = new SessionStream({
      connection: this.link, session: facts.id, terminal: this.view, windowSize: () => this.view.proposal ?? null,
    });
    this.status = new SessionStatus({ connection: this.link, stream: this.stream, api, facts });
    window.holdfast.stream = this.stream;
    window.holdfast.terminal = this.view;
    this.parts();
    this.listen();
    this.buttons();
    this.keyboard();
    this.draw();
    if (!matchMedia("(pointer: coarse)").matches) this.view.focus();
  }

  parts() {
    this.details = this.querySelector("session-details");
    this.searchBar = this.querySelector("search-bar");
    this.keys = this.querySelector("key-bar");
    this.details.attach(this.status, this.stream);
    this.deep();
    this.searchBar.attach(this.view, this.scroll);
    this.keys.attach(this.view);
  }

  /** The history above the live terminal. */
  deep() {
    const history = new History({ api, session: this.status.id });
    const pages = new HistoryWindow(history);
    const pane = this.querySelector("history-view");
    pane.attach(this.view, pages);
    this.scroll = new DeepScroll({
      history, pages, pane, stream: this.stream, view: this.view, bar: this.querySelector("scroll-bar"),
      button: this.part("bottom"), note: this.part("note"), say: toast,
    });
    listenToGestures(this.scroll, this.view, pane);
    window.holdfast.scroll = this.scroll;
  }

  listen() {
    const { stream, view } = this;
    this.status.addEventListener("change", () => this.draw());
    this.link.addEventListener("tick", () => this.tick());
    stream.addEventListener("joined", () => this.joined());
    stream.addEventListener("sized", () => this.draw());
    stream.addEventListener("away", () => this.drawFit());
    stream.addEventListener("refused", ({ detail }) => this.gone(detail));
    stream.addEventListener("trouble", ({ detail }) => toast(TROUBLE[detail.code] ?? "Some keys were not delivered."));
    this.link.addEventListener("gap", ({ detail }) => this.mine(detail) && toast("Some output could not be kept."));
    this.link.addEventListener("pressure", ({ detail }) => this.mine(detail) && this.pressure(detail.on));
    view.addEventListener("typed", ({ detail }) => this.type(this.keys.applied(detail.data)));
    this.keys.addEventListener("typed", ({ detail }) => {
      this.scroll.toBottom();
      this.type(detail.data);
    });
    view.addEventListener("copy-chosen", () => this.copy());
    view.addEventListener("laid-out", () => this.drawFit());
    view.addEventListener("search-asked", () => this.searchBar.open());
    view.addEventListener("left", () => this.part("details").focus());
    view.addEventListener("titled", ({ detail }) => this.status.put({ title: detail.title }));
    view.addEventListener("copy-asked", ({ detail }) => this.offerCopy(detail.text));
    this.details.addEventListener("toggled", ({ detail }) => this.detailsToggled(detail.open));
  }

  buttons() {
    const on = (name, act) => this.part(name).addEventListener("click", act);
    on("fit", () => this.fit());
    on("search", () => this.searchBar.open());
    on("details", () => this.details.toggle());
    on("end", () => this.end());
    on("again", () => this.again());
  }

  // Typing

  type(data) {
    if (this.stream.type(data)) return;
    toast(this.status.running ? "Too much input is waiting already; this was not taken." : TROUBLE.ended);
  }

  /** Consent first: the program asked, not the user. */
  offerCopy(text) {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    toast(`The program offers to copy “${shown}”.`, {
      shown: 15_000,
      action: { label: "Copy", run: () => copyText(text).catch((error) => toast(error.message)) },
    });
  }

  async copy() {
    const { reading, pane } = this.scroll;
    try {
      const text = reading && pane.chosen ? await pane.selectedText() : this.view.selected;
      if (text) await copyText(text);
    } catch (error) {
      toast(error instanceof TooMuch ? "More than 10 million characters are selected; nothing was copied." : error.message);
    }
  }

  // The session's state

  joined() {
    this.draw();
    this.away = false;
    this.drawBanner();
    if (this.fresh()) this.fit();
  }

  /** Made by this window a moment ago: nobody else has a size in mind yet. */
  fresh() {
    const key = `holdfast.fresh.${this.status.id}`;
    try {
      const fresh = sessionStorage.getItem(key) !== null;
      sessionStorage.removeItem(key);
      return fresh && this.status.running && this.view.differs && this.status.facts.connected_clients <= 1;
    } catch {
      return false;
    }
  }

  mine(detail) {
    return detail.session === this.status.id;
  }

  pressure(on) {
    this.full = on;
    this.drawBanner();
  }

  gone(error) {
    this.problem = error.code === "not_found" ? "This session is no longer there." : error.message;
    this.drawBanner();
  }

  async end() {
    const sure = await confirmed({
      title: "End this session?",
      text: "The program gets a hang-up, and is killed if it does not go. Its record and output stay.",
      action: "End session",
    });
    if (sure) await api.end(this.status.id).catch((error) => toast(error.message));
    this.view.focus();
  }

  async again() {
    try {
      const made = await api.again(this.status.id);
      markFresh(made.id);
      location.assign(`/sessions/${made.id}`);
    } catch (error) {
      toast(error.message);
    }
  }

  async fit() {
    try {
      await this.stream.resize(this.view.proposal);
    } catch (error) {
      toast(error.code ? error.message : "Not connected: the size stays.");
    }
    this.view.focus();
  }

  // Drawing

  draw() {
    const { facts, running } = this.status;
    this.dataset.state = facts.state;
    const name = nameOf(facts);
    this.say("name", name);
    document.title = facts.title && facts.title !== name ? `${facts.title} · ${name}` : `${name} · Holdfast`;
    this.say("state", facts.state === "ended" ? exitWords(facts) : facts.state);
    this.show("background", running && Boolean(facts.running_in_background));
    this.say("clients", clients(facts.connected_clients));
    this.part("clients").title = this.viewerNames();
    this.say("size", size(facts.rows, facts.cols));
    this.part("size").title = sizeInWords(facts.rows, facts.cols);
    this.say("uptime", duration(this.status.uptime));
    this.show("end", running);
    this.show("again", !running);
    this.show("lost", facts.state === "lost");
    if (facts.state === "lost") this.say("lost", LOST_WORDS);
    this.view.readOnly = !running;
    this.drawFit();
  }

  viewerNames() {
    const { viewers } = this.status.facts;
    return Array.isArray(viewers) ? viewers.map((viewer) => viewer.user).join(", ") : "";
  }

  drawFit() {
    // Not above an on-screen keyboard: the button would cover what is being typed.
    const shown = this.status.running && this.stream.joined && this.view.differs && !this.view.keyboardOpen;
    this.show("fit", shown);
    if (!shown) return;
    const { rows, cols } = this.view.proposal;
    this.part("fit").title = `Make the session ${sizeInWords(rows, cols)}, for everybody in it`;
  }

  tick() {
    this.say("uptime", duration(this.status.uptime));
    this.drawBanner();
  }

  drawBanner() {
    const text = this.bannerText();
    this.show("banner", Boolean(text));
    this.say("banner-text", text);
  }

  bannerText() {
    if (this.problem) return this.problem;
    if (!this.link.open || !this.stream.joined) return this.awayText();
    if (this.full ?? this.status.facts.disk_full) return "The disk is full. The program goes on; its newest output may not be kept.";
    return "";
  }

  awayText() {
    const age = this.link.now() - this.link.lastHeard;
    if (!this.stream.everJoined) return age > BANNER_AFTER_MS ? "Connecting…" : "";
    if (age < BANNER_AFTER_MS) return "";
    const kept = this.status.running ? " Keys you type are kept." : "";
    return `Connection lost. Screen is ${duration(age / 1000)} old.${kept}`;
  }

  detailsToggled(open) {
    this.part("details").ariaExpanded = String(open);
    if (!open) this.view.focus();
  }

  /** The on-screen keyboard covers the page on some phones: the page is then only as high as what is left. */
  keyboard() {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const follow = () => {
      this.tallest = Math.max(this.width === viewport.width ? this.tallest : 0, viewport.height);
      this.width = viewport.width;
      const open = matchMedia("(pointer: coarse)").matches && viewport.height < this.tallest * KEYBOARD_SHARE;
      this.style.setProperty("--page-height", `${viewport.height}px`);
      this.style.setProperty("--page-top", `${viewport.offsetTop}px`);
      this.view.keyboard = open;
      this.drawFit();
    };
    viewport.addEventListener("resize", follow);
    viewport.addEventListener("scroll", follow);
    follow();
  }
}

customElements.define("session-page", SessionPage);
