"""Wires the Socket.IO server: who may connect, and the gate for everything after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import socketio
from flask import Flask
from flask_socketio import SocketIO

from app.config import Config
from app.events import annotation, pictures, sessions, talk
from app.events.crowd import Crowd
from app.events.gate import Caller, Reply, dispatch
from app.events.transport import MESSAGE_BYTES, SocketWire, install
from app.live.listing import device_of
from app.live.rooms import Rooms
from app.live.shares import counts
from app.permissions import Actor
from app.words import told

# Half-open connections are noticed after so long (seconds); the browser pings nothing of its own.
PING_SECONDS, PONG_SECONDS = 20, 15

ByCookie = Callable[[dict[str, Any]], Actor | None]
ByToken = Callable[[object], Actor | None]
# By the guest's cookie of the share link of that number.
ByLink = Callable[[dict[str, Any], object], Actor | None]
# The language that somebody reads who opens a connection.
Reads = Callable[[dict[str, Any], Actor], str]


# Importing them fills the table of events.
FILL_THE_TABLE = (annotation, pictures, sessions, talk)


def make(app: Flask) -> SocketIO:
    """The server, not yet connected to any rooms. Origin and Host are checked by the WSGI gate around it."""
    io = SocketIO()
    io.init_app(
        app, async_mode="eventlet", async_handlers=False, transports=["websocket"], cors_allowed_origins=[],
        ping_interval=PING_SECONDS, ping_timeout=PONG_SECONDS, max_http_buffer_size=MESSAGE_BYTES,
        manage_session=False,
    )  # fmt: skip
    return io


def wire_of(io: SocketIO) -> SocketWire:
    return SocketWire(io.server)


class Ways(NamedTuple):
    """How a socket may say who it is: one of them decides, as `auth` says."""

    by_cookie: ByCookie
    by_token: ByToken
    by_link: ByLink

    def actor(self, environ: dict[str, Any], auth: object) -> Actor | None:
        given = auth if isinstance(auth, dict) else {}
        if given.get("link") is not None:  # a shared page is a guest's, whoever else is signed in there
            return self.by_link(environ, given["link"])
        return self.by_token(given["token"]) if given.get("token") is not None else self.by_cookie(environ)


def register(io: SocketIO, rooms: Rooms, ways: Ways, reads: Reads, config: Config) -> None:
    callers: dict[str, Caller] = {}
    crowds = rooms.workers.crowds
    crowd = Crowd(io.server.environ, rooms.sockets, crowds, config.account_connections, config.address_connections)

    def connect(sid: str, environ: dict[str, Any], auth: object = None) -> None:
        actor = ways.actor(environ, auth)
        if actor is None:
            raise socketio.exceptions.ConnectionRefusedError("unauthorized")
        language = reads(environ, actor)
        connection = io.server.eio.sockets.get(io.server.manager.eio_sid_from_sid(sid, "/"))
        if connection is None or connection.closed:
            return  # it left while the database was asked, and its disconnect has been
        if (full := crowd.refusal(actor, environ)) is not None:
            crowds.changed()
            raise socketio.exceptions.ConnectionRefusedError(told(language, full), {"full": True})
        if not counts(actor):
            raise socketio.exceptions.ConnectionRefusedError("unauthorized")  # since it was asked who it is
        device = device_of(environ.get("HTTP_USER_AGENT", ""))
        callers[sid] = Caller(sid, actor, device, language, environ.get("REMOTE_ADDR", ""))
        rooms.sockets.came(sid, actor)
        crowds.changed()
        rooms.shares.came(actor)

    def disconnect(sid: str, reason: object = None) -> None:
        rooms.sockets.went(sid)
        crowds.changed()
        rooms.feed.unwatch(sid)
        caller = callers.pop(sid, None)
        if caller is not None:
            for session_id in list(caller.viewers):
                sessions.depart(rooms, caller, session_id)

    def handle(sid: str, name: object, args: list[Any], reply: Reply) -> None:
        caller = callers.get(sid) if sid in rooms.sockets else None
        dispatch(rooms, caller, name, args, reply)

    io.server.on("connect", connect)
    io.server.on("disconnect", disconnect)
    install(io.server, handle, crowd.closed_to)
