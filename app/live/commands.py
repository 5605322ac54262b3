"""The books of commands: told to who is in a session when they come, saved in batches, and read again.

The rule: commands and how far output was read are saved together, by the worker that leads; whoever comes after reads
on from there in the journal. A kill at any moment costs no command and doubles none.
"""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import green
from app.keeper.journal import JournalReader
from app.live.errors import NotThere
from app.live.marks import Marks, Unmarked, caught_up
from app.live.status import rfc3339
from app.live.typists import last_before, names_of
from app.live.views import OutputSlice
from app.models.command import Command, CommandScan, Ran
from app.models.session import RUNNING, Session
from app.screen.engine import Screen
from app.screen.placing import without

if TYPE_CHECKING:
    from app.live.following import Following
    from app.live.room import Room

log = logging.getLogger(__name__)

SAVE_SECONDS = 1.0
# Output without marks after which it is noted how far it was read: so much is read in a tenth of a second.
SAVE_BYTES = 32 << 20
# Told of one session in a second, and the newest a little later; a page that missed some sees it by the numbers, and
# asks for the list.
TOLD_A_SECOND = 20
# Of a command's output: the newest so many bytes. As text it goes through a terminal first.
OUTPUT_BYTES, TEXT_BYTES, TEXT_LINES = 8 << 20, 2 << 20, 50_000


def command_json(ran: Ran) -> dict[str, Any]:
    seconds = None if ran.ended_at is None else round(max(0.0, ran.ended_at - ran.started_at), 3)
    times = {"started_at": rfc3339(ran.started_at), "ended_at": rfc3339(ran.ended_at), "seconds": seconds}
    return ran._asdict() | times


# zsh marks an unfinished line with a sign (%, or # for root), blanks and returns, before it says that a command ended.
ZSH_LINE_END = re.compile(rb"(?:\x1b\[[0-9;]*m)+[%#](?:\x1b\[[0-9;]*m)+ *\r \r\Z")


