"""A line of the history as something that lasts: an offset, and so many rows above the one in which the cursor stood
there. Runs in native threads.

The rule: the offset is that at which the cursor first came to the line, or below it. So it says when the line was
written, is kept by the journal as long as the line is, and means the same row in every numbering (pages.rows_of).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from app.live.history.index import View
from app.live.history.pages import cursor_row, rows_between
from app.live.history.replay import Batch, Checkpoint, Replay
from app.screen.roll import spread

# So far below the cursor a line may be: as far as a screen goes.
LOWEST = 1000


class Anchor(NamedTuple):
    """`row` in the numbering `history`; `text`: what stands in it."""

    history: str
    row: int
    offset: int
    up: int
    text: str


def anchor(directory: Path, view: View, offset: int | None, up: int) -> Anchor | None:
    """Of the line `up` rows above the one in which the cursor stood at `offset`; None: that is not kept, or nowhere."""
    offset = view.head if offset is None else offset
    cursor = cursor_row(directory, view, offset)
    if cursor is None or not view.first <= cursor - up <= cursor + LOWEST:
        return None
    row = cursor - up
    first, up = _reached(directory, view, row, offset)
    found = rows_between(directory, view, row, row + 1)
    text = spread(found[0].row, found[0].cols, False).text.rstrip() if found else ""
    return Anchor(view.history, row, first, up, text)


def _reached(directory: Path, view: View, row: int, until: int) -> tuple[int, int]:
    """The first offset at which the cursor stood in that row or below, and how far below; or `until`."""
    number = view.below_row(row)
    while number and _cursor(directory, view.checkpoints[number], view.checkpoints[number].offset) >= row:
        number -= 1
    begin = view.checkpoints[number]
    with Replay(directory, begin) as replay:
        while (cursor := _stands(replay)) < row:
            before = replay.checkpoint()
            if not replay.step(until, _pass_over):
                return replay.offset, cursor - row
        if replay.offset == begin.offset:
            return begin.offset, cursor - row
        low, high = before.offset, replay.offset
    while low + 1 < high:
        middle = (low + high) // 2
        here = _cursor(directory, before, middle)
        low, high, cursor = (low, middle, here) if here >= row else (middle, high, cursor)
    return high, cursor - row


def _cursor(directory: Path, begin: Checkpoint, offset: int) -> int:
    with Replay(directory, begin) as replay:
        while replay.step(offset, _pass_over):
            pass
        return _stands(replay)


def _stands(replay: Replay) -> int:
    return replay.row + replay.roll.bottom().cursor


def _pass_over(batch: Batch) -> None:
    """Rows are only counted."""
