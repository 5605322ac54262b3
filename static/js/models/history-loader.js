/* Loads the window that the reader needs. Rule: one request at a time, and of what is wanted meanwhile only the last
counts, so that a bar dragged over a million rows costs a few pages.

Events: `loaded` {change, top} (draw; `top` is the row to go to, or null), `busy` {on}, `failed` {message}.
*/

// Loading that takes longer gets a word.
const BUSY_MS = 400;

export class HistoryLoader extends EventTarget {
  /** `rows()`: how many are shown at once. */
  constructor({ pages, rows }) {
    super();
    Object.assign(this, { pages, rows });
    this.wanted = null;   // {row, move}: what to load, and whether to go there
    this.missed = null;   // where to go once the rows have their new numbers
  }

  /** Loads what is around `row`; `move`: and goes there. Kept until loaded, but for a later place to go to. */
  want(row, move) {
    if (move || !this.wanted?.move) this.wanted = { row, move };
    this.working ??= this.work().finally(() => { this.working = undefined; });
    return this.working;
  }

  cancel() {
    this.wanted = null;
  }

  async work() {
    const slow = setTimeout(() => this.tell("busy", { on: true }), BUSY_MS);
    try {
      while (this.wanted) await this.step(this.wanted);
    } catch (error) {
      this.wanted = null;
      this.tell("failed", { message: error.message });
    } finally {
      clearTimeout(slow);
      this.tell("busy", { on: false });
    }
  }

  async step(goal) {
    const change = await this.pages.load(goal.row, this.rows());
    const overtaken = this.wanted !== goal;
    if (!overtaken) this.wanted = null;
    if (change === "renumbered") this.missed = goal.move && !overtaken ? goal.row : this.missed;
    else this.tell("loaded", { change, top: goal.move && !overtaken ? goal.row : null });
  }

  /** Where the reader was going when the numbers changed. */
  takeMissed() {
    const { missed } = this;
    this.missed = null;
    return missed;
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
