"""A share link, and the guests that came by it. The rule: the link's secret opens one session, is shown once, and is
exchanged at the door for a cookie of the guest's own; of both only hashes are kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from peewee import AutoField, BigIntegerField, BooleanField, DoubleField, ForeignKeyField, IntegerField, TextField

from app.models import secrets
from app.models.base import Record, db, noted, now, written
from app.permissions import Actor
from app.permissions import Guest as Comer

# Of one session, used up ones left out: a person shares with a few; a script that makes thousands has an error.
MOST_LINKS = 100
# Of one link; whoever did not come for longest is forgotten first (link previews open links too, and never come back).
MOST_GUESTS = 1000
# A guest that did not come for so long has to use the link again.
IDLE_SECONDS = 30 * 86_400
SEEN_EVERY_SECONDS = 60


class Link(Record):
    """`fresh_from`: guests see nothing of the output below this offset; None: they do. `asks`: its guests wait until
    somebody lets them in (app/models/lobby.py)."""

    id = AutoField()
    session_id = TextField()
    secret_hash = TextField(unique=True)
    password_hash = TextField(null=True)
    label = TextField(default="")
    role = TextField()
    fresh_from = BigIntegerField(null=True)
    most_viewers = IntegerField(null=True)
    created_at = DoubleField(default=now)
    expires_at = DoubleField(null=True)
    revoked_at = DoubleField(null=True)
    asks = BooleanField(default=False)

    class Meta:
        table_name = "link"

    @classmethod
    def make(cls, session_id: str, password: str | None = None, **facts: Any) -> tuple[Link, str] | None:
        """A new link and its secret, which cannot be had again; None when there are too many."""
        secret = secrets.new_secret()
        hashed = secrets.hash_password(password) if password else None
        link = _insert(session_id=session_id, secret_hash=secrets.digest(secret), password_hash=hashed, **facts)
        return (link, secret) if link is not None else None

    @classmethod
    def opened_by(cls, secret: str) -> Link | None:
        with db.connection_context():
            return cls.select().where(cls.secret_hash == secrets.digest(secret), open_links()).first()

    @classmethod
    def of(cls, session_id: str) -> list[Link]:
        """Those that still open something, the newest first."""
        with db.connection_context():
            return list(cls.select().where(cls.session_id == session_id, open_links()).order_by(cls.id.desc()))

    @classmethod
    def roles(cls, ids: Collection[int]) -> dict[int, str]:
        """What those of these that still open something give."""
        with db.connection_context():
            return {link.id: link.role for link in cls.select().where(cls.id.in_(list(ids)), open_links())}

    @classmethod
    def most(cls, link_id: int) -> int | None:
        """How many may be there by it at once; None: any number."""
        with db.connection_context():
            return cls.get_by_id(link_id).most_viewers

    @classmethod
    def revoke(cls, session_id: str, link_id: int) -> bool:
        """Whether the session had such a link; from now on it opens nothing, and its guests are strangers."""
        return _revoke(session_id, link_id)

    def fits(self, password: str) -> bool:
        return self.password_hash is None or secrets.verify_password(self.password_hash, password)

    def admit(self) -> tuple[int, str]:
        """A new guest's number, and the secret for its cookie."""
        secret = secrets.new_secret()
        return _admit(self.id, secrets.digest(secret)), secret


class Guest(Record):
    """`asked_at`: waits to be let in, or did; is nobody until `let_in_at`. `role`: what it was let in as. `said`: how
    it called itself; `account`: the one that was signed in there."""

    id = AutoField()
    link = ForeignKeyField(Link, on_delete="CASCADE")
    link_id: int
    secret_hash = TextField(unique=True)
    created_at = DoubleField(default=now)
    last_seen_at = DoubleField(default=now)
    revoked_at = DoubleField(null=True)
    asked_at = DoubleField(null=True)
    let_in_at = DoubleField(null=True)
    refused_at = DoubleField(null=True)
    role = TextField(null=True)
    said = TextField(default="")
    account = TextField(default="")

    class Meta:
        table_name = "guest"

    @classmethod
    def actor_for(cls, secret: str, link_id: int) -> Actor | None:
        with db.connection_context():
            rows = cls.select(cls, Link).join(Link).where(cls.secret_hash == secrets.digest(secret))
            guest = rows.where(cls.link == link_id, _here(), open_links()).first()
        if guest is None:
            return None
        if now() - guest.last_seen_at > SEEN_EVERY_SECONDS:
            _seen(guest.id)
        link = guest.link
        # Not a name that an account can have.
        name = f"Guest {guest.id}"
        return Actor(
            -guest.id, name, False,
            guest=Comer(guest.id, link.id, link.session_id, link.fresh_from, link.expires_at, link.created_at),
        )  # fmt: skip

    @classmethod
    def roles(cls, ids: Collection[int]) -> dict[int, str]:
        """What those of these guests that may still come were given, by guest."""
        with db.connection_context():
            rows = cls.select(cls, Link).join(Link).where(cls.id.in_(list(ids)), _here(), open_links())
            return {guest.id: guest.role or guest.link.role for guest in rows}

    @classmethod
    def revoke(cls, guest_id: int) -> None:
        """This guest is a stranger from now on. The link still lets in whoever has it."""
        _revoke_guest(guest_id)


def open_links() -> Any:
    """Those that were not taken back and have not ended."""
    return Link.revoked_at.is_null() & (Link.expires_at.is_null() | (Link.expires_at > now()))


def _here() -> Any:
    let_in = Guest.asked_at.is_null() | Guest.let_in_at.is_null(False)
    return Guest.revoked_at.is_null() & (Guest.last_seen_at > now() - IDLE_SECONDS) & let_in


@written
def _insert(session_id: str, **facts: Any) -> Link | None:
    if Link.select().where(Link.session_id == session_id, open_links()).count() >= MOST_LINKS:
        return None
    return Link.create(session_id=session_id, **facts)


@written
def _revoke(session_id: str, link_id: int) -> bool:
    mine = (Link.id == link_id) & (Link.session_id == session_id) & Link.revoked_at.is_null()
    return Link.update(revoked_at=now()).where(mine).execute() == 1


@written
def _admit(link_id: int, secret_hash: str) -> int:
    guest = Guest.create(link=link_id, secret_hash=secret_hash)
    newest = Guest.select(Guest.id).where(Guest.link == link_id).order_by(Guest.last_seen_at.desc(), Guest.id.desc())
    Guest.delete().where(Guest.link == link_id, Guest.id.not_in(newest.limit(MOST_GUESTS))).execute()
    return guest.id


@written
def _revoke_guest(guest_id: int) -> None:
    Guest.update(revoked_at=now()).where(Guest.id == guest_id).execute()


@noted
def _seen(guest_id: int) -> None:
    Guest.update(last_seen_at=now()).where(Guest.id == guest_id).execute()
