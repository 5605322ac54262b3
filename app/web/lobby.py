"""Letting in who came by a link that asks first. The rule: the owner and operators answer; what they answer holds when
the call returns."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from app.models.session import Session
from app.permissions import ADMIT
from app.web.answers import Time
from app.web.bodies import Body
from app.web.gate import rooms
from app.web.routes import NUMBER, Answer, route
from app.web.sessions import ONE

LOBBY = ONE + "/lobby"


class WaitingBody(BaseModel):
    """`said`: how it calls itself; `account`: who is signed in there; `role`: what the link gives."""

    guest: int
    said: str
    account: str | None
    link: int
    label: str
    role: str
    asked_at: Time


class LobbyBody(BaseModel):
    waiting: list[WaitingBody]


class As(Body):
    """null: as what the link gives. Operators may give no more than that."""

    role: Literal["writer", "viewer"] | None = None


@route("GET", LOBBY, ADMIT, Answer(200, LobbyBody))
def lobby_list(session: Session) -> Any:
    """Who waits to be let in."""
    return {"waiting": rooms().lobby.waiting(session.id)}


@route("PUT", LOBBY + f"/{NUMBER}", ADMIT, Answer(204))
def let_in(session: Session, number: int, body: As) -> Any:
    """Lets a guest in who waits, for as long as its link holds."""
    rooms().lobby.let_in(session, number, body.role)
    return "", 204


@route("DELETE", LOBBY + f"/{NUMBER}", ADMIT, Answer(204))
def refuse(session: Session, number: int) -> Any:
    """Says no to a guest who waits."""
    rooms().lobby.refuse(session.id, number)
    return "", 204
