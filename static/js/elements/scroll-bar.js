/* <scroll-bar>: one bar for the live terminal and the history above it. Rule: it knows rows and nothing else; where
they come from is not its business.

Events: `dragged` {top} (go there), `paged` {way: -1 or 1}, `neared` (a pointer comes: learn how long all of it is),
`placed` (what is shown is another part).
*/

import { thumb, topAt } from "../helpers/scroll-map.js";

class ScrollBar extends HTMLElement {
  connectedCallback() {
    this.place = { first: 0, end: 0, top: 0, rows: 1 };
    this.slider = document.createElement("div");
    this.slider.className = "slider";
    this.append(this.slider);
    this.role = "scrollbar";
    this.ariaOrientation = "vertical";
    this.addEventListener("pointerenter", () => this.tell("neared"));
    this.addEventListener("pointerdown", (event) => this.press(event));
    this.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.addEventListener(end, () => this.release());
    this.length = 0;      // kept: asking for it while output streams would lay the page out at every frame
    new ResizeObserver(() => {
      this.length = this.clientHeight;
      this.draw();
    }).observe(this);
  }

  /** {first, end, top, rows}: what there is, and what is shown. */
  put(place) {
    const same = Object.keys(place).every((key) => place[key] === this.place[key]);
    this.place = place;
    if (same) return;
    this.draw();
    this.tell("placed");
  }

  get dragging() {
    return this.grip !== undefined;
  }

  draw() {
    const { first, end, top, rows } = this.place;
    this.classList.toggle("idle", end - first <= rows);
    const { size, start } = thumb(this.place, this.length);
    this.slider.style.height = `${size}px`;
    // The hand leads: what it asked for may still be loading.
    this.slider.style.transform = `translateY(${this.held ?? start}px)`;
    this.ariaValueMin = String(first);
    this.ariaValueMax = String(Math.max(first, end - rows));
    this.ariaValueNow = String(top);
  }

  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();                   // the focus stays where it is
    const { size, start } = thumb(this.place, this.length);
    const at = this.at(event);
    if (at < start || at > start + size) {
      this.tell("paged", { way: at < start ? -1 : 1 });
      return;
    }
    this.grip = at - start;
    this.setPointerCapture(event.pointerId);
    this.classList.add("dragged");
  }

  drag(event) {
    if (!this.dragging) return;
    const { size } = thumb(this.place, this.length);
    this.held = Math.max(0, Math.min(this.length - size, this.at(event) - this.grip));
    this.tell("dragged", { top: topAt(this.place, this.length, this.held) });
    this.draw();
  }

  release() {
    this.grip = undefined;
    this.held = undefined;
    this.classList.remove("dragged");
    this.draw();
  }

  at(event) {
    return event.clientY - this.getBoundingClientRect().top;
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define("scroll-bar", ScrollBar);
