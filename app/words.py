"""The words that people read, in their language. The rule: code says English with `said`, which keeps apart what is
translated and what is filled in; only the edges (HTTP, Socket.IO) know who reads and translate with `told`.

One catalogue a language, translations/*/LC_MESSAGES/messages.po, for the templates, the answers and the browser's
modules alike. English is what the source says itself."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from babel.support import NullTranslations

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh": "中文"}
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
# A header may name a thousand languages; the first ones are those that somebody reads.
MOST_ASKED = 20


class Said(str):
    """An English sentence that also knows its msgid and what was filled into it."""

    msgid: str
    values: dict[str, Any]


def said(msgid: str, **values: Any) -> Said:
    """`said("At most %(count)s bytes.", count=5)`: English to all who do not care, translatable at the edge."""
    sentence = Said(msgid % values if values else msgid)
    sentence.msgid, sentence.values = msgid, values
    return sentence


def told(language: str, sentence: str) -> str:
    """The sentence in that language; as it is, where the catalogue has none."""
    if language == ENGLISH or not sentence:
        return str(sentence)
    heard = sentence if isinstance(sentence, Said) else recognised(sentence)
    values = {name: told(language, value) if isinstance(value, Said) else value for name, value in heard.values.items()}
    text = translations(language).gettext(heard.msgid)
    return text % values if values else text


@cache
def catalogue(language: str) -> Catalog:
    # Not above: commands speak English, and Babel's dates are a tenth of their start.
    from babel.messages.pofile import read_po

    with open(TRANSLATIONS / language / "LC_MESSAGES" / "messages.po", "rb") as file:
        return read_po(file, language)


@cache
def translations(language: str) -> NullTranslations:
    """Of the .po file itself, so that nothing has to be compiled before the start."""
    from babel.messages.mofile import write_mo
    from babel.support import NullTranslations, Translations

    if language == ENGLISH:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


def asked_for(header: str) -> str:
    """The best of our languages for an Accept-Language header; English for one that names none of them."""
    wishes = []
    for place, part in enumerate(header.split(",")[:MOST_ASKED]):
        tag, _, weight = part.strip().partition(";")
        quality = re.fullmatch(r"\s*q=([01](?:\.[0-9]{1,3})?)\s*", weight)
        wishes.append((-(float(quality[1]) if quality else 1.0), place, tag.lower().split("-")[0]))
    return next((tag for weight, _, tag in sorted(wishes) if weight and tag in LANGUAGES), ENGLISH)


# What the keeper says comes as finished English, from a process that may be older than this one.
KEEPER: Iterable[Said] = (
    said("the directory %(what)s does not exist"),
    said("the directory %(what)s is not accessible"),
    said("%(what)s is not a directory"),
    said("command not found: %(what)s"),
    said("%(what)s is not executable"),
    said("%(what)s is not a program (a script without a #! line?)"),
    said("the command and its environment are too long"),
    said("the machine has no room for one more program: %(what)s"),
    said("the session cannot be stored: %(what)s"),
    said("there is no operating-system user %(what)s"),
    said("the operating-system user %(what)s is root"),
    said("the keeper does not run as root, so it cannot start programs of other users"),
    said("the keeper that runs is too old to start programs as other users; python -m app keeper upgrade renews it"),
    said("the keeper is ending all sessions"),
    said("the keeper does not answer"),
    said("there is no connection to the keeper"),
    said("the connection to the keeper broke before it answered"),
)


def recognised(sentence: str) -> Said:
    """A finished sentence taken apart again, if it is one of the keeper's."""
    for pattern, msgid in _patterns():
        if found := pattern.fullmatch(sentence):
            return said(msgid, **found.groupdict())
    return said(sentence)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with the fewest holes first: the others would swallow them."""
    found = []
    for one in sorted(KEEPER, key=lambda one: (one.count("%("), one.startswith("%("))):
        pattern = re.sub(r"%\\\(([a-z]+)\\\)s", r"(?P<\1>.*)", re.escape(one))
        found.append((re.compile(pattern, re.S), one.msgid))
    return found
