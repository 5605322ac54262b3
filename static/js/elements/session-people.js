/* Who is in the session, on its page: faces in the bar, the list behind them, a quiet word when somebody comes or goes,
and following what another one sees. Rule: a person is told apart by name and device, never by colour alone. */

import { actions, preferences } from "../page.js";
import { clients } from "../helpers/format.js";
import { comings, lastTypist, named, typing } from "../helpers/people.js";
import { t } from "../helpers/words.js";
import { Follower } from "../models/follower.js";
import { PresenceNews } from "../models/presence-news.js";
import { ViewReporter } from "../models/view-reporter.js";
import { setHidden, setText } from "./dom.js";
import { face } from "./faces.js";
import { tie } from "./popover.js";
import { toast } from "./toast-line.js";

// Faces in the bar; more are a figure. A phone has room for fewer (presence.css hides the rest).
const FACES = 4;
// What the toast line says with a button on it waits for an answer, and is not talked over.
const BUSY_MS = 1000;
const LONGEST_NEWS_MS = 15_000;

export class SessionPeople {
  /** `page` is the <session-page>; `scroll` its deep-scroll.js. */
  constructor({ page, status, stream, view, link, scroll }) {
    Object.assign(this, { page, status, stream, view, link, scroll });
    this.list = page.querySelector("presence-list");
    customElements.upgrade(this.list);
    this.news = new PresenceNews({ say: (who) => this.announce(comings(who, this.me?.user)) });
    this.follower = new Follower({ scroll, history: scroll.history });
    this.reporter = new ViewReporter({
      stream, look: () => this.seen(), windowSize: () => view.proposal ?? null,
    });
    this.undo = [];
    tie(page.part("people"), this.list, () => this.drawList());
    this.listen();
  }

  listen() {
    const { page, stream, follower, reporter, view } = this;
    stream.addEventListener("viewers", ({ detail }) => this.heard(detail));
    stream.addEventListener("away", () => this.news.away());
    this.link.addEventListener("tick", () => this.draw(), { signal: page.ending.signal });
    this.list.addEventListener("follow-chosen", ({ detail }) => this.follow(detail.viewer));
    this.list.part("announce").addEventListener("change", ({ target }) => preferences.set("announce_presence", target.checked));
    page.part("follow-stop").addEventListener("click", () => this.follow(null));
    follower.addEventListener("change", () => {
      this.draw();
      this.register();
    });
    this.scroll.bar.addEventListener("placed", () => reporter.soon());
    view.addEventListener("laid-out", () => reporter.soon());
    this.ownScrolling();
  }

  /** Whoever scrolls, or types, has stopped following. */
  ownScrolling() {
    const { page, view, scroll } = this;
    const stop = () => this.follower.stop();
    const stage = page.querySelector(".stage");
    for (const name of ["wheel", "touchmove"]) {
      stage.addEventListener(name, (event) => event.ctrlKey || event.touches?.length > 1 || stop(), { capture: true, passive: true });
    }
    for (const name of ["scroll-asked", "user-typed", "search-asked"]) view.addEventListener(name, stop);
    for (const name of ["dragged", "paged"]) scroll.bar.addEventListener(name, stop);
    page.part("bottom").addEventListener("click", stop);
  }

  get viewers() {
    const { viewers } = this.status.facts;
    return Array.isArray(viewers) ? viewers : [];
  }

  get others() {
    return this.viewers.filter(({ viewer }) => viewer !== this.stream.viewer);
  }

  get me() {
    return this.viewers.find(({ viewer }) => viewer === this.stream.viewer);
  }

  heard({ viewers }) {
    const { whom, target } = this.follower;
    this.news.put(viewers, this.stream.viewer);
    this.follower.put(viewers);
    if (whom !== null && this.follower.whom === null) toast(t("{who} has left.", { who: named(target) }));
    this.reporter.company = this.others.length > 0;
    this.draw();
    this.register();
  }

