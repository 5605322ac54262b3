/* Walking through all hits of a search: those in the live terminal, which finds them itself, and those above it, which
the server finds. It begins with the last one at or above the bottom of what is shown, and goes up from there. Rule: the
count says no more than is known.

`live` finds in the live terminal: find(text, way) -> boolean, clear(), place() -> {x, y} of what it selected or null,
here() -> the last line shown, from which it then goes (Infinity: all of it is above); it reports through `counted`.
`below()`: the row under what is shown of the history, null while the live terminal is.
`above` is the history: search({q, before or after, limit}) -> {hits, more, searched_to}, `base`, `first`, anchor().
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
  constructor({ live, above, show, leave, below = () => null, pause = () => new Promise((done) => setTimeout(done, TYPED_MS)) }) {
    super();
    Object.assign(this, { live, above, show, leave, below, pause });
    this.begin("");
    above.addEventListener?.("renumbered", ({ detail }) => this.renumbered(detail.shift));
  }

  /** Another text. */
  begin(text, { index = -1, count = 0 } = {}) {
    Object.assign(this, {
      text, index, count,              // in the live terminal
      hits: [], at: -1,                // above it, nearest first; -1: the live one's is shown
      from: null, to: null, more: true, busy: false, failed: "",
      start: null,                     // the row under where it began, while what lies below that was not looked at
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
    if (this.start !== null) this.start += shift;
  }

  /** The text as it is typed: in the live terminal, if that is shown, and above it only when it has none up there. */
  async type(text) {
    const start = this.at >= 0 ? this.hits[this.at].row + 1 : this.below();
    this.begin(text);
    this.start = start;
    if (!text) this.live.clear();
    else if (start !== null || !this.liveAbove()) await this.typedAbove();
    this.tell();
  }

  /** One that is not in sight nor above counts only when there is nothing above the live terminal. */
  liveAbove() {
    const last = this.live.here();
    return this.live.find(this.text, "findPrevious") && (this.nothingAbove || (this.live.place()?.y ?? 0) <= last);
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
    if (this.at + 1 < this.hits.length) {
      this.go(this.at + 1);
      return;
    }
    if (this.toLive("findPrevious")) return;
    const { turn } = this;
    const joined = this.start === null ? 0 : await this.join();
    if (turn === this.turn && this.hits.length) this.go(Math.max(0, joined - 1));
  }

  /** From the newest above the live terminal down into it. Its lines may have gone up there meanwhile. */
  async newer() {
    const turn = this.turn;
    const joined = await this.join();
    if (turn !== this.turn) return;
    if (joined) this.go(joined - 1);
    else if (!this.toLive("findNext") && this.hits.length) this.go(this.hits.length - 1);
  }

  /** Puts the next ones below before the others; answers how many there are. */
  async join() {
    const turn = this.turn;
    const gone = await this.between().catch(() => []);
    if (turn !== this.turn) return 0;
    this.hits = [...gone, ...this.hits];
    if (this.at >= 0) this.at += gone.length;
    if (this.from === null || this.from >= this.above.base) this.start = null;
    return gone.length;
  }

  async between() {
    const { turn } = this;
    await this.above.anchor();
    const { base } = this.above;
    const gone = [];
    while (base !== null && this.from !== null && this.from < base && !gone.length) {
      const { hits, more, searched_to: to } = await this.above.search({ q: this.text, after: this.from, limit: HITS_A_REQUEST });
      if (turn !== this.turn) return [];
      gone.push(...hits.filter(({ row }) => row < base).reverse());
      this.from = more ? Math.min(to, base) : base;
    }
    return gone;
  }

  go(at) {
    this.at = at;
    this.show(this.hits[at]);
  }

  /** Answers whether there is one. Those above are another search from there, if this one began further up. */
  toLive(way) {
    this.live.clear();                 // the first or last of all, not what follows the selection
    if (!this.live.find(this.text, way)) return false;
    this.at = -1;
    if (this.start !== null) this.begin(this.text, { index: this.index, count: this.count });
    this.leave();
    return true;
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
    this.from = Math.min(this.start ?? Infinity, base ?? end);
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
    return this.start !== null || (this.more && !this.nothingAbove);
  }

  get nothingAbove() {
    const { base, first } = this.above;
    return base !== null && base <= first;
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
