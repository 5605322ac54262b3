"""A command: what a shell said it ran in a session, where its output stands, and how it ended.

The rule: commands and how far the output was read for them are written in one transaction. So whoever goes on reading
from there finds each command once, however the last reader ended.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from peewee import (
    BigIntegerField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from app.models.base import Record, db, written
from app.models.session import Session

# Of one session; the oldest go. A row is 150 bytes and its text.
KEPT = 2000
# SQLite takes 32766 values a statement.
ROWS_AT_ONCE = 2000


class Ran(NamedTuple):
    """Offsets are of the session's output. `text` is None where the shell did not say it, or it is private;
    `output_end`, `ended_at`: None while it runs; `exit_code`: None also where the shell did not say it."""

    number: int
    prompt_offset: int
    text: str | None
    cwd: str | None
    started_at: float
    output_start: int
    output_end: int | None = None
    ended_at: float | None = None
    exit_code: int | None = None


class Command(Record):
    session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
    session_id: str
    number = IntegerField()
    prompt_offset = BigIntegerField()
    text = TextField(null=True)
    cwd = TextField(null=True)
    started_at = DoubleField()
    output_start = BigIntegerField()
    output_end = BigIntegerField(null=True)
    ended_at = DoubleField(null=True)
    exit_code = IntegerField(null=True)

    class Meta:
        table_name = "command"
        primary_key = CompositeKey("session", "number")
        without_rowid = True

    @classmethod
    def keep(cls, session_id: str, ran: Collection[Ran], state: dict[str, Any]) -> None:
        """`state`: how far the output was read, and all that is needed to go on."""
        _keep(session_id, list(ran), state)

    @classmethod
    def page(cls, session_id: str, before: int | None, limit: int) -> list[Ran]:
        """The newest first."""
        with db.connection_context():
            fields = [getattr(cls, name) for name in Ran._fields]
            rows = cls.select(*fields).where(cls.session == session_id)
            if before is not None:
                rows = rows.where(cls.number < before)
            found = list(rows.order_by(cls.number.desc()).limit(limit).tuples())
            return [Ran(*row) for row in found]  # type: ignore[misc]

    @classmethod
    def numbered(cls, session_id: str, number: int) -> Ran | None:
        return next(iter(cls.page(session_id, number + 1, 1)), None)


class CommandScan(Record):
    session = ForeignKeyField(Session, on_delete="CASCADE", primary_key=True)
    state: Any = JSONField()

    class Meta:
        table_name = "command_scan"

    @classmethod
    def of(cls, session_id: str) -> dict[str, Any] | None:
        with db.connection_context():
            row = cls.get_or_none(cls.session == session_id)
            return row.state if row is not None else None


@written
def _keep(session_id: str, ran: list[Ran], state: dict[str, Any]) -> None:
    if not Session.select().where(Session.id == session_id).exists():
        return  # forgotten in the meantime
    for at in range(0, len(ran), ROWS_AT_ONCE):
        rows = [{"session": session_id, **one._asdict()} for one in ran[at : at + ROWS_AT_ONCE]]
        Command.insert_many(rows).on_conflict_replace().execute()
    if ran:
        oldest = max(one.number for one in ran) - KEPT
        Command.delete().where(Command.session == session_id, Command.number <= oldest).execute()
    CommandScan.insert(session=session_id, state=state).on_conflict_replace().execute()
