/* <search-bar>: finds text in the terminal and in the history above it. Enter goes up, Shift+Enter down. */

import { SearchWalk } from "../models/search-walk.js";
import { Parted } from "./dom.js";

const LOOK = {
  matchBackground: "#8a6d1b", matchOverviewRuler: "#d9a520", activeMatchBackground: "#c77f12",
  activeMatchColorOverviewRuler: "#ff9f1a",
};

class SearchBar extends Parted {
  /** `view` is the live <terminal-view>; `scroll` the deep-scroll.js around it. */
  attach(view, scroll) {
    Object.assign(this, { view, scroll });
    this.walk = new SearchWalk({
      live: this.live(), above: scroll.history, show: (hit) => scroll.reveal(hit),
      leave: () => scroll.uncover(), below: () => (scroll.reading ? Math.ceil(scroll.pane.top + scroll.pane.rows) : null),
    });
    this.walk.addEventListener("change", () => this.say("count", this.walk.words));
    this.field = this.part("field");
    this.field.addEventListener("input", () => this.walk.type(this.field.value));
    this.addEventListener("keydown", (event) => this.key(event));
    this.part("next").addEventListener("click", () => this.walk.next());
    this.part("previous").addEventListener("click", () => this.walk.previous());
    this.part("close").addEventListener("click", () => this.close());
    view.search.onDidChangeResults(({ resultIndex, resultCount }) => this.walk.counted(resultIndex, resultCount));
  }

  live() {
    const { view } = this;
    const { term, search } = view;
    return {
      find: (text, way) => search[way](text, { decorations: LOOK }),
      here: () => this.here(view.place),
      place: () => term.getSelectionPosition()?.start ?? null,
      clear: () => {
        term.clearSelection();
        search.clearDecorations();
      },
    };
  }

  /** Without a selection it would go up from the end, wherever the window is. */
  here({ top, bottom, rows }) {
    if (top >= bottom) return Infinity;
    const { term } = this.view;
    if (!term.getSelectionPosition()) term.select(term.cols - 1, top + rows - 1, 1);
    return top + rows - 1;
  }

  open() {
    this.hidden = false;
    this.field.focus();
    this.field.select();
    this.scroll.anchor();
    if (this.field.value) this.walk.type(this.field.value);
  }

  close() {
    this.hidden = true;
    this.view.search.clearDecorations();
    this.view.term.clearSelection();
    this.scroll.pane.selection = null;
    this.view.focus();
  }

  key(event) {
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target === this.field) this.walk[event.shiftKey ? "next" : "previous"]();
    else return;
    event.preventDefault();
  }
}

customElements.define("search-bar", SearchBar);
