"""Shutting an account out, whole or in part. The rules: each is one transaction; it leaves an administrator who may
sign in; and it answers what was open by what it ended, for whoever has to close that (app/live/accounts.py)."""

from __future__ import annotations

from typing import Any, NamedTuple

from app.models.base import now, written
from app.models.deed import Deed
from app.models.link import Link
from app.models.login import Login
from app.models.passkey import Passkey
from app.models.reset_link import ResetLink
from app.models.session import RUNNING, Session
from app.models.token import ApiToken
from app.models.user import Gone, User


class LastAdministrator(Exception):
    """Nobody would be left who could let anybody in again."""


class StillRuns(Exception):
    """The account owns sessions that are not ended."""


class Ended(NamedTuple):
    """Ids of logins and tokens that open nothing any more, how many passkeys, and the sessions in which somebody (by a
    link, or a broken glass) has lost what he had."""

    logins: list[int] = []
    tokens: list[int] = []
    passkeys: int = 0
    sessions: list[str] = []


@written
def revoke(user_id: int, logins: bool = False, tokens: bool = False, passkeys: bool = False) -> Ended:
    return Ended(
        _logins(user_id) if logins else [], _tokens(user_id) if tokens else [],
        Passkey.delete().where(Passkey.user == user_id).execute() if passkeys else 0,
    )  # fmt: skip


@written
def disable(user_id: int) -> Ended:
    """No login, token, passkey or password of it opens anything until it is enabled; logins and the links to its
    sessions are ended for good. What runs goes on."""
    _leave_an_administrator(user_id)
    User.update(disabled_at=now()).where(User.id == user_id, User.disabled_at.is_null()).execute()
    ResetLink.delete().where(ResetLink.user == user_id).execute()
    Deed.delete().where(Deed.user == user_id).execute()  # it may have asked to end what is not its own, later
    mine = Session.select(Session.id).where(Session.owner == user_id)
    linked = Link.session_id.in_(mine) & Link.revoked_at.is_null()
    shared = [row.session_id for row in Link.select(Link.session_id).where(linked).distinct()]
    Link.update(revoked_at=now()).where(linked).execute()
    tokens = [row.id for row in ApiToken.select(ApiToken.id).where(ApiToken.user == user_id)]
    return Ended(_logins(user_id), tokens, 0, [*shared, *_unbreak(user_id)])


@written
def enable(user_id: int) -> None:
    User.update(disabled_at=None).where(User.id == user_id).execute()


@written
def administer(user_id: int, on: bool) -> Ended:
    """Makes it an administrator; or a user like others, who has to sign in again and is out of where he broke the
    glass."""
    if not on:
        _leave_an_administrator(user_id)
    User.update(admin=on).where(User.id == user_id).execute()
    return Ended() if on else Ended(_logins(user_id), [], 0, _unbreak(user_id))


@written
def delete(user_id: int) -> None:
    """Its sessions have to be ended, and their journals erased, before. Nobody gets its number again: the audit log
    goes by that."""
    _leave_an_administrator(user_id)
    if Session.select().where(Session.owner == user_id, Session.state == RUNNING).exists():
        raise StillRuns
    Gone.create(id=user_id, name=User.get_by_id(user_id).name)
    User.delete().where(User.id == user_id).execute()


def _leave_an_administrator(user_id: int) -> None:
    others = User.select().where(User.admin, User.disabled_at.is_null(), User.id != user_id)
    is_one = User.select().where(User.admin, User.disabled_at.is_null(), User.id == user_id)
    if is_one.exists() and not others.exists():
        raise LastAdministrator


def _logins(user_id: int) -> list[int]:
    there = (Login.user == user_id) & Login.revoked_at.is_null()
    ids = [row.id for row in Login.select(Login.id).where(there)]
    Login.update(revoked_at=now()).where(there).execute()
    return ids


def _tokens(user_id: int) -> list[int]:
    ids = [row.id for row in ApiToken.select(ApiToken.id).where(ApiToken.user == user_id)]
    ApiToken.delete().where(ApiToken.user == user_id).execute()
    return ids


def _unbreak(user_id: int) -> list[str]:
    """Takes it out of each session where it broke the glass."""
    found: list[str] = []
    broken: Any = Session.select(Session.id, Session.glass).where(Session.glass != {})
    for session in broken:
        if str(user_id) in session.glass:
            left = {one: facts for one, facts in session.glass.items() if one != str(user_id)}
            Session.update(glass=left).where(Session.id == session.id).execute()
            found.append(session.id)
    return found
