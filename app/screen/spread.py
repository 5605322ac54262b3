"""A row's text, and which cells its characters stand in. The rule: what is found in the text can be marked on the
screen."""

from __future__ import annotations

from typing import NamedTuple

from app.screen.rows import EMPTY, SPACER, SPACER_HEAD, WIDE_BLANK, Row


class Spread(NamedTuple):
    """`cells`: (begin, end) of each character's; None: one each, the first at `start`."""

    text: str
    cols: int
    cells: list[tuple[int, int]] | None
    start: int = 0

    def begin(self, at: int) -> int:
        return self.cells[at][0] if self.cells is not None else self.start + at

    def end(self, at: int) -> int:
        return self.cells[at][1] if self.cells is not None else self.start + at + 1

    def without(self, count: int) -> Spread:
        """Without its first characters."""
        cells = None if self.cells is None else self.cells[count:]
        return Spread(self.text[count:], self.cols, cells, self.start + count)


def spread(row: Row, cols: int, joined: bool) -> Spread:
    """What the row shows. One that is joined to the next is as wide as the terminal, but for a cell at its end that a
    wide character did not fit into; of others the blanks at the end are cut."""
    text = "".join(span.text for span in row.spans)
    cells: list[tuple[int, int]] | None = None
    if SPACER in text or SPACER_HEAD in text or any(span.extra for span in row.spans):
        text, cells = _uneven(row, joined)
    else:
        text = text.replace(EMPTY, " ")
    if not joined:
        return Spread(text.rstrip(" "), cols, cells)
    missing = range(row.cells, cols)
    if cells is not None:
        cells += [(x, x + 1) for x in missing]
    return Spread(text + " " * len(missing), cols, cells)


def _uneven(row: Row, joined: bool) -> tuple[str, list[tuple[int, int]]]:
    chars: list[str] = []
    cells: list[tuple[int, int]] = []
    start = 0
    for span in row.spans:
        extra = span.extra or {}
        for x, char in enumerate(span.text, start):
            if char == SPACER and (not chars or chars[-1] + SPACER != WIDE_BLANK):
                continue
            if char == SPACER_HEAD and joined:
                continue
            wide = span.text[x - start + 1 : x - start + 2] == SPACER and char != " "
            shown = (" " if char in (EMPTY, SPACER, SPACER_HEAD) else char) + extra.get(x - start, "")
            chars += shown
            cells += [(x, x + 1 + wide)] * len(shown)
        start += len(span.text)
    return "".join(chars), cells
