/* What somebody chose for terminals, with its defaults: the account's preferences, and the zoom, which is the device's.
Rule: whoever draws asks here, never the preferences themselves. */

const DEFAULTS = {
  terminal_light_theme: "holdfast-light",
  terminal_dark_theme: "holdfast-dark",
  terminal_font: "system",
  terminal_font_size: null,      // the device's usual size
  terminal_line_height: 1,
  terminal_ligatures: false,
  terminal_contrast: null,       // 4.5 on a light ground, else as the program wants it
  terminal_cursor: "block",
  terminal_cursor_blink: false,
  terminal_pictures: true,
  copy_on_select: false,
  paste_warning: true,
  program_copy: "ask",
  bell_sound: false,
  bell_flash: true,
  bell_badge: true,
};
const ZOOM_KEY = "holdfast.zoom";
export const SMALLEST_ZOOM = -6;
export const LARGEST_ZOOM = 24;

/** Event: `change` {name}; `name` is that of a preference, or "zoom". */
export class TerminalChoices extends EventTarget {
  /** `storage` keeps what belongs to this device; it may throw, or be missing. */
  constructor({ preferences, storage = null }) {
    super();
    Object.assign(this, { preferences, storage });
    this.zoomed = this.kept();
    preferences.addEventListener("change", ({ detail }) => detail.name in DEFAULTS && this.tell(detail.name));
  }

  get names() {
    return Object.keys(DEFAULTS);
  }

  get(name) {
    return this.preferences.get(name, DEFAULTS[name]);
  }

  /** The default is kept as no choice, so that it may change with the product. */
  set(name, value) {
    this.preferences.set(name, value === DEFAULTS[name] ? null : value);
  }

  reset() {
    for (const name of this.names) if (this.preferences.get(name) !== null) this.preferences.set(name, null);
    this.zoom = 0;
  }

  /** Pixels more or less than the chosen size, on this device. */
  get zoom() {
    return this.zoomed;
  }

  set zoom(pixels) {
    const zoom = Math.max(SMALLEST_ZOOM, Math.min(LARGEST_ZOOM, Math.round(pixels)));
    if (zoom === this.zoomed) return;
    this.zoomed = zoom;
    try {
      this.storage?.setItem(ZOOM_KEY, String(zoom));
    } catch {
      // Switched off or full: it lasts as long as this page.
    }
    this.tell("zoom");
  }

  kept() {
    try {
      const zoom = Number(this.storage?.getItem(ZOOM_KEY) ?? 0);
      return Number.isInteger(zoom) && zoom >= SMALLEST_ZOOM && zoom <= LARGEST_ZOOM ? zoom : 0;
    } catch {
      return 0;
    }
  }

  tell(name) {
    this.dispatchEvent(Object.assign(new Event("change"), { detail: { name } }));
  }
}
