/* Which sessions are picked, for what is done to several at once. */

/** Event: `change`. */
export class Picked extends EventTarget {
  constructor() {
    super();
    this.ids = new Set();
    this.anchor = null;
  }

  get size() {
    return this.ids.size;
  }

  has(id) {
    return this.ids.has(id);
  }

  toggle(id, on = !this.ids.has(id)) {
    if (on) this.ids.add(id);
    else this.ids.delete(id);
    this.anchor = id;
    this.changed();
  }

  /** From the last one that was touched to this one, in the order that is shown. */
  through(id, order, on = true) {
    const [from, to] = [order.indexOf(this.anchor), order.indexOf(id)].sort((a, b) => a - b);
    if (from < 0) return this.toggle(id, on);
    for (const one of order.slice(from, to + 1)) {
      if (on) this.ids.add(one);
      else this.ids.delete(one);
    }
    this.anchor = id;
    return this.changed();
  }

  all(ids) {
    this.ids = new Set(ids);
    this.changed();
  }

  clear() {
    if (this.ids.size) this.all([]);
  }

  /** What does not exist any more is not picked any more. */
  keep(ids) {
    const left = [...this.ids].filter((id) => ids.has(id));
    if (left.length !== this.ids.size) this.all(left);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