  announce(text, since = Date.now()) {
    if (!text || !preferences.get("announce_presence", true) || document.hidden) return;
    if (document.querySelector("toast-line .button")) {
      if (Date.now() - since < LONGEST_NEWS_MS) setTimeout(() => this.announce(text, since), BUSY_MS);
    } else {
      toast(text);
    }
  }

  // What this page sees, and going where another one is

  /** {row, numbering}, null at the bottom, undefined while that is not known. */
  seen() {
    const { scroll } = this;
    const { history, view: { place } } = scroll;
    if (scroll.reading) return { row: Math.max(0, Math.floor(scroll.pane.top)), numbering: history.id };
    if (place.alternate || place.top >= place.bottom) return null;
    return history.base === null ? undefined : { row: Math.max(0, history.base + place.top), numbering: history.id };
  }

  follow(viewer) {
    this.list.hidePopover();
    if (viewer === null) this.follower.stop();
    else this.follower.start(viewer);
    this.view.focus();
  }

  // Drawing

  draw() {
    const { page, viewers } = this;
    const total = this.status.facts.connected_clients ?? 0;
    page.say("clients", clients(total));
    this.drawFaces(total);
    const last = lastTypist(this.others);
    const busy = last && typing(last, Date.now());
    page.say("typist", busy ? t("{who} is typing", { who: named(last) }) : "");
    page.part("people").title = viewers.slice(0, 20).map(named).join(", ");
    const { target } = this.follower;
    page.show("following", Boolean(target));
    if (target) page.say("following-text", t("Following {who}", { who: named(target) }));
    if (this.list.matches(":popover-open")) this.drawList();
  }

  drawFaces(total) {
    const faces = this.page.part("avatars");
    const shown = [...this.others, ...(this.me ? [this.me] : [])].slice(0, FACES);
    const last = lastTypist(this.viewers)?.viewer;
    while (faces.children.length > shown.length + 1) faces.lastElementChild.remove();
    while (faces.children.length < shown.length + 1) faces.append(document.createElement("span"));
    shown.forEach((one, index) => face(faces.children[index], one, {
      mine: one.viewer === this.stream.viewer, typist: one.viewer === last && this.viewers.length > 1,
    }));
    const rest = faces.children[shown.length];
    rest.className = "rest";
    setHidden(rest, total <= shown.length);
    setText(rest, `+${total - shown.length}`);
  }

  drawList() {
    const { facts } = this.status;
    this.list.draw({
      viewers: this.viewers, mine: this.stream.viewer, holder: facts.size_holder_viewer, followed: this.follower.whom,
      lends: this.stream.role === "owner",
      total: facts.connected_clients ?? 0, announce: preferences.get("announce_presence", true), now: Date.now(),
    });
  }

  // What can be done, for the palette

  register({ anew = false } = {}) {
    if (this.page.active === false) return;   // another pane has the actions
    const names = this.others.filter(({ device }) => device !== "script").slice(0, FACES * 2);
    const key = JSON.stringify([names.map(({ viewer }) => viewer), this.follower.whom]);
    if (key === this.registered && !anew) return;
    this.registered = key;
    this.unregister();
    const group = t("View");
    this.undo = [
      { id: "people.show", title: t("Who is here"), group, run: () => this.list.showPopover() },
      {
        id: "people.announce", group, run: () => preferences.set("announce_presence", !preferences.get("announce_presence", true)),
        title: preferences.get("announce_presence", true) ? t("Do not say who comes and goes") : t("Say who comes and who goes"),
      },
      { id: "people.stop", title: t("Stop following"), group, when: () => this.follower.whom !== null, run: () => this.follow(null) },
      ...names.map((one) => ({
        id: `people.follow.${one.viewer}`, title: t("Follow {who}", { who: named(one) }), group,
        when: () => this.follower.whom !== one.viewer, run: () => this.follow(one.viewer),
      })),
    ].map((action) => actions.add(action));
  }

  unregister() {
    for (const undo of this.undo) undo();
  }
}
