/* What is done a little later than it is asked for, so that it can be taken back; and what is taken back by another
deed. The rule: one at a time. Another, or leaving the page, makes the one before it final. */

export const UNDO_MS = 8000;

/** Event: `change` when `pending` is another. */
export class Undoable extends EventTarget {
  constructor({ later = (work, ms) => setTimeout(work, ms), never = (timer) => clearTimeout(timer) } = {}) {
    super();
    Object.assign(this, { later, never });
    this.pending = null;
  }

  /** `commit()` makes it so when the time is over; `revert()` takes it back. Either may be left out. */
  begin({ commit = () => {}, revert = () => {}, ...facts }) {
    this.flush();
    this.pending = { commit, revert, ...facts };
    this.timer = this.later(() => this.flush(), UNDO_MS);
    this.changed();
  }

  undo() {
    const { pending } = this;
    this.end();
    pending?.revert();
    return Boolean(pending);
  }

  flush() {
    const { pending } = this;
    this.end();
    pending?.commit();
  }

  end() {
    if (!this.pending) return;
    this.never(this.timer);
    this.pending = null;
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
