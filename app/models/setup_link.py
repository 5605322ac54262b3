"""The first-run link: whoever opens it first becomes the owner. The rule: one winner, decided by a single
UPDATE, and none at all once an account exists."""

from __future__ import annotations

from typing import Any

from peewee import AutoField, DoubleField, TextField

from app.models import secrets
from app.models.base import Record, db, now, written
from app.models.user import User, checked_name, checked_password

LIFETIME_SECONDS = 3600


class Used(Exception):
    """The link was used, has expired, or an account exists already."""


class SetupLink(Record):
    id = AutoField()
    secret_hash = TextField(unique=True)
    created_at = DoubleField(default=now)
    expires_at = DoubleField()
    used_at = DoubleField(null=True)

    class Meta:
        table_name = "setup_link"

    @classmethod
    def issue(cls) -> str | None:
        """A new link's secret, which makes older links void; None when an account exists."""
        secret = secrets.new_secret()
        return secret if _insert(secrets.digest(secret)) else None

    @classmethod
    def opens(cls, secret: str) -> bool:
        with db.connection_context():
            return bool(cls.select().where(_open(secret)).exists()) and not User.exists()

    @classmethod
    def redeem(cls, secret: str, name: str, password: str) -> User:
        """The owner's account; Used for everybody but the first; Refused for a bad name or password."""
        if not cls.opens(secret):
            raise Used
        hashed = secrets.hash_password(checked_password(password, checked_name(name)))
        return _redeem(secret, name, hashed)


def _open(secret: str) -> Any:
    fits = SetupLink.secret_hash == secrets.digest(secret)
    return fits & SetupLink.used_at.is_null() & (SetupLink.expires_at > now())


@written
def _insert(secret_hash: str) -> bool:
    if User.select().exists():
        return False
    SetupLink.delete().execute()
    SetupLink.create(secret_hash=secret_hash, expires_at=now() + LIFETIME_SECONDS)
    return True


@written
def _redeem(secret: str, name: str, password_hash: str) -> User:
    if SetupLink.update(used_at=now()).where(_open(secret)).execute() != 1 or User.select().exists():
        raise Used
    return User.create(name=name, password_hash=password_hash, admin=True)
