"""A look: how much of a session an account has seen, and whether it keeps it on top. The rule: one row an account
and session, which only that account reads and writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from peewee import BigIntegerField, BooleanField, CompositeKey, DoubleField, ForeignKeyField, IntegerField

from app.models.base import Record, db, written
from app.models.session import Session
from app.models.user import User


class Seen(NamedTuple):
    """Output below `offset` and the first `bells` bells had been shown at `at`."""

    offset: int
    bells: int
    at: float


class Look(Record):
    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    session = ForeignKeyField(Session, on_delete="CASCADE")
    session_id: str
    offset = BigIntegerField(default=0)
    bells = IntegerField(default=0)
    at = DoubleField(default=0.0)
    pinned = BooleanField(default=False)

    class Meta:
        table_name = "look"
        primary_key = CompositeKey("user", "session")

    @classmethod
    def of(cls, user_id: int) -> dict[str, Look]:
        """All of an account's, by session id."""
        with db.connection_context():
            return {look.session_id: look for look in cls.select().where(cls.user == user_id)}

    @classmethod
    def saw(cls, seen: dict[tuple[int, str], Seen]) -> list[Look]:
        """What these accounts (by user and session id) have seen now. A session erased meanwhile is left out."""
        return _saw(seen)

    @classmethod
    def pin(cls, user_id: int, session_id: str, pinned: bool) -> Look | None:
        return _pin(user_id, session_id, pinned)


@written
def _saw(seen: dict[tuple[int, str], Seen]) -> list[Look]:
    there = _there(session_id for _, session_id in seen)
    looks = []
    for (user_id, session_id), facts in seen.items():
        if session_id in there:
            looks.append(_put(user_id, session_id, facts._asdict()))
    return looks


@written
def _pin(user_id: int, session_id: str, pinned: bool) -> Look | None:
    return _put(user_id, session_id, {"pinned": pinned}) if _there([session_id]) else None


def _there(session_ids: Iterable[str]) -> set[str]:
    return {row.id for row in Session.select(Session.id).where(Session.id.in_(list(session_ids)))}


def _put(user_id: int, session_id: str, facts: dict[str, Any]) -> Look:
    mine = (Look.user == user_id) & (Look.session == session_id)
    if not Look.update(**facts).where(mine).execute():
        Look.create(user=user_id, session=session_id, **facts)
    return Look.get(mine)
