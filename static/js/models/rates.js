/* How much the sessions in sight wrote and used in the last minutes, for their cards. One question for all of them, as often as the
server has a new point. */

// The server's shortest span (app/models/sample.py).
export const POINT_MS = 10_000;
// A scroll passes many cards.
const SETTLE_MS = 300;

/** Event: `change`, after which `known` (a Map by id) has the newest figures: `output` (bytes a second), `cpu` (percent)
 * and `memory` (bytes), each an array of the last points. */
export class Rates extends EventTarget {
  /** `inSight()` answers the ids that are looked at now; none while nobody looks at the page. */
  constructor({ api, inSight, now = () => Date.now(), later = (work, ms) => setTimeout(work, ms) }) {
    super();
    Object.assign(this, { api, inSight, now, later, known: new Map(), asked: -Infinity });
  }

  /** Once a second. */
  tick() {
    if (this.now() - this.asked >= POINT_MS) this.ask();
  }

  /** Others came into sight. */
  soon() {
    this.waiting ??= this.later(() => {
      this.waiting = null;
      if (this.inSight().some((id) => !this.known.has(id))) this.ask();
    }, SETTLE_MS);
  }

  async ask() {
    const ids = this.inSight();
    if (!ids.length) return;
    this.asked = this.now();
    try {
      const { sessions } = await this.api.cards(ids);
      for (const id of ids) this.known.set(id, figuresOf(sessions[id]));
      this.dispatchEvent(new Event("change"));
    } catch {
      // The next point asks again.
    }
  }
}

function figuresOf({ output_rate: output = [], cpu_percent: cpu = [], memory_bytes: memory = [] } = {}) {
  return { output, cpu, memory };
}
