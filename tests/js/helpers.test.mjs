import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, bytes, clients, duration } from "../../static/js/helpers/format.js";
import { exitWords } from "../../static/js/helpers/exit.js";
import { answers, byState, commandLine, nameOf, subtitleOf } from "../../static/js/helpers/naming.js";
import { byteLength, fromBinary, PIECE_BYTES, pieces } from "../../static/js/helpers/pieces.js";
import {
  fits, fontThatFits, LARGEST_FONT, scrollKept, scrollToShow, smaller, SMALLEST_FONT, wheelFactor, zoomedFont,
} from "../../static/js/helpers/scale.js";
import { keyBytes, withControl } from "../../static/js/helpers/keys.js";

test("durations say the two largest units that matter", () => {
  const said = [0, 8, 59, 60, 3599, 3600, 11520, 86400, 367200].map(duration);
  assert.deepEqual(said, ["0 s", "8 s", "59 s", "1 min", "59 min", "1 h", "3 h 12 min", "1 d", "4 d 6 h"]);
});

test("ages are in one unit", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const said = ["11:59:58", "11:59:20", "11:50:00", "07:00:00"].map((t) => ago(`2026-11-22T${t}Z`, now));
  assert.deepEqual(said, ["now", "40 s ago", "10 min ago", "5 h ago"]);
  assert.equal(ago(null, now), "never");
});

test("byte counts and clients read well", () => {
  assert.deepEqual([0, 512, 1434, 24_000_000].map(bytes), ["0 B", "512 B", "1.4 KB", "23 MB"]);
  assert.deepEqual([0, 1, 2].map(clients), ["no clients", "1 client", "2 clients"]);
});

test("an end is told in words, and with its code", () => {
  assert.equal(exitWords({ exit_code: 0, exit_signal: null }), "finished (exit code 0)");
  assert.equal(exitWords({ exit_code: 3, exit_signal: null }), "failed (exit code 3)");
  assert.equal(exitWords({ exit_code: 127, exit_signal: null }), "command not found (exit code 127)");
  assert.equal(exitWords({ exit_code: null, exit_signal: "SIGKILL" }), "killed (SIGKILL)");
  const oom = { exit_signal: "SIGKILL", end_reason: "out_of_memory", memory_limit: 512 << 20 };
  assert.equal(exitWords(oom), "out of memory: killed at its limit of 512 MB");
  assert.equal(exitWords({ exit_code: null, exit_signal: "SIGUSR1" }), "ended by a signal (SIGUSR1)");
  assert.equal(exitWords({ exit_code: null, exit_signal: null }), "ended");
});

test("a session without a name is called by its directory and command", () => {
  assert.equal(nameOf({ name: "build", cwd: "/srv", command: ["make"] }), "build");
  assert.equal(nameOf({ name: "", cwd: "/srv/app", command: ["tail", "-f"] }), "app: tail -f");
  assert.equal(nameOf({ name: "", cwd: "/", command: ["bash", "-lc", "make all"], command_line: "make all" }), "/: make all");
  assert.equal(commandLine({ command: [] }), "login shell");
  assert.equal(subtitleOf({ name: "", title: "", cwd: "/srv" , command: ["make"] }), "/srv");
});

test("search looks for every word, everywhere, and for tags", () => {
  const session = { name: "Nightly Build", cwd: "/srv/app", command: ["make"], title: "compiling", tags: ["ci", "big"] };
  for (const query of ["", "night", "make srv", "COMPILING", "#ci", "build #big"]) assert.ok(answers(session, query), query);
  for (const query of ["nightly missing", "#c", "#cib"]) assert.ok(!answers(session, query), query);
});

test("running first, the newest first, and always the same order", () => {
  const at = (minute) => `2026-11-22T12:${minute}:00Z`;
  const list = [
    { id: "a", state: "ended", created_at: at("01"), ended_at: at("30") },
    { id: "b", state: "running", created_at: at("02") },
    { id: "c", state: "lost", created_at: at("03"), ended_at: at("05") },
    { id: "d", state: "running", created_at: at("04") },
    { id: "e", state: "ended", created_at: at("00"), ended_at: at("40") },
  ];
  assert.equal(list.sort(byState).map(({ id }) => id).join(""), "dbcea");
});

