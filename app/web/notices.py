"""What an account is told: that somebody made a new way in to it, or to its sessions. The rule: each browser puts it
away for itself."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from app.live.status import rfc3339
from app.models import notice
from app.models.audit import Audit
from app.models.session import Session
from app.permissions import Actor
from app.web.answers import Time
from app.web.routes import API, BROWSER, NUMBER, Answer, route

HERE = API + "/notices"


class NoticeBody(BaseModel):
    """`by`: the user; of a `command`, the operating system's. `what`: one of those in docs/api.md. `session` (its id
    and name), `user`, `team` and `role` where it is about somebody who came into a team."""

    number: int
    at: Time
    what: str
    by: str
    command: bool
    session: str
    name: str
    user: str
    team: str
    role: str


class NoticesBody(BaseModel):
    notices: list[NoticeBody]


@route("GET", HERE, BROWSER, Answer(200, NoticesBody))
def told(actor: Actor) -> Any:
    """What others did to your account, or to who may come into your sessions, in the last 30 days, the newest first;
    without what was put away in this browser."""
    return {"notices": [_json(entry) for entry in notice.notices(actor.user_id, actor.login_id or 0)]}


@route("DELETE", f"{HERE}/{NUMBER}", BROWSER, Answer(204))
def put_away(actor: Actor, number: int) -> Any:
    """This browser is not told any more of that one, nor of those before."""
    notice.seen(actor.login_id or 0, number)
    return "", 204


def _json(entry: Audit) -> dict[str, Any]:
    told = entry.as_json()
    session = Session.numbered(entry.session) if entry.session else None
    return {
        "number": entry.number, "at": rfc3339(entry.at), "what": notice.KINDS[entry.action], "by": entry.user,
        "command": entry.via == "command", "session": entry.session, "name": session.name if session else "",
        "user": told["details"].get("user", ""), "team": told["details"].get("team", ""),
        "role": told["details"].get("role", ""),
    }  # fmt: skip
