/* <terminal-view>: xterm.js. Rule: it always has the session's rows and columns; nothing here ever resizes the session.

It is the `terminal` that models/session-stream.js draws on. Events: `typed` {data}, `user-typed` (not by the program's
wish, as reports of focus are), `laid-out`, `redrawn` (reset: a snapshot follows), `titled` {title}, `copy-asked` {text}
(the program wants to fill the clipboard), `copy-chosen` (the user does), `scroll-asked` {pages} or {to}, `paste-asked`
{text}, `files-pasted` {files}, `selected`, `zoom-asked` {step: 1, -1, or 0 for none}, `bell`, `link` {text} (the pointer is on one; "" when it left).
*/

import { Terminal } from "@xterm/xterm";
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { SearchAddon } from "@xterm/addon-search";
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { preferences } from "../page.js";
import { guard } from "../helpers/guards.js";
import { registerWidths } from "../helpers/widths.js";
import { fromBinary } from "../helpers/pieces.js";
import { Painter } from "../helpers/painter.js";
import { Pictures } from "../helpers/pictures.js";
import { cleaned } from "../helpers/paste.js";
import { t } from "../helpers/words.js";
import { PictureStore } from "../models/picture-store.js";
import { Composition } from "./composition.js";
import { decodePicture, PictureLayer } from "./picture-layer.js";
import { addRenderer, choices, colour, dress, join, look, openLink } from "./terminal-look.js";
import { TerminalLayout } from "./terminal-layout.js";

const SCROLLBACK_LINES = 5000;
// CAN ends whatever sequence was cut off, RIS resets the rest: both in the stream, behind what is still unparsed.
// Then the cursor on: xterm.js shows none before the first focus, and a phone that only watches never has it.
const RESET = "\x18\x1bc\x1b[?25h";

class TerminalView extends HTMLElement {
  connectedCallback() {
    this.keyboardOpen = false;
    this.over = false;
    this.mount = document.createElement("div");
    this.mount.className = "terminal-mount";
    this.append(this.mount);
    this.layout = new TerminalLayout(this);
    this.ending = new AbortController();
    this.open();
    this.watch = new ResizeObserver(() => this.layout.soon());
    this.watch.observe(this);
    const { signal } = this.ending;
    document.addEventListener("themechange", () => this.theme(), { signal });
    document.addEventListener("lookchange", () => this.dress(), { signal });
  }

  /** For good: xterm.js holds timers, and a WebGL context of the few that a page has. */
  disconnectedCallback() {
    this.ending.abort();
    this.watch.disconnect();
    this.layout.close();
    this.layer.close();
    this.term.dispose();
  }

  open() {
    this.term = new Terminal({ ...look((text) => this.hint(text)), scrollback: SCROLLBACK_LINES });
    this.addons();
    this.layer = new PictureLayer(this.term, guard(this.term).pictures);
    this.pictures = new Pictures();
    registerWidths(this.term);
    this.theme();
    this.speaking();
    preferences.addEventListener("change", ({ detail }) => detail.name === "screen_reader" && this.speaking(), { signal: this.ending.signal });
    this.term.open(this.mount);
    join(this.term, choices.get("terminal_ligatures"));
    this.mount.addEventListener("paste", (event) => this.pasted(event), true);
    this.painter = new Painter(this.term);
    this.term.textarea.setAttribute("aria-label", t("Terminal. Ctrl+Shift+E leaves it."));
    this.compose();
    addRenderer(this.term, () => this.layout.soon());
    this.term.attachCustomKeyEventHandler((event) => this.key(event));
    this.term.onData((data) => this.tell("typed", { data }));
    this.term.onBinary((data) => this.tell("typed", { data: fromBinary(data) }));
    this.term._core.coreService.onUserInput(() => this.tell("user-typed"));
    this.term.onBell(() => this.tell("bell"));
    this.term.onSelectionChange(() => this.tell("selected"));
    this.term.onTitleChange((title) => this.tell("titled", { title }));
    this.term.onCursorMove(() => this.layout.cursorMoved());
    this.layout.now();
  }

  speaking() {
    this.term.options.screenReaderMode = preferences.get("screen_reader", false);
  }

  addons() {
    this.fit = new FitAddon();
    this.search = new SearchAddon();
    this.term.loadAddon(this.fit);
    this.term.loadAddon(this.search);
    this.term.loadAddon(new WebLinksAddon((event, uri) => openLink(uri), {
      hover: (event, uri) => this.hint(uri), leave: () => this.hint(""),
    }));
    this.term.loadAddon(new ClipboardAddon(undefined, {
      readText: () => "",                     // no program reads this machine's clipboard
      writeText: (selection, text) => { if (text) this.tell("copy-asked", { text }); },
    }));
  }

  compose() {
    const screen = this.mount.querySelector(".xterm-screen");
    this.composition = new Composition({
      textarea: this.term.textarea, root: screen, send: (data) => this.term.input(data, true),
      choice: () => preferences.get("composing"), modified: () => Boolean(this.modifiers?.any),
      place: () => {
        const { cursorX, cursorY } = this.term.buffer.active;
        const { width, height } = this.cell;
        const { fontFamily: font, fontSize: size } = this.term.options;
        return { left: cursorX * width, top: cursorY * height, height, font, size, width: screen.clientWidth };
      },
    });
  }

  theme() {
    colour(this.term, { cursor: !this.over });
  }

  /** As it was chosen just now. */
  dress() {
    dress(this.term, { cursor: !this.over });
    this.layout.now();
  }

  // What the stream draws on. xterm.js parses later than it is told to write: resets and sizes go through the same
  // queue (as callbacks of empty or short writes), so that they take effect exactly at their place.

