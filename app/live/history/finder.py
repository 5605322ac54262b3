"""Rows in, hits out: literal text over logical lines, wherever rows, batches and wraps fall. Pure.

The rule: a hit depends on nothing but its own characters. So hits may overlap, a search may begin at any row, and of
an unfinished line only as many characters are kept as a hit may begin with.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from app.screen.roll import Row, Spread, joined, may_go_on, spread


class Hit(NamedTuple):
    """Begins in cell `col` of row `row`; `length` cells, counted on over the wraps."""

    row: int
    col: int
    length: int


class Needle:
    def __init__(self, text: str, case: bool) -> None:
        self._fold = not case
        self.text = text if case else folded(text)
        self._bare = self.text.replace(" ", "")
        self._bare_bytes = self._bare.encode()
        # So much of what was there belongs to what comes: all of it that shows, where blanks may follow. Folding
        # shortens characters (the Kelvin sign: three bytes, "k": one), to a quarter at most.
        self.tail_bytes = 4 * max(0, len(self._bare) - (not self.text.endswith(" ")))

    def of(self, text: str) -> str:
        """The text as it is to be compared."""
        return folded(text) if self._fold else text

    def may_be_in(self, bare: bytes) -> bool:
        """`bare`: UTF-8 without blanks and line breaks. Never wrong when it says no: what follows one another on a
        line does so here too, however its blanks were written and wherever it wraps."""
        if not self._fold or bare.isascii():
            return self._bare_bytes in (bare.lower() if self._fold else bare)
        return self._bare in folded(bare.decode("utf-8", "ignore"))


def folded(text: str) -> str:
    """Case-folded character by character: each keeps its place ("ß" stays "ß" and does not become "ss")."""
    whole = text.casefold()
    if len(whole) == len(text):
        return whole
    return "".join(one if len(one) == 1 else char for char, one in ((char, char.casefold()) for char in text))


class Piece(NamedTuple):
    """A row's part of a line: begins at character `at` of it, and at cell `cell`, counted over the wraps."""

    at: int
    cell: int
    row: int
    spread: Spread


class Finder:
    """Give it every row of a range in order, or skip some with `leap`."""

    def __init__(self, needle: Needle, first: int) -> None:
        self._needle = needle
        self._last: tuple[int, Row, int] | None = None  # how its row ends depends on the one below
        self._text = ""
        self._pieces: list[Piece] = []
        self._next = first

    def take(self, first: int, rows: list[Row], cols: int) -> list[Hit]:
        """The hits that are certain by now."""
        hits: list[Hit] = []
        for number, row in enumerate(rows, first):
            if self._last is not None:
                goes_on = joined(self._last[1], row)
                self._add(*self._last, goes_on)
                if not goes_on:
                    hits += self._ended()
            self._last = (number, row, cols)
        self._next = first + len(rows)
        if self._last is not None and not may_go_on(self._last[1]):
            return hits + self.finish()
        return hits + self._shortened()

    def leap(self, to: int) -> list[Hit]:
        """Rows below that one are left out: no hit has a part in them."""
        hits = self.finish()
        self._next = to
        return hits

    def finish(self) -> list[Hit]:
        if self._last is not None:
            self._add(*self._last, False)
            self._last = None
        return self._ended()

    def open_from(self) -> int:
        """The first row in which a hit may still begin."""
        if self._pieces:
            return self._pieces[0].row
        return self._last[0] if self._last is not None else self._next

    def _add(self, number: int, row: Row, cols: int, goes_on: bool) -> None:
        part = spread(row, cols, goes_on)
        last = self._pieces[-1] if self._pieces else None
        cell = last.cell + last.spread.cols if last else 0
        self._pieces.append(Piece(len(self._text), cell, number, part))
        self._text += part.text

    def _ended(self) -> list[Hit]:
        hits = self._hits()
        self._text, self._pieces = "", []
        return hits

    def _shortened(self) -> list[Hit]:
        """The hits so far in an unfinished line, of which no more is kept than a further one may begin with."""
        hits = self._hits()
        kept = max(0, len(self._text) - len(self._needle.text) + 1)
        first = max(0, bisect_right(self._pieces, kept, key=lambda piece: piece.at) - 1)
        if kept >= len(self._text):
            self._text, self._pieces = "", []
        elif self._pieces:
            pieces, start = self._pieces[first:], self._pieces[first].at
            skip = kept - start
            head = pieces[0].spread.without(skip)
            rest = [piece._replace(at=piece.at - kept) for piece in pieces[1:]]
            self._pieces = [pieces[0]._replace(at=0, spread=head), *rest]
            self._text = self._text[kept:]
        return hits

    def _hits(self) -> list[Hit]:
        text, wanted = self._needle.of(self._text), self._needle.text
        hits, at = [], text.find(wanted)
        while at >= 0:
            hits.append(self._hit(at, at + len(wanted) - 1))
            at = text.find(wanted, at + 1)
        return hits

    def _hit(self, first: int, last: int) -> Hit:
        begin, end = self._piece(first), self._piece(last)
        col = begin.spread.begin(first - begin.at)
        return Hit(begin.row, col, end.cell + end.spread.end(last - end.at) - begin.cell - col)

    def _piece(self, at: int) -> Piece:
        return self._pieces[bisect_right(self._pieces, at, key=lambda piece: piece.at) - 1]
