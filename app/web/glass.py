"""Break glass: how an administrator comes into another's session. The rule: nobody does without a reason that the owner
reads at once, on the page and in the audit log; it ends by itself, and the owner may end it."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from app.live.status import rfc3339
from app.models.session import ID, Session
from app.permissions import SHARE, Actor
from app.web import audit
from app.web.answers import Time
from app.web.bodies import Body
from app.web.gate import rooms
from app.web.problems import Problem, not_found
from app.web.routes import ADMIN, ADMIN_BROWSER, API, NUMBER, Answer, route
from app.web.sessions import ONE
from app.web.shares import GlassBody
from app.words import said

GLASS_SECONDS = 3600
MOST_SESSIONS = 1000
SHORTEST_REASON, LONGEST_REASON = 10, 300


def _reason(text: str) -> str:
    text = text.strip()
    if len(text) < SHORTEST_REASON or not text.isprintable():
        raise ValueError(said("expected a reason of at least %(count)s printable characters", count=SHORTEST_REASON))
    return text


class AnySessionBody(BaseModel):
    """What an administrator sees of everybody's sessions: never what runs in them, where, or what it writes."""

    id: str
    owner: str
    state: str
    created_at: Time
    output_bytes: int
    memory_bytes: int | None


class AllSessionsBody(BaseModel):
    sessions: list[AnySessionBody]


class BreakGlass(Body):
    """`writer` types, too."""

    reason: Annotated[str, Field(max_length=LONGEST_REASON), AfterValidator(_reason)]
    role: Literal["viewer", "writer"] = "viewer"


@route("GET", API + "/admin/sessions", ADMIN, Answer(200, AllSessionsBody))
def everybodys() -> Any:
    """The thousand newest sessions of all accounts: whose, since when, how large. Not what they are."""
    names = list(AnySessionBody.model_fields)
    found = [status.as_json() for status in rooms().statuses(Session.newest(MOST_SESSIONS))]
    return {"sessions": [{name: one[name] for name in names} for one in found]}


@route("POST", ONE + "/break-glass", ADMIN_BROWSER, Answer(200, GlassBody), fresh=True)
def break_glass(id: str, actor: Actor, body: BreakGlass) -> Any:
    """Lets you into another's session for an hour. The owner sees it, with the reason, and can end it."""
    session = Session.numbered(id) if ID.fullmatch(id) else None
    if session is None:
        raise not_found()
    if session.owner_id == actor.user_id:
        raise Problem(409, said("This session is yours."))
    until = time.time() + GLASS_SECONDS
    facts = {"session": id, "owner_id": session.owner_id}
    # First written down, then done.
    audit.note(actor, "session.break_glass", details={"reason": body.reason, "role": body.role}, **facts)
    session.break_glass(actor.user_id, {"name": actor.name, "role": body.role, "reason": body.reason, "until": until})
    rooms().shares.changed(id)
    return {
        "id": actor.user_id, "name": actor.name, "role": body.role, "reason": body.reason, "until": rfc3339(until),
    }  # fmt: skip


@route("DELETE", ONE + f"/break-glass/{NUMBER}", SHARE, Answer(204))
def end(session: Session, number: int) -> Any:
    """Shows an administrator who broke the glass the door."""
    if str(number) not in session.glass:
        raise not_found()
    session.break_glass(number, None)
    rooms().shares.changed(session.id)
    return "", 204
