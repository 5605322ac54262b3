"""Your own account over HTTP: logins and password. The rule: only a browser's login may, and what is revoked is out at
once, open sockets included."""

from __future__ import annotations

from typing import Any

from app.live.status import rfc3339
from app.models.login import Login
from app.models.reset_link import ResetLink
from app.models.user import Refused, User
from app.permissions import Actor
from app.web import bodies, logins
from app.web.answers import LoginsBody
from app.web.gate import require_fresh, rooms
from app.web.problems import bad_field, not_found
from app.web.routes import API, BROWSER, NUMBER, Answer, route
from app.words import said

DONE = Answer(204)


@route("GET", API + "/logins", BROWSER, Answer(200, LoginsBody))
def login_list(actor: Actor) -> Any:
    """Where you are signed in, the latest seen first."""
    return {"logins": [login_json(login, actor) for login in Login.of(actor.user_id)]}


@route("DELETE", API + "/logins", BROWSER, DONE)
def login_revoke_others(actor: Actor) -> Any:
    """Signs you out everywhere but here."""
    rooms().logins_revoked(login_ids=Login.revoke_all(actor.user_id, but=actor.login_id))
    return "", 204


@route("DELETE", API + f"/logins/{NUMBER}", BROWSER, DONE)
def login_revoke(actor: Actor, number: int) -> Any:
    """Signs you out there."""
    if not Login.revoke(actor.user_id, number):
        raise not_found()
    rooms().logins_revoked(login_ids=[number])
    return "", 204


@route("POST", API + "/password", BROWSER, Answer(204, also=(429,)))
def password_change(actor: Actor, body: bodies.NewPassword) -> Any:
    """Changes your password and signs you out everywhere but here. API tokens stay."""
    user = known_user(actor, body.current)
    try:
        user.set_password(body.new)
    except Refused as error:
        raise bad_field("new", error.message) from None
    ResetLink.withdraw(actor.user_id)
    return login_revoke_others(actor)


def known_user(actor: Actor, current: str | None) -> User:
    """Whoever changes a password says the present one; one without a password (whom a proxy brought) proves himself."""
    user = User.numbered(actor.user_id)
    if user is None:
        raise not_found()
    if user.has_password:
        if not current or logins.user_by_password(actor.name, current) is None:
            raise bad_field("current", said("this is not your present password"))
    else:
        require_fresh(actor)
    return user


def login_json(login: Login, actor: Actor) -> dict[str, Any]:
    return {
        "id": login.id,
        "created_at": rfc3339(login.created_at),
        "last_seen_at": rfc3339(login.last_seen_at),
        "user_agent": login.user_agent,
        "address": login.address,
        "way": login.way,
        "current": login.id == actor.login_id,
    }
