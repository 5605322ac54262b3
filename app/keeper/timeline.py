"""When a session's output came, and what else happened, beside each journal segment.

Cells of 16 bytes: a header (time in ms, offset, kind, check, length of data), then the data in as many
cells as it needs. A cell is written by one `write`, so a killed keeper leaves whole records; after a
machine crash a torn or zeroed one fails its check and is skipped. The one rule: events stand in offset
order, and an event at an offset is about the bytes from there on.
"""

import errno
import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CELL = struct.Struct("<IHIHBBH")
CELL_BYTES = CELL.size
KIND_AT = 12  # the event's number within a header
PENDING_EVENTS = 64  # kept in memory while the disk is full; resizes and gaps, never output marks
SUFFIX = ".time"
INPUT_CELLS = 5  # of an input event: its header, and a name of at most CLIENT_BYTES

KINDS = {1: "output", 2: "resize", 3: "mark", 4: "input", 5: "gap", 6: "end"}
NUMBERS = {name: number for number, name in KINDS.items()}
_SIZE = struct.Struct("<HH")
_END = struct.Struct("<Q")


class Event(NamedTuple):
    """`time` in seconds since 1970 (to the millisecond), `offset` in output bytes.

    kinds: output (bytes from here on came now), resize (`size`), mark (data: text), input (data: who
    typed), gap (bytes from here to `until` never reached the disk), end (data: JSON of the exit).
    """

    time: float
    offset: int
    kind: str
    data: bytes = b""

    @property
    def size(self) -> tuple[int, int]:
        """(rows, cols) of a resize."""
        rows, cols = _SIZE.unpack_from(self.data)
        return rows, cols

    @property
    def until(self) -> int:
        """The end of a gap."""
        return int(_END.unpack_from(self.data)[0])


def size_data(rows: int, cols: int) -> bytes:
    return _SIZE.pack(rows, cols)


def gap_data(end: int) -> bytes:
    return _END.pack(end)


def pack(event: Event) -> bytes:
    millis = round(event.time * 1000)
    data = event.data[:0xFFFF]

    def cell(check: int) -> bytes:
        time, offset = millis & 0xFFFFFFFFFFFF, event.offset & 0xFFFFFFFFFFFF
        return CELL.pack(
            time & 0xFFFFFFFF,
            time >> 32,
            offset & 0xFFFFFFFF,
            offset >> 32,
            NUMBERS[event.kind],
            check,
            len(data),
        )

    check = zlib.crc32(data, zlib.crc32(cell(0))) & 0xFF
    return cell(check) + data + bytes(-len(data) % CELL_BYTES)


def parse(raw: bytes) -> Iterator[Event]:
    """The whole events in `raw`; what is torn, zeroed or of an unknown kind is passed over."""
    at = 0
    while at + CELL_BYTES <= len(raw):
        time_low, time_high, low, high, number, check, length = CELL.unpack_from(raw, at)
        begin = at + CELL_BYTES
        end = begin + length + -length % CELL_BYTES
        data = raw[begin : begin + length]
        blank = CELL.pack(time_low, time_high, low, high, number, 0, length)
        if number == 0 or end > len(raw) or zlib.crc32(data, zlib.crc32(blank)) & 0xFF != check:
            at = begin
            continue
        at = end
        if number in KINDS:
            yield Event((time_high << 32 | time_low) / 1000, high << 32 | low, KINDS[number], data)


class Timeline:
    """Appends to one segment's file. A full disk never raises here: what matters waits in memory."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.size = os.fstat(self._fd).st_size
        self.size -= self.size % CELL_BYTES
        self._pending: deque[bytes] = deque(maxlen=PENDING_EVENTS)

    def add(self, event: Event) -> None:
        raw = pack(event)
        if not (self.flush() and self._write(raw)) and event.kind != "output":
            self._pending.append(raw)

    def flush(self) -> bool:
        """Writes what a full disk held back; False when there still is no room."""
        while self._pending:
            if not self._write(self._pending[0]):
                return False
            self._pending.popleft()
        return True

    def restart(self) -> None:
        """Forgets what this file holds."""
        os.ftruncate(self._fd, 0)
        self.size = 0

    def hand_over(self, other: "Timeline") -> None:
        """What could not be written here belongs to the next segment's file."""
        other._pending.extend(self._pending)

    def close(self) -> None:
        os.close(self._fd)

    def _write(self, raw: bytes) -> bool:
        # At an explicit place: half a record, left by a disk that filled up in its middle, is written over.
        try:
            written = os.pwrite(self._fd, raw, self.size)
        except OSError as error:
            if error.errno == errno.EBADF:
                raise
            return False
        if written == len(raw):
            self.size += written
        return written == len(raw)


def read(session_dir: Path, since_offset: int = 0) -> Iterator[Event]:
    """The events at or after `since_offset`, oldest first; those of dropped segments are gone.

    Every segment begins with a resize event that repeats the size then in force.
    """
    for raw in _files(session_dir, since_offset):
        yield from (event for event in parse(raw) if event.offset >= since_offset)


def resizes(session_dir: Path, since_offset: int = 0) -> Iterator[Event]:
    """The resize events among them; quick where there is none but the one that begins each segment (a timeline
    of 2 MiB takes 0.3 s to parse, and nearly all in it says when output came)."""
    for raw in _files(session_dir, since_offset):
        kinds = raw[KIND_AT::CELL_BYTES]
        begins_so = kinds[:1] == bytes([NUMBERS["resize"]])
        only = begins_so and NUMBERS["resize"] not in kinds[2:]  # one is a header and a cell of data
        for event in parse(raw[: 2 * CELL_BYTES] if only else raw):
            if event.kind == "resize" and event.offset >= since_offset:
                yield event


def inputs(session_dir: Path, since_offset: int = 0) -> Iterator[Event]:
    """The input events among them: who typed, from the beginning of the segment in which `since_offset` lies. Quick, as
    they are few among those of output (no data of another event has their number at its place: names are text)."""
    number = NUMBERS["input"]
    for raw in _files(session_dir, since_offset):
        kinds = raw[KIND_AT::CELL_BYTES]
        at = kinds.find(number)
        while at >= 0:
            event = next(parse(raw[at * CELL_BYTES : (at + INPUT_CELLS) * CELL_BYTES]), None)
            if event is not None and event.kind == "input":
                yield event
            at = kinds.find(number, at + 1)


def _files(session_dir: Path, since_offset: int) -> Iterator[bytes]:
    """Each segment's file, from the one on in which `since_offset` lies."""
    try:
        names = sorted(name for name in os.listdir(session_dir) if name.endswith(SUFFIX))
    except FileNotFoundError:
        return
    starts = [int(name[: -len(SUFFIX)]) for name in names]
    first = max((index for index, start in enumerate(starts) if start <= since_offset), default=0)
    for name in names[first:]:
        try:
            raw = (session_dir / name).read_bytes()
        except FileNotFoundError:  # dropped while we looked
            continue
        yield raw


def size_at(session_dir: Path, offset: int) -> tuple[int, int] | None:
    """(rows, cols) in force for the byte at `offset`; None when the timeline no longer tells."""
    found = None
    for event in read(session_dir):
        if event.offset > offset:
            break
        if event.kind == "resize":
            found = event.size
    return found
