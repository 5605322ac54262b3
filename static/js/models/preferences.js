/* What this account chose, the same on all its devices. A change takes effect here at once and is saved behind it. */

/** Event: `change` {name, value}; `failed` {error} when a change could not be saved. */
export class Preferences extends EventTarget {
  /** `save(changes)` tells the server, as a promise; without one nothing outlives the page. */
  constructor({ known = {}, save = null } = {}) {
    super();
    Object.assign(this, { save });
    this.known = new Map(Object.entries(known));
    this.last = Promise.resolve();
  }

  get(name, otherwise = null) {
    return this.known.get(name) ?? otherwise;
  }

  /** null: back to the default. */
  set(name, value) {
    if (value === null) this.known.delete(name);
    else this.known.set(name, value);
    this.tell("change", { name, value });
    if (!this.save) return;
    // One after the other, or an older value could overtake a newer one.
    this.last = this.last.then(() => this.save({ [name]: value })).catch((error) => this.tell("failed", { error }));
  }

  tell(name, detail) {
    this.dispatchEvent(Object.assign(new Event(name), { detail }));
  }
}
