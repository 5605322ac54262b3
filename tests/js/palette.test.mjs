import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, preferred, pressed, shown, sparesTheTerminal } from "../../static/js/helpers/chords.js";
import { best, score } from "../../static/js/helpers/fuzzy.js";
import { Actions } from "../../static/js/models/actions.js";

const key = (code, name, held = "") => ({
  code, key: name, ctrlKey: held.includes("C"), altKey: held.includes("A"), shiftKey: held.includes("S"),
  metaKey: held.includes("M"),
});

test("a chord is where its key lies, whatever the layout writes there", () => {
  assert.ok(pressed("Ctrl+Shift+K", key("KeyK", "K", "CS")));
  assert.ok(pressed("Ctrl+Shift+K", key("KeyK", "Л", "CS")));
  assert.ok(!pressed("Ctrl+Shift+K", key("KeyK", "k", "C")));
  assert.ok(!pressed("Ctrl+Shift+K", key("KeyK", "K", "CSA")));
  assert.ok(pressed("Ctrl+Shift+Plus", key("Equal", "+", "CS")));
  assert.ok(pressed("Alt+Shift+ArrowLeft", key("ArrowLeft", "ArrowLeft", "AS")));
});

test("a key alone is its character", () => {
  assert.ok(pressed("?", key("Minus", "?", "S")), "where a German keyboard has it");
  assert.ok(!pressed("j", key("KeyJ", "j", "C")));
  assert.ok(pressed("#", key("Digit3", "#", "S")));
});

test("a terminal loses only what no program can see or hardly one uses", () => {
  for (const chord of ["Ctrl+Shift+K", "Alt+Shift+ArrowUp", "Meta+K"]) assert.ok(sparesTheTerminal(chord), chord);
  for (const chord of ["Ctrl+K", "Alt+K", "Shift+K", "j", "Escape", "?"]) assert.ok(!sparesTheTerminal(chord), chord);
  assert.ok(plain("?") && plain("Escape") && plain("+") && !plain("Ctrl+K"));
});

test("written as the platform writes it", () => {
  assert.equal(shown("Ctrl+Shift+ArrowLeft"), "Ctrl+Shift+←");
  assert.equal(shown("Meta+K", true), "⌘K");
  assert.equal(preferred(["Ctrl+Shift+K", "Meta+K"], true), "Meta+K");
  assert.equal(preferred(["Ctrl+Shift+K", "Meta+K"]), "Ctrl+Shift+K");
  assert.equal(preferred(["Ctrl+Shift+K"], true), "Ctrl+Shift+K");
  assert.equal(preferred([]), undefined);
});

test("few letters find much, the likeliest first", () => {
  const names = ["Find an action", "End session", "Fit to this window", "build server", "rebuild"];
  const found = (query) => best(query, names, (name) => name);
  assert.equal(found("es")[0], "End session");
  assert.equal(found("build")[0], "build server");
  assert.equal(found("ftw")[0], "Fit to this window");
  assert.deepEqual(found(""), names);
  assert.deepEqual(found("zzz"), []);
  assert.ok(score("会话", "结束会话") > 0);
});

test("an action that may not be done now is neither listed nor done", () => {
  const actions = new Actions();
  let [may, done] = [false, 0];
  const remove = actions.add({ id: "a", title: "A", when: () => may, run: () => { done += 1; } });
  assert.equal(actions.run("a"), false);
  assert.equal(actions.list().length, 0);
  may = true;
  assert.ok(actions.run("a") && done === 1);
  actions.add({ id: "a", title: "its successor", run: () => {} });
  remove();
  assert.equal(actions.list()[0].title, "its successor", "taking away the old leaves the new");
});
