/* The small pictures of the screens that are in sight: the server is told which, and sends those that change. */

// A scroll passes many cards; the server hears where it stopped.
const SETTLE_MS = 80;
const MOST_IN_SIGHT = 64;
const KEPT = 300;

/** Event: `picture` {session} when `pictures` (a Map by id) has a new one. */
export class Thumbnails extends EventTarget {
  /** `wanted`: whether anybody shows pictures at all. */
  constructor({ connection, later = (work, ms) => setTimeout(work, ms) }) {
    super();
    Object.assign(this, { connection, later });
    this.pictures = new Map();
    this.inSight = new Set();
    this.wanted = true;
    this.told = "";
    connection.addEventListener("thumbnail", ({ detail }) => this.took(detail));
    connection.addEventListener("close", () => { this.told = ""; });
    connection.addEventListener("hidden", () => { this.told = ""; });
  }

  sight(id, visible) {
    if (visible) this.inSight.add(id);
    else this.inSight.delete(id);
    this.tellSoon();
  }

  want(wanted) {
    this.wanted = wanted;
    this.tellSoon();
  }

  tellSoon() {
    this.waiting ??= this.later(() => {
      this.waiting = null;
      this.tell();
    }, SETTLE_MS);
  }

  /** `anew`: the server has forgotten, because this connection or its watching is new. */
  tell({ anew = false } = {}) {
    const sessions = this.wanted ? [...this.inSight].slice(0, MOST_IN_SIGHT) : [];
    const told = sessions.join();
    if (this.connection.hidden || (!anew && told === this.told)) return;
    if (this.connection.send("peek", { sessions }, () => {})) this.told = told;
  }

  took(picture) {
    this.pictures.delete(picture.session);
    this.pictures.set(picture.session, picture);
    if (this.pictures.size > KEPT) this.pictures.delete(this.pictures.keys().next().value);
    this.dispatchEvent(Object.assign(new Event("picture"), { session: picture.session }));
  }
}
