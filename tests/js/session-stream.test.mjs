import assert from "node:assert/strict";
import { test } from "node:test";
import { Lost, Refused } from "../../static/js/models/connection.js";
import { SessionStream } from "../../static/js/models/session-stream.js";
import { bytes, FakeConnection, FakeTerminal, settled } from "./fakes.mjs";

const ID = "abcdefabcdef";

function made() {
  const connection = new FakeConnection();
  const terminal = new FakeTerminal();
  const stream = new SessionStream({
    connection, terminal, session: ID, client: "page", windowSize: () => ({ rows: 50, cols: 120 }),
  });
  const said = [];
  for (const name of ["joined", "away", "sized", "ended", "refused", "trouble", "status"]) {
    stream.addEventListener(name, ({ detail }) => said.push([name, detail]));
  }
  const output = (offset, text) => connection.tell("output", { session: ID, offset, data: bytes(text) });
  return { connection, terminal, stream, said, output };
}

async function answer(connection, more = {}) {
  connection.asked.at(-1).resolve({
    ok: true, viewer: "v1", role: "owner", rows: 24, cols: 80, offset: 0, snapshot: null, input_seq: 0,
    status: { id: ID, state: "running" }, ...more,
  });
  await settled();
}

async function joined(first = { offset: 100, snapshot: bytes("screen") }) {
  const all = made();
  await answer(all.connection, first);
  return all;
}

test("it joins with its name and window, and draws the snapshot", async () => {
  const { connection, terminal, stream } = await joined();
  assert.deepEqual(connection.asked[0].payload, { session: ID, client: "page", rows: 50, cols: 120 });
  assert.equal(terminal.shown, "screen");
  assert.deepEqual(terminal.sizes, [[24, 80]]);
  assert.equal(stream.received, 100);
});

test("output is drawn once and in order, whatever overlaps", async () => {
  const { terminal, output, stream } = await joined();
  output(100, "abc");
  output(100, "abc");
  output(101, "bcd");
  output(90, "0123456789");
  assert.equal(terminal.shown, "screenabcd");
  assert.equal(stream.received, 104);
});

test("output of other sessions is not ours", async () => {
  const { connection, terminal } = await joined();
  connection.tell("output", { session: "other", offset: 100, data: bytes("no") });
  assert.equal(terminal.shown, "screen");
});

test("a gap asks for what is missing", async () => {
  const { connection, terminal, output } = await joined();
  output(100, "a");
  output(105, "later");
  assert.equal(connection.asked.at(-1).payload.offset, 101);
  await answer(connection, { offset: 101 });
  output(101, "bcde");
  output(105, "later");
  assert.equal(terminal.shown, "screenabcdelater");
  assert.equal(terminal.resets, 1);
});

test("output that overtakes the answer to the join is held for it", async () => {
  const { connection, terminal, output } = made();
  output(100, "after");
  assert.equal(terminal.shown, "");
  await answer(connection, { offset: 100, snapshot: bytes("screen") });
  assert.equal(terminal.shown, "screenafter");
});

test("a resume asks from the last byte and redraws nothing", async () => {
  const { connection, terminal, output, said } = await joined();
  output(100, "abc");
  connection.close();
  connection.reopen();
  assert.equal(connection.asked.at(-1).payload.offset, 103);
  await answer(connection, { offset: 103 });
  output(103, "def");
  assert.equal(terminal.shown, "screenabcdef");
  assert.equal(terminal.resets, 1);
  assert.deepEqual(said.filter(([name]) => name === "joined").map(([, detail]) => detail.resumed), [false, true]);
});

test("when the server cannot resume, its snapshot replaces the screen, even at an earlier offset", async () => {
  const { connection, terminal, output } = await joined();
  output(100, "abc");
  connection.close();
  connection.reopen();
  await answer(connection, { offset: 90, snapshot: bytes("other") });
  output(90, "0123456789abc");
  assert.equal(terminal.shown, "other0123456789abc");
});

test("a resume at another size asks for the whole screen", async () => {
  const { connection, terminal } = await joined();
  connection.close();
  connection.reopen();
  await answer(connection, { offset: 100, rows: 30, cols: 90 });
  assert.equal(connection.asked.at(-1).payload.offset, undefined);
  await answer(connection, { offset: 100, rows: 30, cols: 90, snapshot: bytes("redrawn") });
  assert.equal(terminal.shown, "redrawn");
  assert.deepEqual(terminal.sizes.at(-1), [30, 90]);
});

test("a snapshot in between resets, and its bytes are not drawn again", async () => {
  const { connection, terminal, output } = await joined();
  connection.tell("snapshot", { session: ID, offset: 500, rows: 10, cols: 20, data: bytes("frame") });
  output(490, "0123456789new");
  assert.equal(terminal.shown, "framenew");
  assert.deepEqual(terminal.sizes.at(-1), [10, 20]);
});

test("keys typed while away are kept and sent once, in order", async () => {
  const { connection, stream } = await joined();
  stream.type("a");
  connection.close();
  stream.type("b");
  stream.type("c");
  connection.reopen();
  assert.equal(connection.inputs().length, 1, "nothing before the join is answered");
  await answer(connection, { offset: 100, input_seq: 1 });
  assert.deepEqual(connection.inputs().map(({ payload }) => [payload.seq, payload.data]), [[1, "a"], [2, "b"], [3, "c"]]);
});

test("a second join does not send keys twice that are under way", async () => {
  const { connection, stream } = await joined();
  stream.type("a");
  connection.inputs()[0].answer({ ok: true, seq: 1 });
  connection.tell("wake");
  await answer(connection, { offset: 100, input_seq: 1 });
  assert.equal(connection.inputs().length, 1);
});

