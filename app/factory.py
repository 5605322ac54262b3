"""The one place that wires: configuration in, a WSGI application with everything behind it out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

from app.config import Config
from app.events import server as events
from app.live.rooms import Rooms
from app.web import guests, logins, spoken, wiring
from app.web.hosts import HostGate

ROOT = Path(__file__).resolve().parent.parent


class Holdfast(NamedTuple):
    """`wsgi`: what to serve; `rooms`: to be started once the keeper runs."""

    wsgi: Callable[..., Any]
    rooms: Rooms


def create(config: Config, worker: int = 1) -> Holdfast:
    """Wires every floor; the database is bound and migrated already. Starts nothing.

    `worker`: which of the web processes this is."""
    app = Flask("app", root_path=str(ROOT), static_folder="static", template_folder="templates")
    io = events.make(app)
    rooms = Rooms(config, events.wire_of(io), worker)
    app.extensions["rooms"] = rooms
    wiring.register(app, config)
    ways = events.Ways(partial(logins.who, app), logins.who_by_token, partial(guests.who, app))
    events.register(io, rooms, ways, partial(spoken.of_handshake, app), config)
    return Holdfast(HostGate(app.wsgi_app, config), rooms)
