/* The size of a session, as its page shows and changes it. Rule: only a deliberate choice resizes: Fit, a size from the
menu, or "keep it the size of this window", which is one until it is taken back or somebody else chooses. A window that
changes by itself only scales or pans. */

import { actions, preferences } from "../page.js";
import { size, sizeInWords } from "../helpers/format.js";
import { named } from "../helpers/people.js";
import { t } from "../helpers/words.js";
import { setHidden, setText } from "./dom.js";
import { face } from "./faces.js";
import { tie } from "./popover.js";
import { PRESETS, ZOOM_STEP } from "./size-menu.js";
import { toast } from "./toast-line.js";

// A window's corner that is dragged, or a device being turned, comes to rest first.
const REST_MS = 250;
const PAN_PX = 80;
// How this device likes its terminals; storage may be switched off.
const KEY = "holdfast.zoom";

export class SessionSizes {
  /** `page` is the <session-page>. */
  constructor({ page, status, stream, view, link }) {
    Object.assign(this, { page, status, stream, view, link });
    this.menu = page.querySelector("size-menu");
    customElements.upgrade(this.menu);
    this.layout = view.layout;
    this.follows = false;       // the session keeps this window's size
    this.layout.followsCursor = preferences.get("follow_cursor", true);
    if (remembered()) this.layout.zoom(1);
    tie(page.part("size-open"), this.menu, () => {
      this.draw();
      this.drawMenu();
      this.menu.fill();
    });
    this.listen();
  }

  listen() {
    const { menu, view, stream, page } = this;
    view.addEventListener("laid-out", () => this.windowChanged());
    document.addEventListener("visibilitychange", this.shown = () => document.hidden || this.windowChanged());
    stream.addEventListener("joined", () => this.rejoined());
    stream.addEventListener("away", () => this.draw());
    stream.addEventListener("sized", ({ detail }) => this.sized(detail));
    page.part("fit").addEventListener("click", () => this.fit());
    page.part("show-all").addEventListener("click", () => this.zoom(null));
    menu.addEventListener("size-chosen", ({ detail }) => this.choose(detail));
    menu.addEventListener("follow-chosen", ({ detail }) => this.follow(detail.on));
    menu.addEventListener("zoom-chosen", ({ detail }) => this.zoom(detail.wish));
    menu.addEventListener("zoom-stepped", ({ detail }) => this.layout.zoomBy(detail.factor));
    menu.addEventListener("cursor-chosen", ({ detail }) => preferences.set("follow_cursor", detail.on));
    preferences.addEventListener("change", () => {
      this.layout.followsCursor = preferences.get("follow_cursor", true);
      this.draw();
    }, { signal: page.ending.signal });
  }

  // The session's size, for everybody

  fit() {
    return this.set(this.view.proposal);
  }

  choose(wanted) {
    this.follows = false;
    this.menu.hidePopover();
    return this.set(wanted);
  }

  async set(wanted) {
    if (!wanted) return;
    await this.ask(wanted);
    this.view.focus();
  }

  async ask({ rows, cols }) {
    try {
      await this.stream.resize({ rows, cols });
    } catch (error) {
      this.follows = false;
      toast(error.code ? error.message : t("Not connected: the size stays."));
    }
    this.draw();
  }

  /** The session is to be as large as this window from now on. */
  follow(on) {
    this.follows = on;
    if (on) this.ask(this.view.proposal);
    this.draw();
  }

