"""Keyboards that compose: each sequence as it was recorded (docs/phone.md), and what the program was typed.
Steps are [event, text]: the events that Chromium sends for it, with the text that the field then has after what was
there; those of `ime` and `commit` come from Chromium's own input method interface."""

from __future__ import annotations

import json

import pytest

from tests.browser.people import DESKTOP, PHONE, eventually, shows, until

ANDROID = {**PHONE, "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0 Mobile"}
# Shows each byte, with what was taken back: no terminal in between edits the line.
PROGRAM = "stty raw -echo; printf ready; cat -v"
PLAY = """(steps) => {
  const field = document.querySelector("terminal-view textarea");
  field.focus();
  const fire = (Kind, type, more) => field.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, ...more }));
  let composing = false;
  let start = field.value.length;
  const change = (inputType, data, value) => {
    fire(InputEvent, "beforeinput", { inputType, data, isComposing: composing });
    field.value = value;
    fire(InputEvent, "input", { inputType, data, isComposing: composing });
  };
  for (const [event, text = "", extra] of steps) {
    const head = field.value.slice(0, start);
    const unnamed = () => fire(KeyboardEvent, "keydown", { key: "Unidentified", keyCode: 229, isComposing: composing });
    if (event === "start") {
      unnamed();
      start = field.value.length - text.length;
      composing = true;
      fire(CompositionEvent, "compositionstart", { data: text });
    } else if (event === "update") {
      unnamed();
      fire(CompositionEvent, "compositionupdate", { data: text });
      change("insertCompositionText", text, head + text);
    } else if (event === "end") {
      composing = false;
      fire(CompositionEvent, "compositionend", { data: text });
    } else if (event === "insert") {
      unnamed();
      change("insertText", text, field.value + text);
    } else if (event === "replace") {
      change("insertReplacementText", extra, field.value.slice(0, field.value.length - text.length) + extra);
    } else if (event === "delete") {
      unnamed();
      change("deleteContentBackward", null, field.value.slice(0, field.value.length - Number(text)));
    } else if (event === "key") {
      const code = { Enter: 13, Backspace: 8, ArrowLeft: 37 }[text];
      fire(KeyboardEvent, "keydown", { key: text, code: text, keyCode: code, which: code });
      fire(KeyboardEvent, "keyup", { key: text, code: text, keyCode: code, which: code });
    }
  }
}"""
# A letter that no keyboard had a part in, once everything that was put off is done; it ends what may be corrected.
END = """() => new Promise((done) => setTimeout(() => {
  holdfast.terminal.composition.elsewhere();
  holdfast.terminal.term.input("!", true);
  done();
}, 20))"""
CHOOSE = """async (choice) => {
  const { preferences } = await import("/static/js/page.js");
  preferences.set("composing", choice);
  await preferences.last;
}"""

GBOARD = {
    "letters arrive as they are typed": (
        [["start"], ["update", "g"], ["update", "gi"], ["update", "git"], ["end", "git"], ["insert", " "]],
        "git ",
    ),
    "a word is rewritten at its end": (
        [["start"], ["update", "t"], ["update", "te"], ["update", "teh"], ["update", "the"], ["end", "the"],
         ["insert", " "]],
        "teh^?^?he ",
    ),
    "a suggestion is tapped": (
        [["start"], ["update", "dir"], ["update", "dirigible"], ["end", "dirigible"], ["insert", " "]],
        "dirigible ",
    ),
    "a suggestion that deletes first, then inserts": (
        [["start"], ["update", "deri"], ["end", "deri"], ["delete", "4"], ["insert", "dirigible "]],
        "deri^?^?^?^?dirigible ",
    ),
    "a word is swiped, then another": (
        [["start"], ["update", "hello"], ["end", "hello"], ["insert", " "], ["start"], ["update", "world"],
         ["end", "world"]],
        "hello world",
    ),
    "a corrected word is put back by backspace": (
        [["start"], ["update", "the"], ["end", "the"], ["insert", " "], ["replace", "the ", "teh "]],
        "the ^?^?^?eh ",
    ),
    "backspace inside of a composed word": (
        [["start"], ["update", "ab"], ["update", "a"], ["update", "ac"], ["end", "ac"]],
        "ab^?c",
    ),
    "a finished word is composed again": (
        [["start"], ["update", "word"], ["end", "word"], ["start", "word"], ["update", "wor"], ["end", "wor"]],
        "word^?",
    ),
    "deleting goes on over the start": (
        [["insert", "x"], ["delete", "1"], ["delete", "1"], ["delete", "1"], ["insert", "y"]],
        "x^?^?^?y",
    ),
    "enter in the middle of a composed word, which the keyboard then commits again": (
        [["start"], ["update", "ls"], ["key", "Enter"], ["end", "ls"], ["start"], ["update", "ls"], ["end", "ls"]],
        "ls^Mls",
    ),
    "enter as a line break": ([["insert", "ls"], ["insert", "\n"], ["insert", "ls"]], "ls^Mls"),
    "keys without composition, one after the other": ([["insert", "h"], ["insert", "e"], ["insert", "h"]], "heh"),
    "an arrow ends what a keyboard may correct": (
        [["start"], ["update", "ab"], ["key", "ArrowLeft"], ["end", "ab"], ["start"], ["update", "c"], ["end", "c"]],
        "ab^[[Dc",
    ),
}
PINYIN = {
    "nothing is typed before the choice": (
        [["start"], ["update", "n"], ["update", "ni"], ["update", "ni h"], ["update", "ni hao"], ["update", "你好"],
         ["end", "你好"]],
        "M-dM-=M- M-eM-%M-=",
    ),
    "backspace while composing": (
        [["start"], ["update", "ni"], ["update", "n"], ["update", ""], ["end", ""], ["insert", "x"]],
        "x",
    ),
    "full stop right behind": (
        [["start"], ["update", "hao"], ["update", "好"], ["end", "好"], ["insert", "。"]],
        "M-eM-%M-=M-cM-^@M-^B",
    ),
}  # fmt: skip


