"""Saves what the database must know of running sessions, and ends those whose lifetime is over.

The rule: the journal has every byte already, so nothing here is urgent. Snapshots make a restart quick;
they are taken only of what changed, one at a time, and never take more than a tenth of the hub.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app import green
from app.keeper.client import KeeperError
from app.live import screens
from app.live.errors import LiveError
from app.models.session import Session
from app.models.snapshot import Snapshot

if TYPE_CHECKING:
    from app.live.following import Following
    from app.live.room import Room

log = logging.getLogger(__name__)

# After a snapshot that took t seconds of the hub, so many times t are left to everybody else.
REST_FACTOR = 9
# But no longer: time spent waiting for a locked database was nobody's loss.
REST_MOST_SECONDS = 2.0
# Output after which a screen is saved without waiting for its turn: replaying so much takes a second of a restart.
# And a flood must not fill the whole journal (16 MB a second do in 16 s) before its screen is saved again: what
# comes behind a snapshot has to be there, or the screen cannot be rebuilt exactly.
SAVE_BYTES = 64 << 20
# The same where it is not recorded: so much of what scrolled off is on the disk yet.
UNRECORDED_BYTES = 8 << 20
# After a session's end, for other workers to read the last of it before it is erased.
READ_SECONDS = 1.0
# Lifetimes are looked at so often (seconds): a tenth of the lifetime within these bounds.
LIFETIME_CHECK = (0.2, 60.0)
# The wall clock was set (a machine without a battery learns the year from the network), or the machine slept:
# nobody was idle for that long, so every lifetime begins anew.
CLOCK_JUMP_SECONDS = 60.0
NEVER = (0, 0, 0)


class Bookkeeper:
    def __init__(self, rooms: Following, snapshot_seconds: float, lifetime: int, journal_bytes: int) -> None:
        self._rooms = rooms
        self._seconds = snapshot_seconds
        self._lifetime = lifetime
        self._save_bytes = min(SAVE_BYTES, journal_bytes // 4)
        self._dirty: set[str] = set()
        self._pressing: set[str] = set()  # those with SAVE_BYTES since they were saved
        self._pressed = green.Signal()
        self._saved: dict[str, tuple[int, int, int]] = {}
        self._wake = green.Signal()
        self._clock_set_at = 0.0
        self._replacing = green.Semaphore(1)  # or a screen could be saved behind the wipe

    def start(self) -> None:
        green.spawn(self._save_in_turn)
        if self._lifetime:
            green.spawn(self._watch_lifetimes)

    def dirty(self, session_id: str) -> None:
        self._dirty.add(session_id)
        self._wake.set()
        room = self._rooms.rooms.get(session_id)
        if not self._rooms.workers.leads or room is None:
            return
        most = self._save_bytes if room.recorded else min(self._save_bytes, UNRECORDED_BYTES)
        if room.offset - self._saved.get(session_id, NEVER)[0] > most:
            self._pressing.add(session_id)
            self._pressed.set()

    def leading(self) -> None:
        """What changed while another worker led may not have been saved."""
        self._wake.set()

    def expires_at(self, session: Session, room: Room | None) -> float | None:
        """When the session will be ended if nothing happens: no output, no input, no client."""
        if not self._lifetime or session.state != "running":
            return None
        moments = [session.created_at, session.last_output_at, session.last_input_at, self._clock_set_at]
        if session.expires_at:
            moments.append(session.expires_at - self._lifetime)
        if room is not None:
            moments += [room.last_output_at, room.last_input_at, room.last_viewer_at]
            if room.everybody():
                moments.append(time.time())
        return max(moment for moment in moments if moment is not None) + self._lifetime

    def save(self, room: Room, record: Session) -> None:
        """Row and snapshot, if anything came since the last one."""
        room.settle()
        offset, rows, cols, lines = room.offset, room.screen.rows, room.screen.cols, room.tally.lines
        # At 0 there is nothing that the journal does not say as quickly.
        if offset and self._saved.get(record.id) != (key := (offset, rows, cols)):
            capture = room.screen.capture()
            self._saved[record.id] = key
            body = green.offload(capture.ansi)
            if record.recorded:
                Snapshot.keep(record.id, offset, rows, cols, body)
        else:
            body = None
        record.change(
            output_bytes=offset,
            output_lines=lines,
            input_bytes=room.tally.input_bytes,
            rows=rows,
            cols=cols,
            pid=record.pid,
            title=(record.recorded and room.screen.signs.title) or "",
            bells=room.screen.signs.bells,
            oom_kills=room.oom_kills,
            last_output_at=room.last_output_at,
            last_input_at=room.last_input_at or record.last_input_at,
            expires_at=self.expires_at(record, room),
        )
        if body is not None and not record.recorded:
            # Behind the row, which counts what is erased here.
            self._replace(room, offset, rows, cols, body)

    def _replace(self, room: Room, *screen: Any) -> None:
        """Saves the screen of a session that is not recorded, and has all before it erased."""
        with self._replacing:
            if not room.over:
                green.offload(screens.keep, self._rooms.config.sessions_dir / room.session, *screen)
                self._rooms.keeper.discard(room.session, screen[0])

    def wipe(self, room: Room) -> None:
        """It has ended, and all that is kept of it goes. Where nobody asks, the keeper does it a little later."""
        if not self._rooms.workers.alone:
            green.sleep(READ_SECONDS)
        with self._replacing:
            room.reader.close()
            with suppress(KeeperError):
                self._rooms.keeper.discard(room.session, room.head)

    def _save_in_turn(self) -> None:
        while True:
            self._wake.wait()
            until = time.monotonic() + self._seconds
            while (left := until - time.monotonic()) > 0:
                if self._pressed.wait(left):
                    due, self._pressing = self._pressing, set()
                    self._save_all(due)
            if not self._rooms.workers.leads:
                continue
            # What comes meanwhile waits for the next round: a flood would else be saved without a pause.
            due, self._dirty = self._dirty, set()
            self._save_all(due)
            if self._dirty:
                self._wake.set()

    def _save_all(self, due: set[str]) -> None:
        for session_id in due:
            room, record = self._rooms.rooms.get(session_id), self._rooms.records.get(session_id)
            if room is None or record is None or room.over:
                self._saved.pop(session_id, None)
                continue
            began = time.monotonic()
            try:
                self.save(room, record)
            except Exception:
                log.exception("session %s could not be saved; the journal still has it", session_id)
                self._dirty.add(session_id)
            green.sleep(min((time.monotonic() - began) * REST_FACTOR, REST_MOST_SECONDS))

    def _watch_lifetimes(self) -> None:
        least, most = LIFETIME_CHECK
        while True:
            before = time.time() - time.monotonic()
            green.sleep(min(max(self._lifetime / 10, least), most))
            if time.time() - time.monotonic() - before > CLOCK_JUMP_SECONDS:
                self._clock_set_at = time.time()
            for session_id, room in list(self._rooms.rooms.items()) if self._rooms.workers.leads else ():
                record = self._rooms.records.get(session_id)
                if record is None or room.over:
                    continue
                expires = self.expires_at(record, room)
                if expires is not None and expires <= time.time():
                    log.info("session %s reached the end of its lifetime", session_id)
                    try:
                        self._rooms.end(record)
                        self._rooms.audit.expired(record)
                    except LiveError as error:
                        log.warning("session %s will be ended later: %s", session_id, error)
