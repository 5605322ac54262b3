/* <session-picker>: one of the sessions, by a few letters, or a new one. `pick()` answers {id}, {fresh: true} or null. */

import { best } from "../helpers/fuzzy.js";
import { byState, nameOf, subtitleOf } from "../helpers/naming.js";
import { stateWords } from "../helpers/exit.js";
import { t } from "../helpers/words.js";
import { Parted, setText, stamp } from "./dom.js";

class SessionPicker extends Parted {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.field = this.part("field");
    this.field.addEventListener("input", () => this.draw());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.finish?.(this.answer));
    this.part("cancel").addEventListener("click", () => this.close(null));
    this.part("new").addEventListener("click", () => this.close({ fresh: true }));
    this.part("list").addEventListener("click", ({ target }) => {
      const line = target.closest("[data-index]");
      if (line) this.close({ id: this.shown[Number(line.dataset.index)].id });
    });
  }

  /** `sessions`: their statuses; `here`: ids that are in the layout already. */
  pick({ title, sessions, here }) {
    Object.assign(this, { sessions, here: new Set(here), answer: null });
    this.say("title", title);
    this.field.value = "";
    this.draw();
    this.dialog.showModal();
    this.field.focus();
    return new Promise((resolve) => { this.finish = resolve; });
  }

  close(answer) {
    this.answer = answer;
    this.dialog.close();
  }

  draw() {
    const query = this.field.value.trim();
    const all = [...this.sessions].sort((a, b) => this.here.has(a.id) - this.here.has(b.id) || byState(a, b));
    this.shown = best(query, all, (one) => `${nameOf(one)} ${subtitleOf(one)} ${(one.tags ?? []).join(" ")}`);
    this.part("list").replaceChildren(...this.shown.map((session, index) => this.line(session, index)));
    this.show("nothing", this.shown.length === 0);
    this.choose(0);
  }

  line(session, index) {
    const line = stamp("picker-line");
    const part = (name) => line.querySelector(`[data-part="${name}"]`);
    line.id = `picker-${index}`;
    line.dataset.index = String(index);
    line.dataset.state = session.state;
    setText(part("title"), nameOf(session));
    setText(part("detail"), `${stateWords(session)}  ·  ${subtitleOf(session)}`);
    setText(part("here"), this.here.has(session.id) ? t("open here") : "");
    return line;
  }

  choose(index) {
    const lines = this.part("list").children;
    this.index = Math.max(0, Math.min(index, lines.length - 1));
    for (const [at, line] of [...lines].entries()) line.ariaSelected = String(at === this.index);
    const line = lines[this.index];
    if (line) this.field.setAttribute("aria-activedescendant", line.id);
    else this.field.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.target !== this.field || event.isComposing) return;
    if (step) this.choose(this.index + step);
    else if (event.key === "Enter" && this.shown[this.index]) this.close({ id: this.shown[this.index].id });
    else return;
    event.preventDefault();
  }
}

customElements.define("session-picker", SessionPicker);
