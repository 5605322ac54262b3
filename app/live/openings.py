"""How a session's room comes to be: from its newest snapshot and the journal since then, in a native thread.

The rule: one at a time. Whoever asks for a session that is being opened or started waits for that room and makes none.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app import green
from app.keeper import timeline
from app.keeper.client import State
from app.keeper.journal import JournalReader
from app.live import screens
from app.live.answers import ANSWER_BYTES, ANSWER_SECONDS, ANSWERER
from app.live.errors import NotThere
from app.live.restore import Past, Restored, first_size, restore
from app.live.room import Room
from app.live.tally import Tally, recounted
from app.live.wire import Wire
from app.models.session import RUNNING, Session
from app.models.snapshot import Snapshot

if TYPE_CHECKING:
    from app.live.following import Following

log = logging.getLogger(__name__)

# Screens rebuilt at once at a start; more would only fight for the native threads that help.
RESTORES_AT_ONCE = 2
# A joiner waits so long for a restored room to reach what was the present when it was made.
CATCH_UP_SECONDS = 2.0
# Kept above the screen of a session that is not recorded: what was there longer is gone.
UNRECORDED_LINES = 1000


class Openings:
    def __init__(self, rooms: Following, wire: Wire) -> None:
        self._rooms = rooms
        self._wire = wire
        self._turns: dict[str, green.Semaphore] = {}
        self._restores = green.Semaphore(RESTORES_AT_ONCE)

    @contextmanager
    def turn(self, session_id: str) -> Iterator[None]:
        """Who makes the session's room; all others wait until it is there, or could not be made."""
        try:
            with self._turns.setdefault(session_id, green.Semaphore(1)):
                yield
        finally:
            self._turns.pop(session_id, None)

    def room_of(self, session: Session) -> Room:
        """The session's room, made if need be. One that was made by another a moment ago may still be on its way to the
        present: that is waited for."""
        room = self._rooms.rooms.get(session.id)
        if room is not None:
            room.caught_up.wait(CATCH_UP_SECONDS)
            return room
        with self.turn(session.id):
            room = self._rooms.rooms.get(session.id)
            if room is None:
                with self._restores:
                    room = self._restored(session)
                if room.over:
                    green.spawn(self._rooms.endings.linger, session.id)  # who asked may never enter
        return room

    def _restored(self, session: Session) -> Room:
        rooms = self._rooms
        running = session.state == RUNNING
        state = rooms.state_of(session) if running else None
        if state is not None and state.lost:  # the row does not say so yet: we have just started
            rooms.endings.gone(session)
            if session.state == RUNNING:
                raise NotThere  # it never began
            state = None
        directory = rooms.config.sessions_dir / session.id
        until = self._answered(session, state) if state else None
        done = self.rebuilt(session, until)
        room = Room(session.id, done.screen, done.offset, JournalReader(directory), self._wire)
        room.recorded = session.recorded
        room.fresh_from = done.fresh_from
        room.screen.signs.bells = session.bells  # the past is replayed without ringing
        room.tally = self._tally(session, room)
        # To the present, by the timeline: what the reader takes from here on is timed by when it comes.
        room.marks = rooms.commands.caught_up(session, max(room.offset, room.reader.head()))
        room.last_output_at = state.last_output_at if state else session.last_output_at
        room.oom_kills = state.oom_kills if state else session.oom_kills
        rooms.adopt(room, session)
        if state is None:
            room.over = True
            room.finished.set()
            room.caught_up.set()
        else:
            rooms.keeper.follow(session.id)
            room.present = room.reader.head()
            room.head_moved(state.head)
            for event in timeline.read(directory, done.offset):
                if event.kind == "resize":
                    room.resized(event.offset, *event.size)
            if ended := rooms.endings.told(session.id):
                room.ending(ended.head)
            if not session.recorded:  # who saved this screen may have died before the output below it was erased
                rooms.books.dirty(session.id)
        green.spawn(rooms.run, room)
        room.caught_up.wait(CATCH_UP_SECONDS)
        return room

    def rebuilt(self, session: Session, until: int | None) -> Restored:
        """Of one that is not recorded output goes as soon as a newer screen is saved, also while this reads: then
        that one is begun with. Where none is newer, the disk was full and the output never there."""
        directory, lines = self._rooms.config.sessions_dir / session.id, self.scrollback_of(session)
        past = self.past_of(session, until)
        while True:
            done = green.offload(restore, directory, past, until, lines)
            if done.whole or session.recorded or (newer := self.past_of(session, until)).offset == past.offset:
                return done
            done.screen.close()
            past = newer

    def scrollback_of(self, session: Session) -> int:
        """Lines above the screen that are kept in memory, and in saved screens."""
        lines = self._rooms.config.scrollback_lines
        return lines if session.recorded else min(lines, UNRECORDED_LINES)

    def _tally(self, session: Session, room: Room) -> Tally:
        """What was counted when the row was saved, and in the journal since then."""
        if session.state != RUNNING:
            return Tally(room.offset, session.output_lines or 0, session.input_bytes or 0)
        at, lines = (0, 0) if session.output_lines is None else (session.output_bytes, session.output_lines)
        lines += green.offload(recounted, room.reader.read, at, room.offset) if at < room.offset else 0
        return Tally(max(at, room.offset), lines, session.input_bytes or 0)

    def _answered(self, session: Session, state: State) -> int:
        """Up to where device queries are answered: below, the past is only replayed."""
        if state.last_output_at is None or time.time() - state.last_output_at > ANSWER_SECONDS:
            return state.head
        answered = self._rooms.keeper.input_heard(session.id, ANSWERER)
        return min(state.head, max(answered, state.head - ANSWER_BYTES))

    def past_of(self, session: Session, until: int | None) -> Past:
        """Where to begin to rebuild the screen at `until`."""
        directory = self._rooms.config.sessions_dir / session.id
        if not session.recorded and (saved := green.offload(screens.newest, directory)) is not None:
            return saved
        # Better than none even where the journal has dropped what came after it.
        for snapshot in Snapshot.newest_first(session.id, until):
            try:
                return Past(snapshot.offset, snapshot.rows, snapshot.cols, snapshot.body)
            except ValueError:
                log.warning("session %s: the snapshot at %d cannot be read", session.id, snapshot.offset)
        rows, cols = first_size(directory) or (session.rows, session.cols)
        return Past(0, rows, cols)
