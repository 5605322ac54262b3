/* <terminal-view>: xterm.js. Rule: it always has the session's rows and columns; the text is scaled so that all of it
shows, and nothing here ever resizes the session.

It is the `terminal` that models/session-stream.js draws on. Events: `typed` {data}, `laid-out`, `titled` {title},
`copy-asked` {text} (the program wants to fill the clipboard).
*/

import { Terminal } from "@xterm/xterm";
import { FitAddon } from "@xterm/addon-fit";
import { WebglAddon } from "@xterm/addon-webgl";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { SearchAddon } from "@xterm/addon-search";
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { guard } from "../helpers/guards.js";
import { registerWidths } from "../helpers/widths.js";
import { DARK, LIGHT } from "../helpers/palettes.js";
import { fits, fontThatFits, smaller, SMALLEST_FONT } from "../helpers/scale.js";
import { fromBinary } from "../helpers/pieces.js";
import { Painter } from "../helpers/painter.js";
import { copyText } from "./copy-button.js";
import { isDark } from "./theme-toggle.js";

const SCROLLBACK_LINES = 5000;
const SCROLLBAR_PX = 10;
const FONT = 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", '
  + '"Liberation Mono", "Noto Sans Mono CJK SC", monospace';
const FONT_PX = 14;
const PHONE_FONT_PX = 13;
// CAN ends whatever sequence was cut off, RIS resets the rest: both in the stream, behind what is still unparsed.
// Then the cursor on: xterm.js shows none before the first focus, and a phone that only watches never has it.
const RESET = "\x18\x1bc\x1b[?25h";

const SOFTWARE_WEBGL = /swiftshader|llvmpipe|softpipe|software|basic render/i;

const phone = matchMedia("(pointer: coarse) and (max-width: 700px)");

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
    this.term = new Terminal({
      allowProposedApi: true, scrollback: SCROLLBACK_LINES, fontFamily: FONT, fontSize: this.fontPx,
      overviewRuler: { width: SCROLLBAR_PX }, macOptionIsMeta: true, rightClickSelectsWord: true,
      linkHandler: { activate: (event, uri) => openLink(uri), hover: (event, uri) => this.hint(uri),
        leave: () => this.hint("") },
    });
    this.addons();
    guard(this.term);
    registerWidths(this.term);
    this.theme();
    this.term.open(this.mount);
    this.painter = new Painter(this.term);
    this.term.textarea.setAttribute("aria-label", "Terminal. Ctrl+Shift+E leaves it.");
    this.renderer();
    this.term.attachCustomKeyEventHandler((event) => this.key(event));
    this.term.onData((data) => this.tell("typed", { data }));
    this.term.onBinary((data) => this.tell("typed", { data: fromBinary(data) }));
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

  /** WebGL where there is one; xterm.js's own DOM renderer otherwise, and when the browser takes the context away. */
  renderer() {
    if (!hasGraphicsCard()) return;
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => {
        webgl.dispose();
        this.layoutSoon();
      });
      this.term.loadAddon(webgl);
    } catch {
      // No WebGL2 here.
    }
  }

  theme() {
    const dark = isDark();
    const palette = dark ? DARK : LIGHT;
    // The cursor of a program that is over invites nobody to type.
    this.term.options.theme = this.over ? { ...palette, cursor: "#00000000", cursorAccent: palette.foreground } : palette;
    // Most programs choose their colours for a dark ground; on the light one they are darkened until readable.
    this.term.options.minimumContrastRatio = dark ? 1 : 4.5;
  }

  // What the stream draws on. xterm.js parses later than it is told to write: resets and sizes go through the same
  // queue (as callbacks of empty or short writes), so that they take effect exactly at their place.

  draw({ rows, cols, data }, done) {
    this.painter.draw(RESET, () => this.take(rows, cols), data, done);
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

  get fontPx() {
    return phone.matches ? PHONE_FONT_PX : FONT_PX;
  }

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
    this.term.options.fontSize = this.fontPx;
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
    this.term.options.fontSize = fontThatFits(this.term.options.fontSize, drawn(), room, this.fontPx);
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
    if (event.type !== "keydown" || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
    const act = {
      KeyC: () => this.copy(), KeyF: () => this.tell("search-asked"), KeyE: () => this.term.blur(),
    }[event.code];
    if (act) {
      event.preventDefault();
      act();
      if (event.code === "KeyE") this.tell("left");
      return false;
    }
    return event.code !== "KeyV";             // the browser's own paste: it needs no permission
  }

  copy() {
    if (this.term.hasSelection()) copyText(this.term.getSelection()).catch(() => {});
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

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** WebGL done by the processor takes the page twice as long as xterm.js's DOM renderer does: 130 ms a frame. Browsers
 * are asked to say so, and do not all of them. */
function hasGraphicsCard() {
  const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const name = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE_WEBGL.test(name);
}

/** Only web addresses, in a page that knows nothing of this one. */
function openLink(uri) {
  if (/^https?:/i.test(uri)) window.open(uri, "_blank", "noopener,noreferrer");
}

customElements.define("terminal-view", TerminalView);
