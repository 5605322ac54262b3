/* <split-view>: the panes of all tabs, each at its place. Rule: a pane is never moved in the document, for a terminal
that is taken out and put back would begin anew; splitting, zooming and changing tabs only change boxes.

A pane of a tab that is not shown keeps its size and is told that nobody looks (no output is sent for it). Panes are made
when they are first shown. Events: `resized` {path, ratio}, `focused` {session}, `pane` {session, act}. */

import { boxes } from "../models/layout.js";
import { t } from "../helpers/words.js";
import { stamp } from "./dom.js";
import "./session-page.js";

const STEP = 0.02;
const PART = ["left", "top", "width", "height"];
let made = 0;

class SplitView extends HTMLElement {
  connectedCallback() {
    this.panes = new Map();
    this.dividers = [];
    this.addEventListener("focusin", (event) => this.entered(event));
    this.addEventListener("pointerdown", (event) => this.entered(event), { capture: true });
    this.addEventListener("click", (event) => this.clicked(event));
  }

  /** `tab` is shown; `all` are the sessions of every tab, others are closed. `factsOf(session)`: its status, or null. */
  show({ tab, all, single, factsOf }) {
    const known = new Set(all);
    for (const [session, pane] of this.panes) if (!known.has(session)) this.close(session, pane);
    const alone = tab && (single || tab.zoomed);
    const { leaves: places, dividers } = tab ? boxes(tab.root) : { leaves: new Map(), dividers: [] };
    for (const [session, box] of places) {
      const seen = !alone || session === tab.focus;
      if (!this.panes.has(session) && seen) this.make(session, factsOf(session));
      if (this.panes.has(session)) this.place(session, alone ? { left: 0, top: 0, width: 1, height: 1 } : box, seen);
    }
    for (const session of this.panes.keys()) if (!places.has(session)) this.look(session, false);
    for (const [session, pane] of this.panes) {
      pane.classList.toggle("focused", session === tab?.focus);
      pane.classList.toggle("alone", places.size < 2);
      pane.querySelector("[data-pane=zoom]")?.setAttribute("aria-pressed", String(Boolean(tab?.zoomed)));
    }
    this.divide(alone ? [] : dividers);
  }

  // Panes

  make(session, facts) {
    const pane = document.createElement("div");
    pane.className = "pane";
    pane.dataset.session = session;
    pane.append(facts ? this.page(facts) : stamp("lost-pane"));
    this.panes.set(session, pane);
    this.append(pane);
  }

  page(facts) {
    // Not stamp(): the parts must come alive inside, before the page that wires them, which calls upgrade() for that.
    const page = document.getElementById("pane").content.firstElementChild.cloneNode(true);
    page.facts = facts;
    page.active = false;
    page.querySelectorAll(".bar > a, .bar > theme-toggle, .bar > .to-palette").forEach((part) => part.remove());
    page.querySelector(".bar").append(stamp("pane-tools"));
    ownIds(page);
    return page;
  }

  close(session, pane) {
    pane.remove();
    this.panes.delete(session);
  }

  place(session, box, seen) {
    const { style } = this.panes.get(session);
    for (const part of PART) style.setProperty(`--${part}`, String(box[part]));
    this.look(session, seen);
  }

  look(session, seen) {
    const pane = this.panes.get(session);
    pane.classList.toggle("away", !seen);
    pane.inert = !seen;
    const { stream } = this.pageOf(session) ?? {};
    if (stream) stream.shown = seen;
  }

  pageOf(session) {
    return this.panes.get(session)?.querySelector("session-page") ?? null;
  }

  focusOn(session) {
    const page = this.pageOf(session);
    if (page) page.view.focus();
    else this.panes.get(session)?.firstElementChild.focus();
  }

  entered({ target }) {
    const session = target.closest(".pane")?.dataset.session;
    if (session) this.tell("focused", { session });
  }

  clicked({ target }) {
    const act = target.closest("[data-pane]")?.dataset.pane;
    if (act) this.tell("pane", { act, session: target.closest(".pane").dataset.session });
  }

  // Dividers

  divide(wanted) {
    while (this.dividers.length > wanted.length) this.dividers.pop().remove();
    while (this.dividers.length < wanted.length) this.dividers.push(this.divider());
    wanted.forEach((facts, index) => this.drawDivider(this.dividers[index], facts));
  }

  divider() {
    const line = document.createElement("div");
    line.className = "divider";
    line.setAttribute("role", "separator");
    line.tabIndex = 0;
    line.ariaValueMin = "5";
    line.ariaValueMax = "95";
    line.addEventListener("keydown", (event) => this.stepped(line, event));
    line.addEventListener("pointerdown", (event) => this.grabbed(line, event));
    line.addEventListener("dblclick", () => this.set(line, 0.5));
    this.append(line);
    return line;
  }

  drawDivider(line, facts) {
    const across = facts.way === "row";
    line.facts = facts;
    line.ariaOrientation = across ? "vertical" : "horizontal";
    line.ariaLabel = across ? t("Width of the left panes") : t("Height of the upper panes");
    line.ariaValueNow = String(Math.round(facts.ratio * 100));
    for (const part of PART) line.style.setProperty(`--${part}`, String(facts.box[part]));
  }

  set(line, ratio) {
    this.tell("resized", { path: line.facts.path, ratio });
  }

  stepped(line, event) {
    const { way, ratio } = line.facts;
    const [less, more] = way === "row" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const next = { [less]: ratio - STEP, [more]: ratio + STEP, Home: 0, End: 1, Enter: 0.5 }[event.key];
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.set(line, next);
  }

  grabbed(line, event) {
    if (event.button !== 0) return;
    event.preventDefault();
    line.setPointerCapture(event.pointerId);
    line.focus();
    this.classList.add("dragging");
    const end = new AbortController();
    const follow = ({ clientX, clientY }) => {
      const whole = this.getBoundingClientRect();
      const { way, within } = line.facts;
      this.set(line, way === "row"
        ? ((clientX - whole.left) / whole.width - within.left) / within.width
        : ((clientY - whole.top) / whole.height - within.top) / within.height);
    };
    const stop = () => {
      this.classList.remove("dragging");
      end.abort();
    };
    line.addEventListener("pointermove", follow, { signal: end.signal });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) line.addEventListener(name, stop, { signal: end.signal });
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Ids of the template are made this pane's own, and with them what refers to them. */
function ownIds(page) {
  made += 1;
  const ids = new Map([...page.querySelectorAll("[id]")].map(({ id }) => [id, `${id}-${made}`]));
  for (const name of ["id", "for", "aria-controls", "aria-labelledby", "aria-describedby", "popovertarget", "list"]) {
    for (const element of page.querySelectorAll(`[${name}]`)) {
      const own = ids.get(element.getAttribute(name));
      if (own) element.setAttribute(name, own);
    }
  }
}

customElements.define("split-view", SplitView);
