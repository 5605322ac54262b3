/* How terminals look: font, colours, renderer. The same for the live one and for the history over it, or a character
would move when one takes the other's place. */

import { WebglAddon } from "@xterm/addon-webgl";
import { DARK, LIGHT } from "../helpers/palettes.js";
import { isDark } from "./theme-toggle.js";

export const SCROLLBAR_PX = 10;
const FONT = 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", '
  + '"Liberation Mono", "Noto Sans Mono CJK SC", monospace';
const FONT_PX = 14;
const PHONE_FONT_PX = 13;
const SOFTWARE_WEBGL = /swiftshader|llvmpipe|softpipe|software|basic render/i;

const phone = matchMedia("(pointer: coarse) and (max-width: 700px)");

export function usualFontPx() {
  return phone.matches ? PHONE_FONT_PX : FONT_PX;
}

/** Options of a new terminal. `hint(text)` shows where a link leads. */
export function look(hint) {
  return {
    allowProposedApi: true, fontFamily: FONT, fontSize: usualFontPx(), overviewRuler: { width: SCROLLBAR_PX },
    macOptionIsMeta: true, rightClickSelectsWord: true,
    linkHandler: { activate: (event, uri) => openLink(uri), hover: (event, uri) => hint(uri), leave: () => hint("") },
  };
}

/** `cursor`: whether it is shown; that of a program that is over invites nobody to type. */
export function colour(term, { cursor = true } = {}) {
  const dark = isDark();
  const palette = dark ? DARK : LIGHT;
  term.options.theme = cursor ? palette : { ...palette, cursor: "#00000000", cursorAccent: palette.foreground };
  // Most programs choose their colours for a dark ground; on the light one they are darkened until readable.
  term.options.minimumContrastRatio = dark ? 1 : 4.5;
}

/** WebGL where there is one; xterm.js's own DOM renderer otherwise, and when the browser takes the context away. */
export function addRenderer(term, lost = () => {}) {
  if (!hasGraphicsCard()) return;
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => {
      webgl.dispose();
      lost();
    });
    term.loadAddon(webgl);
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
  if (/^https?:/i.test(uri)) window.open(uri, "_blank", "noopener,noreferrer");
}
