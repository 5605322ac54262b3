"""A snapshot: the screen of a session at an offset, from which a restarted server goes on. The rule: only
the newest few are kept, and compressing and writing them happens off the hub."""

from __future__ import annotations

import zlib

from peewee import AutoField, BigIntegerField, BlobField, DoubleField, ForeignKeyField, IntegerField

from app import green
from app.models.base import Record, db, now
from app.models.session import Session

# More than one, so that a snapshot that turns out unusable is no loss.
KEPT = 3
# Level 1: 5 times quicker than 6, and screens are so repetitive that little is lost.
LEVEL = 1


class Snapshot(Record):
    id = AutoField()
    session = ForeignKeyField(Session, backref="snapshots", on_delete="CASCADE")
    session_id: str
    offset = BigIntegerField()
    rows = IntegerField()
    cols = IntegerField()
    data = BlobField()
    created_at = DoubleField(default=now)

    class Meta:
        table_name = "snapshot"
        indexes = ((("session", "offset"), False),)

    @property
    def body(self) -> bytes:
        """Raises ValueError when it was damaged on disk."""
        try:
            return zlib.decompress(self.data)
        except zlib.error as error:
            raise ValueError(str(error)) from None

    @classmethod
    def keep(cls, session_id: str, offset: int, rows: int, cols: int, body: bytes) -> None:
        green.offload(_keep, session_id, offset, rows, cols, body)

    @classmethod
    def newest(cls, session_id: str, at_most: int | None = None) -> Snapshot | None:
        """The newest one, or the newest whose offset is not above `at_most`."""
        return next(iter(cls.newest_first(session_id, at_most)), None)

    @classmethod
    def newest_first(cls, session_id: str, at_most: int | None = None) -> list[Snapshot]:
        with db.connection_context():
            rows = cls.select().where(cls.session == session_id)
            if at_most is not None:
                rows = rows.where(cls.offset <= at_most)
            return list(rows.order_by(cls.offset.desc(), cls.id.desc()))


def _keep(session_id: str, offset: int, rows: int, cols: int, body: bytes) -> None:
    data = zlib.compress(body, LEVEL)
    with db.connection_context(), db.atomic("IMMEDIATE"):
        if not Session.select().where(Session.id == session_id).exists():
            return  # forgotten in the meantime
        Snapshot.create(session=session_id, offset=offset, rows=rows, cols=cols, data=data)
        mine = Snapshot.session == session_id
        kept = Snapshot.select(Snapshot.id).where(mine).order_by(Snapshot.id.desc()).limit(KEPT)
        Snapshot.delete().where(mine, Snapshot.id.not_in(kept)).execute()
