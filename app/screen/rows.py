"""Rows of cells, decoded from a page of the engine's binary snapshot.

A row is decoded as a whole, with integer arithmetic on all its cells at once. The one rule: no loop over
cells in Python; it would be ten times slower.

Cell layout, from the low bit: 2 content kind, 24 content, 16 style, 2 width, 1 protected, 1 hyperlink, 2
semantic, 16 hyperlink id. Rows that need less are stored with 1, 2 or 4 bytes a cell.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

WRAP, CONTINUES = 1, 2  # row flags: goes on in the next row; is such a next row
SPACER = "\udc00"  # stands in a row's text for the second cell of a wide character
SPACER_HEAD = "\udc01"  # the last cell of a row where a wide character did not fit
EMPTY = "\0"
WIDE_BLANK = " " + SPACER  # what a wide character becomes while the line drawing set is in use

_RUN4 = re.compile(rb"(.{4})\1*", re.S)
_RUN8 = re.compile(rb"(.{8})\1*", re.S)


class Color(NamedTuple):
    """kind 0: the default, 1: palette entry `red`, 2: RGB."""

    kind: int
    red: int
    green: int
    blue: int


NO_COLOR = Color(0, 0, 0, 0)


class Pen(NamedTuple):
    """A style. `flags`: bold italic faint blink inverse invisible strike overline, 3 bits of underline."""

    foreground: Color = NO_COLOR
    background: Color = NO_COLOR
    underline_color: Color = NO_COLOR
    flags: int = 0


DEFAULT_PEN = Pen()


class Link(NamedTuple):
    """OSC 8. `id` is empty where the program gave none; `number` then tells neighbours apart."""

    id: str
    uri: str
    number: int = 0


class Look(NamedTuple):
    """All that cells of one span share."""

    pen: Pen = DEFAULT_PEN
    link: Link | None = None
    protected: bool = False


PLAIN = Look()


class Span(NamedTuple):
    """Cells of one look. `text` has one character a cell: EMPTY, SPACER, SPACER_HEAD, or what is there."""

    text: str
    look: Look = PLAIN
    extra: dict[int, str] | None = None  # cell in `text` -> combining characters after it


class Row(NamedTuple):
    flags: int
    cells: int  # stored; the rest of the row is empty
    spans: tuple[Span, ...]


class Reader:
    """A reading position in a record."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def take(self, layout: struct.Struct) -> tuple[int, ...]:
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def bytes(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]

    def string(self) -> str:
        return self.bytes(self.take(U32)[0]).decode("utf-8", "replace")

    def link(self) -> Link | None:
        kind = self.take(U8)[0]
        if kind == 0:
            return None
        number = self.take(U32)[0] if kind == 1 else 0
        name = self.string() if kind == 2 else ""
        return Link(name, self.string(), number)

    def pen(self) -> Pen:
        return _pen(self.bytes(16))


U8, U16, U32 = (struct.Struct("<" + c) for c in "BHI")
_PAGE = struct.Struct("<4H")
_GRAPHEME = struct.Struct("<HHH")


@lru_cache(maxsize=4096)
def _pen(raw: bytes) -> Pen:
    return Pen(Color(*raw[0:4]), Color(*raw[4:8]), Color(*raw[8:12]), raw[12] | raw[13] << 8)


