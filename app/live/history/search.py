"""Text in all rows, found by replaying them: forwards from a row, or backwards from checkpoint to checkpoint.

The rule: every hit is found, wherever segments, checkpoints, batches and wraps fall. What the engine's own text of a
batch rules out is not decoded: that makes it fast, and lets others have the interpreter meanwhile. Runs in native
threads.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.live.history.finder import Finder, Hit, Needle
from app.live.history.index import View
from app.live.history.replay import Batch, Checkpoint, Replay

END = 1 << 62  # above every row
# Backwards, so many journal bytes are searched at a time: every beginning costs 1 to 2 ms.
FIRST_STEP_BYTES, MOST_STEP_BYTES = 256 << 10, 2 << 20


@dataclass(frozen=True)
class Wanted:
    """`before`: rows below it, the nearest first; `after`: from that row on. Neither: from the end backwards."""

    text: str
    before: int | None = None
    after: int | None = None
    limit: int = 50
    case: bool = False


@dataclass(frozen=True)
class Found:
    """`more`: there may be more beyond `searched_to`, in the direction of the search. Hits of one row stay together,
    so there may be a few more than wanted."""

    history: str
    hits: list[Hit]
    more: bool
    searched_to: int
    complete: bool


def search(directory: Path, view: View, wanted: Wanted, seconds: float) -> Found:
    """Raises Dropped when the journal drops the rows meanwhile."""
    needle, until = Needle(wanted.text, wanted.case), time.monotonic() + seconds
    way = _backwards if wanted.after is None else _forwards
    return way(directory, view, wanted, needle, until)


def _forwards(directory: Path, view: View, wanted: Wanted, needle: Needle, until: float) -> Found:
    start = max(wanted.after or 0, view.first)
    begin = view.checkpoints[view.below_row(start)]
    hits: list[Hit] = []
    certain, more = start, not view.complete
    for certain, news in scan(directory, view, begin, start, END, needle):
        hits += news
        enough = len(hits) >= wanted.limit and hits[wanted.limit - 1].row < certain
        if enough or (certain > start and time.monotonic() >= until):
            more = True
            break
    kept = [hit for hit in hits if hit.row < certain]
    if len(kept) >= wanted.limit:
        last = kept[wanted.limit - 1].row
        more = more or kept[-1].row > last
        kept, certain = [hit for hit in kept if hit.row <= last], last + 1
    return Found(view.history, kept, more, certain, view.complete)


def _backwards(directory: Path, view: View, wanted: Wanted, needle: Needle, until: float) -> Found:
    end = END if wanted.before is None else max(wanted.before, view.first)
    hits: list[Hit] = []
    for begin in _further(view, end):
        if begin.row >= end:
            continue
        news: list[Hit] = []
        for _, some in scan(directory, view, begin, begin.row, end, needle):
            news += some
            if len(news) > 4 * wanted.limit:
                news = [hit for hit in news if hit.row >= news[-wanted.limit].row]
        hits += reversed(news)
        end = begin.row
        if len(hits) >= wanted.limit:
            last = hits[wanted.limit - 1].row
            kept = [hit for hit in hits if hit.row >= last]
            return Found(view.history, kept, last > view.first, last, view.complete)
        if time.monotonic() >= until:
            break
    return Found(view.history, hits, end > view.first, end, view.complete)


def _further(view: View, end: int) -> Iterator[Checkpoint]:
    """Checkpoints to begin at, backwards in steps that grow: the nearest hits come soon, far ones cheaply."""
    number, step = view.below_row(end - 1), 0
    while True:
        last = view.checkpoints[number]
        yield last
        if not number:
            return
        step = min(MOST_STEP_BYTES, max(step * 2, FIRST_STEP_BYTES))
        number -= 1
        while number and last.offset - view.checkpoints[number].offset < step:
            number -= 1


def scan(
    directory: Path, view: View, begin: Checkpoint, first: int, end: int, needle: Needle
) -> Iterator[tuple[int, list[Hit]]]:
    """(row, hits): all hits that begin in rows `first` to `end` and below that row are out by now."""
    hits: list[Hit] = []
    with Replay(directory, begin) as replay:
        replay.roll.whole_lines = True  # else every other batch of long lines had to be decoded at its end
        eyes = _Eyes(replay, needle, first, hits)
        while eyes.finder.open_from() < end and replay.step(view.tip.offset, eyes.take):
            yield min(eyes.finder.open_from(), end), _between(hits, first, end)
            hits.clear()
        replay.flush(eyes.take)
        if eyes.finder.open_from() < end and view.complete:
            replay.settle(eyes.take)
            rows = replay.roll.bottom().rows
            skip = max(0, first - replay.row)
            hits += eyes.finder.take(replay.row + skip, rows[skip:], replay.roll.cols)
            hits += eyes.finder.finish()
        yield min(eyes.finder.open_from(), end), _between(hits, first, end)


def _between(hits: list[Hit], first: int, end: int) -> list[Hit]:
    return hits[bisect_left(hits, (first,)) : bisect_left(hits, (end,))]


class _Eyes:
    """Looks at batches as they scroll off."""

    def __init__(self, replay: Replay, needle: Needle, first: int, hits: list[Hit]) -> None:
        self.finder = Finder(needle, max(first, replay.row))
        self._roll, self._needle, self._first, self._hits = replay.roll, needle, first, hits
        # The last of what was there, bare: a hit may begin in it. None: not known.
        self._tail: bytes | None = b""

    def take(self, batch: Batch) -> None:
        count = batch.end - max(batch.first, self._first)
        if count <= 0:
            return
        if self._may_hold(self._roll.text(count)):
            self._hits += self.finder.take(batch.end - count, self._roll.newest(count), batch.cols)
        else:
            self._pass(batch, count)

    def _may_hold(self, text: bytes | None) -> bool:
        if text is None:
            self._tail = None
            return True
        bare, size = (self._tail or b"") + text.translate(None, b" \n"), self._needle.tail_bytes
        known = self._tail is not None
        self._tail = bare[len(bare) - min(size, len(bare)) :] if known or len(bare) >= size else None
        return not known or self._needle.may_be_in(bare)

    def _pass(self, batch: Batch, count: int) -> None:
        """No hit here; but one may begin in the line at the end."""
        if not self._roll.open_ended():
            self._hits += self.finder.leap(batch.end)
            return
        # A cell holds half a character at least.
        rows = min(count, 2 * len(self._needle.text) // batch.cols + 2)
        if rows < count:
            self._hits += self.finder.leap(batch.end - rows)
        self._hits += self.finder.take(batch.end - rows, self._roll.newest(rows), batch.cols)