  windowChanged() {
    this.draw();
    if (!this.follows) return;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.keepUp(), REST_MS);
  }

  /** Never from a tab that nobody looks at, and never because an on-screen keyboard came up. */
  keepUp() {
    const may = this.follows && this.stream.joined && this.status.running && !this.view.keyboardOpen;
    if (may && this.stream.visible && !document.hidden && this.view.differs) this.ask(this.view.proposal);
  }

  /** Back after a lost connection: whoever chose a size meanwhile keeps it. */
  rejoined() {
    if (this.follows && this.heldBySomebodyElse) this.giveUp();
    this.windowChanged();
  }

  sized({ viewer }) {
    if (this.follows && viewer !== undefined && viewer !== this.stream.viewer) this.giveUp();
    this.draw();
  }

  giveUp() {
    this.follows = false;
    toast(t("Somebody else set the size; the session no longer keeps the size of this window."));
  }

  get heldBySomebodyElse() {
    const { size_holder_viewer: holder } = this.status.facts;
    return Boolean(holder) && holder !== this.stream.viewer;
  }

  get refusal() {
    if (!this.status.running) return t("The program has ended; its size stays.");
    if (!this.stream.joined) return t("Not connected: the size stays.");
    return this.stream.role === "viewer" ? t("Your role in this session does not allow changing its size.") : null;
  }

  // In this window

  /** 1: text of the usual size, null: all of the session. */
  zoom(wish) {
    remember(wish !== null);
    this.layout.zoom(wish);
    this.draw();
  }

  // Drawing

  draw() {
    const { facts } = this.status;
    const { page, view, layout } = this;
    page.say("size", size(facts.rows, facts.cols));
    this.drawHolder();
    // Not above an on-screen keyboard: the button would cover what is being typed.
    const fits = this.refusal === null && view.differs && !view.keyboardOpen;
    page.show("fit", fits);
    if (fits) {
      page.part("fit").title = t("Make the session {size}, for everybody in it",
        { size: sizeInWords(view.proposal.rows, view.proposal.cols) });
    }
    setHidden(page.part("show-all"), !layout.zoomed);
    if (this.menu.matches(":popover-open")) this.drawMenu();
  }

  drawHolder() {
    const { facts } = this.status;
    const holder = (facts.viewers ?? []).find((one) => one.viewer === facts.size_holder_viewer);
    const mine = Boolean(holder) && holder.viewer === this.stream.viewer;
    this.setBy = t("Set by nobody who is here now.");
    if (mine) this.setBy = t("Set by this window.");
    else if (holder) this.setBy = t("Set by {who}.", { who: named(holder) });
    this.page.part("size-open").title = sizeInWords(facts.rows, facts.cols);
    this.page.say("size-set-by", this.setBy);
    face(this.page.part("size-holder"), holder ?? null, { mine });
  }

  drawMenu() {
    this.menu.draw(this.menuFacts);
  }

  get menuFacts() {
    const { facts } = this.status;
    const { layout, view } = this;
    return {
      rows: facts.rows, cols: facts.cols, proposal: view.proposal, setBy: this.setBy, refusal: this.refusal,
      follows: this.follows, wish: layout.wish, share: layout.share, followsCursor: layout.followsCursor,
    };
  }

  // What can be done, for the palette

  register() {
    const may = () => this.refusal === null;
    const group = t("View");
    const sizes = PRESETS.map(({ rows, cols }) => ({
      id: `size.${cols}x${rows}`, group: t("Session"), when: may, run: () => this.choose({ rows, cols }),
      title: t("Size: {size}", { size: sizeInWords(rows, cols) }),
    }));
    const pan = (id, title, key, across, down) => ({
      id, title, group, keys: [`Alt+Shift+${key}`], when: () => this.layout.zoomed, run: () => this.layout.panBy(across, down),
    });
    const known = [
      {
        id: "size.fit", title: t("Fit to this window"), group: t("Session"), when: () => may() && this.view.differs,
        run: () => this.fit(),
      },
      ...sizes,
      {
        id: "size.follow", group: t("Session"), when: may, run: () => this.follow(!this.follows),
        title: t("Keep it the size of this window"),
      },
      { id: "size.menu", title: t("Size and zoom"), group, run: () => this.menu.showPopover() },
      { id: "zoom.whole", title: t("Show the whole session"), group, when: () => this.layout.wish !== null, run: () => this.zoom(null) },
      { id: "zoom.readable", title: t("Readable text, move over it"), group, when: () => this.layout.wish === null, run: () => this.zoom(1) },
      { id: "zoom.in", title: t("Larger text in this window"), group, run: () => this.layout.zoomBy(ZOOM_STEP) },
      { id: "zoom.out", title: t("Smaller text in this window"), group, when: () => this.layout.zoomed, run: () => this.layout.zoomBy(1 / ZOOM_STEP) },
      pan("pan.left", t("Move the window left"), "ArrowLeft", -PAN_PX, 0),
      pan("pan.right", t("Move the window right"), "ArrowRight", PAN_PX, 0),
      pan("pan.up", t("Move the window up"), "ArrowUp", 0, -PAN_PX),
      pan("pan.down", t("Move the window down"), "ArrowDown", 0, PAN_PX),
    ];
    this.unregister();
    this.undo = known.map((action) => actions.add(action));
  }

  unregister() {
    for (const undo of this.undo ?? []) undo();
  }

  /** The page, or its pane, is gone. */
  close() {
    this.unregister();
    document.removeEventListener("visibilitychange", this.shown);
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "readable";
  } catch {
    return false;
  }
}

function remember(readable) {
  try {
    if (readable) localStorage.setItem(KEY, "readable");
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is switched off: the choice lasts as long as this page.
  }
}
