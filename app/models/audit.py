"""The audit log: who did what to what, from where, when. The rule: entries are only ever added, and each holds the
hash of the one before it, so that none can be changed, moved or taken out of the middle unseen by `audit verify`.
What it cannot show is that the newest entries were cut off, or all of it written anew by who may write the database:
against that, keep the number and hash that `audit verify` prints somewhere else and give them to it the next time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from peewee import DoubleField, IntegerField, TextField, fn

from app.models.base import Record, db, now, written
from app.permissions import Actor

# Before the first entry.
NO_HASH = "0" * 64
# Characters of a text in the details: names, labels and the reason of a break-glass are no longer.
LONGEST_TEXT = 300
ROWS_AT_ONCE = 1000


class Entry(NamedTuple):
    """What is to be written down. `via`: "login 5", "token 3", "command"; `session`: its id; `owner_id`: whose the
    session is, who may read the entry too; `details`: what else, never input, a secret or a command."""

    action: str
    user_id: int | None = None
    user: str = ""
    via: str = ""
    address: str = ""
    session: str = ""
    owner_id: int | None = None
    details: dict[str, Any] = {}

    @classmethod
    def by(cls, actor: Actor | None, action: str, **facts: Any) -> Entry:
        if actor is None:
            return cls(action, **facts)
        return cls(action, user_id=actor.user_id, user=actor.name, via=via(actor), **facts)


def via(actor: Actor) -> str:
    """By what it proved who it is, as a number that the account page shows too."""
    for name in ("login", "token", "link"):
        if (number := getattr(actor, f"{name}_id", None)) is not None:
            return f"{name} {number}"
    return "server"


class Audit(Record):
    """`number` counts from 1 without a gap; `at`: seconds since 1970."""

    number = IntegerField(primary_key=True)
    at = DoubleField()
    user_id = IntegerField(null=True, index=True)  # no key of the account: it may be gone one day, this stays
    user = TextField()
    via = TextField()
    address = TextField()
    action = TextField()
    session = TextField(index=True)
    owner_id = IntegerField(null=True, index=True)
    details = TextField()
    hash = TextField()

    @classmethod
    def add(cls, *entries: Entry) -> None:
        """All of them or, on an error, none."""
        _add(list(entries))

    @classmethod
    def page(
        cls, before: int | None, limit: int, reader: int | None = None, session: str = "", user: str = "",
        action: str = "", called: Sequence[str] = (),
    ) -> list[Audit]:  # fmt: skip
        """The newest first. `reader`: only what this account did, or what was done to it and its sessions; `user`: by
        whom; `action`: a part of its name, or one of `called`."""
        rows = cls.select().order_by(cls.number.desc()).limit(limit)
        if before is not None:
            rows = rows.where(cls.number < before)
        if reader is not None:
            rows = rows.where((cls.user_id == reader) | (cls.owner_id == reader))
        if session:
            rows = rows.where(cls.session == session)
        if user:
            rows = rows.where(cls.user == user)
        if action:
            rows = rows.where((fn.INSTR(cls.action, action) > 0) | cls.action.in_(list(called)))
        with db.connection_context():
            return list(rows)

    @classmethod
    def newest(cls) -> int:
        """Its number; 0: there is none."""
        with db.connection_context():
            return cls.select(fn.MAX(cls.number)).scalar() or 0

    @classmethod
    def all(cls) -> Iterator[Audit]:
        """The oldest first, some at a time: a log of years does not fit into memory."""
        last = 0
        while True:
            with db.connection_context():
                rows = list(cls.select().where(cls.number > last).order_by(cls.number).limit(ROWS_AT_ONCE))
            if not rows:
                return
            yield from rows
            last = rows[-1].number

    def as_json(self) -> dict[str, Any]:
        names = ("number", "at", "user_id", "user", "via", "address", "action", "session", "owner_id")
        return {name: getattr(self, name) for name in names} | {"details": json.loads(self.details), "hash": self.hash}

    def chained(self, before: str) -> str:
        """The hash that this entry has to have after one with the hash `before`."""
        facts = [self.number, repr(self.at), self.user_id, self.user, self.via, self.address]
        facts += [self.action, self.session, self.owner_id, self.details]
        return hashlib.sha256((before + json.dumps(facts, ensure_ascii=True)).encode()).hexdigest()


class Verdict(NamedTuple):
    """`number` and `hash` of the newest entry; `broken`: what is wrong, in words, or empty."""

    number: int
    hash: str
    broken: str = ""


def verify(known: tuple[int, str] | None = None) -> Verdict:
    """Reads the whole log. `known`: number and hash of an entry as an earlier verification told them."""
    number, previous = 0, NO_HASH
    for entry in Audit.all():
        if entry.number != number + 1:
            return Verdict(number, previous, f"entry {number + 1} is missing")
        if entry.hash != entry.chained(previous):
            return Verdict(number, previous, f"entry {entry.number} was changed")
        number, previous = entry.number, entry.hash
        if known is not None and known[0] == number and known[1] != previous:
            return Verdict(number, previous, f"entry {number} is not the one that was known: the log was written anew")
    if known is not None and known[0] > number:
        return Verdict(number, previous, f"entries after {number} were cut off, up to the known {known[0]}")
    return Verdict(number, previous)


@written
def _add(entries: list[Entry]) -> None:
    last = Audit.select().order_by(Audit.number.desc()).first()
    number, previous = (last.number, last.hash) if last is not None else (0, NO_HASH)
    for entry in entries:
        number += 1
        facts = entry._asdict() | {"details": json.dumps(_short(entry.details), sort_keys=True, ensure_ascii=True)}
        row = Audit(number=number, at=now(), **facts)
        row.hash = previous = row.chained(previous)
        row.save(force_insert=True)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return value[:LONGEST_TEXT] if isinstance(value, str) else value
