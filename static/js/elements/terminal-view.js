/* <terminal-view>: xterm.js. Rule: it always has the session's rows and columns; the text is scaled so that all of it
shows, and nothing here ever resizes the session.

It is the `terminal` that models/session-stream.js draws on. Events: `typed` {data}, `user-typed` (not by the program's
wish, as reports of focus are), `laid-out`, `redrawn` (reset: a snapshot follows), `titled` {title}, `copy-asked` {text}
(the program wants to fill the clipboard), `copy-chosen` (the user does), `scroll-asked` {pages} or {to}.
*/

import { Terminal } from "@xterm/xterm";
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { SearchAddon } from "@xterm/addon-search";
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { guard } from "../helpers/guards.js";
import { registerWidths } from "../helpers/widths.js";
import { fits, fontThatFits, smaller, SMALLEST_FONT } from "../helpers/scale.js";
import { fromBinary } from "../helpers/pieces.js";
import { Painter } from "../helpers/painter.js";
import { copyText } from "./copy-button.js";
import { addRenderer, colour, look, openLink, SCROLLBAR_PX, usualFontPx } from "./terminal-look.js";

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
    this.open();
    new ResizeObserver(() => this.layoutSoon()).observe(this);
    document.addEventListener("themechange", () => this.theme());
  }

  open() {
    this.term = new Terminal({ ...look((text) => this.hint(text)), scrollback: SCROLLBACK_LINES });
    this.addons();
    guard(this.term);
    registerWidths(this.term);
    this.theme();
    this.term.open(this.mount);
    this.painter = new Painter(this.term);
    this.term.textarea.setAttribute("aria-label", "Terminal. Ctrl+Shift+E leaves it.");
    addRenderer(this.term, () => this.layoutSoon());
    this.term.attachCustomKeyEventHandler((event) => this.key(event));
    this.term.onData((data) => this.tell("typed", { data }));
    this.term.onBinary((data) => this.tell("typed", { data: fromBinary(data) }));
    this.term._core.coreService.onUserInput(() => this.tell("user-typed"));
    this.term.onTitleChange((title) => this.tell("titled", { title }));
    this.term.onCursorMove(() => this.keyboardOpen && this.revealCursor());
    this.layout();
  }

  addons() {
    this.fit = new FitAddon();
    this.search = new SearchAddon();
    this.term.loadAddon(this.fit);
    this.term.loadAddon(this.search);
    this.term.loadAddon(new WebLinksAddon((event, uri) => openLink(uri)));
    this.term.loadAddon(new ClipboardAddon(undefined, {
      readText: () => "",                     // no program reads this machine's clipboard
      writeText: (selection, text) => { if (text) this.tell("copy-asked", { text }); },
    }));
  }

  theme() {
    colour(this.term, { cursor: !this.over });
  }

  // What the stream draws on. xterm.js parses later than it is told to write: resets and sizes go through the same
  // queue (as callbacks of empty or short writes), so that they take effect exactly at their place.

  draw({ rows, cols, data }, done) {
    this.painter.draw(RESET, () => {
      this.tell("redrawn");
      this.take(rows, cols);
    }, data, done);
  }

  write(data, done) {
    this.painter.write(data, done);
  }

  resize(rows, cols) {
    this.term.write("", () => this.take(rows, cols));
  }

  take(rows, cols) {
    if (rows === this.term.rows && cols === this.term.cols) return;
    this.term.resize(cols, rows);
    this.layout();
  }

  // Size

  layoutSoon() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.layout();
    });
  }

  /** What this window would hold at the usual text size goes to `proposal`; then the text is scaled to show it all. */
  layout() {
    if (this.keyboardOpen) {
      this.revealCursor();
      return;
    }
    this.term.options.fontSize = usualFontPx();
    this.proposal = this.fit.proposeDimensions() ?? this.proposal;
    const room = { width: this.mount.clientWidth - SCROLLBAR_PX, height: this.mount.clientHeight };
    if (room.width <= 0 || room.height <= 0) return;
    this.scale(room);
    this.classList.toggle("differs", this.differs);
    this.tell("laid-out");
  }

  scale(room) {
    const drawn = () => this.mount.querySelector(".xterm-screen").getBoundingClientRect();
    if (fits(drawn(), room)) return;
    this.term.options.fontSize = fontThatFits(this.term.options.fontSize, drawn(), room, usualFontPx());
    while (!fits(drawn(), room) && this.term.options.fontSize > SMALLEST_FONT) {
      this.term.options.fontSize = smaller(this.term.options.fontSize);
    }
  }

  get differs() {
    return Boolean(this.proposal)
      && (this.proposal.rows !== this.term.rows || this.proposal.cols !== this.term.cols);
  }

  /** With the on-screen keyboard open the text keeps its size; the view scrolls to where the cursor is. */
  set keyboard(open) {
    if (this.keyboardOpen === open) return;
    this.keyboardOpen = open;
    this.classList.toggle("keyboard", open);
    this.layoutSoon();
  }

  revealCursor() {
    const screen = this.mount.querySelector(".xterm-screen");
    const cell = screen.clientHeight / this.term.rows;
    const bottom = (this.term.buffer.active.cursorY + 1) * cell;
    this.scrollTop = Math.max(0, bottom + cell - this.clientHeight);
  }

  // Keys that the page keeps

  key(event) {
    if (event.type !== "keydown" || !event.shiftKey || event.altKey || event.metaKey) return true;
    const act = this.keyAct(event);
    if (act) {
      event.preventDefault();
      act();
      return false;
    }
    return !event.ctrlKey || event.code !== "KeyV"; // the browser's own paste: it needs no permission
  }

  keyAct({ ctrlKey, code }) {
    const scroll = (detail) => () => this.tell("scroll-asked", detail);
    if (!ctrlKey) return { PageUp: scroll({ pages: -1 }), PageDown: scroll({ pages: 1 }) }[code];
    return {
      KeyC: () => this.tell("copy-chosen"), KeyF: () => this.tell("search-asked"),
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

  paste(text) {
    this.term.paste(text);
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

  hint(text) {
    this.title = text;
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
