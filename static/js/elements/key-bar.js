/* <key-bar>: the keys that a phone's keyboard lacks, as the account put them together. Ctrl, Alt and Shift stick for
the next key, whoever types it, or lock. Rule: a press never takes the focus, or the on-screen keyboard would close.

Events: `typed` {data}, `paste-chosen`. */

import { actions, preferences } from "../page.js";
import { keyBytes, known, label, MODIFIERS, REPEATS, title, USUAL_KEYS } from "../helpers/keys.js";
import { t } from "../helpers/words.js";
import { Modifiers } from "../models/key-bar.js";
import { setText } from "./dom.js";

const HELD_MS = 450;
const REPEAT_MS = 60;
const TAP_BUZZ_MS = 8;
const LOCK_BUZZ_MS = 25;
// Of this device, not of the account: a desktop wants no bar.
const SHOWN_KEY = "holdfast.key-bar";

class KeyBar extends HTMLElement {
  attach(view) {
    this.view = view;
    this.modifiers = new Modifiers();
    view.modifiers = this.modifiers;
    this.modifiers.addEventListener("change", ({ detail }) => this.drawModifier(detail));
    preferences.addEventListener("change", ({ detail }) => detail.name === "key_bar" && this.draw());
    this.listen();
    this.draw();
    this.show(stored());
    this.register();
  }

  listen() {
    this.addEventListener("pointerdown", (event) => this.down(event));
    for (const type of ["pointerup", "pointercancel", "pointerleave"]) this.addEventListener(type, () => this.letGo());
    // A press that the browser takes for scrolling ends as pointercancel, and no click comes: a swipe types nothing.
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("contextmenu", (event) => event.preventDefault());
    this.addEventListener("keydown", (event) => this.move(event));
  }

  register() {
    const group = t("Terminal");
    this.registered = [
      actions.add({ id: "key-bar.toggle", title: t("Show or hide the key bar"), group, run: () => this.toggle() }),
      actions.add({ id: "key-bar.edit", title: t("Edit the key bar"), group, run: () => this.edit() }),
      actions.add({ id: "key-bar.paste", title: t("Paste"), group, run: () => this.tell("paste-chosen") }),
    ];
  }

  disconnectedCallback() {
    this.letGo();
    for (const remove of this.registered ?? []) remove();
  }

  // Drawing

  draw() {
    const keys = preferences.get("key_bar", USUAL_KEYS).filter(known);
    this.status ??= made("span", { className: "unseen", role: "status" });
    this.replaceChildren(this.status, ...keys.map((key) => this.button(key)),
      this.tool("paste", t("Paste")), this.tool("edit", t("Edit the key bar"), "⋯"));
    for (const name of MODIFIERS) this.drawModifier({ modifier: name, state: this.modifiers.state(name) }, false);
    this.reach(this.querySelector("button"));
  }

  button(key) {
    const button = made("button", { type: "button", textContent: label(key), ariaLabel: title(key), title: title(key) });
    button.dataset.key = key;
    if (MODIFIERS.includes(key)) button.ariaPressed = "false";
    return button;
  }

  tool(name, words, face = words) {
    const button = made("button", { type: "button", textContent: face, ariaLabel: words, title: words });
    button.dataset.tool = name;
    return button;
  }

  drawModifier({ modifier, state }, announce = true) {
    for (const button of this.querySelectorAll(`[data-key="${modifier}"]`)) {
      button.ariaPressed = String(state !== "off");
      button.classList.toggle("locked", state === "locked");
    }
    if (!announce) return;
    const key = label(modifier);
    setText(this.status, { off: t("{key} let go", { key }), once: t("{key} for the next key", { key }),
      locked: t("{key} locked", { key }) }[state]);
  }

  // Pressing

  down(event) {
    event.preventDefault();
    this.letGo();
    this.held = false;
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (REPEATS.has(key)) this.timer = setTimeout(() => this.repeat(key), HELD_MS);
    else if (MODIFIERS.includes(key)) this.timer = setTimeout(() => this.lock(key), HELD_MS);
  }

  repeat(key) {
    this.held = true;
    this.press(key);
    this.timer = setTimeout(() => this.repeat(key), REPEAT_MS);
  }

  lock(key) {
    this.held = true;
    this.modifiers.lock(key);
    buzz(LOCK_BUZZ_MS);
  }

  letGo() {
    clearTimeout(this.timer);
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button || (this.held && event.detail)) return;
    buzz(TAP_BUZZ_MS);
    this.reach(button);
    const { key, tool } = button.dataset;
    if (tool === "paste") this.tell("paste-chosen");
    else if (tool === "edit") this.edit();
    else if (MODIFIERS.includes(key)) this.modifiers.tap(key);
    else this.press(key);
  }

  press(key) {
    this.view.composition.elsewhere();
    const data = keyBytes(key, { applicationCursor: this.view.applicationCursor });
    this.tell("typed", { data: this.applied(data) });
  }

  /** `data`, wherever it was typed, with the modifiers that are held here. */
  applied(data) {
    return this.modifiers.applied(data);
  }

  // The toolbar by keyboard: one stop of the Tab key, arrows inside.

  reach(button) {
    for (const one of this.querySelectorAll("button")) one.tabIndex = one === button ? 0 : -1;
  }

  move(event) {
    const all = [...this.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    this.reach(next);
    next.focus();
  }

  // Shown or hidden

  toggle() {
    const shown = getComputedStyle(this).display !== "none";
    try {
      localStorage.setItem(SHOWN_KEY, shown ? "hidden" : "shown");
    } catch {
      // Then it is so until the page is left.
    }
    this.show(shown ? "hidden" : "shown");
  }

  show(how) {
    this.dataset.shown = how;
  }

  async edit() {
    const { editKeys } = await import("./key-bar-editor.js");
    await editKeys();
    this.view.focus();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define("key-bar", KeyBar);

function stored() {
  try {
    return localStorage.getItem(SHOWN_KEY) ?? "usual";
  } catch {
    return "usual";
  }
}

function made(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

/** Browsers let a page do so once it was touched, and complain in the console before. */
function buzz(ms) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(ms);
}
