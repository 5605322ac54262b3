/* What keyboards do that do not send keys: input methods, phones that rewrite words, dictation, pickers of emoji.
xterm.js guesses from key codes and timers what they did, and doubles or loses text (xterm.js #3600). Rule: the text
field is the truth. What an event changed in it is what the program is sent, as DELs and text; nothing else is.

Keys with a code of their own are xterm.js's, as ever: they never come here. docs/phone.md has the recorded sequences. */

import { rewrite } from "../helpers/rewrite.js";

const IME_KEY = 229;
const SHIFT_TO_CAPS_LOCK = new Set([16, 17, 18, 20]);
// An empty field has nothing that a phone's backspace could delete, so no event would come. Blanks complete no word.
const PADDING = "    ";
// More context than this helps no keyboard.
const LONGEST_CONTEXT = 256;
const BY_CONVERSION = /^(zh|ja|ko)\b/i;
const CONVERTED = /[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]/;

export class Composition {
  /** `send(data)` types; `choice()` is the account's: "live", "held" or null; `modified()`: is a key of the bar held? */
  constructor({ textarea, root, send, place, choice = () => null, modified = () => false }) {
    Object.assign(this, { textarea, send, place, choice, modified });
    this.touch = matchMedia("(pointer: coarse)").matches;
    this.converts = navigator.languages.some((language) => BY_CONVERSION.test(language));
    this.android = /android/i.test(navigator.userAgent);
    this.composing = false;
    this.byKey = false;      // the change that comes was sent already, by xterm.js, as a key
    this.used = false;       // since the field was emptied
    this.flushed = null;     // the field's text when a key ended a composition before the keyboard did
    this.before = textarea.value;
    this.view = root.appendChild(document.createElement("div"));
    this.view.className = "composition";
    this.view.hidden = true;
    this.attributes();
    this.listen(root);
  }

  attributes() {
    const wanted = { autocapitalize: "none", autocorrect: "off", autocomplete: "off", spellcheck: "false",
      inputmode: "text", enterkeyhint: "enter" };
    for (const [name, value] of Object.entries(wanted)) this.textarea.setAttribute(name, value);
  }

  /** On the way down, before xterm.js, whose listeners are on the field itself. */
  listen(root) {
    const on = (type, act) => root.addEventListener(type, (event) => {
      if (event.target === this.textarea) act(event);
    }, { capture: true });
    on("keydown", (event) => this.keydown(event));
    on("keyup", () => { this.byKey = false; });
    on("compositionstart", (event) => this.began(event));
    on("compositionupdate", (event) => this.updated(event));
    on("compositionend", (event) => this.ended(event));
    on("beforeinput", () => this.expect());
    on("input", (event) => this.changed(event));
    on("focus", () => this.touch && this.restart());
    on("blur", () => this.blurred());
  }

  keydown(event) {
    if (event.isComposing || event.keyCode === IME_KEY) {
      event.stopPropagation();
      return;
    }
    if (SHIFT_TO_CAPS_LOCK.has(event.keyCode)) return;
    this.flush();
    this.byKey = true;
    // The place in the line is no longer the field's end; the key itself changes nothing in the field.
    if (event.key.length > 1) this.elsewhere();
  }

  /** Something was typed that is not in the field, perhaps a key that moved the program's cursor. */
  elsewhere() {
    this.flush();
    if (this.touch || this.used) this.restart();
  }

  /** Sends now what is composed: a key, or something that is not in the field, comes behind it. */
  flush() {
    if (!this.composing) return;
    this.commit();
    this.flushed = this.textarea.value;
    this.show("");
  }

  began(event) {
    event.stopPropagation();
    this.composing = true;
    this.flushed = null;
    this.before = this.textarea.value;
  }

  updated(event) {
    event.stopPropagation();
    this.show(this.live ? "" : event.data);
  }

  ended(event) {
    event.stopPropagation();
    this.composing = false;
    this.show("");
    if (CONVERTED.test(event.data)) this.converts = true;
    if (this.flushed === null) this.commit();
    this.flushed = null;
    if (!this.live) setTimeout(() => this.composing || this.restart());
  }

  /** Right before a change: whatever else wrote into the field is no keyboard's doing. */
  expect() {
    if (!this.composing) this.before = this.textarea.value;
  }

  changed(event) {
    if (this.byKey && !this.composing && event.inputType !== "insertReplacementText") {
      this.before = this.textarea.value;
      return;
    }
    event.stopPropagation();
    if (this.flushed !== null && this.flushed === this.textarea.value) this.before = this.flushed;
    else if (!this.composing || this.live) this.commit();
  }

  /** Letters are sent as they come, and taken back when the keyboard thinks again; else when it is done with them. */
  get live() {
    if (this.modified()) return true;
    const choice = this.choice();
    return choice ? choice === "live" : this.android && !this.converts;
  }

  commit() {
    const { value } = this.textarea;
    const data = rewrite(this.before, value, this.padding);
    this.before = value;
    this.used = true;
    if (!data) return;
    const once = this.modified();
    this.send(data);
    // ^C is nothing that a keyboard could correct; and a line that was sent is over.
    if (once || data.endsWith("\r") || (!this.composing && this.spent)) this.restart();
  }

  get padding() {
    return this.touch ? PADDING : "";
  }

  get spent() {
    const { value } = this.textarea;
    return value.length > LONGEST_CONTEXT || !value.startsWith(this.padding);
  }

  /** An empty field, in which a keyboard knows of nothing before the cursor. */
  restart() {
    if (this.textarea.value !== this.padding) this.textarea.value = this.padding;
    this.textarea.setSelectionRange(this.padding.length, this.padding.length);
    this.before = this.padding;
    this.used = false;
  }

  blurred() {
    this.flush();
    this.byKey = false;
  }

  /** In place, at the terminal's cursor; the field goes along, for the keyboard's list of candidates stands beside it. */
  show(text) {
    this.view.hidden = !text;
    if (!text) return;
    this.view.textContent = text;
    const { left, top, height, font, size, width } = this.place();
    Object.assign(this.view.style, {
      top: `${top}px`, height: `${height}px`, lineHeight: `${height}px`, fontFamily: font, fontSize: `${size}px`,
      maxWidth: `${width}px`,
    });
    const fits = Math.max(0, Math.min(left, width - this.view.offsetWidth));
    this.view.style.left = `${fits}px`;
    Object.assign(this.textarea.style, { left: `${fits}px`, top: `${top}px`, height: `${height}px` });
  }
}
