/* What a guest does with what the page shows: search, copy, read as plain text, zoom. Rule: nothing here asks the server;
all is in the terminal already. */

import { plainText } from "../helpers/plain.js";
import { t } from "../helpers/words.js";
import { copyText } from "./copy-button.js";
import { setHidden } from "./dom.js";
import { pasteInto } from "./paste.js";
import { usualFontPx } from "./terminal-look.js";
import { toast } from "./toast-line.js";
import { TouchSelection } from "./touch-selection.js";
import "./search-bar.js";
import "./view-menu.js";

// On a phone the text begins at least this large, and is moved over; all of a wide session would be 4 px.
const READABLE_PX = 10;
const phone = matchMedia("(pointer: coarse) and (max-width: 700px)");

// Guests have no history above what came with the join.
const NOTHING_ABOVE = {
  history: { base: 0, first: 0, end: 0, anchor: async () => {}, search: async () => ({ hits: [], more: false, searched_to: 0 }) },
  pane: {}, anchor() {}, reveal() {}, uncover() {},
};

export class GuestTools {
  /** `page` is a <shared-page>. */
  constructor(page, signal) {
    Object.assign(this, { page, view: page.view });
    const { view } = this;
    this.searchBar = page.querySelector("search-bar");
    this.menu = page.querySelector("view-menu");
    for (const element of [this.searchBar, this.menu]) customElements.upgrade(element);
    this.searchBar.attach(view, NOTHING_ABOVE);
    this.menu.attach(() => this.items());
    this.menu.addEventListener("chosen", ({ detail }) => this[detail.name]());
    view.addEventListener("search-asked", () => this.search());
    view.addEventListener("copy-chosen", () => this.copy());
    view.addEventListener("laid-out", () => setHidden(page.part("show-all"), !view.layout.zoomed));
    page.part("show-all").addEventListener("click", () => this.whole());
    this.fingers = new TouchSelection({
      stage: page.querySelector(".stage"), view, signal, terminal: () => view.term, by: (lines) => page.scrollBy(lines),
      deeds: { copy: () => this.copySelection(), paste: () => pasteInto(view), mayPaste: () => page.types },
    });
    page.stream.addEventListener("joined", () => this.begin());
  }

  items() {
    const { layout } = this.view;
    return [
      { name: "search", title: t("Search in the output") }, { name: "copy", title: t("Copy as text") },
      { name: "plain", title: t("As plain text") }, null,
      layout.zoomed ? { name: "whole", title: t("Show the whole session") }
        : { name: "readable", title: t("Readable text, move over it"), off: layout.share >= 1 },
    ];
  }

  search() {
    this.searchBar.open();
  }

  async plain() {
    const { openPlainText } = await import("./plain-text.js");
    openPlainText(() => plainText(this.view.term.buffer.active));
  }

  // Copying

  async copySelection() {
    const text = this.view.selected;
    if (text) await copyText(text);
    return Boolean(text);
  }

  /** The selection, or, without one, what is shown. */
  async copy() {
    try {
      if (await this.copySelection()) return toast(t("Copied"));
      await copyText(`${this.view.shownText.replace(/\n+$/, "")}\n`);
      return toast(t("Nothing was selected: the screen was copied."));
    } catch (error) {
      return toast(error.message);
    }
  }

  // Size

  /** Once: what the guest chose then stays. */
  begin() {
    if (this.begun || !phone.matches) return;
    this.begun = true;
    this.view.layout.zoom(READABLE_PX / usualFontPx());
  }

  whole() {
    this.view.layout.zoom(null);
  }

  readable() {
    this.view.layout.zoom(1);
  }
}
