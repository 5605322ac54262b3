/* <size-menu>: the popover behind the size in the bar. Rule: it only asks; what happens is elements/session-sizes.js's.

Events: `size-chosen` {rows, cols}, `follow-chosen` {on}, `zoom-chosen` {wish} (1: readable, null: whole), `zoom-stepped`
{factor}, `cursor-chosen` {on}. */

import { size, sizeInWords } from "../helpers/format.js";
import { language, t } from "../helpers/words.js";
import { Parted, setText } from "./dom.js";

const LEAST = 2;
const MOST = 1000;
export const PRESETS = [{ rows: 24, cols: 80 }, { rows: 30, cols: 120 }, { rows: 43, cols: 132 }];
export const ZOOM_STEP = 1.15;

class SizeMenu extends Parted {
  connectedCallback() {
    if (this.choices) return;
    this.choices = [...PRESETS, null].map((preset) => this.choice(preset));
    this.part("presets").append(...this.choices.map(({ button }) => button));
    this.part("custom").addEventListener("submit", (event) => this.custom(event));
    const on = (name, event, detail) => this.part(name).addEventListener("change", () => this.tell(event, detail()));
    on("follow-window", "follow-chosen", () => ({ on: this.part("follow-window").checked }));
    on("follow-cursor", "cursor-chosen", () => ({ on: this.part("follow-cursor").checked }));
    on("zoom-whole", "zoom-chosen", () => ({ wish: null }));
    on("zoom-readable", "zoom-chosen", () => ({ wish: 1 }));
    this.part("zoom-in").addEventListener("click", () => this.tell("zoom-stepped", { factor: ZOOM_STEP }));
    this.part("zoom-out").addEventListener("click", () => this.tell("zoom-stepped", { factor: 1 / ZOOM_STEP }));
  }

  /** A size to choose; null: this window's. */
  choice(preset) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.addEventListener("click", () => this.tell("size-chosen", preset ?? this.facts.proposal));
    return { button, preset };
  }

  /** `facts`: {rows, cols, proposal, setBy, refusal, follows, wish, share, followsCursor}. */
  draw(facts) {
    this.facts = facts;
    const { rows, cols, proposal, refusal } = facts;
    this.say("now", sizeInWords(rows, cols));
    this.say("set-by", facts.setBy);
    this.show("refused", Boolean(refusal));
    this.say("refused", refusal ?? "");
    this.part("sizes").disabled = Boolean(refusal);
    for (const { button, preset } of this.choices) this.drawChoice(button, preset ?? proposal, preset === null);
    this.part("follow-window").checked = facts.follows;
    this.part("follow-cursor").checked = facts.followsCursor;
    this.part("zoom-whole").checked = facts.wish === null;
    this.part("zoom-readable").checked = facts.wish !== null;
    this.say("zoom-figure", facts.share.toLocaleString(language(), { style: "percent" }));
  }

  drawChoice(button, wanted, window) {
    button.hidden = !wanted;
    if (!wanted) return;
    const { rows, cols } = wanted;
    const now = rows === this.facts.rows && cols === this.facts.cols;
    button.classList.toggle("wide", window);
    button.ariaPressed = String(now);
    setText(button, window ? t("This window: {size}", { size: size(rows, cols) }) : size(rows, cols));
    button.title = sizeInWords(rows, cols);
  }

  /** Before it is shown: the size that holds is where one begins. */
  fill() {
    const { elements } = this.part("custom");
    elements.rows.value = this.facts.rows;
    elements.cols.value = this.facts.cols;
    this.wrong("");
  }

  custom(event) {
    event.preventDefault();
    const { rows, cols } = this.part("custom").elements;
    const wrong = [rows, cols].filter((field) => !valid(field));
    for (const field of [rows, cols]) field.ariaInvalid = String(wrong.includes(field));
    this.wrong(wrong.length ? t("Rows and columns are whole numbers from {least} to {most}.", { least: LEAST, most: MOST }) : "");
    if (wrong.length) wrong[0].focus();
    else this.tell("size-chosen", { rows: Number(rows.value), cols: Number(cols.value) });
  }

  wrong(text) {
    this.say("wrong", text);
    this.show("wrong", Boolean(text));
  }

  tell(name, detail) {
    if (detail) this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function valid({ value }) {
  return /^\d{1,4}$/.test(value) && Number(value) >= LEAST && Number(value) <= MOST;
}

customElements.define("size-menu", SizeMenu);
