"""An API token: how a script says who it is, and what it may. The rule: the secret is shown once, only its hash is
kept; one that has expired is as good as revoked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from peewee import AutoField, DoubleField, ForeignKeyField, TextField

from app import scopes as powers
from app.models.base import Record, db, noted, now, written
from app.models.secrets import digest, new_secret
from app.models.session import Session
from app.models.user import User
from app.permissions import Actor

# Recognisable to people and to scanners that look for leaked secrets.
PREFIX = "hf_"
# "Last used" is for people who tidy up; a write for each request of a polling script would be waste.
USED_EVERY_SECONDS = 300


class ApiToken(Record):
    id = AutoField()
    user = ForeignKeyField(User, backref="tokens", on_delete="CASCADE")
    user_id: int
    label = TextField(default="")
    secret_hash = TextField(unique=True)
    created_at = DoubleField(default=now)
    last_used_at = DoubleField(null=True)
    scopes = TextField(default=powers.written(powers.FULL))
    session = ForeignKeyField(Session, null=True, on_delete="CASCADE")
    session_id: str | None
    expires_at = DoubleField(null=True)

    class Meta:
        table_name = "api_token"

    @classmethod
    def issue(
        cls,
        user_id: int,
        label: str = "",
        scopes: Iterable[str] = powers.FULL,
        session_id: str | None = None,
        expires_at: float | None = None,
    ) -> tuple[ApiToken, str]:
        """A new token and its secret, which cannot be had again."""
        secret = new_secret(PREFIX)
        kept = powers.written(powers.closed(scopes))
        return _insert(user_id, label, digest(secret), kept, session_id, expires_at), secret

    @classmethod
    def actor_for(cls, secret: str) -> Actor | None:
        if not secret.startswith(PREFIX):
            return None
        with db.connection_context():
            token = cls.select(cls, User).join(User).where(cls.secret_hash == digest(secret), _live()).first()
        if token is None:
            return None
        if token.last_used_at is None or now() - token.last_used_at > USED_EVERY_SECONDS:
            _used(token.id)
        return Actor(
            token.user_id, token.user.name, token.user.admin, token_id=token.id,
            scopes=frozenset(token.scopes.split()), only_session=token.session_id, until=token.expires_at,
        )  # fmt: skip

    @classmethod
    def of(cls, user_id: int) -> list[ApiToken]:
        with db.connection_context():
            return list(cls.select().where(cls.user == user_id).order_by(cls.id))

    @classmethod
    def revoke(cls, user_id: int, token_id: int) -> bool:
        """Whether the user had such a token; from now on it opens nothing."""
        return _delete(user_id, token_id)

    @classmethod
    def alive(cls, ids: Collection[int]) -> set[int]:
        """Which of these tokens still count."""
        with db.connection_context():
            return {row.id for row in cls.select(cls.id).where(cls.id.in_(list(ids)), _live())}


def _live() -> Any:
    return (ApiToken.expires_at.is_null() | (ApiToken.expires_at > now())) & ApiToken.user.in_(User.enabled())


@written
def _insert(
    user_id: int, label: str, secret_hash: str, scopes: str, session_id: str | None, expires_at: float | None
) -> ApiToken:
    return ApiToken.create(
        user=user_id, label=label, secret_hash=secret_hash, scopes=scopes, session=session_id, expires_at=expires_at
    )


@noted
def _used(token_id: int) -> None:
    ApiToken.update(last_used_at=now()).where(ApiToken.id == token_id).execute()


@written
def _delete(user_id: int, token_id: int) -> bool:
    return ApiToken.delete().where(ApiToken.id == token_id, ApiToken.user == user_id).execute() == 1
