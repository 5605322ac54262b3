import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection, Lost, Refused } from "../../static/js/models/connection.js";

/** As much of socket.io-client as Connection uses. */
class FakeSocket {
  constructor() {
    this.handlers = {};
    this.io = { on() {} };
    this.active = true;
    this.emitted = [];
    this.connects = 0;
  }

  on(name, handler) { this.handlers[name] = handler; }
  connect() { this.connects += 1; }
  disconnect() { this.handlers.disconnect?.("io client disconnect"); }
  timeout() { return this; }
  emit(event, payload, answer) { this.emitted.push({ event, payload, answer }); }
  happen(name, ...words) { this.handlers[name](...words); }
}

function made() {
  const socket = new FakeSocket();
  const clock = { now: 1000 };
  const connection = new Connection({ io: () => socket, now: () => clock.now });
  const said = [];
  for (const name of ["open", "close", "wake", "refused", "output"]) {
    connection.addEventListener(name, () => said.push(name));
  }
  return { socket, clock, connection, said };
}

test("nothing is sent while there is no connection", async () => {
  const { socket, connection } = made();
  assert.equal(connection.send("drawn", {}), false);
  await assert.rejects(connection.call("join", {}), Lost);
  assert.deepEqual(socket.emitted, []);
});

test("an answer resolves, a refusal says its code", async () => {
  const { socket, connection } = made();
  socket.happen("connect");
  const good = connection.call("join", {});
  socket.emitted.at(-1).answer(null, { ok: true, offset: 7 });
  assert.equal((await good).offset, 7);
  const bad = connection.call("join", {});
  socket.emitted.at(-1).answer(null, { ok: false, error: { code: "not_found", message: "no" } });
  await assert.rejects(bad, (error) => error instanceof Refused && error.code === "not_found");
});

test("no answer and no other word means a dead link: it connects anew at once", async () => {
  const { socket, connection, said } = made();
  socket.happen("connect");
  const lost = connection.call("join", {});
  socket.emitted.at(-1).answer(new Error("timeout"));
  await assert.rejects(lost, Lost);
  assert.deepEqual(said, ["open", "close"]);
  assert.equal(socket.connects, 1);
});

test("a slow answer on a link that speaks is waited for", async () => {
  const { socket, clock, connection } = made();
  socket.happen("connect");
  const lost = connection.call("join", {});
  clock.now += 1;
  socket.happen("output", {});
  socket.emitted.at(-1).answer(new Error("timeout"));
  await assert.rejects(lost, Lost);
  assert.equal(socket.connects, 0);
});

test("a doubtful link must say something soon", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, connection } = made();
  socket.happen("connect");
  connection.call("join", {}).catch(() => {});
  t.mock.timers.tick(20_000);
  assert.equal(socket.connects, 0, "an answer of megabytes may take its time");
  connection.call("join", {}, { doubtful: true }).catch(() => {});
  t.mock.timers.tick(5000);
  assert.equal(socket.connects, 1);
});

test("a hidden page's slow timers are no sleep; coming back to it is looked into", () => {
  const socket = new FakeSocket();
  const page = { now: 1000, visible: false };
  const connection = new Connection({ io: () => socket, now: () => page.now, visible: () => page.visible });
  let woken = 0;
  connection.addEventListener("wake", () => { woken += 1; });
  socket.happen("connect");
  for (let minute = 0; minute < 5; minute += 1) {
    page.now += 60_000;
    connection.tick();
  }
  page.visible = true;
  connection.tick();
  assert.equal(woken, 0, "nothing stood still");
  page.visible = false;
  connection.tick();
  page.now += 600_000;     // frozen
  page.visible = true;
  connection.tick();
  assert.equal(woken, 1);
});

test("timers that stood still are noticed", () => {
  const { socket, clock, connection, said } = made();
  socket.happen("connect");
  clock.now += 1000;
  connection.tick();
  assert.ok(!said.includes("wake"));
  clock.now += 60_000;
  connection.tick();
  assert.ok(said.includes("wake"));
});

test("the age of the screen counts from the last word, or from an orderly close", () => {
  const { socket, clock, connection } = made();
  socket.happen("connect");
  clock.now = 5000;
  socket.happen("output", {});
  clock.now = 50_000;
  socket.happen("disconnect", "ping timeout");
  assert.equal(connection.lastHeard, 5000);
  socket.happen("connect");
  clock.now = 60_000;
  socket.happen("disconnect", "transport close");
  assert.equal(connection.lastHeard, 60_000);
});

test("a server that turns this login away is told apart from one that is away", () => {
  const { socket, said } = made();
  socket.happen("connect_error", new Error("xhr"));
  assert.ok(!said.includes("refused"));
  socket.active = false;
  socket.happen("connect_error", new Error("unauthorized"));
  assert.ok(said.includes("refused"));
});

function looking(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = { visible: true };
  const connection = new Connection({ io: () => new FakeSocket(), visible: () => page.visible, now: () => 0 });
  const said = [];
  for (const name of ["hidden", "shown"]) connection.addEventListener(name, () => said.push(name));
  return { page, connection, said };
}

test("a glance at another tab is nothing; a page left alone for two seconds is hidden until it is shown", (t) => {
  const { page, connection, said } = looking(t);
  connection.looked();
  page.visible = false;
  connection.looked();
  t.mock.timers.tick(1900);
  page.visible = true;
  connection.looked();
  t.mock.timers.tick(10_000);
  assert.deepEqual(said, []);
  page.visible = false;
  connection.looked();
  t.mock.timers.tick(2000);
  assert.deepEqual([said, connection.hidden], [["hidden"], true]);
  connection.looked();
  page.visible = true;
  connection.looked();
  assert.deepEqual([said, connection.hidden], [["hidden", "shown"], false]);
});

test("a page that is about to be frozen says so at once, and once", (t) => {
  const { page, connection, said } = looking(t);
  page.visible = false;
  connection.looked();
  connection.looked({ frozen: true });
  assert.deepEqual(said, ["hidden"]);
  t.mock.timers.tick(5000);
  assert.deepEqual(said, ["hidden"]);
});
