"""Showing once more who one is ("sudo mode"), before what outlives a browser that was left open. The rule: the gate
asks for it wherever a route is `fresh`; here it is given, by password or passkey, and counts for FRESH_SECONDS."""

from __future__ import annotations

from typing import Any

from app.live.status import rfc3339
from app.models.login import Login
from app.models.passkey import Passkey
from app.models.user import User
from app.permissions import Actor
from app.web import bodies, logins, passkeys
from app.web.answers import OptionsBody, ProofBody
from app.web.problems import bad_field, not_found
from app.web.routes import API, BROWSER, Answer, route
from app.words import said


@route("GET", API + "/proof", BROWSER, Answer(200, ProofBody))
def state(actor: Actor) -> Any:
    """Whether you have shown lately who you are, and how you can."""
    return state_json(actor)


@route("POST", API + "/proof/options", BROWSER, Answer(200, OptionsBody))
def options(actor: Actor) -> Any:
    """What a browser needs to ask for one of your passkeys."""
    return {"options": passkeys.asking(purpose(actor), Passkey.of(actor.user_id))}


@route("POST", API + "/proof", BROWSER, Answer(204, also=(429,)), body_bytes=bodies.CREDENTIAL_BODY_BYTES)
def prove(actor: Actor, body: bodies.Proof) -> Any:
    """Shows who you are, by `password` or by a passkey's `credential`. Counts for ten minutes, in this browser."""
    if body.credential is not None:
        passkey = passkeys.checked(body.credential, purpose(actor))
        if passkey is None or passkey.user_id != actor.user_id:
            raise bad_field("credential", passkeys.WRONG)
    elif logins.user_by_password(actor.name, body.password or "") is None:
        raise bad_field("password", said("this is not your present password"))
    if actor.login_id is not None:
        Login.proved(actor.login_id)
    return "", 204


def state_json(actor: Actor) -> dict[str, Any]:
    user = User.numbered(actor.user_id)
    if user is None:
        raise not_found()
    here = any(one.host == passkeys.host() for one in Passkey.of(actor.user_id))
    until = actor.proved_at + logins.FRESH_SECONDS
    return {
        "fresh": logins.fresh(actor),
        "until": rfc3339(until) if logins.fresh(actor) and actor.way != logins.PROXY else None,
        "ways": [way for way, there in ((logins.PASSWORD, user.has_password), (logins.PASSKEY, here)) if there],
    }


def purpose(actor: Actor) -> str:
    return f"prove {actor.login_id}"
