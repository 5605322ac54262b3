/* <spark-line>: a line the size of a word, cheap enough for hundreds on a page. `show({values, words, each, label})`: values
(null: a hole), how one is said, milliseconds between two, what a screen reader says for the line. `top`: of the scale; by
default the largest value. The pointer, or a finger, reads the value that it is on. */

import { paths, topOf } from "../helpers/chart.js";
import { ago } from "../helpers/format.js";
import { t } from "../helpers/words.js";
import { drawing, setHidden, setText } from "./dom.js";

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
    for (const type of ["pointermove", "pointerdown"]) this.addEventListener(type, (event) => this.point(event.clientX));
    this.addEventListener("pointerleave", () => this.pick(null));
    this.draw();
  }

  show({ values, words, each, label }) {
    Object.assign(this, { values, words, each, shownAt: Date.now() });
    if (this.ariaLabel !== label) this.ariaLabel = label;
    this.draw();
    if (this.picked !== undefined) this.pick(this.picked);
  }

  set top(top) {
    this.most = top;
    this.draw();
  }

  draw() {
    if (!this.line || !this.values) return;
    const drawn = paths(this.values, { width: WIDTH, height: HEIGHT, top: this.most ?? topOf(this.values) });
    if (drawn.line === this.drawn) return;
    this.drawn = drawn.line;
    this.line.setAttribute("d", drawn.line);
    this.area.setAttribute("d", drawn.area);
  }

  point(x) {
    const { left, width } = this.getBoundingClientRect();
    const last = (this.values?.length ?? 0) - 1;
    this.pick(Math.max(0, Math.min(last, Math.round(((x - left) / width) * last))));
  }

  /** Says one point's value on the line; null: none. */
  pick(index) {
    this.picked = index ?? undefined;
    if (index === null || !this.values?.length) {
      if (this.reading) setHidden(this.reading, true);
      return;
    }
    this.reading ??= this.appendChild(Object.assign(document.createElement("span"), { className: "reading" }));
    this.reading.ariaHidden = "true";
    const value = this.values[index];
    const then = new Date(this.shownAt - (this.values.length - 1 - index) * this.each);
    const said = value === null || value === undefined ? t("no data") : this.words(value);
    setText(this.reading, t("{moment}: {value}", { moment: ago(then.toISOString(), this.shownAt), value: said }));
    setHidden(this.reading, false);
  }
}

customElements.define("spark-line", SparkLine);
