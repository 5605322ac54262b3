/* Walking through all hits of a search: those in the live terminal, which finds them itself, and those above it, which
the server finds. Rule: the count says no more than is known.

`live` finds in the live terminal: find(text, way, {incremental}) -> boolean, clear(), place() -> {x, y} of what it
selected or null; it reports through `counted`.
`above` is the history: search({q, before, limit}) -> {hits, more, searched_to}, `base`, `first`, anchor().
`show(hit)` shows one of the latter, `leave()` goes back to the live terminal. Event: `change`.
*/

import { number } from "../helpers/format.js";
import { t } from "../helpers/words.js";

const HITS_A_REQUEST = 200;
// So long after the last letter the server is asked.
const TYPED_MS = 250;
// The live terminal counts no further, and then does not know at which it is (-1).
const LIVE_MOST = 1000;

export class SearchWalk extends EventTarget {
  constructor({ live, above, show, leave, pause = () => new Promise((done) => setTimeout(done, TYPED_MS)) }) {
    super();
    Object.assign(this, { live, above, show, leave, pause });
    this.begin("");
    above.addEventListener?.("renumbered", ({ detail }) => this.renumbered(detail.shift));
  }

  /** Another text. */
  begin(text) {
    Object.assign(this, {
      text, index: -1, count: 0,       // in the live terminal
      hits: [], at: -1,                // above it, nearest first; -1: the live one's is shown
      from: null, to: null, more: true, busy: false, failed: "",
    });
    this.turn = (this.turn ?? 0) + 1;
  }

  renumbered(shift) {
    if (shift === null) {
      this.begin(this.text);
      return;
    }
    this.hits = this.hits.map((hit) => ({ ...hit, row: hit.row + shift }));
    if (this.from !== null) this.from += shift;
    if (this.to !== null) this.to += shift;
  }

  /** The text as it is typed: the live terminal first, and what is above only when that has none. */
  async type(text) {
    const inside = this.at >= 0;
    this.begin(text);
    if (!text) this.live.clear();
    else if (this.live.find(text, "findNext", { incremental: !inside })) {
      if (inside) this.leave();
    } else await this.typedAbove();
    this.tell();
  }

  async typedAbove() {
    const { turn } = this;
    this.busy = true;
    this.tell();
    await this.pause();
    if (turn !== this.turn) return;
    this.busy = false;
    await this.older();
  }

  counted(index, count) {
    this.index = index;
    this.count = count;
    this.tell();
  }

  async previous() {
    if (!this.text || this.busy) return;
    if (this.at >= 0 || !this.count || this.index === 0 || !this.livePrevious()) await this.older();
    this.tell();
  }

  /** False when it went around: to the last from the first. */
  livePrevious() {
    const before = this.live.place();
    this.live.find(this.text, "findPrevious");
    const after = this.live.place();
    return !before || !after || after.y < before.y || (after.y === before.y && after.x < before.x);
  }

  async next() {
    if (!this.text || this.busy) return;
    if (this.at < 0 && (this.count || !this.hits.length)) this.live.find(this.text, "findNext");
    else if (this.at > 0) this.go(this.at - 1);
    else await this.newer();
    this.tell();
  }

  /** The next one up; from the oldest on to the newest of all. */
  async older() {
    if (this.at + 1 >= this.hits.length && !(await this.load())) return;
    if (this.at + 1 < this.hits.length) this.go(this.at + 1);
    else this.toLive("findPrevious");
  }

  /** From the newest above the live terminal down into it. Its lines may have gone up there meanwhile. */
  async newer() {
    const turn = this.turn;
    const gone = await this.between().catch(() => []);
    if (turn !== this.turn) return;
    this.hits = [...gone, ...this.hits];
    if (gone.length) this.go(gone.length - 1);
    else this.toLive("findNext");
  }

  async between() {
    await this.above.anchor();
    const { base } = this.above;
    if (base === null || this.from === null || base <= this.from) return [];
    const { hits } = await this.above.search({ q: this.text, before: base, limit: HITS_A_REQUEST });
    const gone = hits.filter(({ row }) => row >= this.from);
    this.from = base;
    return gone;
  }

  go(at) {
    this.at = at;
    this.show(this.hits[at]);
  }

  toLive(way) {
    this.live.clear();                 // the first or last of all, not what follows the selection
    if (!this.live.find(this.text, way)) {
      if (this.hits.length) this.go(way === "findNext" ? this.hits.length - 1 : 0);
      return;
    }
    this.at = -1;
    this.leave();
  }

  /** More hits from the server, until there is one or none is left. Answers false when another search has begun. */
  async load() {
    const { turn } = this;
    const had = this.hits.length;
    this.busy = true;
    this.failed = "";
    this.tell();
    try {
      if (this.from === null) await this.locate();
      while (this.more && this.hits.length === had && turn === this.turn) {
        const answer = await this.above.search({ q: this.text, before: this.to, limit: HITS_A_REQUEST });
        if (turn !== this.turn) return false;
        this.hits.push(...answer.hits);
        this.more = answer.more;
        this.to = answer.searched_to;
      }
    } catch (error) {
      if (turn === this.turn) this.failed = error.message;
      return false;
    } finally {
      if (turn === this.turn) this.busy = false;
    }
    return turn === this.turn;
  }

  async locate() {
    await this.above.anchor();
    const { base, first, end } = this.above;
    this.from = base ?? end;
    this.to = this.from;
    this.more = this.from > first;
  }

  /** What the bar says. */
  get words() {
    if (!this.text) return "";
    if (this.failed) return this.failed;
    if (this.busy) return t("searching…");
    const total = this.hits.length + this.count;
    if (!total) return this.unsearched ? "" : t("not found");
    const all = `${number(total)}${this.unsearched || this.count >= LIVE_MOST ? "+" : ""}`;
    const live = this.index + 1 + (this.unsearched ? 0 : this.hits.length);
    if (this.at < 0) return t("{at} of {all}", { at: this.index < 0 ? "?" : number(live), all });
    if (!this.unsearched) return t("{at} of {all}", { at: number(this.hits.length - this.at), all });
    return t("{at} of more than {all}", { at: number(this.count + this.at + 1), all: number(total) });
  }

  /** Whether there are rows in which nobody has searched yet. */
  get unsearched() {
    return this.more && !this.nothingAbove;
  }

  get nothingAbove() {
    const { base, first } = this.above;
    return base !== null && base <= first;
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
