/* Where the live terminal's first line stands in the history, after a resize too. Rule: the text decides.

A resize wraps the live buffer anew and the history not, so above the tie lines no longer count like rows. Where both are
loaded the same text is looked for (helpers/align.js); when it is further away, logical lines are counted. Buffers are
xterm.js's.
*/

import { linesBefore, sameLine } from "../helpers/align.js";

export class HistoryBorder {
  constructor({ history, pages }) {
    Object.assign(this, { history, pages });
    this.counted = null;   // the tie from which lines were counted last: once is enough
  }

  /** `drawn` holds the window. Answers a promise when it has to count, which takes some requests. */
  align(live, drawn) {
    const { base, tie } = this.history;
    if (base === null) return null;
    const same = sameLine(live, drawn, (line) => this.pages.lineOf(base + line));
    if (same) this.history.correction += this.pages.rowOf(same.other) - (base + same.live);
    else if (this.counted !== tie) return this.count(live, base);
    return null;
  }

  async count(live, base) {
    const { history } = this;
    const { tie } = history;
    this.counted = tie;
    const before = linesBefore(live, tie.marker.line);
    const row = before && await history.above(before.count).catch(() => null);
    if (row !== null && history.tie === tie) history.correction += row - (base + before.line);
  }
}