test("a paste is cut at whole characters and loses nothing", () => {
  const text = "aé中🚀".repeat(30_000);
  const cut = pieces(text);
  assert.equal(cut.join(""), text);
  assert.ok(cut.length > 1 && cut.every((piece) => byteLength(piece) <= PIECE_BYTES));
  const raw = new Uint8Array(150_000).map((_, index) => index % 251);
  assert.deepEqual(Buffer.concat(pieces(raw)), Buffer.from(raw));
  assert.deepEqual(pieces(""), []);
});

test("half a surrogate pair becomes a replacement character", () => {
  assert.deepEqual(pieces("a\ud83db"), ["a\ufffdb"]);
  assert.deepEqual(pieces("\ude80"), ["\ufffd"]);
  assert.deepEqual(pieces("🚀"), ["🚀"]);
  assert.deepEqual([...fromBinary("\x1b[M\xff\x80")], [27, 91, 77, 255, 128]);
});

test("text is scaled to the tighter side and never above its usual size", () => {
  assert.equal(fontThatFits(14, { width: 1600, height: 400 }, { width: 800, height: 800 }, 14), 7);
  assert.equal(fontThatFits(14, { width: 400, height: 1600 }, { width: 800, height: 400 }, 14), 3.5);
  assert.equal(fontThatFits(14, { width: 10, height: 10 }, { width: 800, height: 800 }, 14), 14);
  assert.equal(fontThatFits(14, { width: 99999, height: 10 }, { width: 80, height: 80 }, 14), SMALLEST_FONT);
  assert.equal(smaller(7), 6.75);
  assert.ok(fits({ width: 10, height: 10 }, { width: 10, height: 10 }));
});

test("the key bar types what a keyboard would", () => {
  assert.equal(keyBytes("up"), "\x1b[A");
  assert.equal(keyBytes("up", { applicationCursor: true }), "\x1bOA");
  assert.equal(keyBytes("esc"), "\x1b");
  assert.deepEqual(["c", "C", "[", "?", " ", "é", "ls"].map(withControl), ["\x03", "\x03", "\x1b", "\x7f", "\0", "é", "ls"]);
});

test("zoomed text is larger than what shows all, in steps, and has an end", () => {
  assert.equal(zoomedFont(14, 5.5), 14);
  assert.equal(zoomedFont(9.3, 5.5), 9.25);
  assert.equal(zoomedFont(5.5, 5.5), null);
  assert.equal(zoomedFont(3, 5.5), null);
  assert.equal(zoomedFont(900, 5.5), LARGEST_FONT);
});

test("a wheel zooms in small steps, whatever it counts in", () => {
  assert.ok(wheelFactor(-120) > 1 && wheelFactor(-120) < 1.2);
  assert.ok(wheelFactor(-2) > 1 && wheelFactor(-2) < wheelFactor(-120));
  assert.ok(Math.abs(wheelFactor(50) * wheelFactor(-50) - 1) < 1e-9);
});

test("the point under the fingers stays where it is", () => {
  const [scroll, at, ratio, padding] = [40, 100, 1.5, 10];
  const place = (scroll + at - padding) * ratio;
  assert.equal(scrollKept(scroll, at, ratio, padding), place + padding - at);
});

test("what is to be seen comes into the window by the shortest way", () => {
  assert.equal(scrollToShow(100, 120, 140, 50), 100, "seen already");
  assert.equal(scrollToShow(100, 60, 80, 50), 60);
  assert.equal(scrollToShow(100, 180, 200, 50), 150);
  assert.equal(scrollToShow(100, 300, 400, 50), 300, "its beginning, when it is larger");
});

test("the table of widths is written once, on every page with a terminal", async () => {
  const { fill } = Uint8Array.prototype;
  let written = 0;
  Uint8Array.prototype.fill = function counted(value, from = 0, to = this.length) {
    written += to - from;
    return fill.call(this, value, from, to);
  };
  try {
    const { wcwidth } = await import("../../static/js/helpers/widths.js");
    assert.deepEqual([..."aé漢\u0301"].map((one) => wcwidth(one.codePointAt(0))), [1, 1, 2, 0]);
  } finally {
    Uint8Array.prototype.fill = fill;
  }
  assert.equal(written, 0x110000);
});