  draw({ rows, cols, data }, done) {
    this.pictures.forget();
    this.painter.draw(RESET, () => {
      this.tell("redrawn");
      this.take(rows, cols);
    }, this.pictures.read(data), done);
  }

  /** `offset`: where the data begins in all output, if not right behind what came before. */
  write(data, done, offset) {
    this.painter.write(this.pictures.read(data, offset), done);
  }

  /** `ask(offset, start)` answers a part of the picture that stands at `offset` in the output. */
  showPictures(ask) {
    this.store = new PictureStore({ ask, decode: decodePicture });
    this.layer.from(this.store);
  }

  resize(rows, cols) {
    this.term.write("", () => this.take(rows, cols));
  }

  take(rows, cols) {
    if (rows === this.term.rows && cols === this.term.cols) return;
    this.term.resize(cols, rows);
    this.layout.now();
  }

  // Size: elements/terminal-layout.js

  get differs() {
    return Boolean(this.proposal)
      && (this.proposal.rows !== this.term.rows || this.proposal.cols !== this.term.cols);
  }

  /** With the on-screen keyboard open the text keeps its size; the view scrolls to where the cursor is. */
  set keyboard(open) {
    if (this.keyboardOpen === open) return;
    this.keyboardOpen = open;
    this.classList.toggle("keyboard", open);
    this.layout.soon();
  }

  // Keys that the page keeps

  key(event) {
    if (event.type !== "keydown" || !event.shiftKey || event.altKey || event.metaKey) return true;
    const act = this.keyAct(event);
    if (event.defaultPrevented) return false;  // the page's own keys came first
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
      return false;
    }
    return !event.ctrlKey || event.code !== "KeyV"; // the browser's own paste: it needs no permission
  }

  keyAct({ ctrlKey, code }) {
    const scroll = (detail) => () => this.tell("scroll-asked", detail);
    const zoom = (step) => () => this.tell("zoom-asked", { step });
    if (!ctrlKey) return { PageUp: scroll({ pages: -1 }), PageDown: scroll({ pages: 1 }) }[code];
    return {
      KeyC: () => this.tell("copy-chosen"), KeyF: () => this.tell("search-asked"),
      Equal: zoom(1), NumpadAdd: zoom(1), Minus: zoom(-1), NumpadSubtract: zoom(-1), Digit0: zoom(0), Numpad0: zoom(0),
      KeyE: () => {
        this.term.blur();
        this.tell("left");
      },
      ...(this.place.alternate ? {} : { Home: scroll({ to: "top" }), End: scroll({ to: "bottom" }) }),
    }[code];
  }

  // Where it stands, for elements/deep-scroll.js

  /** In lines of its buffer: the first one shown, the one that would be first at the bottom, and how many there are. */
  get place() {
    const { active } = this.term.buffer;
    return {
      top: active.viewportY, bottom: active.baseY, lines: active.length, rows: this.term.rows,
      alternate: active.type === "alternate",
    };
  }

  /** The wheel and the finger scroll; otherwise the program gets them. */
  get scrolls() {
    return !this.place.alternate && this.term.modes.mouseTrackingMode === "none";
  }

  /** Whether a wheel that turns this way (down is positive) moves the window over zoomed text before it scrolls: up
   * always, down when nothing is below. A program that has the mouse gets the wheel. */
  pansBefore(down) {
    const { top, bottom } = this.place;
    return this.term.modes.mouseTrackingMode === "none" && (down < 0 || top >= bottom);
  }

  get cell() {
    const { width, height } = this.mount.querySelector(".xterm-screen").getBoundingClientRect();
    return { width: width / this.term.cols, height: height / this.term.rows };
  }

  /** A marker at the cursor's line, which moves with it; none on the alternate screen. */
  marker() {
    return this.place.alternate ? undefined : this.term.registerMarker(0);
  }

  get selected() {
    return this.term.getSelection();
  }

  /** The browser's own paste, before xterm.js sees it: what it holds is looked at first. */
  pasted(event) {
    event.preventDefault();
    event.stopPropagation();
    this.composition.elsewhere();
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text) this.tell("paste-asked", { text });
    else if (files.length) this.tell("files-pasted", { files });
  }

  /** As if typed, in brackets where the program asked for them, which nothing in the text can close. */
  paste(text) {
    this.term.paste(cleaned(text));
  }

  get bracketsPaste() {
    return this.term.modes.bracketedPasteMode;
  }

  focus() {
    this.term.focus();
  }

  set readOnly(on) {
    if (this.over === on) return;
    this.over = on;
    this.term.options.disableStdin = on;
    this.term.options.cursorInactiveStyle = on ? "none" : "outline";
    this.theme();
  }

  get applicationCursor() {
    return this.term.modes.applicationCursorKeysMode;
  }

  /** Where the link under the pointer leads. */
  hint(text) {
    this.tell("link", { text });
  }

  /** The screen as text, for tests: rows joined by newlines, trailing blanks cut; `scrollback` adds what is above. */
  text(scrollback = false) {
    const buffer = this.term.buffer.active;
    const from = scrollback ? 0 : buffer.baseY;
    const rows = [];
    for (let y = from; y < buffer.baseY + this.term.rows; y += 1) rows.push(buffer.getLine(y).translateToString(true));
    return rows.join("\n");
  }

  /** The rows shown, wherever it is scrolled to. */
  get shownText() {
    const { active } = this.term.buffer;
    return Array.from({ length: this.term.rows },
      (_, y) => active.getLine(active.viewportY + y).translateToString(true)).join("\n");
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define("terminal-view", TerminalView);
