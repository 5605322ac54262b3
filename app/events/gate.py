"""The one gate that every client event passes: known name, valid message, a caller who may.

The rule: default deny. Input and drawn never touch the database; what a viewer may do was settled at its
join, and a revoked login's socket has no caller any more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError

from app import scopes
from app.events.asks import Ask, explained
from app.events.bucket import Bucket
from app.live.errors import LiveError
from app.live.listing import Device
from app.live.rooms import Rooms
from app.live.viewer import Viewer
from app.permissions import WATCH, Actor
from app.words import ENGLISH, said, told

log = logging.getLogger(__name__)

Reply = Callable[[dict[str, Any]], None]


@dataclass
class Caller:
    """A connected socket: who it is and the sessions it joined, by session id."""

    sid: str
    actor: Actor
    device: Device = "desktop"
    language: str = ENGLISH  # of what it is told
    address: str = ""
    viewers: dict[str, Viewer] = field(default_factory=dict)
    bucket: Bucket = field(default_factory=Bucket)


class No(Exception):
    """A refusal with one of the contract's codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


Handler = Callable[[Rooms, Caller, Any, Reply], None]


class Event(NamedTuple):
    ask: type[Ask]
    needs: str | None  # what the viewer's role must allow; None: nothing beyond having an account
    handler: Handler
    guests: bool  # whether who came by a share link may


TABLE: dict[str, Event] = {}


def on(name: str, ask: type[Ask], needs: str | None, guests: bool = False) -> Callable[[Handler], Handler]:
    """Enters a handler in the table. It answers by calling `reply`, now or later, once."""

    def enter(handler: Handler) -> Handler:
        TABLE[name] = Event(ask, needs, handler, guests)
        return handler

    return enter


def language_of(caller: Caller | None) -> str:
    return caller.language if caller is not None else ENGLISH


def refusal(caller: Caller | None, code: str, message: str) -> dict[str, Any]:
    return {"ok": False, "error": {"code": code, "message": told(language_of(caller), message)}}


def dispatch(rooms: Rooms, caller: Caller | None, name: object, args: list[Any], reply: Reply) -> None:
    """Runs one event. Whatever goes wrong is an answer to the caller and touches nobody else."""
    try:
        if caller is None:
            raise No("forbidden", said("You are not signed in any more."))
        if not caller.bucket.takes(name):
            raise No("rate_limited", said("Too many events at once from this connection. Wait a second."))
        event = TABLE.get(name) if isinstance(name, str) else None
        if event is None:
            raise No("bad_request", said("There is no event %(name)s.", name=repr(str(name)[:40])))
        if caller.actor.guest is not None and not event.guests:
            raise No("forbidden", said("A share link does not allow this."))
        ask = event.ask.model_validate(args[0] if args else {})
        check_scope(caller.actor, event, ask)
        event.handler(rooms, caller, ask, reply)
    except No as no:
        reply(refusal(caller, no.code, no.message))
    except ValidationError as error:
        reply(refusal(caller, "bad_request", explained(error, language_of(caller))))
    except LiveError as error:
        reply(refusal(caller, error.code, error.message))
    except Exception:
        log.exception("event %s", str(name)[:40])
        reply(refusal(caller, "unavailable", said("The server could not do this. Its log says why.")))


def check_scope(who: Actor, event: Event, ask: Any) -> None:
    """An API token may do what its scopes say, and one that is for a single session sees nothing else."""
    if who.scopes is None:
        return
    if scopes.over(who):
        raise No("forbidden", said("This token has expired."))
    session_id = getattr(ask, "session", None)
    if not scopes.reaches(who, session_id):
        if session_id is None:
            raise No("forbidden", said("This token is for one session only."))
        raise No("not_found", said("There is no such session."))
    if not scopes.allows(who, event.needs):
        wanted = scopes.scope_of(event.needs) or str(event.needs)
        raise No("forbidden", said("This token's scopes do not allow this; it needs: %(scope)s.", scope=wanted))


def viewer_of(caller: Caller, ask: Any, event: str) -> Viewer:
    """The caller's viewer of that session, if its role allows the event."""
    viewer = caller.viewers.get(ask.session)
    if viewer is None or not viewer.may(WATCH):
        raise No("not_found", said("You have not joined a session of this id."))
    need = TABLE[event].needs
    if need is not None and not viewer.may(need):
        raise No("forbidden", said("Your role in this session (%(role)s) does not allow this.", role=viewer.role))
    return viewer
