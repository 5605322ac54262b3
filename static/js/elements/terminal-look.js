/* How terminals look: font, colours, renderer. The same for the live one and for the history over it, or a character
would move when one takes the other's place.

When it changes, `document` gets a `lookchange` event: `dress` the terminal again, then measure it. */

import { WebglAddon } from "@xterm/addon-webgl";
import { ligatures } from "../helpers/ligatures.js";
import { paletteOf, usualContrast } from "../helpers/palettes.js";
import { t } from "../helpers/words.js";
import { TerminalChoices } from "../models/terminal-choices.js";
import { preferences } from "../page.js";
import { isDark } from "./theme-toggle.js";
import { toast } from "./toast-line.js";

export const SCROLLBAR_PX = 10;
const USUAL_FONTS = 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", '
  + '"Liberation Mono", "Noto Sans Mono CJK SC", monospace';
/** Those in css/fonts.css; a browser loads one when it is first drawn with. */
export const FONTS = {
  "jetbrains-mono": "JetBrains Mono Holdfast", "fira-code": "Fira Code Holdfast", "cascadia-code": "Cascadia Code Holdfast",
};
const FONT_PX = 14;
const PHONE_FONT_PX = 13;
const SMALLEST_FONT_PX = 6;
// Browsers keep 16 contexts a page and take the oldest away; a pane has two terminals, most are never looked at together.
const MOST_WEBGL = 8;
const SOFTWARE_WEBGL = /swiftshader|llvmpipe|softpipe|software|basic render/i;
// What changes how large a character is, or what it looks like.
const LOOKS = new Set(["terminal_font", "terminal_font_size", "terminal_line_height", "terminal_ligatures", "terminal_contrast",
  "terminal_cursor", "terminal_cursor_blink", "terminal_light_theme", "terminal_dark_theme", "zoom"]);

let contexts = 0;
let graphicsCard;                             // once a page: to ask takes 10 ms

const phone = matchMedia("(pointer: coarse) and (max-width: 700px)");

function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export const choices = new TerminalChoices({ preferences, storage: storage() });
choices.addEventListener("change", ({ detail }) => LOOKS.has(detail.name) && changed());
document.addEventListener("themechange", () => paintGround());
preferences.addEventListener("failed", () => toast(t("The setting could not be saved; it lasts as long as this page.")));

/** A font has to be here before it is measured. */
async function changed() {
  paintGround();
  document.dispatchEvent(new Event("lookchange"));
  const family = FONTS[choices.get("terminal_font")];
  if (!family || document.fonts.check(`14px "${family}"`)) return;
  await Promise.allSettled([document.fonts.load(`14px "${family}"`), document.fonts.load(`bold 14px "${family}"`)]);
  document.dispatchEvent(new Event("lookchange"));
}

export function usualFontPx() {
  const chosen = choices.get("terminal_font_size") ?? (phone.matches ? PHONE_FONT_PX : FONT_PX);
  return Math.max(SMALLEST_FONT_PX, chosen + choices.zoom);
}

/** With a fallback of its own behind each: a font that is still on its way has to have cells too. */
function fontFamily() {
  const family = FONTS[choices.get("terminal_font")];
  return family ? `"${family}", ${USUAL_FONTS}` : USUAL_FONTS;
}

export function palette() {
  return isDark()
    ? paletteOf(choices.get("terminal_dark_theme"), "holdfast-dark")
    : paletteOf(choices.get("terminal_light_theme"), "holdfast-light");
}

/** Options of a new terminal. `hint(text)` shows where a link leads. */
export function look(hint) {
  return {
    allowProposedApi: true, overviewRuler: { width: SCROLLBAR_PX },
    macOptionIsMeta: true, rightClickSelectsWord: true, ...shape(),
    linkHandler: { activate: (event, uri) => openLink(uri), hover: (event, uri) => hint(uri), leave: () => hint("") },
  };
}

function shape() {
  return {
    fontFamily: fontFamily(), fontSize: usualFontPx(), lineHeight: choices.get("terminal_line_height"),
    cursorStyle: choices.get("terminal_cursor"), cursorBlink: choices.get("terminal_cursor_blink"),
  };
}

/** Everything that was chosen, onto a terminal that is there already. `cursor`: see colour(). */
export function dress(term, { cursor = true } = {}) {
  Object.assign(term.options, shape());
  colour(term, { cursor });
  join(term, choices.get("terminal_ligatures"));
}

/** `cursor`: whether it is shown; that of a program that is over invites nobody to type. */
export function colour(term, { cursor = true } = {}) {
  const { theme, dark } = palette();
  term.options.theme = cursor ? theme : { ...theme, cursor: "#00000000", cursorAccent: theme.foreground };
  term.options.minimumContrastRatio = choices.get("terminal_contrast") ?? usualContrast(dark);
}

const joiners = new WeakMap();

/** Ligatures on or off. */
export function join(term, on) {
  if (on === joiners.has(term) || !term.element) return;
  term.element.classList.toggle("ligatures", on);
  if (on) joiners.set(term, term.registerCharacterJoiner(ligatures));
  else {
    term.deregisterCharacterJoiner(joiners.get(term));
    joiners.delete(term);
  }
}

/** The stage around the terminal has its colour. */
function paintGround() {
  document.documentElement.style.setProperty("--terminal", palette().theme.background);
}

paintGround();
if (FONTS[choices.get("terminal_font")]) changed();

/** WebGL where there is one, for the first few terminals of a page; xterm.js's own DOM renderer otherwise, and when the
 * browser takes the context away. */
export function addRenderer(term, lost = () => {}) {
  graphicsCard ??= hasGraphicsCard();
  if (contexts >= MOST_WEBGL || !graphicsCard) return;
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => {
      webgl.dispose();
      lost();
    });
    term.loadAddon(webgl);
    contexts += 1;
    const { dispose } = webgl;
    webgl.dispose = () => {                   // also called by the terminal's own end
      if (webgl.over) return;
      webgl.over = true;
      contexts -= 1;
      dispose.call(webgl);
    };
  } catch {
    // No WebGL2 here.
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
export function openLink(uri) {
  if (/^https?:\/\//i.test(uri)) window.open(uri, "_blank", "noopener,noreferrer");
}
