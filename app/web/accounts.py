"""Your own account over HTTP: logins, tokens, password. The rule: only a browser's login may, and what is
revoked is out at once, open sockets included."""

from __future__ import annotations

from typing import Any

from app.live.status import rfc3339
from app.models.login import Login
from app.models.token import ApiToken
from app.models.user import Refused
from app.permissions import Actor
from app.web import bodies, logins
from app.web.answers import LoginsBody, NewTokenBody, TokensBody
from app.web.gate import rooms
from app.web.problems import Problem, bad_field, not_found
from app.web.routes import API, BROWSER, Answer, route
from app.words import said

DONE = Answer(204)
MOST_TOKENS = 100
# SQLite's integers end there; a longer number is no id.
NUMBER = "<int(max=9223372036854775807):number>"


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


@route("GET", API + "/tokens", BROWSER, Answer(200, TokensBody))
def token_list(actor: Actor) -> Any:
    """Your API tokens, without their secrets, which nobody knows any more."""
    return {"tokens": [token_json(token) for token in ApiToken.of(actor.user_id)]}


@route("POST", API + "/tokens", BROWSER, Answer(201, NewTokenBody))
def token_add(actor: Actor, body: bodies.NewToken) -> Any:
    """A new API token. Its secret is in this answer and nowhere else."""
    if len(ApiToken.of(actor.user_id)) >= MOST_TOKENS:
        raise Problem(409, said("You have %(count)s tokens; revoke some first.", count=MOST_TOKENS))
    token, secret = ApiToken.issue(actor.user_id, body.name)
    return token_json(token) | {"token": secret}, 201


@route("DELETE", API + f"/tokens/{NUMBER}", BROWSER, DONE)
def token_revoke(actor: Actor, number: int) -> Any:
    """Revokes an API token."""
    if not ApiToken.revoke(actor.user_id, number):
        raise not_found()
    rooms().logins_revoked(token_ids=[number])
    return "", 204


@route("POST", API + "/password", BROWSER, DONE)
def password_change(actor: Actor, body: bodies.NewPassword) -> Any:
    """Changes your password and signs you out everywhere but here. API tokens stay."""
    user = logins.user_by_password(actor.name, body.current)
    if user is None:
        raise bad_field("current", said("this is not your present password"))
    try:
        user.set_password(body.new)
    except Refused as error:
        raise bad_field("new", error.message) from None
    return login_revoke_others(actor)


def login_json(login: Login, actor: Actor) -> dict[str, Any]:
    return {
        "id": login.id,
        "created_at": rfc3339(login.created_at),
        "last_seen_at": rfc3339(login.last_seen_at),
        "user_agent": login.user_agent,
        "address": login.address,
        "current": login.id == actor.login_id,
    }


def token_json(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.label,
        "created_at": rfc3339(token.created_at),
        "last_used_at": rfc3339(token.last_used_at),
    }
