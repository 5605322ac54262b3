/* <search-bar>: finds text in the terminal and in the history above it. Enter goes down, Shift+Enter up. */

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
      leave: () => scroll.uncover(),
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
    const { term, search } = this.view;
    return {
      find: (text, way, options) => search[way](text, { decorations: LOOK, ...options }),
      place: () => term.getSelectionPosition()?.start ?? null,
      clear: () => {
        term.clearSelection();
        search.clearDecorations();
      },
    };
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
    else if (event.key === "Enter" && event.target === this.field) this.walk[event.shiftKey ? "previous" : "next"]();
    else return;
    event.preventDefault();
  }
}

customElements.define("search-bar", SearchBar);
