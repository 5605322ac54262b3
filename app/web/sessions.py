"""Sessions over HTTP: list, start, look, type, resize, end. The rule: each handler is one call down."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, url_for

from app.live.launch import Launch
from app.live.looks import looks_json
from app.models.preference import Preference
from app.models.session import Session
from app.models.user import User
from app.permissions import EDIT, END, RESIZE, TYPE, WATCH, Actor
from app.screen.engine import Capture
from app.web import bodies
from app.web.answers import ScreenBody, SessionsBody, StatusBody
from app.web.gate import require, rooms
from app.web.problems import not_found
from app.web.routes import API, OCTETS, SIGNED_IN, TEXT, Answer, route

ONE = API + "/sessions/<id>"
DONE = Answer(204)
CREATED = Answer(201, StatusBody, ("Location",), also=(409, 422, 429, 503, 507))
POSITIONS = ("Holdfast-Offset", "Holdfast-Next-Offset", "Holdfast-Head")


@route("GET", API + "/sessions", SIGNED_IN, Answer(200, SessionsBody))
def listed(actor: Actor, query: bodies.SessionFilter) -> Any:
    """The sessions that you may see, the newest first, filtered by text, tag, group and state; your looks at them."""
    found = Session.visible_to(actor, query.q, query.tag, query.states(), query.group)
    looks = looks_json(actor.user_id)
    return {
        "sessions": [status.as_json() for status in rooms().statuses(found)],
        "looks": {session.id: looks[session.id] for session in found if session.id in looks},
    }


@route("POST", API + "/sessions", SIGNED_IN, CREATED)
def start(actor: Actor, body: bodies.NewSession) -> Any:
    """Starts a program in a new session of yours."""
    owner = User.numbered(actor.user_id)
    if owner is None:
        raise not_found()
    order = body.model_dump(exclude_none=True)
    order.setdefault("shell_integration", Preference.of(owner.id).get("shell_integration", True))
    return created(rooms().launch(owner, Launch(**order)))


@route("POST", ONE + "/again", EDIT, CREATED)
def again(session: Session) -> Any:
    """Starts the same command in the same directory at the same size, as a new session linked to this one."""
    return created(rooms().again(session))


def created(session: Session) -> Any:
    place = url_for("web.sessions_status", id=session.id).removesuffix("/status")
    return rooms().status(session).as_json(), 201, {"Location": place}


@route("GET", ONE + "/status", WATCH, Answer(200, StatusBody))
def status(session: Session) -> Any:
    """The session now; cheap enough to ask every second."""
    return rooms().status(session).as_json()


@route("PATCH", ONE, EDIT, Answer(200, StatusBody))
def change(session: Session, body: bodies.SessionChanges) -> Any:
    """Changes name, tags or group; what is left out (or null) stays."""
    changes = body.model_dump(exclude_none=True)
    if changes:
        session.change(**changes)
        rooms().renamed(session)
    return rooms().status(session).as_json()


@route("DELETE", ONE, END, DONE)
def end(session: Session, query: bodies.Forget) -> Any:
    """Ends the program: HUP, and KILL after a grace. `forget` also erases record and history."""
    if query.forget:
        require(session, EDIT)
    (rooms().forget if query.forget else rooms().end)(session)
    return "", 204


@route("POST", ONE + "/input", TYPE, DONE, body_bytes=bodies.INPUT_BODY_BYTES)
def type_in(session: Session, actor: Actor, body: bodies.Input) -> Any:
    """Types text; answered when the program's terminal has it."""
    rooms().type(session, body.raw(), actor)
    return "", 204


@route("POST", ONE + "/resize", RESIZE, DONE)
def resize(session: Session, body: bodies.NewSize) -> Any:
    """Makes this the session's size, for everybody."""
    rooms().resize(session, body.rows, body.cols)
    return "", 204


@route("POST", ONE + "/signal", TYPE, DONE)
def signal(session: Session, body: bodies.Signal) -> Any:
    """Sends a signal, such as INT, to the foreground process group."""
    rooms().signal(session, body.signal)
    return "", 204


@route("GET", ONE + "/screen", WATCH, Answer(200, ScreenBody, kinds=(TEXT, OCTETS)))
def screen(session: Session, query: bodies.ScreenAs) -> Any:
    """The screen now with `scrollback` lines above it: as text, as ANSI that redraws it, or as JSON."""
    form, answer = FORMATS[query.format]
    return answer(rooms().screen(session, query.scrollback, form))


@route("GET", ONE + "/output", WATCH, Answer(200, OCTETS, POSITIONS))
def output(session: Session, query: bodies.Slice) -> Any:
    """Raw output from `offset`; what was dropped already is skipped, Holdfast-Offset says to where."""
    piece = rooms().output(session, query.offset, query.most())
    headers = dict(zip(POSITIONS, map(str, (piece.start, piece.next, piece.head)), strict=True))
    return Response(piece.data, 200, headers, OCTETS)


def _text(view: Any) -> Response:
    return Response(view.body, 200, _place(view), TEXT)


def _ansi(view: Any) -> Response:
    return Response(view.body, 200, _place(view), OCTETS)


def _place(view: Any) -> dict[str, str]:
    return {
        "Holdfast-Offset": str(view.offset),
        "Holdfast-Rows": str(view.rows),
        "Holdfast-Cols": str(view.cols),
    }


def _cells(view: Any) -> dict[str, Any]:
    return {
        "offset": view.offset,
        "rows": view.rows,
        "cols": view.cols,
        "alternate": view.alternate,
        "cursor": asdict(view.cursor),
        "lines": [_line(line) for line in view.body],
    }


def _line(line: Any) -> dict[str, Any]:
    """Styles name only what is not the default: most runs have none."""
    runs = [
        {"text": run.text, "style": {name: value for name, value in asdict(run.style).items() if value}}
        for run in line.runs
    ]
    return {"text": line.text, "wrapped": line.wrapped, "runs": runs}


FORMATS = {"text": (Capture.text, _text), "ansi": (Capture.ansi, _ansi), "json": (Capture.cells, _cells)}
