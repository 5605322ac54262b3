/* Following another viewer: this page scrolls to what that one sees, until somebody scrolls here. Rule: a row is only
gone to in the numbering it belongs to; where the numberings differ this page stays where it is.

Event: `change`, after `whom` (a viewer's id, or null) did. */

export class Follower extends EventTarget {
  /** `scroll` is a deep-scroll.js. */
  constructor({ scroll, history }) {
    super();
    Object.assign(this, { scroll, history });
    this.whom = null;
    this.viewers = [];
  }

  start(viewer) {
    this.whom = viewer;
    this.last = undefined;
    this.go();
    this.changed();
  }

  stop() {
    if (this.whom === null) return;
    this.whom = null;
    this.changed();
  }

  /** Who is here now, and what each of them sees. */
  put(viewers) {
    this.viewers = viewers;
    if (this.whom === null) return;
    if (this.target) this.go();
    else this.stop();
  }

  get target() {
    return this.viewers.find(({ viewer }) => viewer === this.whom);
  }

  go() {
    const view = this.target?.view ?? null;
    const place = JSON.stringify(view);
    if (place === this.last) return;
    this.last = place;
    if (view === null) this.scroll.toBottom();
    else this.goTo(view);
  }

  async goTo({ row, numbering }) {
    const { whom, last } = this;
    await this.scroll.anchor();
    if (this.whom !== whom || this.last !== last) return;      // it moved on meanwhile
    if (this.history.id === numbering && (this.history.base !== null || this.scroll.reading)) this.scroll.goTo(row);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
