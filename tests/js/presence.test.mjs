import assert from "node:assert/strict";
import { test } from "node:test";
import { comings, doing, hue, initials, lastTypist, named, typing, userWord } from "../../static/js/helpers/people.js";
import { Follower } from "../../static/js/models/follower.js";
import { PresenceNews } from "../../static/js/models/presence-news.js";
import { speak } from "../../static/js/helpers/words.js";
import { ViewReporter } from "../../static/js/models/view-reporter.js";

const one = (viewer, user = "bob", device = "phone") => ({ viewer, user, device });

/** News with a clock of its own; `told` has what was said, `pass` lets time pass. */
function news() {
  const timers = [];
  let clock = 0;
  const told = [];
  const made = new PresenceNews({
    say: ({ joined, left }) => told.push([joined.map((v) => v.viewer), left.map((v) => v.viewer)]),
    now: () => clock,
    later: (act, ms) => timers.push({ act, at: clock + ms }) && timers.at(-1),
    cancel: (timer) => timer && timers.splice(timers.indexOf(timer), 1),
  });
  const pass = (ms) => {
    const end = clock + ms;
    for (;;) {
      timers.sort((a, b) => a.at - b.at);
      if (!timers.length || timers[0].at > end) break;
      const { act, at } = timers.shift();
      clock = at;
      act();
    }
    clock = end;
  };
  return { made, told, pass, put: (...ids) => made.put([one("me"), ...ids.map((id) => one(id))], "me") };
}

test("who was here before is no news, who comes is, and this page never", () => {
  const { told, pass, put } = news();
  put("old");
  pass(10_000);
  put("old", "new");
  pass(1000);
  assert.deepEqual(told, [[["new"], []]]);
});

test("comings within a moment are told together", () => {
  const { told, pass, put } = news();
  put();
  pass(10_000);
  put("a");
  pass(300);
  put("a", "b");
  pass(300);
  put("a", "b", "c");
  pass(1000);
  assert.deepEqual(told, [[["a", "b", "c"], []]]);
});

test("who loses its connection for a moment neither leaves nor joins", () => {
  const { told, pass, put } = news();
  put("a");
  pass(10_000);
  put();
  pass(3000);
  put("a");
  pass(20_000);
  assert.deepEqual(told, []);
  put();
  pass(6000);
  put("a");
  pass(1000);
  assert.deepEqual(told, [[[], ["a"]], [["a"], []]]);
});

test("who comes and goes at once is not told at all", () => {
  const { told, pass, put } = news();
  put();
  pass(10_000);
  put("a");
  pass(100);
  put();
  pass(20_000);
  assert.deepEqual(told, []);
});

test("after a lost connection of this page those who come back one by one are no news", () => {
  const { made, told, pass, put } = news();
  put("a", "b");
  pass(10_000);
  made.away();
  pass(2000);
  put();
  pass(500);
  put("a");
  pass(500);
  put("a", "b", "stranger");
  pass(20_000);
  assert.deepEqual(told, [[["stranger"], []]]);
});

test("one sentence says who came and went, and by which device", () => {
  assert.equal(comings({ joined: [one("a")], left: [] }, "alice"), "bob joined from a phone");
  assert.equal(comings({ joined: [one("a", "alice", "tablet")], left: [] }, "alice"), "You joined from a tablet");
  assert.equal(comings({ joined: [], left: [one("a", "alice")] }, "alice"), "Your phone left");
  assert.equal(comings({ joined: [one("a"), one("b")], left: [] }, "alice"), "2 viewers joined");
  assert.equal(comings({ joined: [one("a")], left: [one("b"), one("c")] }, "alice"), "1 joined, 2 left");
  assert.equal(comings({ joined: [one("a", "{device} <b>")], left: [] }, "alice"), "{device} <b> joined from a phone");
});

test("a face has initials and a colour that stay the same", () => {
  assert.deepEqual(["ann", "ann-marie", "b.k.zed", "\u{1F680}x", "王小明", "", "--"].map(initials), ["A", "AM", "BZ", "X", "王", "?", "?"]);
  assert.equal(hue("alice"), hue("alice"));
  assert.ok(["alice", "bob", "charlie", ""].every((name) => hue(name) >= 0 && hue(name) < 8));
});

