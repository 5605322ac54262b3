"""Your API tokens over HTTP: made, listed, revoked. The rule: only a browser's login may, a new one needs a fresh
proof of who is there, and what is revoked is out at once, open sockets included."""

from __future__ import annotations

from typing import Any

from app.live.status import rfc3339
from app.models.base import now
from app.models.session import Session
from app.models.token import ApiToken
from app.permissions import Actor
from app.scopes import ADMIN, FULL, SCOPES
from app.web import bodies
from app.web.answers import NewTokenBody, TokensBody
from app.web.gate import rooms
from app.web.problems import Problem, bad_field, not_found
from app.web.routes import API, BROWSER, NUMBER, Answer, route
from app.words import said

MOST_TOKENS = 100
# Of one for which none were named.
USUAL = FULL - {ADMIN}


@route("GET", API + "/tokens", BROWSER, Answer(200, TokensBody))
def token_list(actor: Actor) -> Any:
    """Your API tokens, without their secrets, which nobody knows any more."""
    return {"tokens": [token_json(token) for token in ApiToken.of(actor.user_id)]}


@route("POST", API + "/tokens", BROWSER, Answer(201, NewTokenBody), fresh=True)
def token_add(actor: Actor, body: bodies.NewToken) -> Any:
    """A new API token. Its secret is in this answer and nowhere else."""
    if len(ApiToken.of(actor.user_id)) >= MOST_TOKENS:
        raise Problem(409, said("You have %(count)s tokens; revoke some first.", count=MOST_TOKENS))
    if body.session is not None and Session.seen_by(actor, body.session) is None:
        raise bad_field("session", said("there is no session of this id, or none that you may see"))
    if body.scopes is not None and ADMIN in body.scopes and not actor.admin:
        raise bad_field("scopes", said("only an administrator's token may have: %(scope)s", scope=ADMIN))
    expires_at = body.expires_at.timestamp() if body.expires_at is not None else None
    token, secret = ApiToken.issue(actor.user_id, body.name, body.scopes or USUAL, body.session, expires_at)
    return token_json(token) | {"token": secret}, 201


@route("DELETE", API + f"/tokens/{NUMBER}", BROWSER, Answer(204))
def token_revoke(actor: Actor, number: int) -> Any:
    """Revokes an API token."""
    if not ApiToken.revoke(actor.user_id, number):
        raise not_found()
    rooms().logins_revoked(token_ids=[number])
    return "", 204


def token_json(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.label,
        "scopes": [one for one in SCOPES if one in token.scopes.split()],
        "session": token.session_id,
        "created_at": rfc3339(token.created_at),
        "last_used_at": rfc3339(token.last_used_at),
        "expires_at": rfc3339(token.expires_at),
        "expired": token.expires_at is not None and token.expires_at <= now(),
    }
