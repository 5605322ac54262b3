import assert from "node:assert/strict";
import { test } from "node:test";
import { Talk } from "../../static/js/models/talk.js";
import { FakeConnection } from "./fakes.mjs";

const message = (number, more = {}) => ({ number, author: "bob", guest: false, at: "", offset: 0, text: `m${number}`, ...more });
const settled = () => new Promise((done) => setTimeout(done));

function made() {
  let clock = 0;
  const connection = new FakeConnection();
  const stream = Object.assign(new EventTarget(), { session: "s", viewer: "me", joined: false });
  const timers = [];
  const talk = new Talk({
    connection, stream, signal: new AbortController().signal, now: () => clock, later: (act, ms) => timers.push({ act, ms }),
  });
  const answer = async (messages, more = false) => {
    connection.asked.shift().resolve({ ok: true, messages, more });
    await settled();
  };
  const joins = async (...page) => {
    stream.dispatchEvent(new Event("joined"));
    await answer(...page);
  };
  const hears = (number, more = {}) => connection.tell("said", { session: "s", viewer: "other", ...message(number), ...more });
  const numbers = () => talk.list.map((one) => one.number);
  return { talk, connection, joins, hears, answer, numbers, pass: (ms) => { clock += ms; } };
}

test("what was said before is read, what comes is not, unless it is one's own or somebody looks", async () => {
  const { talk, joins, hears, numbers } = made();
  await joins([message(2), message(1)]);
  assert.deepEqual([numbers(), talk.unread], [[1, 2], 0]);
  hears(3);
  hears(4, { viewer: "me" });
  hears(3);
  assert.deepEqual([numbers(), talk.unread], [[1, 2, 3, 4], 1]);
  talk.read(true);
  hears(5);
  assert.equal(talk.unread, 0);
  talk.read(false);
  hears(6);
  assert.equal(talk.unread, 1);
});

test("what another session's people say is not heard", async () => {
  const { joins, hears, numbers } = made();
  await joins([message(1)]);
  hears(2, { session: "other" });
  assert.deepEqual(numbers(), [1]);
});

test("after a while away what was missed is asked for, and counts as unread", async () => {
  const { talk, joins, numbers } = made();
  await joins([message(1)]);
  await joins([message(3), message(2), message(1)]);
  assert.deepEqual([numbers(), talk.unread], [[1, 2, 3], 2]);
});

test("after a longer one the page begins anew, without a hole, and the older ones can be had", async () => {
  const { talk, connection, joins, answer, numbers } = made();
  await joins([message(1)]);
  await joins([message(90), message(89)], true);
  assert.deepEqual([numbers(), talk.more], [[89, 90], true]);
  talk.older();
  assert.equal(connection.asked[0].payload.before, 89);
  await answer([message(88)], true);
  assert.deepEqual(numbers(), [88, 89, 90]);
});

test("a message that follows a hole makes it ask", async () => {
  const { joins, hears, answer, numbers } = made();
  await joins([message(1)]);
  hears(3);
  await answer([message(3), message(2), message(1)]);
  assert.deepEqual(numbers(), [1, 2, 3]);
});

test("who writes is forgotten after a while, or when it was said, and this page is not somebody", async () => {
  const { talk, connection, joins, hears, pass } = made();
  await joins([]);
  const writes = (viewer, user) => connection.tell("typing", { session: "s", viewer, user });
  writes("me", "alice");
  writes("other", "bob");
  writes("third", "carol");
  assert.deepEqual(talk.writing, ["bob", "carol"]);
  hears(1);
  assert.deepEqual(talk.writing, ["carol"]);
  pass(6001);
  assert.deepEqual(talk.writing, []);
});

test("one's own sign goes out now and then, and anew after a message", () => {
  const { talk, connection, pass } = made();
  talk.sign();
  talk.sign();
  assert.equal(connection.sent.length, 1);
  pass(2001);
  talk.sign();
  talk.say("x").catch(() => {});
  talk.sign();
  assert.equal(connection.sent.length, 3);
});
