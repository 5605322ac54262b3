/* What was chosen in the palette last, on this device, newest first. */

const KEY = "holdfast.recent";
const MOST = 30;

export class Recent {
  /** `storage()` answers a Storage, or throws where it is switched off. */
  constructor({ storage = () => globalThis.localStorage } = {}) {
    this.storage = storage;
    this.ids = this.read();
  }

  read() {
    try {
      const known = JSON.parse(this.storage().getItem(KEY) ?? "[]");
      return Array.isArray(known) ? known.filter((id) => typeof id === "string").slice(0, MOST) : [];
    } catch {
      return [];
    }
  }

  chose(id) {
    this.ids = [id, ...this.ids.filter((one) => one !== id)].slice(0, MOST);
    try {
      this.storage().setItem(KEY, JSON.stringify(this.ids));
    } catch {
      // Storage is switched off: it lasts as long as this page.
    }
  }

  /** 0 for the last chosen; past all of them for what never was. */
  rank(id) {
    const at = this.ids.indexOf(id);
    return at === -1 ? MOST : at;
  }
}
