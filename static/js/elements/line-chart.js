/* <line-chart>: one series over time, read by pointer, finger or arrow keys. `show({label, values, start, step, words})`:
`words(value)` says a value to people. For assistive technology it is a slider over the points, whose text is the
moment and the value; what it shows is also in its label. */

import { paths, thinned, topOf } from "../helpers/chart.js";
import { language, t } from "../helpers/words.js";
import { drawing, setText } from "./dom.js";

const WIDTH = 300;
const HEIGHT = 56;
const MARGIN = 2;
const DAY_SECONDS = 86_400;
// How far a key goes.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity };

class LineChart extends HTMLElement {
  connectedCallback() {
    if (this.plot) return;
    this.name = document.createElement("span");
    this.value = document.createElement("span");
    this.value.className = "value";
    this.peak = document.createElement("small");
    this.line = drawing("path", { class: "line" });
    this.area = drawing("path", { class: "area" });
    this.cross = drawing("path", { class: "cross" });
    const svg = drawing("svg", {
      viewBox: `0 ${-MARGIN} ${WIDTH} ${HEIGHT + 2 * MARGIN}`, preserveAspectRatio: "none", "aria-hidden": "true",
    });
    svg.append(this.area, this.line, this.cross);
    this.plot = document.createElement("div");
    this.plot.className = "plot";
    this.plot.append(svg);
    const head = document.createElement("p");
    head.append(this.name, this.peak, this.value);
    this.replaceChildren(head, this.plot);
    this.listen();
  }

  listen() {
    const point = (event) => {
      if (!this.values) return;
      const box = this.plot.getBoundingClientRect();
      this.pick(Math.round(((event.clientX - box.left) / box.width) * (this.values.length - 1)));
    };
    this.plot.addEventListener("pointermove", point);
    this.plot.addEventListener("pointerdown", point);
    this.plot.addEventListener("pointerleave", () => this.pick(null));
    this.plot.addEventListener("blur", () => this.pick(null));
    this.plot.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const last = (this.values?.length ?? 0) - 1;
    if (!(event.key in STEPS) || last < 0) return;
    event.preventDefault();
    this.pick(Math.max(0, Math.min(last, (this.picked ?? last) + STEPS[event.key])));
  }

  show({ label, values, start, step, words, top }) {
    // Before there is anything to show it is nothing to stop at.
    this.plot.tabIndex = 0;
    this.plot.setAttribute("role", "slider");
    this.plot.setAttribute("aria-valuemin", "0");
    const most = thinned(values, WIDTH);
    Object.assign(this, { label, values: most, start: Date.parse(start), words, span: step * values.length });
    this.each = most.length ? (this.span * 1000) / most.length : 0;
    this.most = top ?? topOf(most);
    const drawn = paths(most, { width: WIDTH, height: HEIGHT, top: this.most });
    this.line.setAttribute("d", drawn.line);
    this.area.setAttribute("d", drawn.area);
    const highest = topOf(most, 0);
    setText(this.name, label);
    setText(this.peak, t("highest {value}", { value: words(highest) }));
    this.plot.setAttribute("aria-label", t("{label}, highest {value}", { label, value: words(highest) }));
    this.plot.setAttribute("aria-valuemax", String(Math.max(0, most.length - 1)));
    this.pick(this.picked ?? null);
  }

  /** Shows one point's value; null: the newest, without a mark. */
  pick(index) {
    if (!this.values) return;
    const last = this.values.length - 1;
    this.picked = index === null || last < 0 ? null : Math.max(0, Math.min(last, index));
    const at = this.picked ?? last;
    const now = this.said(at);
    setText(this.value, this.picked === null ? now : t("{moment}: {value}", { moment: this.moment(at), value: now }));
    this.cross.setAttribute("d", this.picked === null ? "" : this.mark(at, last));
    this.plot.setAttribute("aria-valuenow", String(Math.max(0, at)));
    this.plot.setAttribute("aria-valuetext", last < 0 ? now : t("{moment}: {value}", { moment: this.moment(at), value: now }));
  }

  mark(at, last) {
    const x = last ? (at / last) * WIDTH : 0;
    return `M${x.toFixed(1)} ${-MARGIN}V${HEIGHT + MARGIN}`;
  }

  said(index) {
    const value = this.values[index];
    return value === null || value === undefined ? t("no data") : this.words(value);
  }

  moment(index) {
    const long = this.span > DAY_SECONDS;
    const how = long ? { dateStyle: "short", timeStyle: "short" } : { timeStyle: "medium" };
    return new Date(this.start + index * this.each).toLocaleString(language(), how);
  }
}

customElements.define("line-chart", LineChart);
