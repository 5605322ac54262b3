/* What can be done on this page: one registry for the command palette, the keys, the `?` help and the docs.

An action: {id: "session.end", title, group, keys: ["Ctrl+Shift+K"], when() -> may it be done now, run()}. Titles are in
the reader's language. `keys` are what elements/command-palette.js listens to. */

/** Event: `change` after an action was added or taken away. */
export class Actions extends EventTarget {
  constructor() {
    super();
    this.known = new Map();
  }

  /** Adds one (the last with an id wins); answers a function that takes it away again. */
  add(action) {
    const whole = { keys: [], when: () => true, ...action };
    this.known.set(whole.id, whole);
    this.dispatchEvent(new Event("change"));
    return () => {
      if (this.known.get(whole.id) !== whole) return;
      this.known.delete(whole.id);
      this.dispatchEvent(new Event("change"));
    };
  }

  /** Those that may be done now, in the order they came. */
  list() {
    return [...this.known.values()].filter((action) => action.when());
  }

  /** Whether there was such an action and it could be done. */
  run(id) {
    const action = this.known.get(id);
    if (!action || !action.when()) return false;
    action.run();
    return true;
  }
}
