"""A note on a line of a session's output. The rule: what it is fixed to never changes: the line that stands `up` rows
above the one in which the cursor stood at `offset`; the number of that row is kept with the numbering it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from peewee import (
    BigIntegerField,
    BooleanField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    TextField,
    fn,
)

from app.models.base import Record, db, now, written
from app.models.session import Session

# Of one session: what people write by hand. All of them are in one answer, 250 KB at most.
MOST_ANNOTATIONS = 200
# Characters of one: some sentences beside a line.
ANNOTATION_LENGTH = 1000
# Characters of the line that are kept with it, for when the journal has dropped it.
LINE_LENGTH = 200


class Full(Exception):
    """The session has as many as it may."""


class Annotation(Record):
    """`user_id`: as of an Actor, so negative for a guest. `line`: what stood there when it was written."""

    session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
    session_id: str
    number = IntegerField()
    user_id = IntegerField()
    author = TextField()
    guest = BooleanField()
    at = DoubleField()
    edited_at = DoubleField(null=True)
    offset = BigIntegerField()
    up = IntegerField()
    history = TextField()
    row = BigIntegerField()
    line = TextField()
    text = TextField()

    class Meta:
        table_name = "annotation"
        primary_key = CompositeKey("session", "number")
        without_rowid = True

    @classmethod
    def add(cls, session_id: str, still: Callable[[], bool], **facts: Any) -> Annotation | None:
        """The new one. `still` is asked when it is its turn to be written; None: its author may not any more, or the
        session is not there any more. Raises Full."""
        return _add(session_id, still, facts)

    @classmethod
    def of(cls, session_id: str, since_offset: int = 0) -> list[Annotation]:
        """In the order of their lines."""
        with db.connection_context():
            rows = cls.select().where(cls.session == session_id, cls.offset >= since_offset)
            return list(rows.order_by(cls.offset, cls.up.desc(), cls.number))

    @classmethod
    def numbered(cls, session_id: str, number: int) -> Annotation | None:
        with db.connection_context():
            return cls.get_or_none(cls.session == session_id, cls.number == number)

    @classmethod
    def change(cls, session_id: str, number: int, still: Callable[[], bool], text: str) -> Annotation | None:
        """As it is now; None: it is gone, or its author may not any more."""
        return _change(session_id, number, still, text)

    @classmethod
    def remove(cls, session_id: str, number: int, still: Callable[[], bool]) -> bool:
        return _remove(session_id, number, still)

    @classmethod
    def place(cls, session_id: str, history: str, rows: Mapping[int, int]) -> None:
        """In which rows they stand, by number, in this numbering."""
        _place(session_id, history, rows)


@written
def _add(session_id: str, still: Callable[[], bool], facts: dict[str, Any]) -> Annotation | None:
    if not still() or not Session.select().where(Session.id == session_id).exists():
        return None
    mine = Annotation.select().where(Annotation.session == session_id)
    if mine.count() >= MOST_ANNOTATIONS:
        raise Full
    last = mine.select(fn.MAX(Annotation.number)).scalar() or 0
    return Annotation.create(session=session_id, number=last + 1, at=now(), **facts)


@written
def _change(session_id: str, number: int, still: Callable[[], bool], text: str) -> Annotation | None:
    if not still():
        return None
    one = (Annotation.session == session_id) & (Annotation.number == number)
    Annotation.update(text=text, edited_at=now()).where(one).execute()
    return Annotation.get_or_none(one)


@written
def _remove(session_id: str, number: int, still: Callable[[], bool]) -> bool:
    one = (Annotation.session == session_id) & (Annotation.number == number)
    return still() and Annotation.delete().where(one).execute() == 1


@written
def _place(session_id: str, history: str, rows: Mapping[int, int]) -> None:
    for number, row in rows.items():
        one = (Annotation.session == session_id) & (Annotation.number == number)
        Annotation.update(history=history, row=row).where(one).execute()
