/* <session-list>: the dashboard. Draws what models/session-view.js says is to be shown; what can be done with it is in
list-deeds.js, by which keys in list-keys.js. The rule: drawn once a frame, however much news comes. */

import { api, connection, preferences } from "../page.js";
import { Picked } from "../models/picked.js";
import { SessionFeed } from "../models/session-feed.js";
import { FILTERS, SessionView } from "../models/session-view.js";
import { Rates } from "../models/rates.js";
import { Thumbnails } from "../models/thumbnails.js";
import { tn } from "../helpers/words.js";
import { Parted, pageData, stamp } from "./dom.js";
import { ListDeeds } from "./list-deeds.js";
import { bindKeys } from "./list-keys.js";
import { tagChip } from "./session-card.js";
import { SessionSection, place } from "./session-section.js";

// Cards just outside of the window are drawn before they are scrolled to.
const NEAR = "240px 0px";

class SessionList extends Parted {
  connectedCallback() {
    this.cards = new Map();
    this.turn = 0;
    this.sections = new Map();
    this.view = new SessionView({ me: this.dataset.user });
    this.view.sort = preferences.get("dashboard_sort", "needs");
    this.part("sort").value = this.view.sort;
    this.feed = new SessionFeed({ connection: connection(), api, ...pageData("sessions-data") });
    this.picked = new Picked();
    this.thumbnails = new Thumbnails({ connection: connection() });
    this.rates = new Rates({ api, inSight: () => (document.hidden ? [] : [...this.thumbnails.inSight]) });
    this.deeds = new ListDeeds(this);
    this.sight = new IntersectionObserver((seen) => this.seen(seen), { rootMargin: NEAR });
    this.listen();
    bindKeys(this);
    this.drawView();
    this.draw();
  }

  listen() {
    for (const source of [this.feed, this.picked, this.deeds]) {
      source.addEventListener("change", () => this.drawSoon());
    }
    preferences.addEventListener("change", ({ detail }) => this.chose(detail));
    this.feed.addEventListener("watched", () => this.thumbnails.tell({ anew: true }));
    this.thumbnails.addEventListener("picture", ({ session }) => this.paint(session));
    this.rates.addEventListener("change", () => this.drawRates());
    connection().addEventListener("tick", () => {
      this.age();
      this.rates.tick();
    });
    document.addEventListener("themechange", () => this.paintAll());
    addEventListener("resize", () => this.paintAll());
    this.part("search").addEventListener("input", () => this.search(this.part("search").value));
    this.part("view").addEventListener("click", () => this.toggleView());
    this.addEventListener("change", (event) => this.changed(event.target));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("pointerdown", () => { this.pressed = true; });
    for (const over of ["pointerup", "pointercancel"]) addEventListener(over, () => this.released());
  }

  /** Between pressing and letting go no card moves: the click would be lost, or be another card's. */
  released() {
    if (!this.pressed) return;
    this.pressed = false;
    this.drawSoon();
  }

  changed(field) {
    if (field.name === "filter") this.view.filter = field.value;
    else if (field === this.part("sort")) preferences.set("dashboard_sort", field.value);
    this.drawSoon();
  }

  chose({ name, value }) {
    if (name === "dashboard_sort") this.view.sort = value ?? "needs";
    if (name === "dashboard_view") this.drawView();
    this.drawSoon();
  }

  toggleView() {
    preferences.set("dashboard_view", this.compact ? "cards" : "compact");
  }

  get compact() {
    return preferences.get("dashboard_view", "cards") === "compact";
  }

  drawView() {
    this.dataset.view = this.compact ? "compact" : "cards";
    this.part("view").ariaPressed = String(this.compact);
    this.thumbnails.want(!this.compact);
    requestAnimationFrame(() => this.paintAll());
  }

  // Drawing

