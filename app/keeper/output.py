"""The way of a program's output: PTY -> pipe -> journal, by splice: a kill at any instant loses nothing.

The pipe belongs to the vault too: bytes are always in the PTY, in the pipe or in the journal, never only
in this process. The one rule: read the PTY whatever the disk does, a program never waits for us. With
the disk full the newest output waits in memory and the oldest of it becomes a gap.
"""

import errno
import fcntl
import os
import time
from collections import deque
from typing import NamedTuple

from app.keeper.journal import Journal

TURN_BYTES = 16 << 10  # of one PTY in one turn of the loop: an echo beside four floods stays at 3 ms
PIPE_BYTES = 32 << 10  # of the output's pipe; 512 default pipes are all that an account may have
PIPE_SLOT_BYTES = 4096  # each read takes a slot, however few bytes it brought
RING_BYTES = 256 << 10  # newest output kept in memory while the disk is full
RETRY_SECONDS = 0.5  # between attempts to write while the disk is full
SPLICE_F_NONBLOCK = 2
NO_SPLICE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


class Pumped(NamedTuple):
    """`more`: the PTY may hold more; `hung_up`: no process has it open; `moved`: bytes taken from it."""

    more: bool
    hung_up: bool
    moved: int


class Output:
    """One session's output. `splices` is False where the kernel refuses to splice from a terminal."""

    def __init__(self, master: int, pipe: tuple[int, int], journal: Journal, splices: bool = True) -> None:
        self._master = master
        self._pipe_read, self._pipe_write = pipe
        self._journal = journal
        self._splices = splices
        # A full pipe says "try again" just as an empty PTY does: it must never be full.
        slots = fcntl.fcntl(self._pipe_write, fcntl.F_GETPIPE_SZ) // PIPE_SLOT_BYTES
        self._reads = max(slots - 1, 1)
        self._ring: deque[bytes] = deque()
        self._ring_bytes = 0
        self._lost = 0
        self._retry_at = 0.0
        self.pressure = False
        self.gaps: list[tuple[int, int]] = []  # found since the owner last looked

    @property
    def unwritten(self) -> int:
        """Bytes waiting in memory for room on the disk, and lost ones that no gap tells of yet."""
        return self._ring_bytes + self._lost

    def recover(self) -> None:
        """What a killed keeper had left in the pipe."""
        self._flush(time.monotonic())

    def pump(self) -> Pumped:
        """Takes at most TURN_BYTES from the PTY and puts them where they belong."""
        moved, more, hung_up = 0, True, False
        for _ in range(self._reads):
            try:
                count = self._take(TURN_BYTES - moved)
            except BlockingIOError:
                more = False
                break
            except OSError as error:  # EIO: every process closed it. It may be opened again
                if error.errno != errno.EIO:
                    raise
                more, hung_up = False, True
                break
            moved += count
            if moved >= TURN_BYTES or not count:
                break
        if moved:
            self._journal.mark_output(time.time())
            self._flush(time.monotonic())
        return Pumped(more, hung_up, moved)

    def retry(self, force: bool = False) -> None:
        """Under pressure: tries the disk again, at most every RETRY_SECONDS."""
        now = time.monotonic()
        if self.pressure and (force or now >= self._retry_at):
            self._relieve(now)

    def give_up(self) -> None:
        """The session ends and the disk still has no room: what is left becomes a gap."""
        self._lost += self._ring_bytes
        self._ring.clear()
        self._ring_bytes = 0
        self.retry(force=True)

    def _take(self, room: int) -> int:
        if self._splices:
            try:
                return os.splice(self._master, self._pipe_write, room, flags=SPLICE_F_NONBLOCK)
            except OSError as error:
                if error.errno not in NO_SPLICE:
                    raise
                self._splices = False
        return os.write(self._pipe_write, os.read(self._master, min(room, 4096)))

    def _flush(self, now: float) -> None:
        if self.pressure:
            self._to_ring()
            self.retry()
            return
        try:
            while self._journal.splice(self._pipe_read, TURN_BYTES * 4):
                pass
        except BlockingIOError:
            return
        except OSError:
            self.pressure = True
            self._retry_at = now + RETRY_SECONDS
            self._to_ring()

    def _to_ring(self) -> None:
        while True:
            try:
                data = os.read(self._pipe_read, 1 << 16)
            except BlockingIOError:
                break
            self._ring.append(data)
            self._ring_bytes += len(data)
        while self._ring_bytes > RING_BYTES:
            dropped = len(self._ring.popleft())
            self._ring_bytes -= dropped
            self._lost += dropped

    def _relieve(self, now: float) -> None:
        try:
            if self._lost:
                self.gaps.append(self._journal.skip(self._lost))
                self._lost = 0
            while self._ring:
                data = self._ring[0]
                written = self._journal.write(data)
                self._ring_bytes -= written
                if written < len(data):
                    self._ring[0] = data[written:]
                else:
                    self._ring.popleft()
        except OSError:
            self._retry_at = now + RETRY_SECONDS
        else:
            self.pressure = False
