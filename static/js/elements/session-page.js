/* <session-page>: wires the stream, the terminal and the bar of one session. Rule: several may live in one page, so
nothing here reaches out of its element, but for the page's title, which belongs to the active one. */

import { api, connection } from "../page.js";
import { SessionStream } from "../models/session-stream.js";
import { SessionStatus } from "../models/session-status.js";
import { History } from "../models/history.js";
import { HistoryWindow } from "../models/history-window.js";
import { duration } from "../helpers/format.js";
import { stateWords } from "../helpers/exit.js";
import { nameOf } from "../helpers/naming.js";
import { t } from "../helpers/words.js";
import { Parted, pageData } from "./dom.js";
import { confirmed } from "./confirm-dialog.js";
import { pasteInto } from "./paste.js";
import { toast } from "./toast-line.js";
import { markFresh } from "./new-session.js";
import { DeepScroll } from "./deep-scroll.js";
import { listenToGestures } from "./gestures.js";
import { PaneTools } from "./pane-tools.js";
import { listenToZoom } from "./zoom-gestures.js";
import { SessionSizes } from "./session-sizes.js";
import { SessionKeyboard } from "./session-keyboard.js";
import { SessionPeople } from "./session-people.js";
import { SessionSharing } from "./session-sharing.js";
import { SessionChat } from "./session-chat.js";
import { SessionCommands } from "./session-commands.js";
import { SessionActions } from "./session-actions.js";
import { followViewport } from "./keyboard-viewport.js";
import { glassWords } from "../helpers/sharing.js";
import { bannerText } from "./session-banner.js";
import "./terminal-view.js";
import "./history-view.js";
import "./scroll-bar.js";
import "./search-bar.js";
import "./key-bar.js";
import "./session-details.js";
import "./size-menu.js";
import "./presence-list.js";


const TROUBLE = {
  ended: t("The program has ended; the keys went nowhere."),
  forbidden: t("You may watch this session, not type into it."),
  rate_limited: t("The program does not read its input; some keys were not delivered."),
  too_large: t("That was too much input at once; it was not typed."),
};

const LOST_WORDS = t("The machine or the keeper stopped, and this program with it. Below is what it showed last. “Run again” starts the same command in the same directory.");

class SessionPage extends Parted {
  connectedCallback() {
    this.link = connection();
    this.view = this.querySelector("terminal-view");
    customElements.upgrade(this);             // its parts first
    const facts = this.facts ?? pageData("session-data");
    this.stream = new SessionStream({
      connection: this.link, session: facts.id, terminal: this.view, windowSize: () => this.window,
    });
    this.ending = new AbortController();
    this.status = new SessionStatus({ connection: this.link, stream: this.stream, api, facts, signal: this.ending.signal });
    this.actions = new SessionActions(this);
    this.parts();
    this.listen();
    this.buttons();
    this.keyboard();
    this.tools = new PaneTools(this);
    this.commands = new SessionCommands(this);
    this.chat = new SessionChat({
      page: this, stream: this.stream, link: this.link, signal: this.ending.signal, scroll: this.scroll,
      others: [this.details, this.commands.list], back: () => this.view.focus(),
    });
    this.asking = new SessionKeyboard({
      page: this, stream: this.stream, link: this.link, list: this.people.list, running: () => this.status.running,
    });
    this.draw();
    if (this.active !== undefined) return;    // a workspace says which of its panes has the focus
    this.activate();
    if (!matchMedia("(pointer: coarse)").matches) this.view.focus();
  }

  /** For good: a closed pane leaves the session, which goes on. */
  disconnectedCallback() {
    this.stream.close();
    this.ending.abort();
    this.unregister();
    this.sizes.close();
  }

  /** The one that is used: it has the page's title and the actions. */
  activate() {
    this.active = true;
    Object.assign(window.holdfast, { stream: this.stream, terminal: this.view, scroll: this.scroll, tools: this.tools, commands: this.commands });
    this.register();
    this.draw();
  }

  deactivate() {
    this.active = false;
    this.unregister();
  }

  register() {
    this.actions.register();
    this.tools.register();
    this.commands.register();
    this.chat.register();
    this.asking.register();
    this.sizes.register();
    this.sharing.register();
    this.people.register({ anew: true });
  }

  unregister() {
    this.actions.forget();
    this.tools.forget();
    this.commands.forget();
    this.chat.unregister();
    this.asking.unregister();
    this.sizes.unregister();
    this.sharing.unregister();
    this.people.unregister();
  }

  parts() {
    this.details = this.querySelector("session-details");
    this.searchBar = this.querySelector("search-bar");
    this.keys = this.querySelector("key-bar");
    this.details.attach(this.status, this.stream);
    this.deep();
    const { status, stream, view, link, scroll } = this;
    this.sizes = new SessionSizes({ page: this, status, stream, view, link });
    this.people = new SessionPeople({ page: this, status, stream, view, link, scroll });
    this.sharing = new SessionSharing(this);
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
    this.view.layout.tie(pane);
    listenToZoom(this.view.layout, [this.view, pane]);
    listenToGestures(this.scroll, this.view, pane);
  }

