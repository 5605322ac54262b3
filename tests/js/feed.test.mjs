import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, ApiError } from "../../static/js/models/api.js";
import { SessionFeed } from "../../static/js/models/session-feed.js";
import { SessionStatus } from "../../static/js/models/session-status.js";
import { FakeConnection, settled } from "./fakes.mjs";

test("the list is pushed while connected and polled every 5 s while not", async () => {
  const connection = new FakeConnection();
  let clock = 0;
  let polls = 0;
  const api = { list: async () => { polls += 1; return { sessions: [{ id: "polled" }], looks: {} }; } };
  const feed = new SessionFeed({ connection, api, sessions: [{ id: "first" }], now: () => clock });
  connection.asked[0].resolve({ ok: true, sessions: [{ id: "a", name: "x" }] });
  await settled();
  connection.tell("status", { id: "a", name: "y" });
  connection.tell("status", { id: "b" });
  connection.tell("forgotten", { session: "b" });
  assert.deepEqual([...feed.sessions.values()], [{ id: "a", name: "y" }]);
  clock = 60_000;
  connection.tell("tick");
  assert.equal(polls, 0);
  connection.close();
  for (; clock < 75_000; clock += 1000) connection.tell("tick");
  await settled();
  assert.equal(polls, 3);
  assert.deepEqual([...feed.sessions.keys()], ["polled"]);
});

test("a list that nobody looks at is told nothing, and asks again when it is shown", async () => {
  const connection = new FakeConnection();
  new SessionFeed({ connection, api: {}, now: () => 0 });
  connection.turn(true);
  assert.deepEqual(connection.sent.map(({ event }) => event), ["unwatch"]);
  connection.close();
  connection.reopen();
  assert.equal(connection.asked.length, 1);
  connection.turn(false);
  assert.deepEqual(connection.asked.map(({ event }) => event), ["watch", "watch"]);
});

test("a list that cannot be refreshed says so", async () => {
  const connection = new FakeConnection();
  connection.open = false;
  const api = { list: async () => { throw new ApiError(0); } };
  const feed = new SessionFeed({ connection, api, sessions: [{ id: "a" }], now: () => 0 });
  await feed.poll();
  assert.equal(feed.fresh, false);
  assert.equal(feed.sessions.size, 1);
});

test("the session page polls without a connection, and while somebody looks closely", async () => {
  const connection = new FakeConnection();
  const stream = new EventTarget();
  let clock = 0;
  let polls = 0;
  const api = { status: async () => { polls += 1; return { cpu_percent: 3 }; } };
  const status = new SessionStatus({ connection, stream, api, facts: { id: "a", state: "running" }, now: () => clock });
  const run = async (seconds) => {
    for (let i = 0; i < seconds; i += 1) { clock += 1000; connection.tell("tick"); }
    await settled();
  };
  await run(20);
  assert.equal(polls, 0);
  status.closeLook = true;
  await run(6);
  assert.ok(polls >= 2);
  status.closeLook = false;
  polls = 0;
  connection.close();
  await run(10);
  assert.equal(polls, 2);
  assert.equal(status.facts.cpu_percent, 3);
});

test("errors carry the server's words, field by field; a login that is over is told apart", async () => {
  let out = 0;
  const answers = [
    new Response(JSON.stringify({ detail: "bad", errors: [{ field: "cwd", message: "no such directory" }] }), { status: 422 }),
    new Response("{}", { status: 401 }),
  ];
  const api = new Api({ csrf: "t", fetch: async () => answers.shift(), loggedOut: () => { out += 1; } });
  await assert.rejects(api.create({}), (error) => error.fields.cwd === "no such directory" && error.message === "bad");
  await assert.rejects(api.sessions(), (error) => error.status === 401);
  assert.equal(out, 1);
  const asked = [];
  const twice = new Api({
    fetch: async (path) => { asked.push(path); return asked.length === 1 ? refusal() : new Response(null, { status: 204 }); },
    prove: async () => { asked.push("prove"); return true; },
  });
  const refusal = () => new Response(JSON.stringify({ status: 403, reason: "prove" }), { status: 403 });
  await twice.removeSecondFactor();
  assert.deepEqual(asked, ["/api/v1/second-factor", "prove", "/api/v1/second-factor"]);
  const never = new Api({ fetch: async () => refusal(), prove: async () => false });
  await assert.rejects(never.removeSecondFactor(), { status: 403, reason: "prove" });
  const nowhere = new Api({ fetch: async () => { throw new TypeError("failed"); } });
  await assert.rejects(nowhere.sessions(), (error) => error.status === 0 && /cannot be reached/.test(error.message));
});

test("unsafe requests carry the CSRF token", async () => {
  const seen = [];
  const api = new Api({ csrf: "t0k", fetch: async (path, options) => { seen.push(options); return new Response(null, { status: 204 }); } });
  await api.end("abc");
  await api.sessions().catch(() => {});
  assert.equal(seen[0].headers["X-CSRFToken"], "t0k");
  assert.equal(seen[1].headers["X-CSRFToken"], undefined);
});
