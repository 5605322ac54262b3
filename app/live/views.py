"""What a script may read of a session: the screen now, and raw output by offset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.keeper.journal import JournalReader
from app.live import scribe
from app.live.errors import NotThere
from app.live.room import Room
from app.screen.engine import Capture, Cursor

# Journal bytes taken in one read; several make up one slice of output.
PIECE_BYTES = 256 << 10

Form = Callable[[Capture], Any]


@dataclass(frozen=True)
class ScreenView:
    """The screen at `offset`, with lines above it; `body` is what the asker's `form` made of it."""

    rows: int
    cols: int
    offset: int
    alternate: bool
    cursor: Cursor
    body: Any

    @classmethod
    def of(cls, room: Room, scrollback: int, form: Form) -> ScreenView:
        with room.writing:
            room.settle()
            if room.closed:
                raise NotThere
            screen, offset = room.screen, room.offset
            rows, cols, alternate, cursor = screen.rows, screen.cols, screen.alternate, screen.cursor
            return cls(rows, cols, offset, alternate, cursor, scribe.write(form, screen.capture(scrollback)))


@dataclass(frozen=True)
class OutputSlice:
    """`start`: where the data begins (later than asked for where bytes were dropped); `next`: where to
    go on; `head`: output bytes so far."""

    start: int
    data: bytes
    next: int
    head: int

    @classmethod
    def read(cls, reader: JournalReader, offset: int, limit: int) -> OutputSlice:
        """At most `limit` bytes, and only as far as they follow one another without a gap."""
        head = reader.head()
        start, data = reader.read(min(offset, head), min(limit, PIECE_BYTES))
        pieces, at = [data], start + len(data)
        while data and at - start < limit:
            begin, data = reader.read(at, min(limit - (at - start), PIECE_BYTES))
            if begin != at:
                break
            pieces.append(data)
            at += len(data)
        return cls(start, b"".join(pieces), at, max(head, at))
