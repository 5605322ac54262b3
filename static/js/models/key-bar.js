/* Ctrl, Alt and Shift of the key bar: off, for the next key ("once"), or "locked" until they are tapped again.

Event: `change` {modifier, state}. */

import { MODIFIERS, withModifiers } from "../helpers/keys.js";

// A second tap that comes sooner locks; a later one lets go.
const DOUBLE_TAP_MS = 400;

export class Modifiers extends EventTarget {
  constructor(now = () => performance.now()) {
    super();
    this.now = now;
    this.states = new Map(MODIFIERS.map((name) => [name, "off"]));
    this.tapped = { name: "", at: -Infinity };
  }

  state(name) {
    return this.states.get(name);
  }

  get any() {
    return [...this.states.values()].some((state) => state !== "off");
  }

  tap(name) {
    const soon = this.tapped.name === name && this.now() - this.tapped.at < DOUBLE_TAP_MS;
    this.tapped = { name, at: this.now() };
    if (this.state(name) === "once") this.become(name, soon ? "locked" : "off");
    else this.become(name, this.state(name) === "off" ? "once" : "off");
  }

  lock(name) {
    this.become(name, "locked");
  }

  /** `data` as typed with what is held; what was held for one key is then let go. Programs' reports let nothing go. */
  applied(data) {
    if (!this.any || typeof data !== "string") return data;
    const on = Object.fromEntries(MODIFIERS.map((name) => [name, this.state(name) !== "off"]));
    const made = withModifiers(data, on);
    if (made === undefined) return data;
    for (const name of MODIFIERS) if (this.state(name) === "once") this.become(name, "off");
    return made;
  }

  become(name, state) {
    if (this.state(name) === state) return;
    this.states.set(name, state);
    this.dispatchEvent(Object.assign(new Event("change"), { detail: { modifier: name, state } }));
  }
}
