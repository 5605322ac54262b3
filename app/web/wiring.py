"""Puts the HTTP floor into a Flask application, once, for the factory."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from app.config import Config
from app.web import (
    access,
    accounts,
    annotation,
    assets,
    audit,
    commands,
    dashboard,
    files,
    gate,
    glass,
    guests,
    headers,
    health,
    history,
    installed,
    languages,
    lobby,
    logins,
    notices,
    openapi,
    pages,
    passkeys,
    people,
    preferences,
    problems,
    proof,
    provider,
    proxy,
    second_factor,
    sessions,
    shares,
    sign_in,
    stats,
    talk,
    teams,
    timeline,
    tokens,
    workspace,
)
from app.web.routes import NUMBER_DIGITS

# Importing them fills the table of routes.
FILLS_THE_TABLE = (
    accounts,
    annotation,
    audit,
    commands,
    dashboard,
    files,
    glass,
    guests,
    health,
    history,
    installed,
    languages,
    lobby,
    notices,
    openapi,
    pages,
    passkeys,
    people,
    preferences,
    proof,
    provider,
    second_factor,
    sessions,
    shares,
    sign_in,
    stats,
    talk,
    teams,
    timeline,
    tokens,
    workspace,
)


class Number(IntegerConverter):
    """A route that a number is too long for does not match at all. (Werkzeug's `max` made a 405 of it.)"""

    regex = rf"\d{{1,{NUMBER_DIGITS}}}"


class Quick(Rule):
    """Werkzeug compiles, for each route, two functions that write its address: half of the time that it takes to make
    the application (35 ms). Most are never asked for one: here they are compiled when they are."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build


# What routes do not say otherwise (pages are smaller, typing is larger).
MOST_BODY_BYTES = 1 << 20


def register(app: Flask, config: Config) -> None:
    """Wires everything; `app.extensions["rooms"]` has to be there when requests come."""
    app.secret_key = secret_key(config.secret_path)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    health.register(app)
    access.register(app)
    assets.register(app)
    files.register(app, config)
    headers.register(app)
    logins.register(app, config.port, proxy.of(config))
    guests.register(app, config.port)
    languages.register(app)
    logins.throttle.workers = guests.throttle.workers = config.workers
    preferences.register(app)
    provider.register(app, config)
    problems.register(app)
    app.url_map.converters["number"] = Number
    app.url_rule_class = Quick
    app.register_blueprint(gate.blueprint())


def secret_key(path: Path) -> bytes:
    """What signs the login cookies; made once. Two starts at once must end up with the same one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        draft.unlink()
    return path.read_bytes().strip()
