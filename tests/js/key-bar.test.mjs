import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOGUE, keyBytes, known, label, title, USUAL_KEYS, withModifiers } from "../../static/js/helpers/keys.js";
import { rewrite } from "../../static/js/helpers/rewrite.js";
import { Modifiers } from "../../static/js/models/key-bar.js";

test("every key of the catalogue types something, but for the three that change others", () => {
  const silent = CATALOGUE.filter((key) => !keyBytes(key));
  assert.deepEqual(silent, ["ctrl", "alt", "shift"]);
  assert.equal(new Set(CATALOGUE).size, CATALOGUE.length);
  assert.ok(CATALOGUE.every((key) => known(key) && label(key) && title(key)));
  assert.ok(USUAL_KEYS.every(known));
  assert.ok(!known("text:") && !known("nonsense") && !known(`text:${"x".repeat(201)}`) && known("text:ls\n"));
  assert.equal(keyBytes("text:ls\n"), "ls\r");
});

test("keys with modifiers are encoded as xterm.js does", () => {
  const made = (data, held) => withModifiers(data, Object.fromEntries(held.map((name) => [name, true])));
  const cases = [
    ["\x1b[A", ["ctrl"], "\x1b[1;5A"], ["\x1bOA", ["ctrl"], "\x1b[1;5A"], ["\x1b[D", ["alt"], "\x1b[1;3D"],
    ["\x1b[H", ["shift"], "\x1b[1;2H"], ["\x1b[1;2C", ["ctrl"], "\x1b[1;6C"], ["\x1b[5~", ["ctrl"], "\x1b[5;5~"],
    ["\x1bOP", ["shift"], "\x1b[1;2P"], ["\x1b[15~", ["ctrl", "alt", "shift"], "\x1b[15;8~"], ["c", ["ctrl"], "\x03"],
    ["f", ["alt"], "\x1bf"], ["c", ["ctrl", "alt"], "\x1b\x03"], ["\t", ["shift"], "\x1b[Z"], ["a", ["shift"], "A"],
    ["\x7f", ["alt"], "\x1b\x7f"], ["\x7f", ["ctrl"], "\b"], ["\u{1f680}", ["alt"], "\x1b\u{1f680}"],
    // Reports, pasted text and words are no keys.
    ["\x1b[I", ["ctrl"], undefined], ["\x1b[<0;1;1M", ["alt"], undefined], ["\x1b[200~", ["ctrl"], undefined],
    ["hello", ["ctrl"], undefined],
  ];
  for (const [data, held, wanted] of cases) assert.equal(made(data, held), wanted, JSON.stringify([data, held]));
});

test("a modifier sticks for one key, locks by a double tap, and is let go by another", () => {
  let now = 0;
  const modifiers = new Modifiers(() => now);
  modifiers.tap("ctrl");
  assert.equal(modifiers.state("ctrl"), "once");
  assert.equal(modifiers.applied("\x1b[I"), "\x1b[I", "a report of focus lets nothing go");
  assert.equal(modifiers.state("ctrl"), "once");
  assert.equal(modifiers.applied("c"), "\x03");
  assert.equal(modifiers.applied("c"), "c");
  now = 1000;
  modifiers.tap("alt");
  now = 1200;
  modifiers.tap("alt");
  assert.equal(modifiers.state("alt"), "locked");
  assert.deepEqual(["b", "f"].map((key) => modifiers.applied(key)), ["\x1bb", "\x1bf"]);
  now = 1300;
  modifiers.tap("alt");
  assert.equal(modifiers.any, false);
  modifiers.tap("alt");
  now = 2000;
  modifiers.tap("alt");
  assert.equal(modifiers.any, false, "a slow second tap lets go");
});

test("what changed in the field is what is taken back and typed", () => {
  const pad = "    ";
  const cases = [
    ["", "a", "", "a"], ["teh", "the", "", "\x7f\x7fhe"], ["ab", "a", "", "\x7f"], ["a\u{1f680}", "a", "", "\x7f"],
    ["a\u{1f680}", "a\u{1f681}", "", "\x7f\u{1f681}"], ["ls", "ls\n", "", "\r"], ["abc", "abc", "", ""],
    ["ac", "abc", "", "\x7fbc"], [`${pad}a`, pad, pad, "\x7f"], [pad, "   ", pad, "\x7f"], [pad, "", pad, "\x7f"],
    [`${pad}ab`, "", pad, "\x7f\x7f\x7f"], [pad, `${pad}hi`, pad, "hi"],
  ];
  for (const [before, after, padding, wanted] of cases) {
    assert.equal(rewrite(before, after, padding), wanted, JSON.stringify([before, after]));
  }
});
