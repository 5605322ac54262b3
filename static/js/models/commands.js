/* The commands of a session's shell, by number: told by `command` events, asked for by pages. Rules: rows (of the history
that models/history.js numbers) are kept only with the numbering they belong to; once a page came, no number is left out
between the newest and the oldest known, so none stays as it was when many came at once.

A command is as the API tells it; `prompt_row`, `output_row` and `end_row` are there once they were asked for. Event:
`change`. */

export const PAGE = 50;

export class Commands extends EventTarget {
  constructor({ api, session }) {
    super();
    Object.assign(this, { api, session });
    this.known = new Map();
    this.numbering = null;   // of the rows
    this.more = true;        // there may be older ones
    this.loaded = false;
    this.sorted = null;
  }

  /** The newest first. */
  get list() {
    this.sorted ??= [...this.known.values()].sort((a, b) => b.number - a.number);
    return this.sorted;
  }

  /** Those whose rows are known, the oldest first. */
  get placed() {
    return this.list.filter(({ prompt_row: row }) => typeof row === "number").reverse();
  }

  get last() {
    return this.list[0] ?? null;
  }

  /** The newest that has ended. */
  get finished() {
    return this.list.find(({ output_end: end }) => end !== null) ?? null;
  }

  /** So many of the newest have to be asked for, or some of them stay without a row that is known by now. */
  get unplaced() {
    return this.list.slice(0, PAGE).findLastIndex((command) => !placedWhole(command)) + 1;
  }

  /** From an event: it began or ended. Whoever missed some asks for the page. */
  put({ session, ...command }) {
    const missed = this.last && command.number > this.last.number + 1;
    this.take([command]);
    if (missed) this.load().catch(() => {});
  }

  /** The newest page; `rows`: with rows, `count` of them. */
  load({ rows = false, count = PAGE } = {}) {
    return this.ask({ limit: Math.max(1, Math.min(count, PAGE)), rows });
  }

  /** The page before the oldest that is known. */
  older({ rows = false } = {}) {
    const before = this.list.at(-1)?.number;
    return this.ask({ limit: PAGE, rows, ...(before ? { before } : {}) });
  }

  async ask(what) {
    const answer = await this.api.commands(this.session, what);
    if (answer.history && answer.history !== this.numbering) this.forgetRows(answer.history);
    const oldest = this.list.at(-1)?.number ?? Infinity;
    if (!answer.commands.length || answer.commands.at(-1).number <= oldest) this.more = answer.more;
    this.loaded = true;
    this.take(answer.commands, what.rows, what.before === undefined);
  }

  take(commands, rows = false, newest = false) {
    for (const command of commands) {
      const { prompt_row, output_row, end_row, ...plain } = command;
      this.known.set(command.number, { ...this.known.get(command.number), ...(rows ? command : plain) });
    }
    this.sorted = null;
    if (newest) this.dropBelowHole();
    this.dispatchEvent(new Event("change"));
  }

  /** More came than a page holds: those below are asked for again when somebody wants them. */
  dropBelowHole() {
    const { list } = this;
    const hole = list.findIndex(({ number }, index) => index > 0 && list[index - 1].number !== number + 1);
    if (hole < 0) return;
    for (const { number } of list.slice(hole)) this.known.delete(number);
    this.more = true;
    this.sorted = null;
  }

  forgetRows(numbering = null) {
    this.numbering = numbering;
    for (const command of this.known.values()) {
      for (const name of ["prompt_row", "output_row", "end_row"]) delete command[name];
    }
  }
}

function placedWhole({ prompt_row: row, end_row: end, output_end: ended }) {
  return row !== undefined && (ended === null || typeof end === "number" || row === null);
}
