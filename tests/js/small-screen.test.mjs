import assert from "node:assert/strict";
import { test } from "node:test";
import { readable } from "../../static/js/helpers/contrast.js";
import { paletteOf } from "../../static/js/helpers/palettes.js";
import { paint } from "../../static/js/helpers/small-screen.js";

/** What is written on a canvas, with its colour. */
function written(picture, palette) {
  const texts = [];
  const context = {
    setTransform() {}, fillRect() {}, measureText: () => ({ width: 8 }),
    fillText(text) { texts.push([text, this.fillStyle]); },
  };
  paint({ getContext: () => context }, { rows: 1, cols: 80, first: 0, cursor: null, ...picture }, palette, { width: 300, height: 140 });
  return texts;
}

test("pale text on a light ground is darkened as in the terminal; what draws the ground is not", () => {
  const { theme } = paletteOf("holdfast-light");
  const picture = { styles: [[null, null, 0], ["#ffd7ff", null, 0], ["#ffd7ff", "#303030", 0]], lines: [["plain", 0, 5, "pink", 1, 4, "██", 1, 2, "pink", 2, 4]] };
  const colours = written(picture, { ...theme, contrast: 4.5 });
  assert.deepEqual(colours[0], ["plain", theme.foreground]);
  assert.notEqual(colours[1][1], "#ffd7ff");
  assert.deepEqual(colours.slice(2), [["██", "#ffd7ff"], ["pink", "#ffd7ff"]]);
  assert.deepEqual(written(picture, { ...theme, contrast: 1 })[1], ["pink", "#ffd7ff"]);
});

test("colours are those that xterm.js makes", () => {
  assert.equal(readable("#ffd7ff", "#ffffff", 4.5), "#786478");
  assert.equal(readable("rgb(255 255 255)", "#ffffff", 21), "#000000");
  assert.equal(readable("#101010", "#000000", 4.5), "#828282");
  assert.equal(readable("#808080", "#7f7f7f", 21), "#000000");
});
