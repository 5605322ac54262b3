"""Rows as ANSI, from a reset terminal's first row on.

Rows are written one below the other, so that those above the screen scroll into the scrollback by
themselves. The one rule: a soft-wrapped row must wrap by itself, or copying and resizing would break long
lines apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from app.screen.rows import (
    CONTINUES,
    DEFAULT_PEN,
    EMPTY,
    PLAIN,
    SPACER,
    SPACER_HEAD,
    WIDE_BLANK,
    WRAP,
    Link,
    Look,
    Pen,
    Row,
    Span,
)
from app.screen.sgr import sgr

_PARTS = re.compile("\0+|[^\0]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\udc00-\udfff]")


def plain(text: str) -> str:
    """Text that cannot leave the OSC string it is put into."""
    return _CONTROLS.sub("", text)


class Body:
    """Writes cells and remembers what the terminal's pen, link and protection are by then."""

    def __init__(self, write: Callable[[str], None], cols: int) -> None:
        self.write = write
        self.cols = cols
        self.now = PLAIN
        # By identity, with the look itself so that it stays alive: hashing nested tuples took a third of the time.
        self._sgr: dict[int, tuple[Look, str]] = {}

    def rows(self, rows: Iterable[Row], torn: int = 0) -> None:
        """`torn`: the first row goes on from one that is left out. So a filler is written above it, and erased
        once it has scrolled off a screen of so many rows."""
        wrapped: Row | None = None  # the row above, when it goes on here
        if torn:
            filler = "-" * self.cols
            self.write(filler)
            wrapped = Row(WRAP, self.cols, (Span(filler),))
        for index, (row, below) in enumerate(_with_next(rows)):
            wraps = below is not None and bool(row.flags & WRAP and below.flags & CONTINUES)
            scrolls = index == torn - 1
            rest = self._enter(wrapped, row, scrolls) if wrapped else row
            if scrolls:
                self.write("\x1b[3J")
            self._cells(rest, wraps, below)
            wrapped = row if wraps else None
            if below is not None and not wraps:
                self._line_feed()
        self.look(PLAIN)

    def look(self, look: Look) -> None:
        now = self.now
        if look is now:
            return
        self.now = look
        if look.link != now.link:
            self.write(_opened(look.link) if look.link else "\x1b]8;;\x1b\\")
        if look.protected != now.protected:
            self.write('\x1b[1"q' if look.protected else '\x1b[0"q')
        if look.pen != now.pen:
            known = self._sgr.get(id(look))
            if known is None:
                known = self._sgr[id(look)] = (look, sgr(look.pen))
            self.write(known[1])

    def paint(self, pen: Pen) -> None:
        self.look(self.now._replace(pen=pen))

    def _line_feed(self) -> None:
        if self.now.pen.background.kind:  # a row that scrolls in is filled with the pen's background
            self.paint(DEFAULT_PEN)
        self.write("\r\n")

    def _enter(self, above: Row, row: Row, now: bool) -> Row:
        """Make the row above wrap where the first cell cannot: it is empty, or would colour the whole row, or
        the wrap has to happen `now`.

        Returns what of the row is still to be written.
        """
        first = row.spans[0] if row.spans else None
        if first and first.text[0] != EMPTY and not first.look.pen.background.kind and not now:
            return row
        if first and _has_head(above, self.cols) and _starts_wide(row):  # only a wide character wraps there
            self._span(_slice(first, 0, 2), last=False)
            self.paint(DEFAULT_PEN)
            self.write(f"\x1b[{self.cols - 2}X" if self.cols > 2 else "")
            return row._replace(spans=(_slice(first, 2, len(first.text)), *row.spans[1:]))
        self.look(PLAIN)
        self.write("-\x1b[D\x1b[X")
        return row

    def _cells(self, row: Row, wraps: bool, below: Row | None) -> None:
        for span in row.spans[:-1]:
            self._span(span, last=False)
        last = row.spans[-1] if row.spans else Span("")
        if not wraps:
            self._span(last, last=True)
            return
        text = last.text.rstrip(EMPTY)
        self._span(last._replace(text=text), last=False)
        self._pad(len(last.text) - len(text), Pen(background=last.look.pen.background))
        self._pad(self.cols - row.cells, DEFAULT_PEN)
        if text.endswith(SPACER_HEAD) and not (below and _starts_wide(below)):
            self._pad(1, DEFAULT_PEN)

    def _pad(self, cells: int, pen: Pen) -> None:
        """A wrapped row whose end was erased: blanks instead, or nothing would wrap."""
        if cells:
            self.look(Look(pen))
            self.write(" " * cells)

    def _span(self, span: Span, last: bool) -> None:
        text = span.text
        if EMPTY not in text:
            if text:
                self.look(span.look)
                self.write(text if text.isascii() and not span.extra else _spelled(span))
            return
        at = 0
        for part in _PARTS.finditer(text):
            at = part.end()
            if part[0][0] != EMPTY:
                self.look(span.look)
                self.write(_spelled(_slice(span, part.start(), at)))
            else:
                self._skip(at - part.start(), span.look.pen, last and at == len(text))

    def _skip(self, cells: int, pen: Pen, at_end: bool) -> None:
        if pen.background.kind:
            self.paint(Pen(background=pen.background))
            self.write(f"\x1b[{cells}X")
        if not at_end:
            self.write(f"\x1b[{cells}C")


def _with_next(rows: Iterable[Row]) -> Iterator[tuple[Row, Row | None]]:
    last: Row | None = None
    for row in rows:
        if last is not None:
            yield last, row
        last = row
    if last is not None:
        yield last, None


def _slice(span: Span, start: int, end: int) -> Span:
    extra = {x - start: more for x, more in span.extra.items() if start <= x < end} if span.extra else None
    return span._replace(text=span.text[start:end], extra=extra or None)


def _spelled(span: Span) -> str:
    text = span.text
    if span.extra:
        text = "".join(c + span.extra.get(x, "") for x, c in enumerate(text))
    if SPACER in text:
        text = text.replace(WIDE_BLANK, "  ").replace(SPACER, "")
    return text.replace(SPACER_HEAD, "") if SPACER_HEAD in text else text


def _opened(link: Link) -> str:
    """A link without an id gets one: it may be opened twice here, and is one link all the same."""
    name = plain(link.id) if link.id else f"unnamed-{link.number}"
    return f"\x1b]8;id={name};{plain(link.uri)}\x1b\\"


def _has_head(row: Row, cols: int) -> bool:
    return row.cells == cols and row.spans[-1].text.endswith(SPACER_HEAD)


def _starts_wide(row: Row) -> bool:
    first = row.spans[0].text if row.spans else ""
    return len(first) > 1 and first[1] == SPACER
