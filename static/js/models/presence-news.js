/* Who came and who went, as worth a quiet word. Rule: whoever only lost its connection for a moment did neither, and
nothing is said of those who were here before this page was. */

// Comings and goings within this time are told together.
const TOGETHER_MS = 700;
// Who is back within this time was not away: a reload, a tunnel, a restart of the server.
const BACK_MS = 5000;

export class PresenceNews {
  /** `say({joined: [viewer, ...], left: [...]})`; viewers are entries of the `viewers` event. */
  constructor({ say, now = () => Date.now(), later = (act, ms) => setTimeout(act, ms), cancel = (timer) => clearTimeout(timer) }) {
    Object.assign(this, { say, now, later, cancel });
    this.here = null;         // by id; null: not known, what is told next is how it was
    this.before = new Map();  // who was here when the connection was lost
    this.gone = new Map();    // id: {viewer, at}: perhaps only for a moment
    this.joined = new Map();
  }

  /** The connection is lost: what happens meanwhile is not seen, and those who come back are no news. */
  away() {
    if (this.here) this.before = this.here;
    this.here = null;
    this.gone.clear();
    this.joined.clear();
    this.cancel(this.timer);
    this.timer = undefined;
  }

  /** The viewers that are here now; `mine` is this page's. */
  put(viewers, mine) {
    const here = new Map(viewers.filter(({ viewer }) => viewer !== mine).map((one) => [one.viewer, one]));
    if (this.here) this.compare(this.here, here);
    else this.since = this.now();
    this.here = here;
  }

  compare(was, here) {
    const returning = this.now() - this.since < BACK_MS;
    for (const [id, viewer] of here) {
      if (was.has(id) || this.gone.delete(id)) continue;
      if (!(returning && this.before.has(id))) this.joined.set(id, viewer);
    }
    for (const [id, viewer] of was) {
      if (!here.has(id) && !this.joined.delete(id)) this.gone.set(id, { viewer, at: this.now() });
    }
    this.plan();
  }

  plan() {
    if (this.timer !== undefined) return;
    const waits = this.joined.size ? TOGETHER_MS : this.nextGone();
    if (waits === null) return;
    this.timer = this.later(() => {
      this.timer = undefined;
      this.tell();
    }, waits);
  }

  nextGone() {
    const first = Math.min(...[...this.gone.values()].map(({ at }) => at));
    return Number.isFinite(first) ? Math.max(TOGETHER_MS, first + BACK_MS - this.now()) : null;
  }

  tell() {
    const left = [...this.gone.values()].filter(({ at }) => this.now() - at >= BACK_MS).map(({ viewer }) => viewer);
    const joined = [...this.joined.values()];
    this.joined.clear();
    for (const { viewer } of left) this.gone.delete(viewer);
    if (joined.length || left.length) this.say({ joined, left });
    this.plan();
  }
}
