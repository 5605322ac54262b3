"""Holdfast as an app on a phone's or desktop's screen: manifest, service worker, and the page that is shown when the
server cannot be reached. The rule: nothing here holds anybody's data, and the worker's text changes whenever what it
keeps does, so that browsers replace it at once."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, current_app, json, render_template, request
from flask_babel import gettext

from app.web import languages
from app.web.problems import not_found
from app.web.routes import NOTHING, Answer, page, route

# The accent and ground of static/css/colours.css.
ACCENT, GROUND = "#0b6e63", "#0d0f11"
ICONS = (
    ("holdfast.svg", "image/svg+xml", "any", "any"),
    ("app-192.png", "image/png", "192x192", "any"),
    ("app-512.png", "image/png", "512x512", "any"),
    ("app-maskable-512.png", "image/png", "512x512", "maskable"),
)
WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"


@route("GET", "/manifest.webmanifest", NOTHING, Answer(200, "application/manifest+json"))
def manifest() -> Any:
    """What a browser needs to know to install the app, in the reader's language."""
    icons = [
        {"src": f"/static/icons/{name}", "type": kind, "sizes": sizes, "purpose": purpose}
        for name, kind, sizes, purpose in ICONS
    ]
    body = {
        "id": "/",
        "name": "Holdfast",
        "short_name": "Holdfast",
        "description": gettext("Terminal sessions that outlive everything."),
        "lang": languages.chosen(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": ACCENT,
        "categories": ["developer", "utilities"],
        "icons": icons,
        "shortcuts": [{"name": gettext("Sessions"), "url": "/"}, {"name": gettext("Account"), "url": "/account"}],
    }
    return checked(Response(json.dumps(body), mimetype="application/manifest+json"))


@route("GET", "/service-worker.js", NOTHING, Answer(200, "text/javascript"))
def service_worker() -> Any:
    """The service worker of all pages."""
    script = render_template("service-worker.js", version=version(), languages=languages.LANGUAGES)
    response = checked(Response(script, mimetype="text/javascript"))
    response.headers["Content-Security-Policy"] = WORKER_POLICY
    return response


@page("GET", "/offline/<language>", NOTHING)
def offline(language: str) -> Any:
    """What the service worker shows when the server cannot be reached."""
    if language not in languages.LANGUAGES:
        raise not_found()
    said = languages.translations(language).gettext
    return render_template("offline.html", language=language, _=said)


def version() -> str:
    """Of everything that the worker keeps: the page, the words on it, and the worker itself."""
    loader = current_app.jinja_env.loader
    assert loader is not None
    made = hashlib.sha256()
    for name in ("service-worker.js", "offline.html"):
        made.update(loader.get_source(current_app.jinja_env, name)[0].encode())
    for language in languages.LANGUAGES:
        if language != languages.ENGLISH:
            made.update(repr([(one.id, one.string) for one in languages.catalogue(language)]).encode())
    return made.hexdigest()[:16]


def checked(response: Response) -> Response:
    """Kept by browsers, but never used without asking whether it is still the same."""
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.add_etag()
    response.make_conditional(request)  # changes it in place
    return response