class Commands:
    def __init__(self, rooms: Following, sessions_dir: Path) -> None:
        self._rooms = rooms
        self._sessions_dir = sessions_dir
        self._due: set[str] = set()
        self._wake = green.Signal()
        self._saves = green.Semaphore(1)  # or an older state could be written over a newer one
        self._told: dict[str, tuple[float, int]] = {}  # by session: since when, how many
        self._untold: dict[str, Ran] = {}  # by session: the newest that was one too many

    def start(self) -> None:
        green.spawn(self._run)

    def caught_up(self, session: Session, until: int) -> Marks:
        """All that the output below `until` says."""
        if not session.recorded:
            return Unmarked()
        saved = CommandScan.of(session.id)
        try:
            made = green.offload(caught_up, self._sessions_dir / session.id, saved, until)
            if made.unsaved:
                self._soon(session.id)
            return made
        except (KeyError, TypeError, ValueError):
            log.exception("session %s: its saved commands cannot be read; it goes on behind them", session.id)
            last = next(iter(Command.page(session.id, None, 1)), None)
            return Marks({"scan": {"offset": until}, "last": last._asdict() if last else None})

    # As it happens.

    def noted(self, room: Room, ran: list[Ran]) -> None:
        """Commands began or ended."""
        self._soon(room.session)
        for one in ran[-TOLD_A_SECOND:]:
            if self._may_tell(room.session):
                self._tell(room, one)
            else:
                self._untold[room.session] = one

    def dirty(self, session_id: str) -> None:
        """More output."""
        room = self._rooms.rooms.get(session_id)
        if room is not None and room.marks.offset - room.marks.saved_at > SAVE_BYTES:
            self._soon(session_id)

    def ended(self, room: Room, at: float | None, head: int) -> None:
        """The session is over: nothing runs in it any more, and all is saved before anybody is told."""
        ran = room.marks.close(at or time.time(), head)
        if ran is not None:
            self.noted(room, [ran])
        if self._rooms.workers.leads:
            self._save(room)

    def leading(self) -> None:
        """What came while another worker led may not have been saved."""
        self._due.update(self._rooms.rooms)
        self._wake.set()

    def _tell(self, room: Room, ran: Ran) -> None:
        self._untold.pop(room.session, None)
        room.tell_accounts("command", {"session": room.session, **command_json(ran)})

    def _may_tell(self, session_id: str) -> bool:
        now = time.monotonic()
        since, count = self._told.get(session_id, (now, 0))
        self._told[session_id] = (now, 1) if now - since > 1 else (since, count + 1)
        return self._told[session_id][1] <= TOLD_A_SECOND

    def _soon(self, session_id: str) -> None:
        self._due.add(session_id)
        self._wake.set()

    # Saving.

    def _run(self) -> None:
        while True:
            self._wake.wait()
            green.sleep(SAVE_SECONDS)
            due, self._due = self._due, set()
            for session_id, ran in list(self._untold.items()):
                if (room := self._rooms.rooms.get(session_id)) is not None:
                    self._tell(room, ran)
            self._untold.clear()
            for session_id in due if self._rooms.workers.leads else ():
                room = self._rooms.rooms.get(session_id)
                if room is not None:
                    self._save(room)
            self._told = {known: told for known, told in self._told.items() if known in self._rooms.rooms}

    def _save(self, room: Room) -> None:
        """One that fails is tried again with the next; the journal has it all anyway."""
        if not room.recorded:
            return
        with self._saves:
            room.settle()
            self._keep(room, room.marks)

    def _keep(self, room: Room, marks: Marks) -> None:
        marks.saving, marks.unsaved = marks.unsaved, {}
        state, offset = marks.state(), marks.offset
        try:
            Command.keep(room.session, marks.saving.values(), state)
            marks.saved_at = offset
        except Exception:
            log.exception("the commands of session %s could not be saved; they will be", room.session)
            marks.unsaved = marks.saving | marks.unsaved
            self._due.add(room.session)
        finally:
            marks.saving = {}

    # Reading again.

    def page(self, session: Session, before: int | None, limit: int) -> list[Ran]:
        """The newest first."""
        room = self._rooms.room_of(session) if session.state == RUNNING else self._rooms.rooms.get(session.id)
        if room is None:
            self._complete(session)
        fresh = room.marks.saving | room.marks.unsaved if room is not None else {}
        saved = {ran.number: ran for ran in Command.page(session.id, before, limit)}
        saved |= {number: ran for number, ran in fresh.items() if before is None or number < before}
        return [saved[number] for number in sorted(saved, reverse=True)[:limit]]

    def typists(self, session: Session, ran: list[Ran]) -> list[str | None]:
        """Who typed last before each of these began: pressed Enter, that is. None: the timeline does not say."""
        directory = self._sessions_dir / session.id
        authors = green.offload(last_before, directory, [one.output_start for one in ran]) if ran else []
        names = names_of(authors)
        return [None if author is None else names[author] for author in authors]

    def at_prompt(self, session: Session) -> bool | None:
        room = self._rooms.rooms.get(session.id)
        return room.marks.at_prompt if room is not None and not room.over else None

    def _complete(self, session: Session) -> None:
        """It ended while nobody followed it, or was killed before the last was saved."""
        saved = CommandScan.of(session.id)
        if saved is not None and saved["scan"]["offset"] >= session.output_bytes:
            return
        made = self.caught_up(session, session.output_bytes)
        made.close(session.ended_at or time.time(), session.output_bytes)
        Command.keep(session.id, made.unsaved.values(), made.state())

    def output(self, session: Session, number: int, most: int = OUTPUT_BYTES) -> tuple[Ran, OutputSlice]:
        """What the command wrote, or has written so far: the newest `most` bytes of it."""
        ran = next((one for one in self.page(session, number + 1, 1) if one.number == number), None)
        if ran is None:
            raise NotThere
        with JournalReader(self._sessions_dir / session.id) as reader:
            end = reader.head() if ran.output_end is None else ran.output_end
            start = max(ran.output_start, end - most)
            if start >= end:
                return ran, OutputSlice(start, b"", start, end)
            piece = OutputSlice.read(reader, start, end - start)
        data = piece.data[: max(0, end - piece.start)]  # what is not kept any more may lie behind the end, too
        return ran, OutputSlice(piece.start, data, piece.start + len(data), end)

    def text(self, session: Session, number: int) -> tuple[Ran, OutputSlice]:
        """The same as a terminal of the session's width shows it; lines that it wrapped are one."""
        return self._drawn(session, number, unwrapped)

    def ansi(self, session: Session, number: int) -> tuple[Ran, OutputSlice]:
        return self._drawn(session, number, redrawn)

    def _drawn(self, session: Session, number: int, form: Any) -> tuple[Ran, OutputSlice]:
        ran, piece = self.output(session, number, TEXT_BYTES)
        room = self._rooms.rooms.get(session.id)
        cols = room.screen.cols if room is not None else session.cols
        drawn = green.offload(form, ZSH_LINE_END.sub(b"", piece.data), cols)
        return ran, OutputSlice(piece.start, drawn, piece.next, piece.head)


def unwrapped(data: bytes, cols: int) -> bytes:
    """In a native thread."""
    screen = Screen(24, cols, TEXT_LINES)
    screen.replay(data)
    lines = screen.cells(TEXT_LINES)
    screen.close()
    text = "".join(line.text + ("" if line.wrapped else "\n") for line in lines).rstrip("\n")
    return (text + "\n" if text else "").encode()


def redrawn(data: bytes, cols: int) -> bytes:
    """In a native thread."""
    screen = Screen(24, cols, TEXT_LINES)
    screen.replay(data)
    drawn = without(screen.snapshot())
    screen.close()
    return drawn
