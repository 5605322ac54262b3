"""The commands of all sessions: told to who looks, written down in batches, read back after a restart.

The rules: only the leader writes, off the hub, all sessions of a turn in one transaction; a hostile program's thousand
commands a second are told and written as the newest few."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from app import green
from app.keeper.journal import JournalReader
from app.live.errors import NotThere
from app.live.marks import COMMANDS_KEPT, RECENT_KEPT, Command, Tracker
from app.live.status import rfc3339
from app.live.views import OutputSlice
from app.models import command as rows
from app.models.command import Batch
from app.models.session import Session
from app.screen.engine import Screen

if TYPE_CHECKING:
    from app.live.following import Following
    from app.live.room import Room

log = logging.getLogger(__name__)

# News of one session's commands, at most so often (seconds) and so many at once.
TELL_SECONDS = 0.1
TOLD_AT_ONCE = 10
WRITE_SECONDS = 1.0
# Without a mark, how far the output was looked through is written when it is so much further (bytes).
SCANNED_BYTES = 16 << 20
# Of one command's output: as it is, and drawn as text. Beyond, the end of it is answered.
RAW_BYTES = 8 << 20
DRAWN_BYTES = 2 << 20
DRAWN_LINES = 50_000


def as_json(command: Command) -> dict[str, Any]:
    times = {"started_at": rfc3339(command.started_at), "ended_at": rfc3339(command.ended_at)}
    return command._asdict() | times


class Commands:
    def __init__(self, rooms: Following) -> None:
        self._rooms = rooms
        self._news: set[str] = set()
        self._due: set[str] = set()
        self._told = green.Signal()
        self._wake = green.Signal()

    def start(self) -> None:
        green.spawn(self._tell_in_turn)
        green.spawn(self._write_in_turn)

    # What the rooms say.

    def fed(self, room: Room) -> None:
        """After each piece of output, so this is cheap."""
        tracker = room.commands
        if tracker.untold:
            self._news.add(room.session)
            self._told.set()
        if tracker.unwritten or tracker.resume - tracker.written_to > SCANNED_BYTES:
            self._due.add(room.session)
            self._wake.set()

    def leading(self) -> None:
        """The one that led before may not have written all of it. Writing twice changes nothing."""
        for room in list(self._rooms.rooms.values()):
            room.commands.unwritten |= set(room.commands.recent)
            self.fed(room)

    def restored(self, session: Session, reader: JournalReader, until: int) -> Tracker:
        """As of offset `until`, from what was written and the journal since then."""
        offset, state = rows.scanned(session.id)
        tracker = Tracker.going_on(offset, dict(state), reader.read)
        for row in [] if tracker.running else rows.rows_of(session.id, None, 1):
            tracker.recent[row[0]] = Command(*row)
        green.offload(tracker.catch_up, until)
        return tracker

    def ended(self, session: Session, room: Room | None = None) -> None:
        """Its program is gone: nothing of it runs any more. `session` knows already when."""
        if not self._rooms.workers.leads:
            return
        try:
            tracker = room.commands if room is not None else self._whole(session)
            tracker.close(room.offset if room is not None else session.output_bytes, session.ended_at or time.time())
            rows.keep([self._batch(session.id, tracker)])
            if room is not None:
                self._tell(room)
        except Exception:
            log.exception("the last commands of session %s could not be written down", session.id)

    def _whole(self, session: Session) -> Tracker:
        with JournalReader(self._rooms.config.sessions_dir / session.id) as reader:
            return self.restored(session, reader, reader.head())

    # Telling and writing.

    def _tell_in_turn(self) -> None:
        while True:
            self._told.wait()
            due, self._news = self._news, set()
            for session_id in due:
                if (room := self._rooms.rooms.get(session_id)) is not None:
                    self._tell(room)
            green.sleep(TELL_SECONDS)

    def _tell(self, room: Room) -> None:
        tracker = room.commands
        untold, tracker.untold = sorted(tracker.untold)[-TOLD_AT_ONCE:], set()
        for number in untold:
            if (command := tracker.recent.get(number)) is not None:
                room.tell("command", {"session": room.session, **as_json(command)})

    def _write_in_turn(self) -> None:
        while True:
            self._wake.wait()
            green.sleep(WRITE_SECONDS)
            due, self._due = self._due, set()
            if not self._rooms.workers.leads:
                continue
            try:
                self._write(due)
            except Exception:
                log.exception("the commands of %d sessions could not be written down", len(due))
                self.leading()

    def _write(self, due: set[str]) -> None:
        batches = []
        for session_id in due:
            room = self._rooms.rooms.get(session_id)
            if room is not None and not room.over:
                room.settle()
                batches.append(self._batch(session_id, room.commands))
        if batches:
            rows.keep(batches)

    def _batch(self, session_id: str, tracker: Tracker) -> Batch:
        """What is to be written, which from now on counts as written."""
        new, tracker.unwritten = sorted(tracker.unwritten), set()
        found = [tuple(tracker.recent[number]) for number in new if number in tracker.recent]
        for number in list(tracker.recent)[:-RECENT_KEPT]:
            del tracker.recent[number]
        tracker.written_to = tracker.resume
        return Batch(session_id, found, tracker.count - COMMANDS_KEPT, tracker.resume, tracker.state)

    # Reading.

    def listed(self, session: Session, before: int | None, limit: int) -> list[Command]:
        """The newest first; what is not written yet included."""
        known = {row[0]: Command(*row) for row in rows.rows_of(session.id, before, limit)}
        if (room := self._rooms.rooms.get(session.id)) is not None:
            known |= {n: one for n, one in room.commands.recent.items() if before is None or n < before}
        return [known[number] for number in sorted(known, reverse=True)[:limit]]

    def numbered(self, session: Session, number: int) -> Command:
        found = self.listed(session, number + 1, 1)
        if not found or found[0].number != number:
            raise NotThere
        return found[0]

    def output(self, session: Session, number: int, form: str) -> tuple[bytes, bool]:
        """What a command has written, and whether that is all of it. `form`: raw, text or ansi."""
        command = self.numbered(session, number)
        reader = JournalReader(self._rooms.config.sessions_dir / session.id)
        end = command.output_end if command.output_end is not None else reader.head()
        most = RAW_BYTES if form == "raw" else DRAWN_BYTES
        start = max(command.output_start, end - most)
        piece = OutputSlice.read(reader, start, end - start) if end > start else None
        data = piece.data if piece is not None else b""
        whole = start == command.output_start and (piece is None or (piece.start == start and piece.next >= end))
        if form != "raw":
            data = green.offload(drawn, data, session.cols, form)
        return data, whole


def drawn(data: bytes, cols: int, form: str) -> bytes:
    """As a terminal shows it: a line that was written over is what it was at last."""
    screen = Screen(24, cols, DRAWN_LINES)
    try:
        screen.replay(data)
        if screen.alternate:
            screen.replay(b"\x1b[?1049l")  # what a full-screen program has drawn is no output
        capture = screen.capture()
    finally:
        screen.close()
    return capture.ansi() if form == "ansi" else capture.unwrapped().rstrip("\n").encode()
