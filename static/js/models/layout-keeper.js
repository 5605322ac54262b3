/* The layout of this account, here and on the server. Rule: what another device changed is never overwritten unseen: a
layout says which revision it was made from, and one that comes too late is merged and told again. */

import { EMPTY, merged } from "./layout.js";

const SAVE_MS = 400;
const LOOK_MS = 5000;
const TRIES = 4;

/** Event: `change` {remote} (after another device's change it is true); `failed` {error}. */
export class LayoutKeeper extends EventTarget {
  /** `api.preferences()` and `api.prefer(changes)`; `known` is the stored layout, or null. */
  constructor({ api, known = null }) {
    super();
    Object.assign(this, { api });
    this.take(known);
    this.saving = Promise.resolve();
    this.dirty = false;
  }

  take(stored) {
    const { tabs, active, revision } = stored ?? { ...EMPTY, revision: 0 };
    this.revision = revision;
    this.layout = { tabs, active };
    this.base = this.layout;
  }

  put(layout) {
    if (!layout || layout === this.layout) return;
    this.layout = layout;
    this.dirty = true;
    this.tell("change", { remote: false });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SAVE_MS);
  }

  /** One after the other; at once when the page goes away. */
  save() {
    clearTimeout(this.timer);
    if (this.dirty) this.saving = this.saving.then(() => this.push());
    return this.saving;
  }

  async push() {
    for (let left = TRIES; left > 0 && this.dirty; left -= 1) {
      const said = this.layout;
      this.dirty = false;
      try {
        await this.api.prefer({ layout: { version: 1, revision: this.revision + 1, ...said } });
        this.revision += 1;
        this.base = said;
      } catch (error) {
        this.dirty = true;
        if (error.status === 409 && left > 1 && await this.look()) continue;
        this.tell("failed", { error });
        return;
      }
    }
  }

  /** Reads what other devices did. Answers whether the server was reached. */
  async look() {
    this.lookedAt = performance.now();
    try {
      const { layout: stored } = await this.api.preferences();
      if (stored && stored.revision > this.revision) this.adopt(stored);
      return true;
    } catch {
      return false;
    }
  }

  /** Now and then while the page is looked at. */
  tick() {
    if (this.dirty) this.save();
    else if (performance.now() - (this.lookedAt ?? 0) > LOOK_MS) this.look();
  }

  /** The tab that is looked at stays this device's own, where it still exists. */
  adopt(stored) {
    const mine = this.layout;
    const { base, dirty } = this;
    this.take(stored);
    const kept = dirty ? merged(base, mine, this.layout) : this.layout;
    const here = kept.tabs.some(({ id }) => id === mine.active);
    this.layout = here ? { ...kept, active: mine.active } : kept;
    this.tell("change", { remote: true });
  }

  tell(name, detail) {
    this.dispatchEvent(Object.assign(new Event(name), { detail }));
  }
}
