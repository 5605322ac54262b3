/* What a session and the machine used, for whoever looks: asked for while somebody does, and not otherwise. */

export const RANGES = { hour: 10, day: 60, month: 900 };
// Series get a point in ten seconds; processes come and go sooner.
const SERIES_MS = 10_000;
const PROCESSES_MS = 3000;

/** Events: `series`, `processes` and `failed`. `id()` names the session. */
export class Stats extends EventTarget {
  constructor({ api, id, range = "hour", visible = () => true }) {
    super();
    Object.assign(this, { api, id, visible, range: range in RANGES ? range : "hour" });
    this.timers = [];
  }

  open() {
    this.close();
    this.look();
    this.timers = [
      setInterval(() => this.visible() && this.series(), SERIES_MS),
      setInterval(() => this.visible() && this.tree(), PROCESSES_MS),
    ];
  }

  close() {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
  }

  look() {
    return Promise.all([this.series(), this.tree()]);
  }

  choose(range) {
    this.range = range;
    return this.series();
  }

  async series() {
    const { range } = this;
    const step = RANGES[range];
    await this.ask(async () => {
      const [session, machine] = await Promise.all([this.api.stats(this.id(), step), this.api.machine(step)]);
      if (range !== this.range) return; // another was chosen meanwhile
      Object.assign(this, { session, machine });
      this.tell("series");
    });
  }

  async tree() {
    await this.ask(async () => {
      this.processes = await this.api.processes(this.id());
      this.tell("processes");
    });
  }

  async ask(question) {
    try {
      await question();
    } catch (error) {
      this.error = error;
      this.tell("failed");
    }
  }

  tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
