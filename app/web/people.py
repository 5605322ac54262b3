"""Other people's accounts over HTTP, for administrators: made, shut out, let in again, deleted. The rules: nobody sets
another one's password; who lost it, or is new, gets a link that works once. Whoever changes something here is asked
again who he is, and it is told to whom it happens."""

from __future__ import annotations

from typing import Annotated, Any

from flask import request
from pydantic import Field

from app.live.status import rfc3339
from app.models.login import Login
from app.models.passkey import Passkey
from app.models.reset_link import ResetLink
from app.models.second_factor import SecondFactor
from app.models.session import Session
from app.models.token import ApiToken
from app.models.user import User
from app.permissions import Actor
from app.web import audit
from app.web.accounts import login_json
from app.web.answers import AccountBody, AccountsBody, NewAccountBody, OneAccountBody, ResetLinkBody
from app.web.bodies import Body, Query
from app.web.gate import rooms
from app.web.passkeys import passkey_json
from app.web.problems import Problem, not_found
from app.web.routes import ADMIN_BROWSER, API, NUMBER, Answer, route
from app.web.tokens import token_json
from app.words import said

DONE = Answer(204)
ACCOUNTS = API + "/accounts"
ONE = ACCOUNTS + "/<name>"


class NewAccount(Body):
    name: Annotated[str, Field(max_length=32)]
    admin: bool = False


class AccountChanges(Body):
    """`end_sessions`: of one that is disabled, what it runs is ended, too."""

    admin: bool | None = None
    disabled: bool | None = None
    end_sessions: bool = False


class Deletion(Query):
    """`end_sessions`: also those that run."""

    end_sessions: bool = False


@route("GET", ACCOUNTS, ADMIN_BROWSER, Answer(200, AccountsBody))
def listed() -> Any:
    """All accounts, and by what each of them signs in."""
    factors, keys = SecondFactor.users(), Passkey.counts()
    return {"accounts": [account_json(user, user.id in factors, keys.get(user.id, 0)) for user in User.everyone()]}


@route("POST", ACCOUNTS, ADMIN_BROWSER, Answer(201, NewAccountBody), fresh=True)
def add(body: NewAccount) -> Any:
    """A new account, and a link by which its user sets the first password, once, within a day."""
    user = User.admit(body.name, body.admin)
    audit.about(user.id)
    return account_json(user, False, 0) | link_json(user), 201


@route("GET", ONE, ADMIN_BROWSER, Answer(200, OneAccountBody))
def one(actor: Actor, name: str) -> Any:
    """One account with its logins, tokens and passkeys, and how many sessions it runs."""
    user = named(name)
    logins, tokens, keys = Login.of(user.id), ApiToken.of(user.id), Passkey.of(user.id)
    return account_json(user, SecondFactor.of(user.id) is not None, len(keys)) | {
        "running": Session.running_of(user.id),
        "logins": [login_json(login, actor) for login in logins],
        "tokens": [token_json(token) for token in tokens],
        "keys": [passkey_json(key) for key in keys],
    }


@route("PATCH", ONE, ADMIN_BROWSER, Answer(200, AccountBody, also=(409, 503)), fresh=True)
def change(actor: Actor, name: str, body: AccountChanges) -> Any:
    """Makes it an administrator, or a user like others (signed out everywhere); disables it, at once and open sockets
    included, or enables it. What it runs goes on, unless `end_sessions`. 409: nobody would administer any more."""
    user, accounts = named(name), rooms().accounts
    if body.disabled and user.id == actor.user_id:
        raise Problem(409, OWN)
    if body.admin is not None and body.admin != user.admin:
        accounts.administer(user, body.admin)
    if body.disabled:
        accounts.disable(user, body.end_sessions)
    elif body.disabled is not None:
        accounts.enable(user)
    return account_json(named(name), SecondFactor.of(user.id) is not None, len(Passkey.of(user.id)))


@route("DELETE", ONE, ADMIN_BROWSER, Answer(204, also=(409, 503)), fresh=True)
def delete(actor: Actor, name: str, query: Deletion) -> Any:
    """Deletes it with its sessions, and what they wrote. 409 while one runs, unless `end_sessions`, or when nobody
    would administer any more. The audit log keeps its name."""
    user = named(name)
    if user.id == actor.user_id:
        raise Problem(409, OWN)
    rooms().accounts.delete(user, query.end_sessions)
    return "", 204


@route("POST", ONE + "/reset", ADMIN_BROWSER, Answer(201, ResetLinkBody, also=(409,)), fresh=True)
def reset(name: str) -> Any:
    """A link by which this user sets a new password, once, within a day. It is in this answer and nowhere else. Tokens
    and passkeys stay: revoke them, too, where somebody else may have them."""
    user = named(name)
    if user.disabled_at is not None:
        raise Problem(409, said("This account is disabled. Enable it first."))
    return link_json(user), 201


@route("DELETE", ONE + "/second-factor", ADMIN_BROWSER, DONE, fresh=True)
def second_factor_remove(name: str) -> Any:
    """Takes away the second factor of somebody who lost it and the recovery codes, too."""
    if not SecondFactor.remove(named(name).id):
        raise not_found()
    return "", 204


@route("DELETE", ONE + "/logins", ADMIN_BROWSER, DONE, fresh=True)
def sign_out(name: str) -> Any:
    """Signs this user out everywhere."""
    rooms().accounts.revoke(named(name), logins=True)
    return "", 204


@route("DELETE", ONE + "/tokens", ADMIN_BROWSER, DONE, fresh=True)
def tokens_revoke(name: str) -> Any:
    """Revokes all API tokens of this user."""
    rooms().accounts.revoke(named(name), tokens=True)
    return "", 204


@route("DELETE", ONE + f"/tokens/{NUMBER}", ADMIN_BROWSER, DONE, fresh=True)
def token_revoke(name: str, number: int) -> Any:
    """Revokes one."""
    if not ApiToken.revoke(named(name).id, number):
        raise not_found()
    rooms().logins_revoked(token_ids=[number])
    return "", 204


@route("DELETE", ONE + "/passkeys", ADMIN_BROWSER, DONE, fresh=True)
def passkeys_remove(name: str) -> Any:
    """Removes all passkeys of this user."""
    rooms().accounts.revoke(named(name), passkeys=True)
    return "", 204


@route("DELETE", ONE + f"/passkeys/{NUMBER}", ADMIN_BROWSER, DONE, fresh=True)
def passkey_remove(name: str, number: int) -> Any:
    """Removes one."""
    if not Passkey.remove(named(name).id, number):
        raise not_found()
    return "", 204


OWN = said("This is your own account. Let another administrator do it.")


def named(name: str) -> User:
    user = User.named(name)
    if user is None:
        raise not_found()
    audit.about(user.id)
    return user


def link_json(user: User) -> dict[str, Any]:
    secret, expires_at = ResetLink.issue(user.id)
    return {"link": f"{request.host_url}reset/{secret}", "expires_at": rfc3339(expires_at)}


def account_json(user: User, factor: bool, passkeys: int) -> dict[str, Any]:
    return {
        "name": user.name,
        "admin": user.admin,
        "disabled": rfc3339(user.disabled_at),
        "created_at": rfc3339(user.created_at),
        "password": user.has_password,
        "second_factor": factor,
        "passkeys": passkeys,
    }
