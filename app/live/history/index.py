"""Which row stood at which offset: a session's checkpoints, made as its journal is read, once.

Bounded: as many checkpoints and bytes of them as the limits say, further apart in a longer journal. The rule: what
was said about a row stays true. Where that cannot be (the journal dropped what was not read yet), the numbering is a
new one with a new id. Runs in native threads, one caller at a time.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from app.keeper import timeline
from app.keeper.journal import JournalReader
from app.live.history.replay import Batch, Checkpoint, Dropped, Replay
from app.screen.roll import Roll

# A page costs up to so much replaying (1 MiB takes 10 to 50 ms); an index of 256 MiB then has as many checkpoints.
SPACING_BYTES = 256 << 10
MOST_CHECKPOINTS = 256
# All of one session's together: 24x80 takes 1 to 4 KB each, the largest screen full of colours 1.5 MB.
MOST_BYTES = 3 << 19
# One larger than this is passed over: a few of them would push all others out.
LARGE_BYTES = 64 << 10
# A journal without a timeline says nothing of its size.
DEFAULT_SIZE = (24, 80)


@dataclass(frozen=True)
class View:
    """The index at one moment. `checkpoints`: the last one stands where the index ends; `head`: where the
    journal did."""

    history: str
    checkpoints: tuple[Checkpoint, ...]
    head: int
    complete: bool

    @property
    def first(self) -> int:
        return self.checkpoints[0].row

    @property
    def tip(self) -> Checkpoint:
        return self.checkpoints[-1]

    def below_row(self, row: int) -> int:
        """The number of the last checkpoint at which this row had not scrolled off yet."""
        return max(0, bisect_right(self.checkpoints, row, key=lambda one: one.row) - 1)

    def below_offset(self, offset: int) -> Checkpoint | None:
        found = bisect_right(self.checkpoints, offset, key=lambda one: one.offset)
        return self.checkpoints[found - 1] if found else None


class Index:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._history = ""
        self._spacing = SPACING_BYTES
        self._checkpoints: list[Checkpoint] = []
        self._tip: Checkpoint | None = None
        self._tried = 0

    def extend(self, seconds: float) -> View:
        """Reads on for at most about so long."""
        until = time.monotonic() + seconds
        with JournalReader(self.directory) as reader:
            head, oldest = reader.head(), reader.oldest()
        tip = self._trimmed(oldest)
        with Replay(self.directory, tip) as replay:
            try:
                while more := replay.step(head, _pass_over):
                    self._mark(replay)
                    if time.monotonic() >= until:
                        break
            except Dropped:
                more = True  # the next call begins anew behind it
            if replay.offset != tip.offset:
                tip = replay.checkpoint()
        self._tip = tip
        marks = self._checkpoints if self._checkpoints[-1].offset == tip.offset else [*self._checkpoints, tip]
        return View(self._history, tuple(marks), head, not more or tip.offset >= head)

    def _trimmed(self, oldest: int) -> Checkpoint:
        """Lets go of what the journal dropped; where to read on."""
        if self._tip is None or self._tip.offset < oldest:
            return self._begun(oldest)
        self._checkpoints = [one for one in self._checkpoints if one.offset >= oldest] or [self._tip]
        return self._tip

    def _begun(self, oldest: int) -> Checkpoint:
        # Numbers depend on where counting began and on nothing else: another process, or this one later, that begins
        # there counts the same, so its pages fit.
        self._history = f"{oldest:x}"
        self._spacing = SPACING_BYTES
        first = next(timeline.resizes(self.directory), None)
        roll = Roll(*(first.size if first else DEFAULT_SIZE))
        self._tip = Checkpoint(oldest, 0, roll.save())
        roll.close()
        self._checkpoints = [self._tip]
        self._tried = oldest
        return self._tip

    def _mark(self, replay: Replay) -> None:
        if replay.offset - max(self._tried, self._checkpoints[-1].offset) < self._spacing:
            return
        self._tried = replay.offset
        made = replay.checkpoint()
        if len(made.saved) > LARGE_BYTES:
            return
        self._checkpoints.append(made)
        while len(self._checkpoints) > 1 and self._too_many():
            self._spacing *= 2
            kept = self._checkpoints[:1]
            for one in self._checkpoints[1:]:
                if one.offset - kept[-1].offset >= self._spacing:
                    kept.append(one)
            self._checkpoints = kept

    def _too_many(self) -> bool:
        size = sum(len(one.saved) for one in self._checkpoints)
        return len(self._checkpoints) > MOST_CHECKPOINTS or size > MOST_BYTES


def _pass_over(batch: Batch) -> None:
    """Rows are only counted."""
