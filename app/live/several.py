"""Ends or forgets several sessions at once. The rule: one that cannot be ended keeps no other from it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from app.live.errors import LiveError
from app.models.session import Session
from app.permissions import EDIT, END, Actor, allows

if TYPE_CHECKING:
    from app.live.rooms import Rooms


class Outcome(NamedTuple):
    """Session ids: with which it was done, and why not with the others."""

    done: list[str]
    left: dict[str, str]


def may_end(actor: Actor, ids: Collection[str], forget: bool) -> list[Session]:
    """Those of these that the actor may end, or forget, as of now."""
    need = EDIT if forget else END
    return [session for session in Session.seen_among(actor, ids) if allows(session.role, need)]


def end_all(rooms: Rooms, sessions: list[Session], forget: bool) -> Outcome:
    """All programs get their hang-up before one is waited for."""
    left: dict[str, str] = {}
    for act in (rooms.end, rooms.forget) if forget else (rooms.end,):
        for session in sessions:
            if session.id not in left:
                _tried(act, session, left)
    return Outcome([session.id for session in sessions if session.id not in left], left)


def _tried(act: Callable[[Session], None], session: Session, left: dict[str, str]) -> None:
    try:
        act(session)
    except LiveError as error:
        left[session.id] = error.message
