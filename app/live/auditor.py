"""Writes the audit log beside what it is about. The rule: nobody's keys wait for the database, so entries go through
one queue, in order, several in a transaction; what a request changed is answered when its entry is written, or, should
the database be locked, a little later."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from app import green
from app.models.audit import Audit, Entry, via
from app.models.notice import KINDS
from app.models.session import Session
from app.permissions import Actor

log = logging.getLogger(__name__)

# How long an answer waits for its entry. The entry stays in the queue.
WAIT_SECONDS = 2.0
# After the database refused (it is locked, or the disk is full).
RETRY_SECONDS = 1.0
# Entries of half a KB that may wait for a database that refuses; then the server's own log has to do.
MOST_WAITING = 20_000
# A script that polls a session's screen each second has looked at it once in so many seconds.
READ_SECONDS = 3600.0
# Readers that are remembered for that.
MOST_READERS = 10_000
WRITTEN_AT_ONCE = 500


class Waiting(NamedTuple):
    entry: Entry
    written: green.Flag


class Auditor:
    def __init__(self) -> None:
        self._queue: list[Waiting] = []
        self._wake = green.Signal()
        self._read: OrderedDict[tuple[str, str, int, str], float] = OrderedDict()
        self.on_notice: Callable[[int], None] = lambda owner_id: None

    def start(self) -> None:
        green.spawn(self._run)

    def note(self, *entries: Entry, wait: bool = False) -> None:
        """Writes these down. `wait`: not to be answered before they are written."""
        if len(self._queue) + len(entries) > MOST_WAITING:
            for entry in entries:
                log.error("the audit log is full up; not in it: %s", entry)
            return
        waiting = [Waiting(entry, green.Flag()) for entry in entries]
        self._queue += waiting
        self._wake.set()
        if wait and waiting:
            waiting[-1].written.wait(WAIT_SECONDS)

    def entered(self, actor: Actor, session: Session, role: str, address: str) -> None:
        """A viewer joined."""
        self.note(_about(session, actor, "session.join", address=address, details={"role": role}))

    def erased(self, actor: Actor, session: Session, number: int, address: str) -> None:
        """A note on a line was deleted, over a socket."""
        self.note(_about(session, actor, "annotation.unannotate", address=address, details={"number": number}))

    def ended(self, actor: Actor, action: str, sessions: list[Session], address: str) -> None:
        """One or several in one go, each an entry that its owner sees."""
        self.note(*(_about(one, actor, action, address=address) for one in sessions), wait=True)

    def seated(self, actor: Actor, member: str, team: str, given: list[tuple[Session, str]], address: str) -> None:
        """Somebody came into a team, and so into what is shared with it: each owner can read it."""
        facts = {"user": member, "team": team}
        self.note(
            *(_about(one, actor, "team.join", address=address, details=facts | {"role": role}) for one, role in given),
            wait=True,
        )

    def expired(self, session: Session) -> None:
        self.note(_about(session, None, "session.expired", via="server"))

    def read(self, actor: Actor, session: Session, address: str) -> None:
        """Its screen or output was asked for over HTTP, where nobody joins."""
        self._once(actor, session, "session.read", address)

    def typed(self, actor: Actor, session: Session, address: str) -> None:
        """Over HTTP, too."""
        self._once(actor, session, "session.type", address)

    def peeked(self, actor: Actor, sessions: list[Session], address: str) -> None:
        """Their screens are in sight on a dashboard, drawn small. One's own are no entry into another's session."""
        for session in sessions:
            if session.owner_id != actor.user_id:
                self._once(actor, session, "session.peek", address)

    def _once(self, actor: Actor, session: Session, action: str, address: str) -> None:
        """Written once in READ_SECONDS for each who does it, and each way."""
        key, now = (action, via(actor), actor.user_id, session.id), time.monotonic()
        if now - self._read.get(key, -READ_SECONDS) < READ_SECONDS:
            return
        self._read[key] = now
        self._read.move_to_end(key)
        if len(self._read) > MOST_READERS:
            self._read.popitem(last=False)
        self.note(_about(session, actor, action, address=address))

    def _run(self) -> None:
        while True:
            self._wake.wait()
            while self._queue:
                due = self._queue[:WRITTEN_AT_ONCE]
                try:
                    Audit.add(*(one.entry for one in due))
                except Exception as error:  # nothing may end this thread: what comes later is to be written too
                    log.error("%d entries of the audit log wait for the database: %s", len(self._queue), error)
                    green.sleep(RETRY_SECONDS)
                    continue
                del self._queue[: len(due)]
                for one in due:
                    one.written.set()
                for owner_id in {one.entry.owner_id for one in due if one.entry.action in KINDS}:
                    if owner_id is not None:
                        self.on_notice(owner_id)


def _about(session: Session, actor: Actor | None, action: str, **facts: Any) -> Entry:
    return Entry.by(actor, action, session=session.id, owner_id=session.owner_id, **facts)
