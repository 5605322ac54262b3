"""The languages of the pages: hands the catalogues (app/words.py) to the templates, and to the browser as a module."""

from __future__ import annotations

import json
from typing import Any

from babel.support import NullTranslations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain, get_locale

from app.web.problems import not_found
from app.web.routes import NOTHING, Answer, route
from app.web.spoken import chosen
from app.words import ENGLISH, LANGUAGES, catalogue, translations


class Messages(Domain):
    """Reads the .po files themselves, so that nothing has to be compiled before the start."""

    def get_translations(self) -> NullTranslations:
        # As Flask-Babel keeps it for the request: `chosen` asks the database.
        return translations(str(get_locale())) if has_request_context() else NullTranslations()


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
