/* <key-bar-editor>: a dialog that puts the key bar together. What is chosen takes effect at once, on all devices. By
keyboard the arrows of a row move it; a finger or a mouse drags it by its handle. */

import { preferences } from "../page.js";
import { CATALOGUE, known, label, LONGEST_SNIPPET, MOST_KEYS, SNIPPET, title, USUAL_KEYS } from "../helpers/keys.js";
import { t } from "../helpers/words.js";

class KeyBarEditor extends HTMLElement {
  connectedCallback() {
    this.list = make("ol", { className: "key-rows" });
    this.status = make("p", { className: "unseen", role: "status" });
    const heading = make("h2", { id: "key-bar-editor-title", textContent: t("Key bar") });
    this.dialog = make("dialog", {}, heading, this.status, this.list, this.adding(), this.snippet(), this.composing(),
      this.closing());
    this.dialog.setAttribute("aria-labelledby", heading.id);
    this.append(this.dialog);
    this.draw();
  }

  get keys() {
    return preferences.get("key_bar", USUAL_KEYS).filter(known);
  }

  set keys(keys) {
    preferences.set("key_bar", keys.slice(0, MOST_KEYS));
    this.draw();
  }

  // What is on it

  draw() {
    const { keys } = this;
    this.list.replaceChildren(...keys.map((key, at) => this.row(key, at, keys.length)));
    this.full = keys.length >= MOST_KEYS;
    for (const button of this.querySelectorAll("[data-adds]")) button.disabled = this.full;
  }

  row(key, at, count) {
    const name = title(key);
    const act = (words, face, run, disabled = false) => make("button", {
      type: "button", className: "button ghost icon-only", ariaLabel: words, title: words, textContent: face, disabled,
      onclick: run,
    });
    const handle = make("span", { className: "handle", textContent: "⠿", ariaHidden: "true" });
    const row = make("li", {}, handle, make("kbd", { textContent: label(key) }),
      make("span", { className: "grow", textContent: name }),
      act(t("Move {key} up", { key: name }), "↑", () => this.move(at, at - 1, 0), at === 0),
      act(t("Move {key} down", { key: name }), "↓", () => this.move(at, at + 1, 1), at === count - 1),
      act(t("Remove {key}", { key: name }), "✕", () => this.takeAway(at)));
    handle.addEventListener("pointerdown", (event) => this.drag(event, row, at));
    return row;
  }

  move(from, to, button) {
    const { keys } = this;
    keys.splice(to, 0, ...keys.splice(from, 1));
    this.keys = keys;
    this.say(t("{key} is now number {place}", { key: title(keys[to]), place: to + 1 }));
    const buttons = this.list.children[to].querySelectorAll("button");
    (buttons[button].disabled ? buttons[1 - button] : buttons[button]).focus();
  }

  takeAway(at) {
    const { keys } = this;
    const [gone] = keys.splice(at, 1);
    this.keys = keys;
    this.say(t("{key} removed", { key: title(gone) }));
    (this.list.children[Math.min(at, keys.length - 1)]?.querySelector("button:last-child") ?? this.select).focus();
  }

  drag(event, row, at) {
    event.preventDefault();
    row.setPointerCapture(event.pointerId);
    row.classList.add("dragged");
    const follow = ({ clientY }) => {
      const over = [...this.list.children].find((one) => one !== row && within(one, clientY));
      if (!over) return;
      if (row.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING) over.after(row);
      else over.before(row);
      row.setPointerCapture(event.pointerId);
    };
    const drop = () => {
      row.removeEventListener("pointermove", follow);
      const to = [...this.list.children].indexOf(row);
      const { keys } = this;
      keys.splice(to, 0, ...keys.splice(at, 1));
      this.keys = keys;
    };
    row.addEventListener("pointermove", follow);
    row.addEventListener("lostpointercapture", () => row.isConnected && drop(), { once: true });
  }

  // What can be added

  adding() {
    this.select = make("select", { ariaLabel: t("Key to add") }, ...CATALOGUE.map((key) =>
      make("option", { value: key, textContent: label(key) === title(key) ? label(key) : `${label(key)}  ${title(key)}` })));
    const add = make("button", { type: "button", className: "button", textContent: t("Add key"),
      onclick: () => this.add(this.select.value) });
    add.dataset.adds = "";
    return make("div", { className: "key-adding" }, this.select, add);
  }

  snippet() {
    const field = make("input", { maxLength: LONGEST_SNIPPET, placeholder: t("Text to type, such as git status"),
      ariaLabel: t("Text to type"), autocomplete: "off", spellcheck: false, autocapitalize: "none" });
    const enter = make("input", { type: "checkbox" });
    const add = make("button", { className: "button", textContent: t("Add text") });
    add.dataset.adds = "";
    const form = make("form", { className: "key-adding wraps" }, field,
      make("label", { className: "check" }, enter, t("and Enter")), add);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!field.value) return;
      this.add(SNIPPET + (field.value + (enter.checked ? "\n" : "")).slice(0, LONGEST_SNIPPET));
      field.value = "";
    });
    return form;
  }

  add(key) {
    if (this.full) return;
    this.keys = [...this.keys, key];
    this.say(t("{key} added", { key: title(key) }));
    this.list.lastElementChild.scrollIntoView({ block: "nearest" });
  }

  composing() {
    const choices = [["", t("Automatic")], ["live", t("Send each letter at once")], ["held", t("Send finished words")]];
    const select = make("select", {}, ...choices.map(([value, textContent]) => make("option", { value, textContent })));
    select.value = preferences.get("composing") ?? "";
    select.addEventListener("change", () => preferences.set("composing", select.value || null));
    return make("label", { className: "field" }, make("span", { textContent: t("Words that a keyboard composes") }), select);
  }

  closing() {
    const usual = make("button", { type: "button", className: "button", textContent: t("Back to the usual keys"),
      onclick: () => {
        preferences.set("key_bar", null);
        this.draw();
      } });
    const done = make("button", { type: "button", className: "button primary", textContent: t("Done"), autofocus: true,
      onclick: () => this.dialog.close() });
    return make("div", { className: "actions" }, usual, done);
  }

  say(text) {
    this.status.textContent = text;
  }
}

customElements.define("key-bar-editor", KeyBarEditor);

/** Resolves when the dialog is closed. */
export function editKeys() {
  const editor = document.body.appendChild(document.createElement("key-bar-editor"));
  return new Promise((resolve) => {
    editor.dialog.addEventListener("close", () => {
      editor.remove();
      resolve();
    });
    editor.dialog.showModal();
  });
}

function within(element, y) {
  const { top, bottom } = element.getBoundingClientRect();
  return y >= top && y <= bottom;
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