  drawSoon() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      if (!this.pressed) this.draw();
    });
  }

  drawNow() {
    cancelAnimationFrame(this.due);
    this.due = null;
    this.draw();
  }

  draw() {
    const shown = this.view.of([...this.feed.sessions.values()], this.feed.looks, this.deeds.gone);
    this.picked.keep(this.feed.sessions);
    this.items = shown.sections.flatMap(({ items }) => items);
    for (const filter of FILTERS) this.say(`count-${filter}`, String(shown.counts[filter]));
    this.show("filter-lost", shown.counts.lost > 0 || this.view.filter === "lost");
    this.drawSections(shown.sections);
    this.drawChips(shown.tags);
    this.drawGroups();
    this.show("empty", shown.total === 0);
    this.show("tools", shown.total > 0);
    this.show("nothing", shown.total > 0 && this.items.length === 0);
    this.show("stale", !this.feed.fresh);
    this.show("bulk", this.picked.size > 0);
    this.say("picked", tn("{count} selected", "{count} selected", this.picked.size));
    this.toggleAttribute("data-picking", this.picked.size > 0);
  }

  drawSections(sections) {
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const colours = preferences.get("tag_colours");
    const plain = sections.length === 1 && sections[0].kind === "rest";
    const elements = sections.map((section) => {
      const drawn = this.sections.get(section.key) ?? new SessionSection();
      this.sections.set(section.key, drawn);
      drawn.show(section, section.items.map((item) => this.cardOf(item, colours)), plain);
      return drawn.element;
    });
    place(this.part("sections"), elements);
    this.dropCards();
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  cardOf(item, colours) {
    const { id } = item.session;
    const card = this.cards.get(id) ?? this.made(id);
    card.take(item, { colours, picked: this.picked.has(id), doing: this.deeds.doing(id) });
    return card;
  }

  made(id) {
    const card = stamp("session-card");
    card.dataset.session = id;
    this.cards.set(id, card);
    this.sight.observe(card);
    return card;
  }

  dropCards() {
    const wanted = new Set(this.items.map(({ session }) => session.id));
    for (const [id, card] of this.cards) {
      if (wanted.has(id)) continue;
      this.sight.unobserve(card);
      this.thumbnails.sight(id, false);
      card.remove();
      this.cards.delete(id);
    }
  }

  drawChips(tags) {
    const shown = [...new Set([...this.view.tags, ...tags])].slice(0, 30);
    const colours = preferences.get("tag_colours");
    const key = JSON.stringify([shown, [...this.view.tags], colours]);
    this.show("chips", shown.length > 0);
    if (this.chips === key) return;
    this.chips = key;
    const kept = document.activeElement?.closest?.(".chips [data-tag]")?.dataset.tag;
    this.part("chips").replaceChildren(...shown.map((tag) => {
      const chip = tagChip(tag, colours);
      chip.ariaPressed = String(this.view.tags.has(tag));
      return chip;
    }));
    if (kept) [...this.part("chips").children].find((chip) => chip.dataset.tag === kept)?.focus();
  }

  /** For the dialogs: what one begins to type is completed. */
  drawGroups() {
    const groups = [...new Set([...this.feed.sessions.values()].map(({ group }) => group).filter(Boolean))].sort();
    const key = JSON.stringify(groups);
    if (this.groups === key) return;
    this.groups = key;
    document.getElementById("known-groups").replaceChildren(...groups.map((name) => new Option(name, name)));
  }

  // What is in sight

  seen(entries) {
    for (const { target, isIntersecting: visible } of entries) {
      const id = target.dataset.session;
      target.inSight = visible;
      if (this.cards.get(id) !== target) continue;
      this.thumbnails.sight(id, visible);
      if (visible) target.refresh();
      if (visible) this.paint(id);
    }
    this.drawRates();
    this.rates.soon();
  }

  drawRates() {
    for (const id of this.thumbnails.inSight) this.cards.get(id)?.drawFigures(this.rates.known.get(id));
  }

  paint(id) {
    const card = this.cards.get(id);
    if (card?.inSight && !this.compact) card.paint(this.thumbnails.pictures.get(id), this.turn);
  }

  paintAll() {
    this.turn += 1;
    for (const id of this.cards.keys()) this.paint(id);
  }

  /** Once a second: what waits quietly now needs somebody, and ages go on. */
  age() {
    if (document.hidden) return;
    for (const card of this.cards.values()) if (card.inSight) card.age();
    this.drawSoon();
  }

  // Doing

  clicked(event) {
    const from = (selector) => event.target.closest(selector);
    const card = from("session-card");
    const tag = from("[data-tag]")?.dataset.tag;
    if (tag) this.toggleTag(tag);
    else if (from("[data-bulk]")) this.deeds.bulk(from("[data-bulk]").dataset.bulk);
    else if (from("[data-action]")) this.deeds[from("[data-action]").dataset.action]([card.session]);
    else if (from("[data-part=pick]")) this.pick(card, event.shiftKey, event.target.checked);
    else if (card && this.picked.size && !from("a, button, label")) this.pick(card, event.shiftKey);
    else if (card && !from("a, button, label")) card.part("link").click();
  }

  pick(card, through, on = !this.picked.has(card.session.id)) {
    const order = this.items.map(({ session }) => session.id);
    if (through) this.picked.through(card.session.id, order, on);
    else this.picked.toggle(card.session.id, on);
  }

  toggleTag(tag) {
    if (!this.view.tags.delete(tag)) this.view.tags.add(tag);
    this.drawSoon();
  }

  search(text) {
    if (this.part("search").value !== text) this.part("search").value = text;
    this.view.query = text;
    this.drawSoon();
  }
}

customElements.define("session-list", SessionList);
