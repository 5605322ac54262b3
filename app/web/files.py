"""Files into a session's directory, and a session's output as a file. The rule: bytes pass through in pieces; neither
way holds a whole file in memory."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Flask, Response, request

from app.config import Config
from app.live.uploads import Order
from app.models.session import Session
from app.permissions import TYPE, WATCH, Actor
from app.web import bodies
from app.web.answers import StoredBody
from app.web.gate import rooms
from app.web.problems import not_found
from app.web.routes import OCTETS, TEXT, Answer, route
from app.web.sessions import ONE

ATTACHED = Answer(200, OCTETS, ("Content-Disposition",), kinds=(TEXT,))
ENDINGS = {"text": ("txt", TEXT), "ansi": ("ansi", OCTETS), "raw": ("raw", OCTETS)}  # fmt: skip
NAME_CHARACTERS = 80


@route("PUT", ONE + "/files/<name>", TYPE, Answer(201, StoredBody), raw=True)
def upload(session: Session, actor: Actor, name: str) -> Any:
    """Puts the body into the directory that the session's foreground program is in. Nothing is written over: where
    there is a file of that name, it becomes "name (1)"."""
    length = request.content_length
    stream = request.stream

    def read(size: int) -> bytes:
        piece = stream.read(size)
        if not rooms().shares.may(actor, session.id, TYPE):
            raise not_found()  # taken away while it came in
        return piece

    return asdict(rooms().upload(session, Order(name, read, length, rooms().config.upload_bytes))), 201


@route("GET", ONE + "/download", WATCH, ATTACHED)
def download(session: Session, actor: Actor, query: bodies.DownloadAs) -> Any:
    """All of the session's output as a file: as text, as ANSI, or raw as the program wrote it."""
    ending, kind = ENDINGS[query.format]
    live = rooms()
    pieces = while_allowed(live.download(session, query.format), partial(live.shares.may, actor, session.id, WATCH))
    response = Response(pieces, 200, mimetype=kind)
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    response.headers.set("Content-Disposition", "attachment", filename=f"{file_name(session.name)}-{moment}.{ending}")
    return response


def while_allowed(pieces: Iterator[bytes], may: Callable[[], bool]) -> Iterator[bytes]:
    """A download may take minutes; it breaks off where the right to it ends."""
    for piece in pieces:
        if not may():
            raise ConnectionAbortedError("the right to this download was taken away")
        yield piece


def file_name(name: str) -> str:
    """What every system takes as part of one."""
    return re.sub(r'[^\w .+=@-]+', "-", name)[:NAME_CHARACTERS].strip(" .-") or "session"


def register(app: Flask, config: Config) -> None:
    app.context_processor(lambda: {"upload_bytes": config.upload_bytes})
