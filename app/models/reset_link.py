"""A link by which somebody sets a new password, made by an administrator. The rule: it works once, within a day, the
newest one alone, and it opens nothing but the form: whoever has a second factor still needs it to sign in."""

from __future__ import annotations

from typing import Any

from peewee import DoubleField, ForeignKeyField, TextField

from app.models import secrets
from app.models.base import Record, db, now, written
from app.models.login import Login
from app.models.user import User, checked_password

LIFETIME_SECONDS = 86_400


class Used(Exception):
    """The link was used, replaced by a newer one, or has expired."""


class ResetLink(Record):
    user = ForeignKeyField(User, primary_key=True, on_delete="CASCADE")
    user_id: int
    secret_hash = TextField(unique=True)
    expires_at = DoubleField()

    class Meta:
        table_name = "reset_link"

    @classmethod
    def issue(cls, user_id: int) -> tuple[str, float]:
        """A new link's secret, which makes an older one void, and when it expires."""
        secret = secrets.new_secret()
        expires_at = now() + LIFETIME_SECONDS
        _insert(user_id, secrets.digest(secret), expires_at)
        return secret, expires_at

    @classmethod
    def withdraw(cls, user_id: int) -> None:
        """The user has a new password by other means: a link that is still about must not change it again."""
        _withdraw(user_id)

    @classmethod
    def whose(cls, secret: str) -> User | None:
        """The user whose password it sets, while it does."""
        with db.connection_context():
            row = cls.select(cls, User).join(User).where(_open(secret)).first()
        return row.user if row is not None else None

    @classmethod
    def redeem(cls, secret: str, password: str) -> tuple[User, list[int]]:
        """Sets the password; answers the user and the logins that ended with the old one. Used for everybody but the
        first; Refused for a bad password, after which the link still works."""
        user = cls.whose(secret)
        if user is None:
            raise Used
        return user, _redeem(secret, user.id, secrets.hash_password(checked_password(password, user.name)))


def _open(secret: str) -> Any:
    fits = (ResetLink.secret_hash == secrets.digest(secret)) & (ResetLink.expires_at > now())
    return fits & ResetLink.user.in_(User.enabled())


@written
def _insert(user_id: int, secret_hash: str, expires_at: float) -> None:
    ResetLink.delete().where(ResetLink.user == user_id).execute()
    ResetLink.create(user=user_id, secret_hash=secret_hash, expires_at=expires_at)


@written
def _withdraw(user_id: int) -> None:
    ResetLink.delete().where(ResetLink.user == user_id).execute()


@written
def _redeem(secret: str, user_id: int, password_hash: str) -> list[int]:
    if ResetLink.delete().where(_open(secret)).execute() != 1:
        raise Used
    User.update(password_hash=password_hash).where(User.id == user_id).execute()
    mine = (Login.user == user_id) & Login.revoked_at.is_null()
    ended = [row.id for row in Login.select(Login.id).where(mine)]
    Login.update(revoked_at=now()).where(mine).execute()
    return ended
