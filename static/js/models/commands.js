/* The commands that a session's shell ran, as this page knows them: loaded when asked for, then kept up by events. Rule: a
row is used only in the numbering it was asked in.

Event: `change`, after commands came or ended. */

const PAGE = 200;

export class Commands extends EventTarget {
  /** `history` is a models/history.js: it says in which row a prompt stands. */
  constructor({ api, session, history }) {
    super();
    Object.assign(this, { api, session, history });
    this.known = new Map();
    this.rows = new Map();
    this.loaded = false;
    this.more = true;      // the server has older ones
  }

  /** The oldest first. */
  get list() {
    return [...this.known.values()].sort((a, b) => a.number - b.number);
  }

  get last() {
    return this.list.at(-1) ?? null;
  }

  put(command) {
    this.known.set(command.number, command);
    this.dispatchEvent(new Event("change"));
  }

  /** The newest, once; those that ended meanwhile are told by events. */
  load() {
    this.loading ??= this.older(null).then(() => { this.loaded = true; })
      .finally(() => { this.loading = this.loaded ? this.loading : undefined; });
    return this.loading;
  }

  /** After a time without events. */
  forget() {
    this.loading = undefined;
    this.loaded = false;
  }

  async older(before = this.list[0]?.number) {
    const { commands } = await this.api.commands(this.session, { before: before ?? undefined, limit: PAGE });
    for (const command of commands) this.known.set(command.number, command);
    this.more = commands.length === PAGE;
    this.dispatchEvent(new Event("change"));
  }

  /** The row of its prompt; null where that is no longer kept. */
  async rowOf({ number, prompt_offset: offset }) {
    const { history } = this;
    if (this.numbering !== history.id) this.rows.clear();
    this.numbering = history.id;
    if (!this.rows.has(number)) {
      const { cursor_row: row } = await history.learn(offset);
      if (typeof row !== "number") return null;
      if (this.numbering !== history.id) this.rows.clear();
      this.numbering = history.id;
      this.rows.set(number, row);
    }
    return this.rows.get(number);
  }

  /** {command, row} of the last prompt above row `row`, or null. */
  async before(row) {
    await this.load();
    for (;;) {
      const at = await this.count(async (found) => found === null || found < row);
      const command = this.list[at - 1];
      const found = command && await this.rowOf(command);
      if (typeof found === "number") return { command, row: found };
      if (command || !this.more || !this.known.size) return null;
      await this.older();
    }
  }

  /** {command, row} of the first prompt below row `row`, or null. */
  async after(row) {
    await this.load();
    const command = this.list[await this.count(async (found) => found === null || found <= row)];
    return command ? { command, row: await this.rowOf(command) } : null;
  }

  /** How many commands, from the oldest on, have a row for which `holds`: rows rise with the numbers. */
  async count(holds) {
    const { list } = this;
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (await holds(await this.rowOf(list[middle]))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
