"""An API token: how a script says who it is. The rule: the secret is shown once, only its hash is kept."""

from __future__ import annotations

from collections.abc import Collection

from peewee import AutoField, DoubleField, ForeignKeyField, TextField

from app.models.base import Record, db, noted, now, written
from app.models.secrets import digest, new_secret
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

    class Meta:
        table_name = "api_token"

    @classmethod
    def issue(cls, user_id: int, label: str = "") -> tuple[ApiToken, str]:
        """A new token and its secret, which cannot be had again."""
        secret = new_secret(PREFIX)
        return _insert(user_id, label, digest(secret)), secret

    @classmethod
    def actor_for(cls, secret: str) -> Actor | None:
        if not secret.startswith(PREFIX):
            return None
        with db.connection_context():
            token = cls.select(cls, User).join(User).where(cls.secret_hash == digest(secret)).first()
        if token is None:
            return None
        if token.last_used_at is None or now() - token.last_used_at > USED_EVERY_SECONDS:
            _used(token.id)
        return Actor(token.user_id, token.user.name, token.user.admin, token_id=token.id)

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
            return {row.id for row in cls.select(cls.id).where(cls.id.in_(list(ids)))}


@written
def _insert(user_id: int, label: str, secret_hash: str) -> ApiToken:
    return ApiToken.create(user=user_id, label=label, secret_hash=secret_hash)


@noted
def _used(token_id: int) -> None:
    ApiToken.update(last_used_at=now()).where(ApiToken.id == token_id).execute()


@written
def _delete(user_id: int, token_id: int) -> bool:
    return ApiToken.delete().where(ApiToken.id == token_id, ApiToken.user == user_id).execute() == 1
