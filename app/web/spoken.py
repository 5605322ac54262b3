"""The language of a request. The rule: the account's choice, else this browser's (the login page's switch), else what
the browser asks for, else English; a script that asks for nothing is answered in English."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request

from app.models.preference import Preference
from app.permissions import Actor
from app.web import logins
from app.words import LANGUAGES, asked_for, told

# Holds a language and nothing else; written by the switch of the login page, for who has no account yet.
COOKIE = "holdfast_language"
COOKIE_SECONDS = 400 * 86_400


def chosen() -> str:
    """Of the present request."""
    if "language" not in g:
        g.language = of(logins.actor(), request.cookies.get(COOKIE, ""), request.headers.get("Accept-Language", ""))
    return str(g.language)


def of(actor: Actor | None, cookie: str, header: str) -> str:
    if actor is not None and actor.token_id is not None:
        return asked_for(header)
    preferred = Preference.of(actor.user_id).get("language") if actor is not None else None
    if preferred in LANGUAGES:
        return str(preferred)
    return cookie if cookie in LANGUAGES else asked_for(header)


def of_handshake(app: Flask, environ: dict[str, Any], actor: Actor) -> str:
    """Of a websocket, which has no request."""
    asked = app.request_class(environ)
    return of(actor, asked.cookies.get(COOKIE, ""), asked.headers.get("Accept-Language", ""))


def tell(sentence: str) -> str:
    """What code said (app/words.py), to whoever sent this request."""
    return told(chosen(), sentence)
