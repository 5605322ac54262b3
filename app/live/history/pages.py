"""Rows by number: replayed from the checkpoint before them, nothing kept. Runs in native threads.

The rule: pages that follow one another hold every row once, and no page mixes two widths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.live.history.index import View
from app.live.history.replay import Batch, Replay
from app.screen.roll import Row, joined, page_ansi, spread

# Characters of one page, about: 2000 rows of colourful text are 300,000.
PAGE_CHARACTERS = 1 << 20


@dataclass(frozen=True)
class Outline:
    """What there is: rows `first` to `end`. `cursor_row` stands where the caller asked for an offset that is kept."""

    history: str
    first: int
    end: int
    head: int
    complete: bool
    indexed: int
    cursor_row: int | None


@dataclass(frozen=True)
class Page:
    """Rows `start` to `end`; `wrapped`: those (counted from `start`) that go on in the next row; `continues`: the
    first goes on from the one before."""

    history: str
    start: int
    end: int
    cols: int
    format: str
    data: str
    continues: bool
    wrapped: list[int]


class Placed(NamedTuple):
    row: Row
    cols: int


def outline(directory: Path, view: View, offset: int | None) -> Outline:
    with Replay(directory, view.tip) as replay:
        replay.settle(_pass_over)
        end = replay.row + len(replay.roll.bottom().rows) if view.complete else view.tip.row
    cursor = None if offset is None else cursor_row(directory, view, offset)
    return Outline(view.history, view.first, max(end, view.tip.row), view.head, view.complete, view.tip.offset, cursor)


def cursor_row(directory: Path, view: View, offset: int) -> int | None:
    below = view.below_offset(offset)
    if below is None or offset > view.tip.offset:
        return None
    with Replay(directory, below) as replay:
        while replay.step(offset, _pass_over):
            pass
        replay.settle(_pass_over)
        return replay.row + replay.roll.bottom().cursor


def rows_of(directory: Path, view: View, offsets: Iterable[int]) -> dict[int, int]:
    """In which rows the cursor stood at these offsets; of those that are not kept, or not read yet, nothing is said."""
    found: dict[int, int] = {}
    replay: Replay | None = None
    try:
        for offset in sorted(set(offsets)):
            below = view.below_offset(offset)
            if below is None or offset > view.tip.offset:
                continue
            if replay is None or below.offset > replay.offset:
                if replay is not None:
                    replay.__exit__()
                replay = Replay(directory, below)
            while replay.step(offset, _pass_over):
                pass
            found[offset] = replay.row + replay.roll.bottom().cursor
    finally:
        if replay is not None:
            replay.__exit__()
    return found


def page(directory: Path, view: View, start: int, count: int, format: str) -> Page:
    """Raises Dropped when the journal drops the rows meanwhile."""
    start = max(start, view.first)
    # One more at both ends says what is joined to what.
    begin = max(start - 1, view.first)
    found = rows_between(directory, view, begin, start + count + 1)
    before, found = found[: start - begin], found[start - begin :]
    cols = found[0].cols if found else 0
    same = next((n for n, one in enumerate(found[:count]) if one.cols != cols), len(found[:count]))
    rows = [one.row for one in found[:same]]
    links = [joined(found[n].row, found[n + 1].row) for n in range(min(same, len(found) - 1))] + [False]
    if format == "ansi":
        taken, data = page_ansi(rows, cols, PAGE_CHARACTERS)
    else:
        taken = len(rows)
        data = "\n".join(spread(row, cols, link).text for row, link in zip(rows, links, strict=False))
    wrapped = [n for n in range(taken) if links[n]]
    goes_on = bool(before and rows and joined(before[-1].row, rows[0]))
    return Page(view.history, start, start + taken, cols, format, data, goes_on, wrapped)


def rows_between(directory: Path, view: View, begin: int, end: int) -> list[Placed]:
    found: list[Placed] = []
    with Replay(directory, view.checkpoints[view.below_row(begin)]) as replay:

        def take(batch: Batch) -> None:
            at = begin + len(found)
            if at < end and at < batch.end:
                newest = replay.roll.newest(batch.end - max(at, batch.first))
                found.extend(Placed(row, batch.cols) for row in newest[: end - at])

        while begin + len(found) < end and replay.step(view.tip.offset, take):
            pass
        if begin + len(found) < end and view.complete:
            replay.settle(take)
            bottom = replay.roll.bottom().rows[max(0, begin + len(found) - replay.row) :]
            found += [Placed(row, replay.roll.cols) for row in bottom[: end - begin - len(found)]]
    return found


def _pass_over(batch: Batch) -> None:
    """Rows are only counted."""
