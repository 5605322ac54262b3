"""Who waits to be let in by a link that asks first. The rule: whoever waits is nobody (models/link.py counts only who
was let in); the lobby is bounded, and an answer is for who waits that moment."""

from __future__ import annotations

from typing import Any, NamedTuple

from peewee import fn

from app.models import secrets
from app.models.base import db, noted, now, written
from app.models.link import Guest, Link, open_links

# By one link at once: more are told to come back. Who has the link can make the owner see no more than so many.
MOST_WAITING = 20
# Nobody answered for so long: who waits may ask again.
WAIT_SECONDS = 900.0
# A page that waits says so every 20 s. One that did not for so long is closed.
GONE_SECONDS = 45.0
# Of one link: who was refused, or gave up, is remembered so that its page can say so; the oldest are forgotten first.
MOST_REMEMBERED = 200
# Characters of what somebody calls itself.
NAME_LENGTH = 40

WAITING, IN, REFUSED, UNANSWERED = "waiting", "in", "refused", "unanswered"


class Waiting(NamedTuple):
    """`said`: how it calls itself, which proves nothing; `account`: who was signed in there, which does. `role`: what
    the link gives."""

    guest: int
    link: int
    label: str
    role: str
    said: str
    account: str
    asked_at: float


def ask(link_id: int, said: str, account: str) -> tuple[int, str] | None:
    """Somebody waits from now on: its number, and the secret for its cookie. None: too many do."""
    secret = secrets.new_secret()
    guest_id = _ask(link_id, secrets.digest(secret), said, account)
    return (guest_id, secret) if guest_id is not None else None


def waiting(session_id: str) -> list[Waiting]:
    """The longest waiting first."""
    with db.connection_context():
        rows = Guest.select(Guest, Link).join(Link).where(Link.session_id == session_id, open_links(), _waits())
        return [
            Waiting(one.id, one.link.id, one.link.label, one.link.role, one.said, one.account, one.asked_at or 0.0)
            for one in rows.order_by(Guest.asked_at)
        ]


def counts() -> dict[str, int]:
    """How many wait, by session; without those where nobody does."""
    with db.connection_context():
        found = Guest.select(Link.session_id, fn.COUNT(Guest.id)).join(Link).where(open_links(), _waits())
        rows: Any = found.group_by(Link.session_id).tuples()
        return dict(rows)


def known(secret: str, link_id: int) -> tuple[int, str, str] | None:
    """(guest, session, state) of who asked by that link; None: nobody did, or it opens nothing any more."""
    with db.connection_context():
        mine = (Guest.secret_hash == secrets.digest(secret)) & (Guest.link == link_id)
        asked = Guest.asked_at.is_null(False) & Guest.revoked_at.is_null()
        one = Guest.select(Guest, Link).join(Link).where(mine, asked, open_links()).first()
    if one is None:
        return None
    if one.let_in_at is not None:
        state = IN
    elif one.refused_at is not None:
        state = REFUSED
    else:
        state = WAITING if one.asked_at > now() - WAIT_SECONDS else UNANSWERED
    return one.id, one.link.session_id, state


def let_in(session_id: str, guest_id: int, role: str) -> bool:
    """Whether it waited; from now on it is a guest like any other."""
    return _answer(session_id, guest_id, {"let_in_at": now(), "role": role})


def refuse(session_id: str, guest_id: int) -> bool:
    return _answer(session_id, guest_id, {"refused_at": now()})


@noted
def seen(guest_id: int) -> None:
    """It still waits."""
    Guest.update(last_seen_at=now()).where(Guest.id == guest_id).execute()


def _unanswered() -> Any:
    open_question = Guest.let_in_at.is_null() & Guest.refused_at.is_null() & Guest.revoked_at.is_null()
    return open_question & (Guest.asked_at > now() - WAIT_SECONDS)


def _waits() -> Any:
    return _unanswered() & (Guest.last_seen_at > now() - GONE_SECONDS)


@written
def _ask(link_id: int, secret_hash: str, said: str, account: str) -> int | None:
    if Guest.select().where(Guest.link == link_id, _waits()).count() >= MOST_WAITING:
        return None
    nobody = (Guest.link == link_id) & Guest.asked_at.is_null(False) & Guest.let_in_at.is_null()
    newest = Guest.select(Guest.id).where(nobody).order_by(Guest.id.desc()).limit(MOST_REMEMBERED)
    Guest.delete().where(nobody, Guest.id.not_in(newest)).execute()
    made = Guest.create(link=link_id, secret_hash=secret_hash, asked_at=now(), said=said, account=account)
    return int(made.id)


@written
def _answer(session_id: str, guest_id: int, facts: dict[str, Any]) -> bool:
    links = Link.select(Link.id).where(Link.session_id == session_id, open_links())
    mine = (Guest.id == guest_id) & Guest.link.in_(links) & _unanswered()
    return Guest.update(**facts).where(mine).execute() == 1
