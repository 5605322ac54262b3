"""A deed: sessions that will be ended or forgotten a little later, and until then not. The rule: whoever takes the
row does it or leaves it, so it is done once or not at all, whichever process, restart or undo comes first."""

from __future__ import annotations

from typing import Any

from peewee import BooleanField, DoubleField, ForeignKeyField, JSONField, TextField

from app.models.base import Record, db, now, written
from app.models.session import new_id
from app.models.user import User


class Deed(Record):
    """`sessions`: ids. `due`: seconds since 1970."""

    id = TextField(primary_key=True)
    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    sessions: Any = JSONField()
    forget = BooleanField()
    due = DoubleField(index=True)

    @classmethod
    def later(cls, user_id: int, sessions: list[str], forget: bool, seconds: float) -> Deed:
        return _add(id=new_id(), user=user_id, sessions=sessions, forget=forget, due=now() + seconds)

    @classmethod
    def waiting(cls, user_id: int | None = None) -> list[Deed]:
        """Of an account, or all, the next one first."""
        mine = (cls.user == user_id) if user_id is not None else cls.id.is_null(False)
        with db.connection_context():
            return list(cls.select(cls, User).join(User).where(mine).order_by(cls.due))

    def take(self) -> bool:
        """Whether it was still there. The caller has it now, and nobody else."""
        return bool(_remove(self.id))


@written
def _add(**facts: Any) -> Deed:
    return Deed.create(**facts)


@written
def _remove(deed_id: str) -> int:
    return Deed.delete().where(Deed.id == deed_id).execute()
