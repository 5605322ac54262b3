"""The operating-system user that an account's programs run as (HOLDFAST_ISOLATION=1). The rule: never root, never one
that may not log in, and never one for two accounts, by whatever name."""

from __future__ import annotations

import os
import pwd

from peewee import IntegrityError

from app.keeper.identity import Barred, Identity, look_up
from app.models.base import written
from app.models.session import RUNNING, Session
from app.models.user import Refused, User
from app.words import recognised, said

# Login shells that let nobody in: of system accounts, and of people who have been locked out.
NO_LOGIN = {"nologin", "false", "true", "sync", "halt", "shutdown"}
# Where people's numbers begin (UID_MIN of login.defs, everywhere). Below are services, which are believed more than
# people are (app/web/peers.py).
FIRST_PERSON = 1000
# useradd's own limit is 32; directories of companies have longer ones.
NAME_BYTES = 256


def usable(name: str) -> Identity:
    """What the system knows of it; Refused where it is not there or not to be used. May ask the network."""
    if not name or len(name.encode(errors="replace")) > NAME_BYTES or not name.isprintable():
        raise _refused(said("expected the name of an operating-system user"))
    try:
        found = look_up(name)
    except Barred as barred:
        raise _refused(recognised(str(barred))) from None
    if os.path.basename(found.shell) in NO_LOGIN or not os.access(found.shell, os.X_OK):
        raise _refused(
            said(
                "the operating-system user %(what)s may not log in: its shell is %(shell)s",
                what=name,
                shell=found.shell,
            )
        )
    if found.uid < FIRST_PERSON:
        raise _refused(
            said("the operating-system user %(what)s is a service's: its number is below %(least)s", what=name,
                 least=FIRST_PERSON)
        )  # fmt: skip
    return found


def assign(user: User, name: str | None) -> Identity | None:
    """From its next session on the account's programs run as that user; None: as none. Raises Refused."""
    found = usable(name) if name is not None else None
    if found is not None:
        _refuse_shared(user, found)
    try:
        _save(user.id, found.name if found else None)
    except IntegrityError:  # another command at the same moment
        raise _refused(said("this operating-system user is another account's already")) from None
    user.os_user = found.name if found else None
    return found


def _refuse_shared(user: User, found: Identity) -> None:
    for other in User.everyone():
        if other.id != user.id and _same(other.os_user, found):
            raise _refused(
                said("%(what)s is the operating-system user of %(name)s already", what=found.name, name=other.name)
            )
    for session in Session.in_state(RUNNING):
        if session.owner_id != user.id and _same(session.os_user, found):
            raise _refused(
                said(
                    "a session of %(name)s still runs as %(what)s: end %(id)s first",
                    what=found.name,
                    name=session.owner.name,
                    id=session.id,
                )
            )


def _same(name: str | None, found: Identity) -> bool:
    """By number: two names of one user share all that is its own."""
    try:
        return name is not None and (name == found.name or pwd.getpwnam(name).pw_uid == found.uid)
    except KeyError:
        return False


def _refused(why: str) -> Refused:
    return Refused("os_user", why)


@written
def _save(user_id: int, os_user: str | None) -> None:
    User.update(os_user=os_user).where(User.id == user_id).execute()
