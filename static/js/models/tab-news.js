/* What happened in tabs while nobody looked at them: an end, a bell, output. */

/** By session: the offset of output, bells and state when its tab was last shown. */
export class TabNews {
  constructor() {
    this.seen = new Map();
  }

  /** `sessions`: the statuses of those that are looked at now. */
  look(sessions) {
    for (const facts of sessions) this.seen.set(facts.id, mark(facts));
  }

  /** "ended", "bell", "output" or null: the most important of a background tab. */
  of(sessions) {
    const kinds = sessions.map((facts) => this.kind(facts));
    return ["ended", "bell", "output"].find((kind) => kinds.includes(kind)) ?? null;
  }

  kind(facts) {
    const before = this.seen.get(facts.id);
    const now = mark(facts);
    if (!before) {
      this.seen.set(facts.id, now);           // since this page was opened
      return null;
    }
    if (before.running && !now.running) return "ended";
    if (now.bells > before.bells) return "bell";
    return now.output > before.output ? "output" : null;
  }
}

function mark({ state, bells = 0, output_bytes: output = 0 }) {
  return { running: state === "running", bells, output };
}
