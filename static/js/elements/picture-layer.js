/* The pictures over a terminal's cells. Rule: a cell shows its picture's part as long as it carries its link, whatever
this window's cells measure. */

import { CELL } from "../helpers/picture-sizes.js";
import { runsOf } from "../helpers/picture-runs.js";
import { decodeSixel } from "../helpers/sixel.js";
import { kindOf } from "../helpers/picture-files.js";
import { t } from "../helpers/words.js";
import { choices } from "./terminal-look.js";

const SIXEL = "image/x-sixel";

export class PictureLayer {
  /** `links` as guard() made them; `store` may come later. */
  constructor(term, links) {
    Object.assign(this, { term, links, store: null, drawn: "" });
    this.canvas = document.createElement("canvas");
    this.canvas.className = "picture-layer";
    this.canvas.role = "img";
    this.canvas.hidden = true;
    this.ending = new AbortController();
    const { signal } = this.ending;
    term.onRender(() => this.draw());
    document.addEventListener("lookchange", () => this.anew(), { signal });
    choices.addEventListener("change", ({ detail }) => detail.name === "terminal_pictures" && this.anew(), { signal });
  }

  /** For good. */
  close() {
    this.ending.abort();
  }

  from(store) {
    this.store = store;
    store.addEventListener("arrived", () => this.anew(), { signal: this.ending.signal });
    this.anew();
  }

  anew() {
    this.drawn = "";
    this.draw();
  }

  draw() {
    const runs = runsOf(this.term, this.links);
    if (!runs.length && this.canvas.hidden) return;
    const screen = this.term.element?.querySelector(".xterm-screen");
    if (!screen) return;
    const { width, height } = screen.getBoundingClientRect();
    const { cursor } = this;
    const state = JSON.stringify([runs, width, height, devicePixelRatio, cursor]);
    if (state === this.drawn) return;
    this.drawn = state;
    if (this.canvas.parentElement !== screen) screen.append(this.canvas);
    this.canvas.hidden = !runs.length;
    this.canvas.ariaLabel = [...new Set(runs.map(({ width: wide, height: high }) => t("picture, {wide} × {high}", { wide, high })))].join("; ");
    this.paint(runs, width, height, cursor);
  }

  paint(runs, width, height, cursor) {
    const { canvas, term } = this;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    const context = canvas.getContext("2d");
    const cell = { width: canvas.width / term.cols, height: canvas.height / term.rows };
    if (choices.get("terminal_pictures") && this.store) {
      for (const run of runs) this.paintRun(context, run, edgesOf(run, cell));
    }
    if (cursor) {
      const edges = edgesOf({ ...cursor, cells: 1 }, cell);
      context.clearRect(edges.left, edges.top, edges.width, edges.height);
    }
  }

  paintRun(context, run, { left, top, width, height }) {
    const drawing = this.store.get(run.offset);
    const [x, y] = [run.col * CELL.width, run.row * CELL.height];
    const wide = Math.min(run.cells * CELL.width, run.width - x);
    const high = Math.min(CELL.height, run.height - y);
    if (!drawing || x < 0 || wide <= 0 || high <= 0) return;
    const [across, down] = [drawing.width / run.width, drawing.height / run.height];
    context.drawImage(drawing, x * across, y * down, wide * across, high * down,
      left, top, (width * wide) / (run.cells * CELL.width), (height * high) / CELL.height);
  }

  /** The cell that stays free for the cursor, which is below. */
  get cursor() {
    const { active } = this.term.buffer;
    const y = active.baseY + active.cursorY - active.viewportY;
    const shown = !this.term._core.coreService.isCursorHidden && y < this.term.rows;
    return shown ? { x: Math.min(active.cursorX, this.term.cols - 1), y } : null;
  }
}

/** In whole pixels of the canvas, so that neighbours leave no seam. */
function edgesOf({ x, y, cells }, cell) {
  const [left, top] = [Math.round(x * cell.width), Math.round(y * cell.height)];
  return { left, top, width: Math.round((x + cells) * cell.width) - left, height: Math.round((y + 1) * cell.height) - top };
}

/** Raster files by what they are, never by what they are called; no format that could hold a script. */
export async function decodePicture(kind, bytes) {
  if (kind !== SIXEL) return createImageBitmap(new Blob([bytes], { type: kindOf(bytes) ?? "" }), { imageOrientation: "none" });
  const found = decodeSixel(bytes);
  if (!found) throw new Error("no sixel");
  return createImageBitmap(new ImageData(found.pixels, found.width, found.height));
}
