import assert from "node:assert/strict";
import test from "node:test";
import { PictureStore } from "../../static/js/models/picture-store.js";
import { extent, RIGHT } from "../../static/js/helpers/picture-sizes.js";
import { pictureOf } from "../../static/js/helpers/placing.js";

const drawing = (width, height, closed) => ({ width, height, close: () => closed.push(width) });

function store(answers, decode) {
  const asked = [];
  const made = new PictureStore({
    ask: async (offset, start) => {
      asked.push([offset, start]);
      return answers(offset, start);
    },
    decode,
  });
  const arrived = () => new Promise((done) => made.addEventListener("arrived", done, { once: true }));
  return { made, asked, arrived };
}

test("a picture is fetched in parts, once", async () => {
  const whole = Uint8Array.of(1, 2, 3, 4, 5);
  const { made, asked, arrived } = store(
    (offset, start) => ({ kind: "image/png", size: 5, data: whole.slice(start, start + 2).buffer }),
    async (kind, bytes) => ({ kind, bytes: [...bytes], width: 1, height: 1 }),
  );
  assert.equal(made.get(7), undefined);
  assert.equal(made.get(7), undefined);
  await arrived();
  assert.deepEqual(made.get(7), { kind: "image/png", bytes: [1, 2, 3, 4, 5], width: 1, height: 1 });
  assert.deepEqual(asked, [[7, 0], [7, 2], [7, 4]]);
});

test("what is not there, or cannot be drawn, is not asked for again", async () => {
  const { made, asked, arrived } = store(
    (offset) => {
      if (offset === 1) throw Object.assign(new Error("no"), { code: "not_found" });
      return { kind: "image/png", size: 1, data: new ArrayBuffer(1) };
    },
    async () => { throw new Error("no picture"); },
  );
  for (const offset of [1, 2]) {
    made.get(offset);
    await arrived();
    assert.equal(made.get(offset), null);
  }
  assert.equal(asked.length, 2);
});

test("what was not in sight for longest is let go of, and not asked for again at once", async () => {
  const closed = [];
  const { made, asked, arrived } = store(
    (offset) => ({ kind: "", size: 1, data: Uint8Array.of(offset).buffer }),
    async (kind, [offset]) => drawing(4000 + offset, 2000, closed),
  );
  for (const offset of [1, 2, 3]) {
    made.get(offset);
    await arrived();
    made.get(1);
  }
  made.get(4);
  await arrived();
  assert.deepEqual(closed, [4002]);
  assert.equal(made.get(1).width, 4001);
  assert.equal(made.get(2), undefined);
  assert.equal(asked.length, 4);
});

test("a link says what of which picture is there, and no other text does", () => {
  assert.deepEqual(pictureOf("holdfast-picture:5/2/7/320x200"), { offset: 5, row: 2, col: 7, width: 320, height: 200 });
  for (const other of ["http://a/", "holdfast-picture:", "holdfast-picture:5/2/7/320x0", "holdfast-picture:-5/2/7/3x2", "holdfast-picture:5/2/7/3x2/http://a"]) {
    assert.equal(pictureOf(other), null);
  }
});

test("a file that is wider than the screen is made to fit", () => {
  const picture = { width: 1600, height: 400, after: RIGHT, size: 5000, wide: "", high: "", keepsRatio: true };
  assert.deepEqual(extent(picture, 24, 80), { width: 800, height: 200, rows: 10, cols: 80 });
});
