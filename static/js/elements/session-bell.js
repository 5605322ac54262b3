/* What the page does when a program rings: a sound, a flash, a mark on the tab. Rule: never more than a few times a second,
whatever the program does.

A page that nobody looks at gets no output, so while it is hidden the bells are counted by the status. */

import { ring } from "./bell-sound.js";
import { api } from "../page.js";
import { choices } from "./terminal-look.js";

const PAUSE_MS = 400;
const FLASH_MS = 180;
const HIDDEN_POLL_MS = 15_000;
const MARK = "\u{1F514} ";

export class SessionBell {
  /** `place` is the element that flashes; `signal` ends it. */
  constructor({ session, place, running, signal }) {
    Object.assign(this, { session, place, running, last: -Infinity, bells: null });
    document.addEventListener("visibilitychange", () => this.looked(), { signal });
    window.addEventListener("focus", () => badge(false), { signal });
  }

  rang() {
    const now = performance.now();
    if (now - this.last < PAUSE_MS) return;
    this.last = now;
    if (choices.get("bell_sound")) ring();
    if (choices.get("bell_flash")) this.flash();
    if (choices.get("bell_badge") && (document.hidden || !document.hasFocus())) badge(true);
  }

  flash() {
    this.place.classList.add("rang");
    setTimeout(() => this.place.classList.remove("rang"), FLASH_MS);
  }

  looked() {
    clearInterval(this.timer);
    if (!document.hidden) return badge(false);
    this.bells = null;
    this.timer = setInterval(() => this.count(), HIDDEN_POLL_MS);
    return this.count();
  }

  async count() {
    if (!this.running() || !(choices.get("bell_badge") || choices.get("bell_sound"))) return;
    const { bells } = await api.status(this.session).catch(() => ({ bells: this.bells }));
    if (this.bells !== null && bells > this.bells) {
      if (choices.get("bell_sound")) ring();
      if (choices.get("bell_badge")) badge(true);
    }
    this.bells = bells;
  }
}

/** A bell before the title, and a dot on the icon; kept when the title changes meanwhile. */
function badge(on) {
  const icon = document.querySelector('link[rel="icon"]');
  if (on === Boolean(watching)) return;
  if (icon) icon.href = icon.href.replace(/holdfast(-bell)?\.svg/, on ? "holdfast-bell.svg" : "holdfast.svg");
  if (on) {
    watching = new MutationObserver(mark);
    watching.observe(document.querySelector("title"), { childList: true });
    mark();
  } else {
    watching.disconnect();
    watching = null;
    document.title = document.title.replace(MARK, "");
  }
}

let watching = null;

function mark() {
  if (!document.title.startsWith(MARK)) document.title = MARK + document.title;
}