  listen() {
    const { stream, view } = this;
    const linked = (name, act) => this.link.addEventListener(name, act, { signal: this.ending.signal });
    this.status.addEventListener("change", () => this.draw());
    linked("tick", () => this.tick());
    stream.addEventListener("joined", () => this.joined());
    stream.addEventListener("refused", ({ detail }) => this.gone(detail));
    stream.addEventListener("trouble", ({ detail }) => toast(TROUBLE[detail.code] ?? t("Some keys were not delivered.")));
    linked("gap", ({ detail }) => this.mine(detail) && toast(t("Some output could not be kept.")));
    linked("pressure", ({ detail }) => this.mine(detail) && this.pressure(detail.on));
    view.addEventListener("typed", ({ detail }) => this.type(this.keys.applied(detail.data)));
    this.keys.addEventListener("typed", ({ detail }) => {
      this.scroll.toBottom();
      this.type(detail.data);
    });
    this.keys.addEventListener("paste-chosen", () => pasteInto(view));
    view.addEventListener("search-asked", () => this.searchBar.open());
    view.addEventListener("left", () => this.leaveTerminal());
    view.addEventListener("titled", ({ detail }) => this.status.put({ title: detail.title }));
    this.details.addEventListener("toggled", ({ detail }) => this.detailsToggled(detail.open));
  }

  buttons() {
    const on = (name, act) => this.part(name).addEventListener("click", act);
    on("search", () => this.searchBar.open());
    on("details", () => this.details.toggle());
    on("end", () => this.end());
    on("again", () => this.again());
  }

  leaveTerminal() {
    this.view.term.blur();
    this.part("details").focus();
  }

  // Typing

  type(data) {
    if (this.stream.type(data)) return;
    toast(this.status.running ? t("Too much input is waiting already; this was not taken.") : TROUBLE.ended);
  }

  // The session's state

  joined() {
    this.problem = "";
    this.draw();
    this.away = false;
    this.drawBanner();
    if (this.fresh()) this.sizes.fit();
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
    this.problem = error.code === "not_found" ? t("This session is no longer there.") : error.message;
    this.drawBanner();
  }

  async end() {
    const sure = await confirmed({
      title: t("End this session?"),
      text: t("The program gets a hang-up, and is killed if it does not go. Its record and output stay."),
      action: t("End session"),
    });
    if (sure) await api.end(this.status.id).catch((error) => toast(error.message));
    this.view.focus();
  }

  async again() {
    try {
      const made = await api.again(this.status.id);
      markFresh(made.id);
      const here = new CustomEvent("again", { bubbles: true, cancelable: true, detail: { before: this.status.id, made } });
      if (this.dispatchEvent(here)) location.assign(`/sessions/${made.id}`);
    } catch (error) {
      toast(error.message);
    }
  }

  /** What this window would hold. Tablets that call themselves desktops are told by their fingers. */
  get window() {
    const tablet = /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
    return { ...this.view.proposal, ...(tablet ? { device: "tablet" } : {}) };
  }

  // Drawing

  draw() {
    const { facts, running } = this.status;
    this.dataset.state = facts.state;
    const name = nameOf(facts);
    this.say("name", name);
    if (this.active) document.title = this.pageTitle(facts, name);
    this.say("state", stateWords(facts));
    this.show("background", running && Boolean(facts.running_in_background));
    this.say("uptime", duration(this.status.uptime));
    this.show("end", running && this.sharing.may("end"));
    this.show("again", !running && this.sharing.may("share"));
    this.show("lost", facts.state === "lost");
    if (facts.state === "lost") this.say("lost", LOST_WORDS);
    this.view.readOnly = !running || !this.sharing.may("type");
    this.sharing.draw();
    this.sizes.draw();
    this.people.draw();
  }

  /** `badge`: how a long command ended while nobody looked. */
  pageTitle({ title }, name) {
    const plain = title && title !== name ? `${title} · ${name}` : `${name} · Holdfast`;
    return this.badge ? `${this.badge} ${plain}` : plain;
  }

  tick() {
    this.say("uptime", duration(this.status.uptime));
    this.drawBanner();
  }

  drawBanner() {
    const [text, looked] = [bannerText(this), glassWords(this.status.facts.glass)];
    this.show("banner", Boolean(text));
    this.say("banner", text);
    this.show("glass", Boolean(looked));
    this.say("glass", looked);
  }

  detailsToggled(open) {
    this.part("details").ariaExpanded = String(open);
    if (!open) this.view.focus();
  }

  /** A page of several panes is as high as this one would be. */
  keyboard() {
    followViewport(this.closest("workspace-page") ?? this, (open) => {
      this.view.keyboard = open;
      this.sizes.draw();
    }, this.ending.signal);
  }
}

customElements.define("session-page", SessionPage);
