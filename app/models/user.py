"""A user: who owns sessions. The rule: the password is never here, only its argon2id hash."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from peewee import AutoField, BooleanField, DoubleField, IntegerField, IntegrityError, TextField, fn

from app.models import secrets
from app.models.base import Record, db, now, written
from app.models.common_passwords import is_common
from app.words import said

NAME = re.compile(r"[a-z][a-z0-9._-]{0,31}")
PASSWORD_LENGTHS = (8, 1024)
# What is put around a name to make a password of it: "alice123!".
_LETTERS = re.compile(r"^[^a-z]+|[^a-z]+$")


class Refused(ValueError):
    """A name or password that cannot be used; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class User(Record):
    id = AutoField()
    name = TextField(unique=True)
    password_hash = TextField()
    admin = BooleanField(default=False)
    created_at = DoubleField(default=now)
    # Of whoever types there: programs of its sessions run as it, from HOLDFAST_ISOLATION=1 on (os_user.py).
    os_user = TextField(null=True, unique=True)

    # Since when nothing of it opens anything; None: it may sign in.
    disabled_at = DoubleField(null=True)

    class Meta:
        table_name = "user"

    @classmethod
    def register(cls, name: str, password: str, admin: bool = False) -> User:
        """A new account, or Refused with the reason."""
        name = checked_name(name)
        hashed = secrets.hash_password(checked_password(password, name))
        try:
            return _insert(name, hashed, admin)
        except IntegrityError:
            raise Refused("username", said("there is already a user %(name)s", name=repr(name))) from None

    @classmethod
    def named(cls, name: str) -> User | None:
        with db.connection_context():
            return cls.get_or_none(cls.name == name)

    @classmethod
    def numbered(cls, number: int) -> User | None:
        with db.connection_context():
            return cls.get_or_none(cls.id == number)

    @classmethod
    def everyone(cls) -> list[User]:
        with db.connection_context():
            return list(cls.select().order_by(cls.name))

    @classmethod
    def names(cls, ids: Collection[int]) -> dict[int, str]:
        with db.connection_context():
            return {user.id: user.name for user in cls.select(cls.id, cls.name).where(cls.id.in_(list(ids)))}

    @classmethod
    def exists(cls) -> bool:
        with db.connection_context():
            return bool(cls.select().exists())

    @classmethod
    def administrators(cls, ids: Collection[int]) -> set[int]:
        """Those of these that administer the server now."""
        with db.connection_context():
            chosen = cls.id.in_(list(ids)) & cls.admin & cls.disabled_at.is_null()
            return {row.id for row in cls.select(cls.id).where(chosen)}

    @classmethod
    def by_password(cls, name: str, password: str) -> User | None:
        """The user if name and password fit. Takes as long for an unknown name as for a known one."""
        user = cls.named(name)
        # One without a password costs the same, too.
        fits = secrets.verify_password(user.password_hash or None if user else None, password)
        if user is None or not fits or user.disabled_at is not None:
            return None
        if secrets.outdated(user.password_hash):
            _set_hash(user.id, secrets.hash_password(password))
        return user

    @classmethod
    def admit(cls, name: str, admin: bool = False) -> User:
        """A new account without a password: a proxy vouches for it, or it is to get a link. Refused when it is
        there."""
        try:
            return _insert(checked_name(name), "", admin)
        except IntegrityError:
            raise Refused("username", said("there is already a user %(name)s", name=repr(name))) from None

    @classmethod
    def enabled(cls) -> Any:
        """The ids of those who may come in, for queries."""
        return cls.select(cls.id).where(cls.disabled_at.is_null())

    @property
    def has_password(self) -> bool:
        return bool(self.password_hash)

    def set_password(self, password: str) -> None:
        self.password_hash = secrets.hash_password(checked_password(password, self.name))
        _set_hash(self.id, self.password_hash)


class Gone(Record):
    """One that was deleted. Its number is no other's: entries of the audit log are read by number."""

    id = IntegerField(primary_key=True)
    name = TextField()
    deleted_at = DoubleField(default=now)

    class Meta:
        table_name = "gone_user"


def checked_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise Refused(
            "username",
            said("expected 1 to 32 characters: a letter a-z first, then letters, digits, dot, dash or underscore"),
        )
    return name


def checked_password(password: str, name: str) -> str:
    shortest, longest = PASSWORD_LENGTHS
    if not shortest <= len(password) <= longest:
        raise Refused("password", said("expected %(least)s to %(most)s characters", least=shortest, most=longest))
    if name in (password.lower(), _LETTERS.sub("", password.lower())):
        raise Refused("password", said("the name itself is too easy to guess"))
    if is_common(password):
        raise Refused("password", said("this is one of the most common passwords, which are guessed first"))
    return password


@written
def _insert(name: str, password_hash: str, admin: bool) -> Any:
    # SQLite would give the number of the newest account again once that is deleted.
    numbers = [model.select(fn.MAX(model.id)).scalar() or 0 for model in (User, Gone)]
    facts = {"id": max(numbers) + 1, "name": name, "password_hash": password_hash, "admin": admin}
    User.insert(**facts).execute()
    return User.get_by_id(facts["id"])


@written
def _set_hash(user_id: int, password_hash: str) -> None:
    User.update(password_hash=password_hash).where(User.id == user_id).execute()
