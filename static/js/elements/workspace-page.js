/* <workspace-page>: tabs of panes. Rule: the layout (models/layout.js) is all there is; what is shown follows from it,
and every act makes a new one. On a phone one pane at a time is seen, the tab's focus. */

import { actions, api, connection, places, preferences } from "../page.js";
import * as arranged from "../models/layout.js";
import { LayoutKeeper } from "../models/layout-keeper.js";
import { SessionFeed } from "../models/session-feed.js";
import { TabNews } from "../models/tab-news.js";
import { nameOf } from "../helpers/naming.js";
import { t } from "../helpers/words.js";
import { Parted, pageData, setText } from "./dom.js";
import { TabStrip } from "./tab-strip.js";
import { toast } from "./toast-line.js";
import { addWorkspaceActions } from "./workspace-actions.js";
import "./new-session.js";
import "./session-picker.js";
import "./split-view.js";

const phone = matchMedia("(max-width: 760px)");

class WorkspacePage extends Parted {
  connectedCallback() {
    customElements.upgrade(this);
    this.panes = this.part("panes");
    this.picker = document.querySelector("session-picker");
    this.fresh = document.querySelector("new-session");
    this.feed = new SessionFeed({ connection: connection(), api, sessions: pageData("sessions-data") });
    this.keeper = new LayoutKeeper({ api, known: preferences.get("layout") });
    this.news = new TabNews();
    this.strip = new TabStrip(this.part("tabs"));
    this.listen();
    addWorkspaceActions(this);
    places.open = (id) => this.open([id]);
    this.draw();
    this.asked();
  }

  listen() {
    const { feed, keeper, strip, panes } = this;
    feed.addEventListener("change", () => this.drawTabs());
    keeper.addEventListener("change", () => this.draw());
    keeper.addEventListener("failed", ({ detail }) => toast(t("The layout could not be saved: {why}", { why: detail.error.message })));
    connection().addEventListener("tick", () => keeper.tick());
    document.addEventListener("visibilitychange", () => (document.hidden ? keeper.save() : keeper.look()));
    window.addEventListener("focus", () => keeper.look());
    window.addEventListener("pagehide", () => keeper.save());
    phone.addEventListener("change", () => this.draw());
    strip.addEventListener("chosen", ({ detail }) => this.choose(detail.id));
    strip.addEventListener("shut", ({ detail }) => this.closeTab(detail.id));
    strip.addEventListener("moved", ({ detail }) => keeper.put(arranged.moved(this.layout, detail.id, detail.to)));
    strip.addEventListener("renamed", ({ detail }) => this.put(arranged.changed(this.layout, detail.id, { name: detail.name || null })));
    panes.addEventListener("resized", ({ detail }) => this.put(arranged.resized(this.layout, this.tab.id, detail.path, detail.ratio)));
    panes.addEventListener("focused", ({ detail }) => this.focusedOn(detail.session));
    panes.addEventListener("pane", ({ detail }) => (detail.act === "zoom" ? this.zoom(detail.session) : this.closePane(detail.session)));
    this.addEventListener("again", (event) => this.again(event));
    this.addEventListener("click", ({ target }) => {
      const id = target.closest("[data-action]")?.dataset.action;
      if (id) actions.run(id);
      const session = target.closest("[data-goes]")?.dataset.goes;
      if (session) this.focusPane(session);
    });
  }

  get layout() {
    return this.keeper.layout;
  }

  get tab() {
    return arranged.activeTab(this.layout);
  }

  put(layout) {
    this.keeper.put(layout);
  }

  // Opening

  /** What the address asks for: ?open=ID,ID as a tab, ?open=ID&split=right beside it another. */
  asked() {
    const query = new URLSearchParams(location.search);
    const ids = (query.get("open") ?? "").split(",").filter((id) => this.feed.sessions.has(id));
    history.replaceState(null, "", location.pathname);
    if (ids.length) this.open(ids);
    else if (this.tab) this.focusPane(this.tab.focus);
    if (ids.length && query.has("split")) this.split(query.get("split") === "down" ? "column" : "row");
  }

  /** As a tab of their own; one that is open already is gone to. */
  open(ids) {
    const layout = arranged.opened(this.layout, ids, newId());
    if (!layout) return toast(t("There are {count} tabs already; close one first.", { count: arranged.MOST_TABS }));
    this.put(layout);
    return this.focusPane(this.tab.focus);
  }

  async openTab() {
    const id = await this.pick(t("Open in a new tab"));
    if (id) this.open([id]);
  }

  async split(way) {
    const at = this.tab?.focus;
    if (!at) return;
    if (arranged.leaves(this.tab.root).length >= arranged.MOST_LEAVES) {
      toast(t("There are {count} panes in this tab already.", { count: arranged.MOST_LEAVES }));
      return;
    }
    const id = await this.pick(way === "row" ? t("Split right") : t("Split down"));
    if (!id) return;
    // One that stands elsewhere comes here: a session is shown once.
    const freed = id === at ? this.layout : arranged.closed(this.layout, id);
    const layout = arranged.split(freed, at, way, id);
    if (layout) this.put(layout);
    else if (id !== at) toast(t("There is no room for another split here."));
    this.focusPane(id);
  }

