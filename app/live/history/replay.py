"""The journal played again from a checkpoint, with its resizes and gaps, handing out rows as they scroll off.

The rule: the same rows come out whichever checkpoint it begins at and whenever it stopped in between. So a resize is
done when the bytes behind it come, when no other can be noted at its offset any more. Runs in native threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from app.keeper import timeline
from app.keeper.journal import JournalReader
from app.screen.roll import Roll

# Journal bytes between two looks at what scrolled off; the engine's cache likes it small.
PIECE_BYTES = 8 << 10


class Checkpoint(NamedTuple):
    """`row`: the number of the screen's first row once all output below `offset` is drawn; `saved`: the roll."""

    offset: int
    row: int
    saved: bytes


class Batch(NamedTuple):
    """Rows that scrolled off one after the other, wrapped at so many columns."""

    first: int
    size: int
    cols: int

    @property
    def end(self) -> int:
        return self.first + self.size


class Dropped(Exception):
    """The journal dropped what was to be read, and goes on behind it."""


Take = Callable[[Batch], None]


class Replay:
    """Stands at `offset`, the screen's first row being `row`. Not for several threads."""

    def __init__(self, directory: Path, begin: Checkpoint) -> None:
        self.offset, self.row = begin.offset, begin.row
        self.roll = Roll.load(begin.saved)
        self._reader = JournalReader(directory)
        self._resizes = _last_at_each_offset(timeline.resizes(directory, begin.offset))
        self._next = next(self._resizes, None)

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *exc: object) -> None:
        self._reader.close()
        self.roll.close()

    def step(self, end: int, take: Take) -> bool:
        """Plays a piece of what lies before `end`; False: there is nothing. Raises Dropped."""
        if self.offset >= end:
            return False
        self.settle(take)
        stop = min(end, self.offset + PIECE_BYTES)
        if self._next is not None:
            stop = min(stop, self._next.offset)
        start, data = self._reader.read(self.offset, stop - self.offset)
        if start > self.offset:
            if self._reader.oldest() > self.offset:
                raise Dropped
            self.roll.cut(lambda count: self._took(count, take))
            self.offset = start
        elif data:
            self.roll.replay(data, lambda count: self._took(count, take), self.offset)
            self.offset += len(data)
        return bool(data)

    def settle(self, take: Take) -> None:
        """Does the resizes that are due here. After this only more output may follow, or the end."""
        while self._next is not None and self._next.offset <= self.offset:
            rows, cols = self._next.size
            if (rows, cols) != (self.roll.rows, self.roll.cols):
                self.roll.resize(rows, cols, lambda count: self._took(count, take))
            self._next = next(self._resizes, None)

    def flush(self, take: Take) -> None:
        """Hands out what waits for the end of its line (see Roll.whole_lines)."""
        self.roll.flush(lambda count: self._took(count, take))

    def checkpoint(self) -> Checkpoint:
        """To be taken before `settle`, after `step`."""
        return Checkpoint(self.offset, self.row, self.roll.save())

    def _took(self, count: int, take: Take) -> None:
        batch = Batch(self.row, count, self.roll.cols)
        self.row += count
        take(batch)


def _last_at_each_offset(events: Iterator[timeline.Event]) -> Iterator[timeline.Event]:
    last: timeline.Event | None = None
    for event in events:
        if last is not None and event.offset != last.offset:
            yield last
        last = event
    if last is not None:
        yield last
