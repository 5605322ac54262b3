"""Other people's accounts over HTTP, for administrators. The rule: nobody sets another one's password; who lost it gets
a link that works once, and whoever hands it out is asked again who he is."""

from __future__ import annotations

from typing import Any

from flask import request

from app.live.status import rfc3339
from app.models.passkey import Passkey
from app.models.reset_link import ResetLink
from app.models.second_factor import SecondFactor
from app.models.user import User
from app.web import audit
from app.web.answers import AccountsBody, ResetLinkBody
from app.web.problems import not_found
from app.web.routes import ADMIN_BROWSER, API, Answer, route


@route("GET", API + "/accounts", ADMIN_BROWSER, Answer(200, AccountsBody))
def listed() -> Any:
    """All accounts, and by what each of them signs in."""
    factors, keys = SecondFactor.users(), Passkey.counts()
    return {"accounts": [account_json(user, user.id in factors, keys.get(user.id, 0)) for user in User.everyone()]}


@route("POST", API + "/accounts/<name>/reset", ADMIN_BROWSER, Answer(201, ResetLinkBody), fresh=True)
def reset(name: str) -> Any:
    """A link by which this user sets a new password, once, within a day. It is in this answer and nowhere else."""
    secret, expires_at = ResetLink.issue(named(name).id)
    return {"link": f"{request.host_url}reset/{secret}", "expires_at": rfc3339(expires_at)}, 201


@route("DELETE", API + "/accounts/<name>/second-factor", ADMIN_BROWSER, Answer(204), fresh=True)
def second_factor_remove(name: str) -> Any:
    """Takes away the second factor of somebody who lost it and the recovery codes, too."""
    if not SecondFactor.remove(named(name).id):
        raise not_found()
    return "", 204


def named(name: str) -> User:
    user = User.named(name)
    if user is None:
        raise not_found()
    audit.about(user.id)
    return user


def account_json(user: User, factor: bool, passkeys: int) -> dict[str, Any]:
    return {
        "name": user.name,
        "admin": user.admin,
        "created_at": rfc3339(user.created_at),
        "password": user.has_password,
        "second_factor": factor,
        "passkeys": passkeys,
    }
