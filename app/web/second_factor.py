"""The second factor over HTTP. The rules: seed and recovery codes are in one answer each and nowhere else; switching it
on needs a code of the new seed, so nobody shuts himself out with a picture that was never scanned."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

from flask import request

from app.live.status import rfc3339
from app.models.second_factor import SecondFactor, uri
from app.models.user import User
from app.permissions import Actor
from app.web import bodies, logins
from app.web.answers import CodesBody, SecondFactorBody, SeedBody
from app.web.problems import Problem, bad_field, not_found
from app.web.routes import API, BROWSER, Answer, route
from app.words import said

HERE = API + "/second-factor"


@route("GET", HERE, BROWSER, Answer(200, SecondFactorBody))
def state(actor: Actor) -> Any:
    """Whether a code is asked for when you sign in, and how many recovery codes are left."""
    return state_json(actor)


@route("POST", HERE, BROWSER, Answer(201, SeedBody, also=(409,)), fresh=True)
def begin(actor: Actor) -> Any:
    """A new seed for your authenticator app, as text and as a QR code. It counts once it is confirmed."""
    seed = SecondFactor.begin(actor.user_id)
    if seed is None:
        raise Problem(409, said("There is a second factor already; remove it first."))
    address = uri(seed, actor.name, request.host)
    return {"seed": seed, "uri": address, "qr": picture(address)}, 201


@route("POST", HERE + "/confirm", BROWSER, Answer(200, CodesBody, also=(429,)), fresh=True)
def confirm(actor: Actor, body: bodies.Code) -> Any:
    """Switches it on with a code of the new seed. The recovery codes are in this answer and nowhere else."""
    codes: list[list[str]] = []

    def fits() -> bool:
        found = SecondFactor.confirm(actor.user_id, body.code)
        codes.append(found or [])
        return found is not None

    if not logins.code_checked(me(actor), fits):
        raise bad_field("code", said("this code does not fit; is the clock of your device right?"))
    return {"recovery_codes": codes[0]}


@route("POST", HERE + "/recovery-codes", BROWSER, Answer(200, CodesBody, also=(404,)), fresh=True)
def renew(actor: Actor) -> Any:
    """New recovery codes; the old ones open nothing any more."""
    if SecondFactor.of(actor.user_id) is None:
        raise not_found()
    return {"recovery_codes": SecondFactor.renew_codes(actor.user_id)}


@route("DELETE", HERE, BROWSER, Answer(204, also=(404,)), fresh=True)
def remove(actor: Actor) -> Any:
    """Takes it away: the password alone is enough again."""
    if not SecondFactor.remove(actor.user_id):
        raise not_found()
    return "", 204


def state_json(actor: Actor) -> dict[str, Any]:
    now = SecondFactor.state(actor.user_id)
    return {"on": now.since is not None, "since": rfc3339(now.since), "recovery_codes_left": now.codes_left}


def me(actor: Actor) -> User:
    user = User.numbered(actor.user_id)
    if user is None:
        raise not_found()
    return user


def picture(text: str) -> str:
    """As an address that an <img> may have under our policy: nothing of it is ever markup of the page."""
    import segno  # not before somebody asks: it is 0.1 s of every start

    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False)
    return "data:image/svg+xml," + quote(drawn.getvalue().decode())