test("what somebody does is told in a word", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");
  const typed = { typed_at: "2026-11-26T11:59:58Z", joined_at: "2026-11-26T11:00:00Z" };
  assert.equal(doing({ ...typed, hidden: true }, now), "not looking");
  assert.equal(doing(typed, now), "typing");
  assert.equal(doing({ ...typed, typed_at: "2026-11-26T11:58:00Z" }, now), "typed 2 min ago");
  assert.equal(doing({ joined_at: typed.joined_at, view: { row: 5, numbering: "n" } }, now), "reading above");
  assert.equal(doing({ joined_at: typed.joined_at, typed_at: null }, now), "here for 1 h");
  assert.equal(typing({ typed_at: null }, now), false);
  assert.equal(lastTypist([{ viewer: "a", typed_at: "2026-11-26T11:00:00Z" }, { viewer: "b", ...typed }, { viewer: "c" }]).viewer, "b");
});

function followed() {
  const went = [];
  const history = { id: "n1", base: 100 };
  const scroll = { reading: false, anchor: async () => 100, toBottom: () => went.push("bottom"), goTo: (row) => went.push(row) };
  return { went, history, follower: new Follower({ scroll, history }) };
}
const turn = () => new Promise((done) => setImmediate(done));

test("a follower goes where the other is, once a place, and to the bottom with it", async () => {
  const { went, follower } = followed();
  follower.put([{ viewer: "b", view: { row: 7, numbering: "n1" } }]);
  follower.start("b");
  await turn();
  follower.put([{ viewer: "b", view: { row: 7, numbering: "n1" } }]);
  await turn();
  follower.put([{ viewer: "b", view: null }]);
  assert.deepEqual(went, [7, "bottom"]);
  follower.put([]);
  assert.equal(follower.whom, null, "it left");
});

test("a row of another numbering is not gone to", async () => {
  const { went, follower } = followed();
  follower.put([{ viewer: "b", view: { row: 7, numbering: "other" } }]);
  follower.start("b");
  await turn();
  assert.deepEqual(went, []);
});

test("who stopped following in between stays where it is", async () => {
  const { went, follower } = followed();
  follower.put([{ viewer: "b", view: { row: 7, numbering: "n1" } }]);
  follower.start("b");
  follower.stop();
  await turn();
  assert.deepEqual(went, []);
});

class Stream extends EventTarget {
  constructor() {
    super();
    this.joined = true;
    this.said = [];
  }

  see(what) {
    this.said.push(what);
  }
}

test("a view is told when it changed, while somebody is there, and the last one always", () => {
  const stream = new Stream();
  const timers = [];
  let view = null;
  const reporter = new ViewReporter({
    stream, look: () => view, windowSize: () => ({ rows: 24, cols: 80 }), later: (act) => timers.push(act),
  });
  const run = () => timers.splice(0).forEach((act) => act());
  stream.dispatchEvent(new Event("joined"));
  run();
  view = { row: 5, numbering: "n" };
  reporter.soon();
  run();
  assert.deepEqual(stream.said, [], "nobody else is here");
  reporter.company = true;
  reporter.soon();
  reporter.soon();
  assert.equal(timers.length, 1);
  run();
  view = undefined;
  reporter.soon();
  run();
  view = null;
  reporter.soon();
  run();
  assert.deepEqual(stream.said, [{ rows: 24, cols: 80, row: 5, numbering: "n" }, { rows: 24, cols: 80 }]);
});

test("a guest is called so in the reader's language, and nobody else is", () => {
  const came = (user) => comings({ joined: [one("v", user)], left: [] }, "alice");
  assert.equal(userWord("Guest 3"), "Guest 3");
  speak("zh", { "Guest {number}": "访客 {number}", "{name} ({device})": "{name}（{device}）", phone: "手机", "{name} joined from a phone": "{name} 来了" });
  try {
    assert.equal(named(one("v", "Guest 3")), "访客 3（手机）");
    assert.equal(came("Guest 3"), "访客 3 来了");
    assert.deepEqual(["guest 3", "Guest three", "Guest 3x", "bob"].map(userWord), ["guest 3", "Guest three", "Guest 3x", "bob"]);
  } finally {
    speak("en");
  }
});
