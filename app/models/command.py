"""Commands that a session's shell ran, by number. The rule: they and the offset up to which the output was looked
through are written in one transaction, so whoever goes on from there neither misses nor repeats one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import (
    BigIntegerField,
    BooleanField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from app.models.base import Record, db, written
from app.models.session import Session


class CommandRow(Record):
    session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
    session_id: str
    number = IntegerField()
    prompt_offset = BigIntegerField()
    output_start = BigIntegerField()
    started_at = DoubleField()
    text = TextField(null=True)
    private = BooleanField()
    cwd = TextField(null=True)
    output_end = BigIntegerField(null=True)
    ended_at = DoubleField(null=True)
    exit_code = IntegerField(null=True)

    class Meta:
        table_name = "command"
        primary_key = CompositeKey("session", "number")
        without_rowid = True


class Scanned(Record):
    session = ForeignKeyField(Session, on_delete="CASCADE", primary_key=True)
    offset = BigIntegerField()
    state: Any = JSONField()

    class Meta:
        table_name = "scanned"


FIELDS = (
    "number", "prompt_offset", "output_start", "started_at", "text", "private", "cwd", "output_end", "ended_at",
    "exit_code",
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Of one session: rows as FIELDS says, those up to `forgotten` no longer wanted; looked through up to `offset`."""

    session: str
    rows: list[tuple[Any, ...]]
    forgotten: int
    offset: int
    state: dict[str, Any]


def rows_of(session_id: str, before: int | None, limit: int) -> list[tuple[Any, ...]]:
    """The newest, or those with lower numbers than `before`; the newest first."""
    with db.connection_context():
        fields = [getattr(CommandRow, name) for name in FIELDS]
        query = CommandRow.select(*fields).where(CommandRow.session == session_id)
        if before is not None:
            query = query.where(CommandRow.number < before)
        found: Any = query.order_by(CommandRow.number.desc()).limit(limit).tuples()
        return list(found)


def row_of(session_id: str, number: int) -> tuple[Any, ...] | None:
    found = rows_of(session_id, number + 1, 1)
    return found[0] if found and found[0][0] == number else None


def scanned(session_id: str) -> tuple[int, Mapping[str, Any]]:
    """Up to where, and the state there."""
    with db.connection_context():
        row = Scanned.get_or_none(Scanned.session == session_id)
    return (row.offset, row.state) if row is not None else (0, {})


@written
def keep(batches: Iterable[Batch]) -> None:
    """A session erased meanwhile is left out."""
    wanted = {batch.session: batch for batch in batches}
    there = [row.id for row in Session.select(Session.id).where(Session.id.in_(list(wanted)))]
    for session_id in there:
        batch = wanted[session_id]
        for row in batch.rows:
            CommandRow.replace(session=session_id, **dict(zip(FIELDS, row, strict=True))).execute()
        if batch.rows:
            CommandRow.delete().where(
                CommandRow.session == session_id, CommandRow.number <= batch.forgotten
            ).execute()
        Scanned.replace(session=session_id, offset=batch.offset, state=batch.state).execute()