class Typist:
    """A session whose program shows each byte, and a page that plays sequences into it."""

    def __init__(self, one, api) -> None:
        self.api = api
        self.session = api.start(PROGRAM)["id"]
        self.page = one.join(self.session)
        shows(self.page, "ready")
        self.offset = len("ready")

    def types(self, steps: list[list[str]], wanted: str) -> None:
        self.page.evaluate(PLAY, steps)
        self.page.evaluate(END)
        said = ""

        def whole() -> bool:
            nonlocal said
            said = self.api.output(self.session, self.offset).decode()
            return said.endswith("!")

        eventually(whole)
        assert said == wanted + "!"
        self.offset += len(said)


def test_android(server, person):
    typist = Typist(person(device=ANDROID), server.api("alice"))
    for name, (steps, wanted) in GBOARD.items():
        print(name)
        typist.types(steps, wanted)


@pytest.mark.parametrize("device", [DESKTOP, ANDROID], ids=["desktop", "phone"])
def test_pinyin(server, person, device):
    typist = Typist(person(device=device, locale="zh-CN"), server.api("alice"))
    for name, (steps, wanted) in PINYIN.items():
        print(name)
        typist.types(steps, wanted)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize(("language", "steps", "word"), [
    ("zh-CN", ["n", "ni", "ni'h", "ni'hao"], "你好"),
    ("ja-JP", ["に", "にほ", "にほんg", "にほんご", "日本語"], "日本語"),
    ("ko-KR", ["ㅎ", "하", "한"], "한"),
])  # fmt: skip
def test_chromiums_own_input_methods(server, person, device, language, steps, word):
    """Composed text stands at the cursor; the program gets the word once, then the keys behind it."""
    alice = person(device=device, locale=language)
    page = alice.join(server.api("alice").start("printf '>>>'; cat")["id"])
    shows(page, ">>>")
    page.locator("terminal-view textarea").focus()
    wire = alice.context.new_cdp_session(page)
    for text in steps:
        wire.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        until(page, f"document.querySelector('.composition').textContent === {json.dumps(text)}")
        place = page.evaluate(
            """() => {
              const view = document.querySelector('.composition').getBoundingClientRect();
              const screen = document.querySelector('.xterm-screen').getBoundingClientRect();
              return (view.left - screen.left) / holdfast.terminal.cell.width;
            }"""
        )
        assert abs(place - 3) < 0.1
    wire.send("Input.insertText", {"text": word})
    page.keyboard.type("abc\n")
    shows(page, f">>>{word}abc\n{word}abc")
    assert not page.locator(".composition").is_visible()


def test_the_key_bars_ctrl_reaches_what_a_keyboard_composes(server, person):
    typist = Typist(person(device=ANDROID), server.api("alice"))
    typist.page.locator("key-bar [data-key=ctrl]").tap()
    typist.types([["start"], ["update", "c"], ["end", "c"], ["start"], ["update", "d"], ["end", "d"]], "^Cd")


def test_the_account_may_choose_how_words_are_sent(server, person):
    typist = Typist(person(device=ANDROID), server.api("alice"))
    rewritten = [["start"], ["update", "teh"], ["update", "the"], ["end", "the"]]
    for choice, wanted in (("held", "the"), ("live", "teh^?^?he")):
        typist.page.evaluate(CHOOSE, choice)
        typist.types(rewritten, wanted)
    typist.page.evaluate(CHOOSE, None)
