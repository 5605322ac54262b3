"""The way of a keystroke: queue -> pipe -> PTY, each numbered input typed exactly once.

A table in a mapped file holds the last number of each typist. Writing to the PTY and noting the number
are two steps, and a kill -9 between them would type a key twice or never; hence the pipe, which the
vault holds too: the intent is noted, the bytes go into the (empty) pipe at one stroke, the number is
noted, and only then are the bytes spliced to the PTY. After a kill the next keeper looks whether the
pipe is empty and knows on which side of the stroke it happened.
"""

import errno
import fcntl
import mmap
import os
import struct
import termios
from collections import deque
from collections.abc import Callable
from pathlib import Path

from app.keeper.errors import Full, KeeperError
from app.keeper.protocol import CLIENT_BYTES, INPUT_QUEUE_BYTES

TABLE_BYTES = 4096  # one page a session, and only once somebody typed
CHUNK_BYTES = 4096  # PIPE_BUF: goes into the pipe whole or not at all
TURN_CHUNKS = 4  # of one session in one turn of the loop
SPLICE_F_NONBLOCK = 2
NO_SPLICE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)

_SLOT = struct.Struct(f"<{CLIENT_BYTES}sQQII")  # client, last number, number in progress, its bytes, age
_INTENT = struct.Struct("<BBQI?")  # valid, slot, number, bytes after this chunk, whole input
_INTENT_AT = 8
_CLOCK = struct.Struct("<I")
_CLOCK_AT = 4
_SLOTS_AT = 64
SLOTS = (TABLE_BYTES - _SLOTS_AT) // _SLOT.size  # typists remembered a session; the idlest gives way

Done = Callable[[KeeperError | None], None]


class InputTable:
    """The last input of each client, in `path`. Where no file can be had it is kept in memory only."""

    def __init__(self, path: Path) -> None:
        self._map: mmap.mmap
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(fd, 0, TABLE_BYTES)  # a full disk must not become a SIGBUS later
                self._map = mmap.mmap(fd, TABLE_BYTES)
            finally:
                os.close(fd)
        except OSError:
            self._map = mmap.mmap(-1, TABLE_BYTES)

    def close(self) -> None:
        self._map.close()

    def last(self, client: str) -> int:
        """The highest number of this client that reached the terminal; 0 for a stranger."""
        slot = self._find(client.encode())
        return int(self._read(slot)[1]) if slot is not None else 0

    def progress(self, client: str, seq: int) -> int:
        """Bytes of input `seq` that were typed before a keeper died in its middle."""
        slot = self._find(client.encode())
        if slot is None:
            return 0
        _, _, going, done, _ = self._read(slot)
        return int(done) if going == seq else 0

    def intend(self, client: str, seq: int, done: int, whole: bool) -> None:
        name = client.encode()
        slot = self._find(name)
        if slot is None:
            slot = min(range(SLOTS), key=lambda index: self._read(index)[4])
            _SLOT.pack_into(self._map, _SLOTS_AT + slot * _SLOT.size, name, 0, 0, 0, self._tick())
        _INTENT.pack_into(self._map, _INTENT_AT, 0, slot, seq, done, whole)
        self._map[_INTENT_AT] = 1

    def commit(self) -> None:
        valid, slot, seq, done, whole = _INTENT.unpack_from(self._map, _INTENT_AT)
        if valid:
            name, last, *_ = self._read(slot)
            fresh = (name, seq, 0, 0) if whole else (name, last, seq, done)
            _SLOT.pack_into(self._map, _SLOTS_AT + slot * _SLOT.size, *fresh, self._tick())
            self._map[_INTENT_AT] = 0

    def settle(self, staged: bool) -> None:
        """After a restart: `staged` tells whether the intended bytes had reached the pipe."""
        if staged:
            self.commit()
        self._map[_INTENT_AT] = 0

    def _tick(self) -> int:
        clock = int(_CLOCK.unpack_from(self._map, _CLOCK_AT)[0]) + 1 & 0xFFFFFFFF
        _CLOCK.pack_into(self._map, _CLOCK_AT, clock)
        return clock

    def _find(self, name: bytes) -> int | None:
        wanted = name.ljust(CLIENT_BYTES, b"\0")
        at = self._map.find(wanted, _SLOTS_AT)
        while at >= 0:
            slot, beside = divmod(at - _SLOTS_AT, _SLOT.size)
            if not beside:
                return slot if slot < SLOTS else None
            at = self._map.find(wanted, at + 1)
        return None

    def _read(self, slot: int) -> tuple[bytes, int, int, int, int]:
        return _SLOT.unpack_from(self._map, _SLOTS_AT + slot * _SLOT.size)  # type: ignore[return-value]


