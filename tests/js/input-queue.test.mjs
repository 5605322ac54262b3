import assert from "node:assert/strict";
import { test } from "node:test";
import { InputQueue, LIMIT_BYTES, WINDOW_BYTES } from "../../static/js/models/input-queue.js";

/** A queue with what it sent; `later` runs when the test says so. */
function made() {
  const sent = [];
  const troubles = [];
  const later = [];
  const queue = new InputQueue({
    send: (seq, data) => sent.push([seq, data]), trouble: (code) => troubles.push(code), now: () => queue.clock,
    later: (work) => later.push(work),
  });
  queue.clock = 0;
  return { queue, sent, troubles, later };
}

test("keys wait for the join, then go out in order and numbered from 1", () => {
  const { queue, sent } = made();
  "abc".split("").forEach((key) => queue.push(key));
  assert.deepEqual(sent, []);
  queue.resume(0);
  assert.deepEqual(sent, [[1, "a"], [2, "b"], [3, "c"]]);
  [1, 2, 3].forEach((seq) => queue.answered(seq, null));
  assert.equal(queue.size, 0);
});

test("after a reconnect only what did not arrive is sent again, under its old number", () => {
  const { queue, sent } = made();
  queue.resume(0);
  "abcd".split("").forEach((key) => queue.push(key));
  queue.answered(1, null);
  queue.pause();
  queue.push("e");
  sent.length = 0;
  queue.resume(3);       // 2 and 3 had arrived, their acknowledgements had not
  assert.deepEqual(sent, [[4, "d"], [5, "e"]]);
});

test("numbers go on after those of an earlier page under the same name", () => {
  const { queue, sent } = made();
  queue.resume(41);
  queue.push("x");
  assert.deepEqual(sent, [[42, "x"]]);
});

test("a paste goes piece by piece, at most a window under way", () => {
  const { queue, sent } = made();
  queue.resume(0);
  queue.push("x".repeat(WINDOW_BYTES * 3));
  assert.equal(sent.length, 1);
  queue.push("k");
  assert.equal(sent.length, 1, "a key behind a paste waits its turn");
  queue.answered(1, null);
  queue.answered(2, null);
  queue.answered(3, null);
  assert.deepEqual(sent.map(([seq]) => seq), [1, 2, 3, 4]);
  assert.equal(sent[3][1], "k");
});

test("too much is refused whole", () => {
  const { queue } = made();
  assert.equal(queue.push("x".repeat(LIMIT_BYTES + 1)), false);
  assert.equal(queue.size, 0);
  assert.equal(queue.push("x".repeat(LIMIT_BYTES)), true);
  assert.equal(queue.push("y"), false);
});

test("a piece refused because the program does not read is sent again, alone, until it gets through", () => {
  const { queue, sent, troubles, later } = made();
  queue.resume(0);
  queue.push("a");
  queue.answered(1, "rate_limited");
  queue.push("b");
  assert.deepEqual(sent.map(([seq]) => seq), [1]);
  later.pop()();
  assert.deepEqual(sent.map(([seq]) => seq), [1, 1]);
  queue.answered(1, null);
  assert.deepEqual(sent.map(([seq]) => seq), [1, 1, 2]);
  assert.deepEqual(troubles, []);
});

test("a refused piece that a later one has overtaken is given up, and said so", () => {
  const { queue, troubles, later } = made();
  queue.resume(0);
  queue.push("a");
  queue.push("b");
  queue.answered(1, "rate_limited");
  queue.answered(2, null);
  assert.deepEqual(troubles, ["rate_limited"]);
  later.forEach((work) => work());
  assert.equal(queue.size, 0);
});

test("other refusals are told and not repeated", () => {
  const { queue, sent, troubles } = made();
  queue.resume(0);
  queue.push("a");
  queue.answered(1, "ended");
  assert.deepEqual(troubles, ["ended"]);
  queue.pause();
  queue.resume(0);
  assert.equal(sent.length, 1);
});

test("an answer from before the reconnect changes nothing", () => {
  const { queue, sent } = made();
  queue.push("a");
  queue.answered(1, null);
  queue.resume(0);
  assert.deepEqual(sent, [[1, "a"]]);
});

test("it knows how long the oldest key has been waiting", () => {
  const { queue } = made();
  queue.resume(0);
  assert.equal(queue.oldestWait(), 0);
  queue.push("a");
  queue.clock = 5000;
  queue.push("b");
  assert.equal(queue.oldestWait(), 5000);
});
