"""Every text that people see can be translated, is translated, and says the same."""

import re

import pytest
from babel.messages.pofile import read_po

from app.words import LANGUAGES, TRANSLATIONS, asked_for, recognised, said, told
from tests.words import HOLES, ROOT, unmarked_in_python, unmarked_in_script, unmarked_in_template, used

# Shown on purpose as they are: names, and what is typed into a shell.
NOT_WORDS = {"Holdfast"}
# The same word in Chinese.
ALIKE = {"CPU {percent}"}


@pytest.fixture(scope="module")
def source():
    return used()


@pytest.fixture(scope="module")
def chinese():
    with open(TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po", "rb") as file:
        return read_po(file, "zh")


def key(msgid):
    return msgid[0] if isinstance(msgid, tuple) else msgid


def test_every_text_is_translated(source, chinese):
    missing = {
        msgid: place for msgid, place in source.items() if not (found := chinese.get(key(msgid))) or not found.string
    }
    assert not missing


def test_no_translation_is_left_of_a_text_that_is_gone(source, chinese):
    texts = {key(msgid) for msgid in source}
    assert not [message.id for message in chinese if message.id and key(message.id) not in texts]


def test_a_text_has_a_plural_where_the_source_has_one(source, chinese):
    plurals = {key(msgid) for msgid in source if isinstance(msgid, tuple)}
    assert {key(message.id) for message in chinese if isinstance(message.id, tuple)} == plurals


def test_no_translation_is_empty_or_a_guess(chinese):
    for message in chinese:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts) and (not message.fuzzy or not message.id), message.id


def test_no_translation_is_the_english_text_again(chinese):
    """Keys of the bar were called "Control C" on Chinese pages."""
    alike = {message.id for message in chinese if message.id and message.id == message.string}
    assert not [text for text in alike - ALIKE if re.search(r"[A-Za-z]", HOLES.sub("", text))]


def test_translations_fill_in_what_the_text_fills_in(chinese):
    for message in chinese:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts:
            assert set(HOLES.findall(text)) == set(HOLES.findall(english[-1])), message.id
            assert sorted(re.findall(r"</?\w+", text)) == sorted(re.findall(r"</?\w+", english[-1])), message.id


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_say_nothing_that_cannot_be_translated(path):
    assert not [text for text in unmarked_in_template(path.read_text()) if text not in NOT_WORDS]


def test_modules_of_the_browser_say_nothing_that_cannot_be_translated():
    found = {}
    for path in sorted((ROOT / "static/js").rglob("*.js")):
        if texts := unmarked_in_script(path.read_text()):
            found[path.name] = texts
    assert not found


@pytest.mark.parametrize("floor", ["web", "events", "live", "models"])
def test_refusals_say_nothing_that_cannot_be_translated(floor):
    found = {}
    for path in sorted((ROOT / "app" / floor).rglob("*.py")):
        if texts := unmarked_in_python(path.read_text()):
            found[path.name] = texts
    assert not found


def test_the_scan_sees_what_it_is_for():
    assert unmarked_in_template('<p title="Close it">{{ _("x") }} Hello <kbd>Ctrl</kbd></p>') == ["Close it", "Hello"]
    script = 'toast("Saved."); this.say("state", `Ended ${n}`); x.title = "Close"; y = { label: t("Copy"), id: "a.b" };'
    assert [text.strip() for text in unmarked_in_script(script)] == ["Saved.", "Ended", "Close"]
    refusals = 'Problem(409, f"At most {n} of them."); No("code", "Not so."); Refused("name", said("Not at all."))'
    assert unmarked_in_python(refusals) == ["At most {} of them.", "Not so."]


def test_the_browser_gets_the_language_that_it_likes_best():
    assert asked_for("zh-CN,zh;q=0.9,en;q=0.8") == "zh"
    assert asked_for("fr,en;q=0.5,zh;q=0.9") == "zh"
    assert asked_for("zh;q=0, en") == "en"
    assert asked_for("de") == asked_for("") == asked_for("*;q=x,,;") == "en"


def test_a_sentence_keeps_apart_what_is_filled_in(monkeypatch):
    monkeypatch.setattr("app.words.translations", lambda language: Backwards())
    inner = said("the name itself is too easy to guess")
    assert (
        told("zh", said("%(field)s: %(what)s", field="100% (x)s", what=inner))
        == "<the name itself is too easy to guess> @ 100% (x)s"
    )
    assert told("en", said("%(field)s: %(what)s", field="a", what=inner)) == "a: the name itself is too easy to guess"


class Backwards:
    def gettext(self, msgid):
        return {"%(field)s: %(what)s": "%(what)s @ %(field)s"}.get(msgid, f"<{msgid}>")


def test_what_the_keeper_says_in_english_is_recognised():
    for text, msgid in (
        ("the directory /a b/%(what)s does not exist", "the directory %(what)s does not exist"),
        ("command not found: x is not executable", "command not found: %(what)s"),
        ("/etc/passwd is not a directory", "%(what)s is not a directory"),
    ):
        assert recognised(text).msgid == msgid and str(recognised(text)) == text
    assert recognised("100 % else").msgid == "100 % else"


def test_every_language_has_its_catalogue():
    for language in set(LANGUAGES) - {"en"}:
        assert (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").is_file()
