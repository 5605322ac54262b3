"""The commands that a session's shell ran, over HTTP: the list of them, and what one has written. The rule: each
handler is one call down."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.live.commands import as_json
from app.models.session import Session
from app.permissions import WATCH
from app.web import bodies
from app.web.accounts import NUMBER
from app.web.answers import CommandsBody
from app.web.gate import rooms
from app.web.routes import Answer, route
from app.web.sessions import ONE

COMMANDS = ONE + "/commands"
KINDS = {"text": "text/plain", "ansi": "application/octet-stream", "raw": "application/octet-stream"}


@route("GET", COMMANDS, WATCH, Answer(200, CommandsBody))
def listed(session: Session, query: bodies.Before) -> Any:
    """The commands that the session's shell ran, the newest first, or those before one."""
    found = rooms().commands.listed(session, query.before, query.limit)
    return {"commands": [as_json(command) for command in found]}


@route("GET", COMMANDS + f"/{NUMBER}/output", WATCH, Answer(200, "text/plain", ("Holdfast-Complete",)))
def output(session: Session, number: int, query: bodies.OutputAs) -> Any:
    """What a command wrote: as text, as ANSI that draws it, or raw. Of very much the end, and not complete then."""
    data, complete = rooms().commands.output(session, number, query.format)
    return Response(data, 200, {"Holdfast-Complete": str(complete).lower()}, KINDS[query.format])
