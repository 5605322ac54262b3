/* <spark-line>: a line the size of a word, cheap enough for hundreds on a page. `values` (null: a hole), `label` (what a
screen reader says for it), `top` (of the scale; by default the largest value). */

import { paths, topOf } from "../helpers/chart.js";
import { drawing } from "./dom.js";

const WIDTH = 100;
const HEIGHT = 24;
// Keeps the stroke of a line at the very top or bottom inside.
const MARGIN = 2;

class SparkLine extends HTMLElement {
  connectedCallback() {
    if (this.line) return;
    this.setAttribute("role", "img");
    this.line = drawing("path", { class: "line" });
    this.area = drawing("path", { class: "area" });
    const svg = drawing("svg", {
      viewBox: `0 ${-MARGIN} ${WIDTH} ${HEIGHT + 2 * MARGIN}`, preserveAspectRatio: "none", "aria-hidden": "true",
    });
    svg.append(this.area, this.line);
    this.replaceChildren(svg);
    this.draw();
  }

  get values() {
    return this.given ?? [];
  }

  set values(values) {
    this.given = values;
    this.draw();
  }

  get label() {
    return this.getAttribute("aria-label") ?? "";
  }

  set label(label) {
    if (this.label !== label) this.setAttribute("aria-label", label);
  }

  set top(top) {
    this.most = top;
    this.draw();
  }

  draw() {
    if (!this.line) return;
    const drawn = paths(this.values, { width: WIDTH, height: HEIGHT, top: this.most ?? topOf(this.values) });
    if (drawn.line === this.drawn) return;
    this.drawn = drawn.line;
    this.line.setAttribute("d", drawn.line);
    this.area.setAttribute("d", drawn.area);
  }
}

customElements.define("spark-line", SparkLine);