test("what is parsed is reported, at most once every 64 KB or 100 ms", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { connection, output } = made();
  connection.asked.at(-1).resolve({ ok: true, rows: 24, cols: 80, offset: 0, snapshot: bytes(""), input_seq: 0,
    status: { id: ID, state: "running" } });
  await settled();
  const reports = () => connection.sent.filter(({ event }) => event === "drawn").map(({ payload }) => payload.offset);
  for (let offset = 0; offset < 100; offset += 10) output(offset, "0123456789");
  assert.deepEqual(reports(), []);
  t.mock.timers.tick(100);
  assert.deepEqual(reports(), [100]);
  output(100, "x".repeat(70_000));
  assert.deepEqual(reports(), [100, 70_100]);
});

test("what a snapshot has replaced is not reported as drawn", async () => {
  const { connection, terminal, stream, output } = await joined();
  terminal.lazy = true;
  output(100, "x".repeat(100));
  connection.tell("snapshot", { session: ID, offset: 150, rows: 24, cols: 80, data: bytes("frame") });
  terminal.unparsed[0]();
  assert.ok(stream.drawn <= 150);
});

test("a session that cannot be seen is told, and not asked for again", async () => {
  const { connection, said } = made();
  connection.asked[0].reject(new Refused({ code: "not_found", message: "no such session" }));
  await settled();
  assert.deepEqual(said.map(([name, detail]) => [name, detail.code]), [["refused", "not_found"]]);
  assert.equal(connection.asked.length, 1);
});

test("a lost answer is no refusal: the next connection joins again", async () => {
  const { connection, said } = made();
  connection.asked[0].reject(new Lost());
  await settled();
  assert.deepEqual(said, []);
  connection.reopen();
  assert.equal(connection.asked.length, 2);
});

test("the end is told, and typing is refused after it", async () => {
  const { connection, stream, said } = await joined();
  connection.tell("ended", { session: ID, exit_code: 3, exit_signal: null });
  assert.equal(said.at(-1)[0], "ended");
  assert.equal(stream.type("x"), false);
  assert.equal(connection.inputs().length, 0);
});

test("a key that nobody acknowledges makes it look whether the link lives", async () => {
  const { connection, stream } = await joined();
  stream.keys.now = () => 0;
  stream.type("x");
  connection.tell("tick");
  assert.equal(connection.woken, 0);
  stream.keys.now = () => 5000;
  connection.tell("tick");
  assert.equal(connection.woken, 1);
});

test("another size is taken at once, and asked for with an acknowledgement", async () => {
  const { connection, terminal, stream } = await joined();
  connection.tell("resized", { session: ID, rows: 40, cols: 100, viewer: "v2" });
  assert.deepEqual(terminal.sizes.at(-1), [40, 100]);
  const done = stream.resize({ rows: 50, cols: 120 });
  assert.deepEqual(connection.asked.at(-1).payload, { session: ID, rows: 50, cols: 120 });
  connection.asked.at(-1).resolve({ ok: true, rows: 50, cols: 120 });
  assert.equal((await done).rows, 50);
});

test("a page that lost its link in a flood of frames asks for the whole screen, scrollback included", async () => {
  const { connection } = await joined();
  connection.tell("snapshot", { session: ID, offset: 500, rows: 24, cols: 80, data: bytes("frame"), frame: true });
  connection.tell("close");
  connection.tell("open");
  assert.equal(connection.asked.at(-1).payload.offset, undefined);
  await answer(connection, { offset: 600, snapshot: bytes("whole") });
  connection.tell("close");
  connection.tell("open");
  assert.equal(connection.asked.at(-1).payload.offset, 600);
});

test("a hidden page says so, and asks for nothing when it is shown: what it missed comes by itself", async () => {
  const { connection, terminal, output, stream } = await joined();
  connection.turn(true);
  assert.deepEqual(connection.sent.map(({ event, payload }) => [event, payload]), [["look", { session: ID, visible: false }]]);
  connection.turn(false);
  assert.deepEqual(connection.asked.at(-1).payload, { session: ID, visible: true });
  connection.asked.at(-1).resolve({ ok: true });
  output(100, "missed");
  connection.tell("snapshot", { session: ID, offset: 9000, rows: 24, cols: 80, data: bytes("whole"), frame: false });
  assert.equal(terminal.shown, "whole");
  assert.equal(stream.received, 9000);
  assert.equal(connection.asked.length, 2, "the join and the look");
});

test("who joins is looked at: a hidden page that has to join again says after it that it is hidden", async () => {
  const { connection } = await joined();
  connection.turn(true);
  connection.close();
  connection.reopen();
  const before = connection.sent.length;
  await answer(connection, { offset: 100 });
  assert.deepEqual(connection.sent.slice(before).map(({ payload }) => payload), [{ session: ID, visible: false }]);
});

test("shown while it joins, it does not ask twice", async () => {
  const { connection } = await joined();
  connection.turn(true);
  connection.tell("wake");
  connection.turn(false);
  assert.deepEqual(connection.asked.map(({ event }) => event), ["join", "join"]);
});

test("a viewer whose place is taken joins anew when it is shown", async () => {
  const { connection } = await joined();
  connection.turn(true);
  connection.turn(false);
  connection.asked.at(-1).reject(new Refused({ code: "not_found", message: "not joined" }));
  await settled();
  assert.deepEqual(connection.asked.map(({ event }) => event), ["join", "look", "join"]);
});

test("keys typed into a page that was just shown go out at once", async () => {
  const { connection, stream } = await joined();
  connection.turn(true);
  connection.turn(false);
  stream.type("x");
  assert.equal(connection.inputs().length, 1);
});