class Page:
    """A run of rows with the styles, links and combining characters they refer to."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.cols, self.count, styles, links = _PAGE.unpack_from(data, 0)
        reader = Reader(data, 20)
        self.pens = {0: DEFAULT_PEN}
        for _ in range(styles):
            number = reader.take(U16)[0]
            self.pens[number] = reader.pen()
        self.links: dict[int, Link | None] = {0: None}
        for _ in range(links):
            number = reader.take(U16)[0]
            self.links[number] = reader.link()
        self._looks: dict[bytes, Look] = {}
        self._rows = self._index(reader)
        self._extra = self._graphemes(reader)

    def _index(self, reader: Reader) -> list[int]:
        """Where each row begins; leaves the reader behind the last."""
        data, at, starts = self.data, reader.at, []
        for _ in range(self.count):
            starts.append(at)
            at += 3 + ((data[at + 1] | data[at + 2] << 8) << (data[at] >> 4 & 3))
        reader.at = at
        return starts

    def _graphemes(self, reader: Reader) -> dict[int, dict[int, str]]:
        extra: dict[int, dict[int, str]] = {}
        for _ in range(reader.take(U32)[0]):
            row, col, size = reader.take(_GRAPHEME)
            extra.setdefault(row, {})[col] = reader.bytes(4 * size).decode("utf-32-le")
        return extra

    def newest(self, count: int) -> Iterator[Row]:
        """The last `count` rows, oldest first."""
        for y in range(max(0, self.count - count), self.count):
            yield self._row(y)

    def _row(self, y: int) -> Row:
        data, at = self.data, self._rows[y]
        flags, count = data[at], data[at + 1] | data[at + 2] << 8
        if not count:
            return Row(flags & 3, 0, ())
        width = flags >> 4 & 3
        cells = data[at + 3 : at + 3 + (count << width)]
        extra = self._extra.get(y)
        if width < 2:
            text = cells.decode("utf-16-le" if width else "latin-1")
            return Row(flags & 3, count, (Span(text, PLAIN, extra),))
        text, looks = (_split4 if width == 2 else _split8)(cells, count, self.cols)
        spans, known, start = [], self._looks, 0
        for run in (_RUN4 if width == 2 else _RUN8).finditer(looks):
            end = run.end() >> width
            word = run[1]
            look = known.get(word) or self._look(word)
            part = {x - start: extra[x] for x in extra if start <= x < end} if extra else None
            spans.append(Span(text[start:end], look, part or None))
            start = end
        return Row(flags & 3, count, tuple(spans))

    def _look(self, raw: bytes) -> Look:
        word = int.from_bytes(raw, "little")
        if word & 2:  # not text: a cell that was erased with this background
            look = Look(_background(word))
        else:
            pen = self.pens.get(word >> 26 & 0xFFFF, DEFAULT_PEN)
            look = Look(pen, self.links.get(word >> 48), bool(word >> 44 & 1))
        self._looks[raw] = look
        return look


def _background(word: int) -> Pen:
    """An erased cell's colour: palette entry (kind 2) or RGB (kind 3), red lowest."""
    value = word >> 2
    if word & 1:
        return Pen(background=Color(2, value & 255, value >> 8 & 255, value >> 16 & 255))
    return Pen(background=Color(1, value & 255, 0, 0))


@lru_cache(maxsize=64)
def _every(count: int, bits: int, value: int) -> int:
    """`value` in each of `count` words of `bits` bits: a mask, also for fewer words."""
    return int.from_bytes(value.to_bytes(bits // 8, "little") * count, "little")


def _split4(cells: bytes, count: int, cols: int) -> tuple[str, bytes]:
    """A row of 4-byte cells -> its text, and what its cells look like (style, or erased background)."""
    words = int.from_bytes(cells, "little")
    erased = (words >> 1 & _every(cols, 32, 1)) * 0x3FFFFFF  # all ones in the words that hold no text
    text = words & _every(cols, 32, 0x3FFFFFC) & ~erased
    looks = words & (_every(cols, 32, 0xFC000000) | erased)
    return (text >> 2).to_bytes(4 * count, "little").decode("utf-32-le"), looks.to_bytes(4 * count, "little")


def _split8(cells: bytes, count: int, cols: int) -> tuple[str, bytes]:
    words = int.from_bytes(cells, "little")
    ones = _every(cols, 64, 1)
    erased = (words >> 1 & ones) * 0x3FFFFFF
    spacer = words >> 43 & ones
    text = (words & _every(cols, 64, 0x3FFFFFC) & ~erased) >> 2
    text |= spacer * 0xDC00 | (words >> 42 & spacer)
    # Looks: kind bit 1 and colour where erased, else style (26..41), protected (44), hyperlink id (48..63).
    looks = words & (_every(cols, 64, 0xFFFF13FFFC000000) | erased)
    decoded = text.to_bytes(8 * count, "little").decode("utf-32-le", "surrogatepass")[::2]
    return decoded, looks.to_bytes(8 * count, "little")
