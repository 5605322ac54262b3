"""Builds a session's screen from the past: newest snapshot, then the journal with its resizes.

The rule: past output is replayed, never answered again. Runs in a native thread (it may take seconds on a
long journal); it touches nothing but its own new screen and files.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from app.keeper import timeline
from app.keeper.journal import JournalReader
from app.screen.engine import Screen

# Journal bytes replayed at once; the engine lets other threads run meanwhile.
PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Past:
    """Where to begin: a stored snapshot, or (data empty, offset 0) the session's first size."""

    offset: int
    rows: int
    cols: int
    data: bytes = b""


@dataclass(frozen=True)
class Restored:
    """`fresh_from`: the offset of the newest resize seen on the way, -1 if there was none. `whole`: no output was
    missing on the way."""

    screen: Screen
    offset: int
    fresh_from: int
    whole: bool = True


def restore(directory: Path, past: Past, until: int | None, scrollback: int) -> Restored:
    """The screen at offset `until` (None: at the end of what the journal holds)."""
    reader = JournalReader(directory)
    screen = Screen(past.rows, past.cols, scrollback)
    if past.data:
        screen.replay(past.data)
    at, fresh_from = past.offset, past.offset if past.data else -1
    end = reader.head() if until is None else until
    resizes = [e for e in timeline.read(directory, past.offset) if e.kind == "resize" and e.offset <= end]
    whole = True
    for event in resizes:
        at, had = _replay(reader, screen, at, event.offset)
        whole = whole and had
        if event.size != (screen.rows, screen.cols):
            screen.resize(*event.size)
            fresh_from = event.offset
    at, had = _replay(reader, screen, at, end)
    return Restored(screen, at, fresh_from, whole and had)


def _replay(reader: JournalReader, screen: Screen, at: int, end: int) -> tuple[int, bool]:
    """Up to where, and whether all of it was there."""
    whole = True
    while at < end:
        start, data = reader.read(at, min(PIECE_BYTES, end - at))
        if start > at:
            whole = False
            screen.replay(b"\x18")  # CAN: bytes are missing here, whatever sequence was cut off is over
        if not data:
            return max(at, start), whole
        screen.replay(data, start)
        at = start + len(data)
    return at, whole


def missed(directory: Path, past: Past, since: int, until: int) -> bytes:
    """What the screen answers to the queries in output [since, until): on a screen of its own."""
    done = restore(directory, past, since, 0)
    reader, screen, at = JournalReader(directory), done.screen, done.offset
    resizes = [e for e in timeline.read(directory, since) if e.kind == "resize" and since < e.offset <= until]
    replies = []
    for stop, size in [*((event.offset, event.size) for event in resizes), (until, None)]:
        while at < stop:
            start, data = reader.read(at, min(PIECE_BYTES, stop - at))
            if not data:
                break
            replies.append(screen.feed(data, start))
            at = start + len(data)
        if size is not None:
            replies.append(screen.resize(*size) or b"")
    screen.close()
    return b"".join(replies)


@dataclass(frozen=True)
class End:
    """How a session's past ends: `exited` is False when it just stops (the machine went down)."""

    at: float
    offset: int
    exited: bool
    code: int | None = None
    signal: str | None = None


def first_size(directory: Path) -> tuple[int, int] | None:
    """(rows, cols) at the oldest byte kept; None where nothing is."""
    return next((event.size for event in timeline.read(directory) if event.kind == "resize"), None)


def end_of(directory: Path) -> End | None:
    """None when the program never began."""
    events = list(timeline.read(directory)) if directory.exists() else []
    if not events:
        return None
    with JournalReader(directory) as reader:
        head = reader.head()
    end = next((event for event in reversed(events) if event.kind == "end"), None)
    if end is None or not end.data:  # without a status: the keeper found it gone, and nobody knows how
        return End(events[-1].time, head, exited=False)
    status = os.waitstatus_to_exitcode(int(end.data))
    if status < 0:
        return End(end.time, head, True, signal=signal.Signals(-status).name)
    return End(end.time, head, True, code=status)
