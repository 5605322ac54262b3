"""The languages of the pages. The rule: one catalogue a language (translations/*/LC_MESSAGES/messages.po), for the
templates, the answers and the browser's modules alike; English is what the source says itself."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain, get_locale

from app.models.preference import Preference
from app.web import logins
from app.web.problems import not_found
from app.web.routes import NOTHING, Answer, route

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh": "中文"}
TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"


class Messages(Domain):
    """Reads the .po files themselves, so that nothing has to be compiled before the start."""

    def get_translations(self) -> NullTranslations:
        # As Flask-Babel keeps it for the request: `chosen` asks the database.
        return translations(str(get_locale())) if has_request_context() else NullTranslations()


@cache
def catalogue(language: str) -> Catalog:
    with open(TRANSLATIONS / language / "LC_MESSAGES" / "messages.po", "rb") as file:
        return read_po(file, language)


@cache
def translations(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


def chosen() -> str:
    """The account's choice, else what the browser asks for, else English."""
    actor = logins.actor()
    preferred = Preference.of(actor.user_id).get("language") if actor is not None else None
    if preferred in LANGUAGES:
        return str(preferred)
    return request.accept_languages.best_match(list(LANGUAGES), ENGLISH) or ENGLISH


@route("GET", "/words/<language>", NOTHING, Answer(200, "text/javascript"))
def words(language: str) -> Any:
    """The catalogue of a language as an ES module: English text to translated text."""
    if language not in LANGUAGES or language == ENGLISH:
        raise not_found()
    pairs = {}
    for message in catalogue(language):
        if message.id:
            first = message.id[0] if isinstance(message.id, tuple) else message.id
            said = message.string[-1] if isinstance(message.string, tuple) else message.string
            pairs[first] = said
    body = f"export default {json.dumps(pairs, ensure_ascii=False, sort_keys=True)};\n"
    response = Response(body, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)


class Spoken(Babel):
    @property
    def domain_instance(self) -> Domain:
        return Messages()


def register(app: Flask) -> None:
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    Spoken(app, locale_selector=chosen)
    app.context_processor(lambda: {"language": str(get_locale() or ENGLISH), "languages": LANGUAGES})
