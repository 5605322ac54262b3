"""What a script may read of a session: the screen now, and raw output by offset."""

from __future__ import annotations

from dataclasses import dataclass

from app import green
from app.keeper.journal import JournalReader
from app.screen.engine import Cursor, Line, Screen

# Journal bytes taken in one read; several make up one slice of output.
PIECE_BYTES = 256 << 10


class ScreenView:
    """The screen at `offset`, with `scrollback` lines above it; written out in a native thread."""

    def __init__(self, screen: Screen, offset: int, scrollback: int) -> None:
        self.rows, self.cols = screen.rows, screen.cols
        self.offset = offset
        self.alternate = screen.alternate
        self.cursor: Cursor = screen.cursor
        self._capture = screen.capture(scrollback)

    @property
    def text(self) -> str:
        return green.offload(self._capture.text)

    @property
    def ansi(self) -> bytes:
        """Rebuilds the screen on a reset terminal of rows x cols."""
        return green.offload(self._capture.ansi)

    @property
    def cells(self) -> list[Line]:
        return green.offload(self._capture.cells)


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
