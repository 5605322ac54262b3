"""Small pictures of screens, for who has a session's card in sight on the dashboard.

The rule: only what somebody looks at is drawn, each change once for all who look, at most once a second, and all of
it together takes a bounded share of the time. Who does not read gets the newest picture later, not all of them."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app import green
from app.live import scribe
from app.live.errors import LiveError
from app.live.wire import Wire
from app.models.session import Session
from app.screen.engine import Capture

if TYPE_CHECKING:
    from app.live.following import Following
    from app.live.room import Room

log = logging.getLogger(__name__)

# One picture of a changing session in so long, and at most this share of the time for all of them.
EVERY_SECONDS = 1.0
SHARE = 0.2
# Cards that one page has in sight; a large window in the compact mode has none.
MOST_IN_SIGHT = 64
# More than this waiting for a socket (bytes): it gets no picture this turn.
WAITING_BYTES = 256 << 10
# Pictures of ended sessions that are kept: to make one the whole screen has to be rebuilt.
KEPT = 200

Message = dict[str, Any]


class Thumbnails:
    def __init__(self, rooms: Following, wire: Wire) -> None:
        self._rooms = rooms
        self._wire = wire
        self._in_sight: dict[str, frozenset[str]] = {}  # socket -> sessions
        self._onlookers: dict[str, set[str]] = {}  # session -> sockets
        self._due: dict[str, set[str]] = {}  # session -> sockets that have not its newest picture
        self._drawn: OrderedDict[str, tuple[tuple[object, ...], Message]] = OrderedDict()
        self._wake = green.Signal()
        self._one_at_a_time = green.Semaphore(1)

    def start(self) -> None:
        green.spawn(self._run)

    def peek(self, sid: str, session_ids: Iterable[str]) -> None:
        """These cards are in sight now, and no others. The caller may watch them."""
        before, now = self._in_sight.get(sid, frozenset()), frozenset(session_ids)
        for session_id in before - now:
            self._forget(sid, session_id)
        self._in_sight[sid] = now
        if not now:
            del self._in_sight[sid]
        for session_id in now:
            self._onlookers.setdefault(session_id, set()).add(sid)
        if new := now - before:
            green.spawn(self._show, sid, new)

    def unsee(self, sid: str, session_id: str) -> None:
        """The socket may not watch that session any more."""
        if session_id in self._in_sight.get(sid, ()):
            self.peek(sid, self._in_sight[sid] - {session_id})

    def dirty(self, session_id: str) -> None:
        """Called for every piece of output of every session: nothing is looked up twice."""
        if session_id in self._onlookers:
            self._due.setdefault(session_id, set()).update(self._onlookers[session_id])
            self._wake.set()

    def forgotten(self, session_id: str) -> None:
        self._drawn.pop(session_id, None)

    def _forget(self, sid: str, session_id: str) -> None:
        for table in (self._onlookers, self._due):
            if sockets := table.get(session_id):
                sockets.discard(sid)
                if not sockets:
                    del table[session_id]

    def _show(self, sid: str, session_ids: Iterable[str]) -> None:
        """What has just come into sight, at once."""
        for session_id in session_ids:
            if session_id in self._in_sight.get(sid, ()):
                self._tell(session_id, {sid})

    def _run(self) -> None:
        while True:
            self._wake.wait()
            due, self._due = self._due, {}
            began = time.monotonic()
            for session_id, sockets in due.items():
                self._tell(session_id, sockets)
            green.sleep(max(EVERY_SECONDS, (time.monotonic() - began) / SHARE))

    def _tell(self, session_id: str, sockets: set[str]) -> None:
        try:
            message = self._picture(session_id)
        except LiveError:
            return  # it was forgotten, or cannot be had just now
        except Exception:
            log.exception("session %s could not be drawn small", session_id)
            return
        here = [sid for sid in sockets if session_id in self._in_sight.get(sid, ())]
        late = {sid for sid in here if self._wire.queued(sid) > WAITING_BYTES}
        if message is not None:
            self._wire.send_all([sid for sid in here if sid not in late], "thumbnail", message)
        if late:
            self._due.setdefault(session_id, set()).update(late)
            self._wake.set()

    def _picture(self, session_id: str) -> Message | None:
        room = self._rooms.rooms.get(session_id)
        kept = self._drawn.get(session_id)
        if kept is not None and kept[0] == (_state_of(room) if room else kept[0]):
            return kept[1]
        with self._one_at_a_time:
            if room is None:
                session = Session.numbered(session_id)
                room = self._rooms.room_of(session) if session is not None else None
            return self._draw(room) if room is not None else None

    def _draw(self, room: Room) -> Message | None:
        room.settle()
        if room.closed or (room.over and not room.recorded):
            return None
        screen, state, cursor = room.screen, _state_of(room), room.screen.cursor
        small = scribe.write(Capture.thumbnail, screen.capture(0), cursor.row)
        message = {
            "session": room.session, "offset": state[0], "rows": state[1], "cols": state[2], "first": small.first,
            "lines": small.lines, "styles": small.styles,
            "cursor": [cursor.row, cursor.col] if cursor.visible and not room.over else None,
        }  # fmt: skip
        self._drawn[room.session] = (state, message)
        self._drawn.move_to_end(room.session)
        while len(self._drawn) > KEPT:
            self._drawn.popitem(last=False)
        return message


def _state_of(room: Room) -> tuple[object, ...]:
    return room.offset, room.screen.rows, room.screen.cols, room.over
