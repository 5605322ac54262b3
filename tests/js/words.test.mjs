import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ago, bytes, clients, duration, moment, number, percent } from "../../static/js/helpers/format.js";
import { exitWords, stateWords } from "../../static/js/helpers/exit.js";
import { linesOf, news } from "../../static/js/helpers/news.js";
import { speak, t, tn } from "../../static/js/helpers/words.js";

afterEach(() => speak("en"));

test("a text that the catalogue lacks is English, and what was filled in is not filled again", () => {
  speak("zh", { "Hello {name}": "你好，{name}" });
  assert.equal(t("Hello {name}", { name: "{name}" }), "你好，{name}");
  assert.equal(t("Bye {name}", { name: "$& {x}" }), "Bye $& {x}");
  assert.equal(tn("{count} row", "{count} rows", 12345), "12,345 rows");
});

test("facts read in the reader's language", () => {
  speak("zh", { "{hours} h {minutes} min": "{hours} 小时 {minutes} 分钟", "now": "刚刚", "running": "运行中",
    "{what} ({signal})": "{what}（{signal}）", "killed": "被强制终止", "{count} client": "{count} 个客户端" });
  assert.equal(duration(11520), "3 小时 12 分钟");
  assert.equal(ago(new Date(0).toISOString(), 1000), "刚刚");
  assert.equal(stateWords({ state: "running" }), "运行中");
  assert.equal(exitWords({ exit_signal: "SIGKILL" }), "被强制终止（SIGKILL）");
  assert.equal(clients(2), "2 个客户端");
  assert.match(moment("2026-11-22T12:00:00Z"), /2026年11月/);
});

test("numbers are written as where the reader lives", () => {
  speak("de");
  assert.deepEqual([number(12345.5), percent(4.25), bytes(1434)], ["12.345,5", "4,3 %", "1,4 KB"]);
});

test("news are the lines behind those that both texts have", () => {
  const said = (before, after) => news(linesOf(before), linesOf(after)).join("|");
  assert.equal(said("a\nb\nc", "a\nb\nc\nd\n\n"), "d");
  assert.equal(said("a\nb\nc", "b\nc\nd\ne"), "d|e", "lines went off at the top");
  assert.equal(said("a\n$ ", "a\n$ ls\nx\n$"), "$ ls|x|$", "the last line went on");
  assert.equal(said("a\nb", "a\nb"), "");
  assert.equal(said("", "a"), "a");
  assert.equal(news([], Array(50).fill("x")).length, 20);
  const long = Array(1000).fill("same");
  assert.equal(news(long, long).length, 0);
});
