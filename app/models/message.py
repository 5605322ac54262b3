"""What was said beside a session. The rule: a session keeps a bounded number of messages, numbered without gaps
from the first one on; forgetting the session forgets them."""

from __future__ import annotations

import re
from collections.abc import Callable
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
from app.words import said

# Of one session; the oldest go. With MESSAGE_LENGTH it is 8 MB of the longest ones, and 100 KB of usual ones.
KEPT = 1000
# Characters of one: a paragraph. Who has more to show has the terminal, or uploads a file.
MESSAGE_LENGTH = 2000
# All controls but the line break and the tab: what a page shows is what was said.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def speech(text: str) -> str:
    """What may be said, without blanks around it. Raises ValueError."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ValueError(said("expected some words"))
    if _CONTROLS.search(text):
        raise ValueError(said("must not contain control characters"))
    return text


class Message(Record):
    """`offset`: of the session's output, when it was said. `user_id`: as of an Actor, so negative for a guest."""

    session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
    session_id: str
    number = IntegerField()
    user_id = IntegerField()
    author = TextField()
    guest = BooleanField()
    at = DoubleField()
    offset = BigIntegerField()
    text = TextField()

    class Meta:
        table_name = "message"
        primary_key = CompositeKey("session", "number")
        without_rowid = True

    @classmethod
    def add(cls, session_id: str, still: Callable[[], bool], **facts: Any) -> Message | None:
        """The new one. `still` is asked when it is its turn to be written; None: its author may not any more, or the
        session is not there any more."""
        return _add(session_id, still, facts)

    @classmethod
    def page(cls, session_id: str, before: int | None, limit: int, since: float | None = None) -> list[Message]:
        """The newest first; nothing that was said before `since` (seconds since 1970)."""
        with db.connection_context():
            rows = cls.select().where(cls.session == session_id)
            if before is not None:
                rows = rows.where(cls.number < before)
            if since is not None:
                rows = rows.where(cls.at >= since)
            return list(rows.order_by(cls.number.desc()).limit(limit))


@written
def _add(session_id: str, still: Callable[[], bool], facts: dict[str, Any]) -> Message | None:
    if not still() or not Session.select().where(Session.id == session_id).exists():
        return None
    last = Message.select(fn.MAX(Message.number)).where(Message.session == session_id).scalar() or 0
    made = Message.create(session=session_id, number=last + 1, at=now(), **facts)
    Message.delete().where(Message.session == session_id, Message.number <= last + 1 - KEPT).execute()
    return made
