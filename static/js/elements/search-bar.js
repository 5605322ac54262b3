/* <search-bar>: finds text in the terminal and its scrollback. */

import { Parted } from "./dom.js";

const LOOK = {
  matchBackground: "#8a6d1b", matchOverviewRuler: "#d9a520", activeMatchBackground: "#c77f12",
  activeMatchColorOverviewRuler: "#ff9f1a",
};

class SearchBar extends Parted {
  /** `view` is the <terminal-view> to search in. */
  attach(view) {
    this.view = view;
    this.field = this.part("field");
    this.field.addEventListener("input", () => this.find("findNext", { incremental: true }));
    this.addEventListener("keydown", (event) => this.key(event));
    this.part("next").addEventListener("click", () => this.find("findNext"));
    this.part("previous").addEventListener("click", () => this.find("findPrevious"));
    this.part("close").addEventListener("click", () => this.close());
    view.search.onDidChangeResults(({ resultIndex, resultCount }) => this.count(resultIndex, resultCount));
  }

  open() {
    this.hidden = false;
    this.field.focus();
    this.field.select();
    if (this.field.value) this.find("findNext", { incremental: true });
  }

  close() {
    this.hidden = true;
    this.view.search.clearDecorations();
    this.view.term.clearSelection();
    this.view.focus();
  }

  key(event) {
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target === this.field) this.find(event.shiftKey ? "findPrevious" : "findNext");
    else return;
    event.preventDefault();
  }

  find(way, options = {}) {
    if (this.field.value) this.view.search[way](this.field.value, { decorations: LOOK, ...options });
    else this.view.search.clearDecorations();
    if (!this.field.value) this.say("count", "");
  }

  count(index, total) {
    if (!this.field.value) return;
    this.say("count", total ? `${index >= 0 ? index + 1 : "?"} of ${total}` : "not found");
  }
}

customElements.define("search-bar", SearchBar);
