/* <annotation-panel>: the notes of a session in the order of their lines, and one to write; at the side, on a phone at the
bottom. Rule: what was written is text, never markup. Events: `toggled` {open}, `jump` {number}, `moved` {way} (the line
that is written about). */

import { moment } from "../helpers/format.js";
import { userWord } from "../helpers/people.js";
import { t } from "../helpers/words.js";
import { confirmed } from "./confirm-dialog.js";
import { make, Parted, setHidden } from "./dom.js";
import { toast } from "./toast-line.js";

class AnnotationPanel extends Parted {
  /** `notes` is a models/annotations.js; `save(text)` writes a new one; `erases()`: whether others' may be deleted. */
  attach(notes, { save, erases, writes }) {
    Object.assign(this, { notes, save, erases, writes });
    this.editing = null;     // the number of the note that is being changed
    notes.addEventListener("change", () => this.hidden || this.draw());
    this.part("close").addEventListener("click", () => this.toggle(false));
    this.part("up").addEventListener("click", () => this.move(-1));
    this.part("down").addEventListener("click", () => this.move(1));
    this.part("cancel").addEventListener("click", () => this.edit(null));
    this.part("form").addEventListener("submit", (event) => this.submit(event));
    this.addEventListener("keydown", (event) => this.key(event));
  }

  toggle(open = this.hidden) {
    this.hidden = !open;
    this.dispatchEvent(new CustomEvent("toggled", { detail: { open } }));
    if (!open) return;
    this.draw();
    (this.writes() ? this.part("text") : this.part("close")).focus();
  }

  /** Open, and with the focus on this one. */
  reveal(number) {
    if (this.hidden) this.toggle(true);
    const jump = this.part("list").querySelector(`[data-number="${number}"] .jump`);
    jump?.scrollIntoView({ block: "center" });
    jump?.focus();
  }

  move(way) {
    this.dispatchEvent(new CustomEvent("moved", { detail: { way } }));
  }

  /** The line that the new note is for: its text; null: none, but this moment. */
  aim(text) {
    this.say("target", text === null ? t("This moment") : text || t("(an empty line)"));
    for (const name of ["up", "down"]) this.part(name).disabled = text === null;
  }

  key(event) {
    const here = event.target === this.part("text");
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      if (this.editing === null) this.toggle(false);
      else this.edit(null);
    } else if (here && event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
    else if (here && way && event.altKey) this.move(way);
    else if (!here && way && event.target.closest("li")) this.step(event.target.closest("li"), way);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  step(item, way) {
    (way > 0 ? item.nextElementSibling : item.previousElementSibling)?.querySelector(".jump").focus();
  }

  async submit(event) {
    event.preventDefault();
    const field = this.part("text");
    const text = field.value;
    if (!text.trim() || this.sending) return;
    this.sending = true;
    try {
      await (this.editing === null ? this.save(text) : this.notes.change(this.editing, text));
      if (field.value === text) this.edit(null);
    } catch (error) {
      toast(error.code ? error.message : t("The connection was lost; this was perhaps not sent."));
    }
    this.sending = false;
  }

  /** Begins to change that one; null: back to a new one. */
  edit(note) {
    this.editing = note?.number ?? null;
    this.part("text").value = note?.text ?? "";
    setHidden(this.part("cancel"), note === null);
    setHidden(this.part("aim"), note !== null);
    this.part("text").focus();
  }

  async erase(note) {
    const sure = await confirmed({
      title: t("Delete this note?"), text: t("It is gone for everybody."), action: t("Delete note"),
    });
    if (sure) await this.notes.remove(note.number).catch((error) => toast(error.message));
  }

  draw() {
    const { list, loaded } = this.notes;
    setHidden(this.part("nothing"), !loaded || list.length > 0);
    setHidden(this.part("form"), !this.writes());
    const focused = document.activeElement?.closest("annotation-panel li")?.dataset.number;
    this.part("list").replaceChildren(...list.map((note) => this.item(note)));
    if (focused) this.part("list").querySelector(`[data-number="${focused}"] .jump`)?.focus();
  }

  item(note) {
    const { number, author, at, edited_at: edited, line, text, row } = note;
    const mine = this.writes() && this.notes.mine(note);
    const button = (name, label, act) => make("button", {
      type: "button", class: "button small ghost", textContent: name, "aria-label": label, click: act,
    });
    return make("li", { "data-number": number },
      make("p", { class: "head" }, make("bdi", { class: "author", textContent: userWord(author) }),
        make("span", { class: "time", title: moment(edited ?? at), textContent: edited ? t("{time}, changed", { time: moment(at) }) : moment(at) })),
      make("button", {
        type: "button", class: "jump", title: t("Show this line"),
        click: () => this.dispatchEvent(new CustomEvent("jump", { detail: { number } })),
      }, make("code", { class: row === null ? "line gone" : "line", dir: "ltr", textContent: line || t("(an empty line)") }),
      row === null ? make("small", { textContent: t("no longer kept") }) : null),
      make("p", { class: "text", dir: "auto", textContent: text }),
      make("span", { class: "deeds" },
        mine ? button(t("Change"), t("Change note: {text}", { text }), () => this.edit(note)) : null,
        mine || this.erases() ? button(t("Delete note"), t("Delete note: {text}", { text }), () => this.erase(note)) : null));
  }
}

customElements.define("annotation-panel", AnnotationPanel);
