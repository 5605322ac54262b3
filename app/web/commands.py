"""The commands of a session over HTTP: what its shell ran, and what each wrote. The rule: each is one call down."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.live.commands import command_json
from app.models.command import Ran
from app.models.session import Session
from app.permissions import WATCH
from app.web import bodies
from app.web.answers import CommandsBody
from app.web.gate import rooms
from app.web.routes import NUMBER, Answer, route
from app.web.sessions import ONE, POSITIONS

COMMANDS = ONE + "/commands"
TYPES = {"text": "text/plain", "ansi": "application/octet-stream", "raw": "application/octet-stream"}
ROWS = {"prompt_row": "prompt_offset", "output_row": "output_start", "end_row": "output_end"}


@route("GET", COMMANDS, WATCH, Answer(200, CommandsBody))
def command_list(session: Session, query: bodies.CommandPage) -> Any:
    """What the session's shell ran, the newest first; a shell that marks nothing has none."""
    found = rooms().commands.page(session, query.before, query.limit + 1)
    ran, more = found[: query.limit], len(found) > query.limit
    at_prompt = rooms().commands.at_prompt(session)
    by = rooms().commands.typists(session, ran)
    told = [command_json(one) | {"typed_by": author} for one, author in zip(ran, by, strict=True)]
    answer = {"commands": told, "more": more, "at_prompt": at_prompt}
    return answer | with_rows(session, ran, answer) if query.rows else answer


def with_rows(session: Session, ran: list[Ran], answer: dict[str, Any]) -> dict[str, Any]:
    offsets = {getattr(one, name) for one in ran for name in ROWS.values()} - {None}
    if not offsets:
        return {}
    history, rows = rooms().histories.rows_of(session.id, offsets)
    for one in answer["commands"]:
        one |= {row: rows.get(one[offset]) for row, offset in ROWS.items()}
    return {"history": history}


@route("GET", COMMANDS + f"/{NUMBER}/output", WATCH, Answer(200, "application/octet-stream", POSITIONS))
def command_output(session: Session, number: int, query: bodies.DownloadAs) -> Any:
    """What the command wrote, or has written so far: as text, as ANSI that redraws it, or raw. Of much, the newest."""
    commands = rooms().commands
    take = {"text": commands.text, "ansi": commands.ansi, "raw": commands.output}[query.format]
    _, piece = take(session, number)
    headers = dict(zip(POSITIONS, map(str, (piece.start, piece.next, piece.head)), strict=True))
    return Response(piece.data, 200, headers, TYPES[query.format])
