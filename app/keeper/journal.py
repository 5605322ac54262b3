"""A session's output on disk: append-only segments named by absolute offset, each with its timeline.

Bounded: the oldest segment goes first. The one rule: a segment is complete before the next one exists,
so whoever sees a newer segment may trust the size of the older.
"""

import os
import time
from collections import deque
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from app.keeper import timeline
from app.keeper.reader import SUFFIX, JournalReader, segment_name, segment_starts
from app.keeper.timeline import Event, Timeline

__all__ = ["Journal", "JournalReader", "repair", "segment_starts", "wipe"]

SEGMENTS = 16  # of a full journal: dropping the oldest loses a sixteenth of it
SEGMENT_BYTES = (4096, 16 << 20)  # least, most
TIMELINE_SHARE = 8  # a segment also ends when its timeline outgrows this fraction of it (slow, long output)
MARK_SECONDS = 0.1  # output is timed this finely; a mark costs 16 bytes


class Closed(NamedTuple):
    start: int
    size: int  # with its timeline


class Journal:
    """The writer. Raises OSError when the disk is full; nothing then is lost from the pipe or the caller."""

    def __init__(self, directory: Path, limit: int, size: tuple[int, int] = (24, 80)) -> None:
        """`limit`: bytes this session may keep on disk, timeline included; `size`: rows, cols now."""
        self._directory = directory
        self._limit = limit
        least, most = SEGMENT_BYTES
        self._segment_bytes = max(least, min(most, limit // SEGMENTS))
        self._timeline_bytes = self._segment_bytes // TIMELINE_SHARE
        self.size = size
        self._marked = 0.0
        self._fd, self._start, self._written = -1, 0, 0
        self._timeline: Timeline
        starts = segment_starts(directory)
        self._closed = deque(Closed(start, self._weigh(start)) for start in starts[:-1])
        self._begin(starts[-1] if starts else 0)

    @property
    def head(self) -> int:
        return self._start + self._written

    def room(self) -> int:
        """Bytes the present segment takes; begins the next one when it is full."""
        full = self._written >= self._segment_bytes or self._timeline.size >= self._timeline_bytes
        if full and self._written:
            self._rotate(self.head)
        return max(self._segment_bytes - self._written, 1)

    def mark_output(self, now: float) -> None:
        """Output comes now: noted at most every MARK_SECONDS."""
        if now - self._marked >= MARK_SECONDS or now < self._marked:
            self._marked = now
            self.note("output", now=now)

    def splice(self, pipe: int, count: int) -> int:
        """Moves up to `count` bytes out of a pipe; a kill in its middle leaves each byte in one place."""
        room = self.room()  # before anything else: it may begin a new segment
        moved = os.splice(pipe, self._fd, min(count, room), offset_dst=self._written)
        self._written += moved
        return moved

    def write(self, data: bytes) -> int:
        """Appends a part of `data`; returns how much."""
        room = self.room()
        written = os.pwrite(self._fd, data[:room], self._written)
        self._written += written
        return written

    def skip(self, count: int) -> tuple[int, int]:
        """`count` bytes never reached the disk: the journal goes on behind them. Returns (start, end)."""
        start = self.head
        gap = Event(time.time(), start, "gap", timeline.gap_data(start + count))
        self._rotate(start + count, gap)
        return start, start + count

    def note(self, kind: str, data: bytes = b"", now: float | None = None) -> None:
        if kind in ("input", "mark", "output") and self._timeline.size >= 2 * self._timeline_bytes:
            return  # typing for days into a program that writes nothing, so that no segment ever ends
        self._timeline.add(Event(time.time() if now is None else now, self.head, kind, data))

    def resized(self, rows: int, cols: int) -> None:
        self.size = (rows, cols)
        if self._timeline.size >= self._timeline_bytes and not self._written:
            self._timeline.restart()  # sizes that no byte of output ever saw
        self.note("resize", timeline.size_data(rows, cols))

    def discard(self, offset: int) -> None:
        """Nobody needs the output below `offset` any more: segments that end there go. The present one ends now, so
        that it goes with the next call at the latest. Raises OSError when there is no room for the next one."""
        try:
            if self._written and offset > self._start:
                self._rotate(self.head)
        finally:
            while self._closed and self._end_of_oldest() <= offset:
                self._drop(self._closed.popleft())

    def close(self) -> None:
        self._timeline.flush()
        self._timeline.close()
        os.close(self._fd)
        self._fd = -1

    def last_write(self) -> float | None:
        """When output last came, by the file's clock; None when none ever did."""
        return os.fstat(self._fd).st_mtime if self.head else None

    def _begin(self, start: int, last: Event | None = None) -> None:
        path = self._directory / segment_name(start)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            line = Timeline(path.with_suffix(timeline.SUFFIX))
        except OSError:
            os.close(fd)
            raise
        if self._fd >= 0:
            if last:
                self._timeline.add(last)
            self._timeline.hand_over(line)
            self._timeline.close()
            os.close(self._fd)
        self._fd, self._start, self._timeline = fd, start, line
        self._written = os.fstat(fd).st_size
        if not line.size:
            self.note("resize", timeline.size_data(*self.size))

    def _rotate(self, start: int, last: Event | None = None) -> None:
        old = Closed(self._start, self._written + self._timeline.size)
        kept = sum(segment.size for segment in self._closed) + old.size
        coming = self._segment_bytes + self._timeline_bytes
        while self._closed and kept + coming > self._limit:
            kept -= self._drop(self._closed.popleft())
        self._begin(start, last)
        self._closed.append(old)

    def _end_of_oldest(self) -> int:
        """Or, with a gap behind it, the gap's."""
        return self._closed[1].start if len(self._closed) > 1 else self._start

    def _drop(self, segment: Closed) -> int:
        path = self._directory / segment_name(segment.start)
        path.unlink(missing_ok=True)
        path.with_suffix(timeline.SUFFIX).unlink(missing_ok=True)
        return segment.size

    def _weigh(self, start: int) -> int:
        path = self._directory / segment_name(start)
        weight = 0
        for part in (path, path.with_suffix(timeline.SUFFIX)):
            try:
                weight += part.stat().st_size
            except FileNotFoundError:
                continue
        return weight


def wipe(directory: Path, head: int, keep: Collection[str]) -> None:
    """Erases all files of an ended session but those in `keep`, and leaves an empty segment at its head: how much it
    wrote and how it ended is known, and none of what it wrote. Does nothing the second time."""
    size = timeline.size_at(directory, head)
    events = [Event(time.time(), head, "resize", timeline.size_data(*size))] if size else []
    events += [event for event in timeline.read(directory, head) if event.kind == "end"]
    output = segment_name(head)
    line = output.removesuffix(SUFFIX) + timeline.SUFFIX
    for name in os.listdir(directory):  # first: it makes room for the rest
        if not name.endswith(timeline.SUFFIX) and name not in (output, *keep):
            (directory / name).unlink(missing_ok=True)
    with open(directory / (line + ".new"), "wb", opener=_private) as file:
        file.write(b"".join(map(timeline.pack, events)))
    os.replace(directory / (line + ".new"), directory / line)
    os.close(_private(directory / output, os.O_WRONLY | os.O_CREAT))
    for name in set(os.listdir(directory)) - {output, line, *keep}:
        (directory / name).unlink(missing_ok=True)


def _private(path: Any, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def repair(directory: Path) -> int:
    """After a machine crash: blocks that never reached the disk become gaps. Returns the head.

    A file system may keep a file's length without its last (or middle) blocks: these read as zeros
    that no program ever wrote. What lies behind such a hole moves to a segment of its own.
    """
    head = 0
    for start in segment_starts(directory):
        path = directory / segment_name(start)
        with open(path, "r+b", buffering=0) as segment:
            fd, size = segment.fileno(), os.fstat(segment.fileno()).st_size
            extents = list(_extents(fd, size))
            for begin, end in extents:
                if begin:
                    _copy_range(fd, begin, end, directory / segment_name(start + begin))
            os.ftruncate(fd, extents[0][1] if extents and extents[0][0] == 0 else 0)
        head = max(head, start + (extents[-1][1] if extents else 0))
    return head


def _extents(fd: int, size: int) -> list[tuple[int, int]]:
    """[begin, end) of each run of real data."""
    found, at = [], 0
    while at < size:
        try:
            begin = os.lseek(fd, at, os.SEEK_DATA)
        except OSError:  # ENXIO: only a hole is left
            break
        at = os.lseek(fd, begin, os.SEEK_HOLE)
        found.append((begin, at))
    return found


def _copy_range(source: int, begin: int, end: int, target: Path) -> None:
    with open(target, "wb", buffering=0) as copy:
        os.chmod(target, 0o600)
        while begin < end:
            begin += copy.write(os.pread(source, min(end - begin, 1 << 20), begin))
