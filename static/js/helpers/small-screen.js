/* Draws a thumbnail, as the server sends it (docs/events.md), on a canvas. Pure but for the canvas. What a program
wrote is only ever text on a picture here. */

import { readable } from "./contrast.js";

const FONT_PX = 14;
const LINE = 1.2;
const FONT = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono CJK SC", monospace';
const BOLD = 1, FAINT = 2, ITALIC = 4, INVERSE = 8, UNDERLINE = 16, STRIKE = 32;
const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// A prompt in a corner of a large screen is still to be read: rather a part of it than all of it tiny.
const SMALLEST = 0.42;
// Boxes, blocks and Powerline's wedges are part of the ground: they keep their colours, as xterm.js has it.
const GROUND = /^[\s\u2500-\u259f\ue0a4-\ue0d6]+$/;

/** On a canvas of `width` x `height` CSS pixels. `palette.contrast`: the least of text on its ground, 1 for as it is. */
export function paint(canvas, picture, palette, { width, height, density = 1 }) {
  const wide = Math.round(width * density), high = Math.round(height * density);
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const context = canvas.getContext("2d", { alpha: false });
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, wide, high);
  if (!picture) return;
  context.font = `${FONT_PX}px ${FONT}`;
  const cell = { width: context.measureText("M").width, height: FONT_PX * LINE };
  const scale = scaleFor(picture, cell, width, height);
  const rows = Math.floor(height / (cell.height * scale));
  context.setTransform(scale * density, 0, 0, scale * density, 0, 0);
  const from = Math.max(0, lastRow(picture) + 1 - rows);
  const styles = picture.styles.map((style) => resolved(style, palette));
  for (let row = 0; row < rows; row += 1) drawLine(context, picture.lines[from + row], row, styles, cell);
  drawCursor(context, picture, from, palette, cell);
}

/** All of the screen if it can still be made out, else as much as can. */
function scaleFor({ rows, cols }, cell, width, height) {
  const whole = Math.min(width / (cols * cell.width), height / (rows * cell.height));
  return Math.min(1, Math.max(whole, SMALLEST));
}

function lastRow({ lines, cursor, first }) {
  return Math.max(lines.length - 1, cursor ? cursor[0] - first : 0);
}

function drawLine(context, line, row, styles, cell) {
  if (!line) return;
  const top = row * cell.height;
  let column = 0;
  for (let index = 0; index < line.length; index += 3) {
    const [text, number, cells] = [line[index], line[index + 1], line[index + 2]];
    drawRun(context, text, styles[number] ?? styles[0], { left: column * cell.width, top, width: cells * cell.width, cell });
    column += cells;
  }
}

function drawRun(context, text, style, { left, top, width, cell }) {
  if (style.back) {
    context.fillStyle = style.back;
    context.fillRect(left, top, width + 0.5, cell.height + 0.5);
  }
  if (!text.trim()) return;
  context.font = `${style.font}${FONT_PX}px ${FONT}`;
  context.globalAlpha = style.alpha;
  context.fillStyle = GROUND.test(text) ? style.fore : style.text;
  context.fillText(text, left, top + FONT_PX, width);
  if (style.flags & UNDERLINE) context.fillRect(left, top + FONT_PX + 1.5, width, 1);
  if (style.flags & STRIKE) context.fillRect(left, top + FONT_PX * 0.65, width, 1);
  context.globalAlpha = 1;
}

function drawCursor(context, { cursor, first }, from, palette, cell) {
  if (!cursor) return;
  context.globalAlpha = 0.7;
  context.fillStyle = palette.cursor;
  context.fillRect(cursor[1] * cell.width, (cursor[0] - first - from) * cell.height, cell.width, cell.height);
  context.globalAlpha = 1;
}

function resolved([fore, back, flags], palette) {
  const bright = flags & BOLD && typeof fore === "number" && fore < 8 ? fore + 8 : fore;
  let front = colour(bright, palette) ?? palette.foreground;
  let ground = colour(back, palette);
  if (flags & INVERSE) [front, ground] = [ground ?? palette.background, front];
  const font = `${flags & ITALIC ? "italic " : ""}${flags & BOLD ? "bold " : ""}`;
  const faint = Boolean(flags & FAINT);
  const text = readable(front, ground ?? palette.background, (palette.contrast ?? 1) / (faint ? 2 : 1));
  return { fore: front, text, back: ground, flags, font, alpha: faint ? 0.6 : 1 };
}

/** A palette number or `#rrggbb` as a CSS colour; null for the default. */
function colour(value, palette) {
  if (typeof value === "string") return /^#[0-9a-f]{6}$/.test(value) ? value : null;
  if (typeof value !== "number") return null;
  if (value < 8) return palette[NAMES[value]];
  if (value < 16) return palette[`bright${NAMES[value - 8][0].toUpperCase()}${NAMES[value - 8].slice(1)}`];
  if (value > 231) return `rgb(${Array(3).fill(8 + (value - 232) * 10).join(" ")})`;
  const steps = [Math.floor((value - 16) / 36), Math.floor((value - 16) / 6) % 6, (value - 16) % 6];
  return `rgb(${steps.map((step) => (step ? 55 + step * 40 : 0)).join(" ")})`;
}
