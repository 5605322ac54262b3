import assert from "node:assert/strict";
import { test } from "node:test";
import { Painter } from "../../static/js/helpers/painter.js";

const KB = 1024;

/** Parses what it was given when the test says so, one write at a time, as xterm.js does between two looks at its clock;
 * paints all that changed after each. */
class FakeTerm {
  constructor() {
    Object.assign(this, { queue: [], parsed: "", paints: [], rows: 24 });
    this.selections = [];
    this._core = { _renderService: {
      _renderRows: () => this.paints.push(this.parsed.length),
      handleSelectionChanged: (start) => this.selections.push(start),
    } };
  }

  write(data, done) {
    this.queue.push([data, done]);
  }

  refresh() {}

  step() {
    const [data, done] = this.queue.shift();
    this.parsed += typeof data === "string" ? data : new TextDecoder().decode(data);
    done?.();
    this._core._renderService._renderRows(0, this.rows - 1);
  }

  all(each = () => {}) {
    while (this.queue.length) {
      this.step();
      each();
    }
  }
}

function made() {
  const term = new FakeTerm();
  const clock = { now: 0 };
  return { term, clock, painter: new Painter(term, () => clock.now) };
}

const text = (size) => new Uint8Array(size).map((_, i) => 97 + (i % 26));

test("long output is written in portions, in order, and done when the last is parsed", () => {
  const { term, painter } = made();
  const data = text(100 * KB + 7);
  let done = 0;
  painter.write(data, () => { done = term.parsed.length; });
  assert.ok(term.queue.every(([portion]) => portion.length <= 16 * KB));
  term.all();
  assert.equal(term.parsed, new TextDecoder().decode(data));
  assert.equal(done, data.length);
});

test("nothing at all is done too", () => {
  const { term, painter } = made();
  let done = false;
  painter.write(new Uint8Array(0), () => { done = true; });
  term.all();
  assert.ok(done);
});

test("a little output is painted as xterm.js does", () => {
  const { term, painter } = made();
  for (let i = 0; i < 10; i += 1) painter.write(text(4 * KB), () => {});
  assert.equal(painter.held, false);
  term.all();
  assert.equal(term.paints.length, 10);
});

test("a flood is painted ten times a second, and at its end", () => {
  const { term, clock, painter } = made();
  painter.write(text(1024 * KB), () => {});
  assert.ok(painter.held);
  term.all(() => { clock.now += 10; });
  assert.equal(painter.held, false);
  const inFlood = term.paints.filter((at) => at < (1024 - 64) * KB);
  assert.equal(inFlood.length, 5, String(term.paints));
  assert.equal(term.paints.at(-1), 1024 * KB);
});

test("a snapshot is shown when it is whole, whatever the time, and what follows it in the flood as before", () => {
  const { term, clock, painter } = made();
  const said = [];
  painter.write(text(16 * KB), () => {});
  painter.draw("RESET", () => said.push(["sized", term.parsed.length]), text(500 * KB), () => said.push(["done"]));
  term.step();
  assert.equal(term.parsed.length, 16 * KB, "what came before the reset is still there");
  term.all(() => { clock.now += 50; });
  assert.deepEqual(said, [["sized", 16 * KB + 5], ["done"]]);
  assert.ok(term.paints.every((at) => at <= 16 * KB + 5 || at === 516 * KB + 5), String(term.paints));
  assert.equal(term.paints.at(-1), 516 * KB + 5);
  assert.equal(painter.held, false);
});

test("two snapshots one after the other leave nothing held", () => {
  const { term, painter } = made();
  painter.draw("R", () => {}, text(100 * KB), () => {});
  painter.draw("R", () => {}, text(10), () => {});
  term.all();
  assert.equal(painter.held, false);
  assert.equal(term.paints.at(-1), term.parsed.length);
});

test("no selection is drawn once, when it ends", () => {
  const { term } = made();
  const { _renderService: service } = term._core;
  for (const [start, end] of [[], [[1, 1], undefined], [[1, 1], [2, 1]], [[1, 0], [2, 0]], [], []]) {
    service.handleSelectionChanged(start, end, false);
  }
  assert.deepEqual(term.selections, [[1, 1], [1, 0], undefined]);
});