class Entry:
    """One input on its way. `seq` 0: not numbered."""

    __slots__ = ("client", "data", "sent", "seq", "waiting")

    def __init__(self, client: str, seq: int, data: bytes, sent: int = 0) -> None:
        self.client, self.seq, self.data, self.sent = client, seq, data, sent
        self.waiting: list[Done] = []


class InputQueue:
    """The ordered inputs of one session. Bounded: INPUT_QUEUE_BYTES, then Full."""

    def __init__(self, master: int, pipe: tuple[int, int], table_path: Path, splices: bool = True) -> None:
        self._master = master
        self._pipe_read, self._pipe_write = pipe
        self._path = table_path
        self._splices = splices
        self._table: InputTable | None = InputTable(table_path) if table_path.exists() else None
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self._loose = b""  # read from the pipe and not yet written, where the kernel cannot splice to a PTY
        self._staged = _held(self._pipe_read)
        if self._table:
            self._table.settle(self._staged > 0)

    def last(self, client: str) -> int:
        return self._table.last(client) if self._table and client else 0

    def queued(self, client: str) -> int:
        """The highest number of this client that waits for the PTY; 0: none."""
        return max((entry.seq for entry in self._entries if entry.client == client), default=0)

    def offer(self, client: str, seq: int, data: bytes, done: Done) -> None:
        """Queues `data`. `done` is called once: None when the PTY has it, or an error."""
        if seq:
            for entry in self._entries:
                if entry.seq == seq and entry.client == client:  # sent again over a new connection
                    entry.waiting.append(done)
                    return
            if seq <= self.last(client):
                done(None)
                return
        if self._bytes + len(data) > INPUT_QUEUE_BYTES:
            done(Full(f"the program is not reading: {self._bytes} bytes of input wait already"))
            return
        entry = Entry(client, seq, data)
        if seq:
            self._table = self._table or InputTable(self._path)
            entry.sent = min(self._table.progress(client, seq), len(data))
        entry.waiting.append(done)
        self._entries.append(entry)
        self._bytes += len(data)

    def pump(self) -> tuple[bool, bool]:
        """Writes what the PTY takes. (more, blocked): more for the next turn; the PTY takes nothing now."""
        for _ in range(TURN_CHUNKS):
            if self._staged:
                try:
                    self._staged -= self._type()
                except BlockingIOError:
                    return False, True
                if self._staged:
                    continue
            if self._entries and self._entries[0].sent >= len(self._entries[0].data):
                self._finish(self._entries.popleft())
            if not self._entries:
                return False, False
            self._stage(self._entries[0])
        return True, False

    def fail(self, error: KeeperError) -> None:
        """The program is over: nothing that waits will ever be typed."""
        while self._entries:
            self._finish(self._entries.popleft(), error)

    def waiting(self) -> list[tuple[str, int, bytes, int]]:
        """(client, seq, data, sent) of what an exec must carry over."""
        if self._loose:
            os.write(self._pipe_write, self._loose)
            self._loose = b""
        return [(entry.client, entry.seq, entry.data, entry.sent) for entry in self._entries]

    def carry(self, client: str, seq: int, data: bytes, sent: int) -> None:
        """Takes over what the keeper before us had queued."""
        self._entries.append(Entry(client, seq, data, sent))
        self._bytes += len(data)
        if seq:
            self._table = self._table or InputTable(self._path)

    def close(self) -> None:
        if self._table:
            self._table.close()

    def _stage(self, entry: Entry) -> None:
        chunk = entry.data[entry.sent : entry.sent + CHUNK_BYTES]
        after = entry.sent + len(chunk)
        if entry.seq and self._table:
            self._table.intend(entry.client, entry.seq, after, after >= len(entry.data))
        if chunk:
            os.write(self._pipe_write, chunk)
        if entry.seq and self._table:
            self._table.commit()
        self._staged = len(chunk)
        entry.sent = after

    def _type(self) -> int:
        if self._splices:
            try:
                return os.splice(self._pipe_read, self._master, self._staged, flags=SPLICE_F_NONBLOCK)
            except OSError as error:
                if error.errno not in NO_SPLICE:
                    raise
                self._splices = False
        self._loose = self._loose or os.read(self._pipe_read, CHUNK_BYTES)
        written = os.write(self._master, self._loose)
        self._loose = self._loose[written:]
        return written

    def _finish(self, entry: Entry, error: KeeperError | None = None) -> None:
        self._bytes -= len(entry.data)
        for done in entry.waiting:
            done(error)


def _held(pipe: int) -> int:
    """Bytes in a pipe."""
    count = bytearray(4)
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return int.from_bytes(count, "little")