  /** Resolves to a session's id, perhaps of a new one, or null. */
  async pick(title) {
    if (document.querySelector("dialog[open]")) return null;
    const answer = await this.picker.pick({
      title, sessions: [...this.feed.sessions.values()], here: arranged.sessionsOf(this.layout),
    });
    if (answer?.fresh) return this.makeNew();
    return answer?.id ?? null;
  }

  makeNew() {
    return new Promise((resolve) => {
      const dialog = this.fresh.querySelector("dialog");
      const end = new AbortController();
      const done = (id) => {
        end.abort();
        resolve(id);
      };
      this.fresh.addEventListener("made", (event) => {
        event.preventDefault();
        this.feed.put(event.detail);
        done(event.detail.id);
      }, { signal: end.signal });
      dialog.addEventListener("close", () => setTimeout(() => done(null)), { signal: end.signal });
      this.fresh.open();
    });
  }

  again(event) {
    event.preventDefault();
    const { before, made } = event.detail;
    this.feed.put(made);
    this.put(arranged.exchanged(this.layout, before, made.id));
    this.focusPane(made.id);
  }

  ownPage() {
    location.assign(`/sessions/${this.tab.focus}`);
  }

  // Moving about

  choose(id) {
    if (id === this.layout.active) return;
    this.put({ ...this.layout, active: id });
    this.focusPane(this.tab.focus);
  }

  step(way) {
    const { tabs, active } = this.layout;
    const at = tabs.findIndex(({ id }) => id === active);
    this.choose(tabs.at((at + way) % tabs.length).id);
  }

  go(side) {
    const next = arranged.neighbour(this.tab.root, this.tab.focus, side);
    if (next) this.focusPane(next);
  }

  nextPane() {
    const all = arranged.leaves(this.tab.root);
    this.focusPane(all[(all.indexOf(this.tab.focus) + 1) % all.length]);
  }

  focusPane(session) {
    this.focusedOn(session);
    if (!matchMedia("(pointer: coarse)").matches) this.panes.focusOn(session);
  }

  focusedOn(session) {
    const tab = arranged.tabOf(this.layout, session);
    if (!tab || (tab.focus === session && this.layout.active === tab.id)) return;
    this.put(arranged.focused(this.layout, session));
  }

  // Changing

  zoom(session = this.tab.focus) {
    const tab = arranged.tabOf(this.layout, session);
    this.put(arranged.changed(this.layout, tab.id, { focus: session, zoomed: !tab.zoomed && Boolean(tab.root.way) }));
    this.focusPane(session);
  }

  closePane(session = this.tab.focus) {
    this.put(arranged.closed(this.layout, session));
    if (this.tab) this.focusPane(this.tab.focus);
  }

  closeTab(id) {
    this.put(arranged.tabClosed(this.layout, id));
    if (this.tab) this.focusPane(this.tab.focus);
  }

  moveTab(way) {
    const { tabs, active } = this.layout;
    this.put(arranged.moved(this.layout, active, tabs.findIndex(({ id }) => id === active) + way));
  }

  // Drawing

  draw() {
    const { tab } = this;
    this.panes.show({
      tab, all: arranged.sessionsOf(this.layout), single: phone.matches,
      factsOf: (session) => this.feed.sessions.get(session) ?? null,
    });
    this.show("empty", !tab);
    this.activate(tab?.focus);
    this.drawTabs();
    this.drawSwitcher();
  }

  activate(session) {
    if (session === this.current && this.panes.pageOf(session)?.active !== false) return;
    for (const page of this.panes.querySelectorAll("session-page")) if (page.active) page.deactivate();
    this.current = session;
    const page = this.panes.pageOf(session);
    if (page) page.activate();
    else document.title = t("Workspace · Holdfast");
  }

  factsOf(tab) {
    return arranged.leaves(tab.root).map((id) => this.feed.sessions.get(id)).filter(Boolean);
  }

  drawTabs() {
    if (this.tab && !document.hidden) this.news.look(this.factsOf(this.tab));
    this.strip.draw(this.layout.tabs.map((tab) => ({
      id: tab.id, label: this.labelOf(tab), news: tab === this.tab ? null : this.news.of(this.factsOf(tab)),
    })), this.layout.active);
  }

  labelOf(tab) {
    const facts = this.feed.sessions.get(tab.focus);
    const name = tab.name ?? (facts ? nameOf(facts) : t("no longer there"));
    const more = arranged.leaves(tab.root).length - 1;
    return tab.name || !more ? name : t("{name} +{count}", { name, count: more });
  }

  /** On a phone: which pane of the tab is seen. */
  drawSwitcher() {
    const all = this.tab ? arranged.leaves(this.tab.root) : [];
    this.show("switcher", phone.matches && all.length > 1);
    this.part("switcher").replaceChildren(...all.map((session) => {
      const button = document.createElement("button");
      const facts = this.feed.sessions.get(session);
      button.type = "button";
      button.dataset.goes = session;
      button.ariaPressed = String(session === this.tab.focus);
      setText(button, facts ? nameOf(facts) : t("no longer there"));
      return button;
    }));
  }
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

customElements.define("workspace-page", WorkspacePage);
