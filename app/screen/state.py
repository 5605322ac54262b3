"""The engine's state as Python values, decoded from its binary snapshot (format version 1).

Records come in the order terminal, screens with their pages, unfinished sequence, READY, then history pages
from the newest to the oldest. The one rule: stop the engine as soon as enough rows are here, so that a snapshot
costs what was asked for and not what lies above it.

A row is decoded as a whole with integer arithmetic on all its cells at once: a loop over cells in Python would
be ten times slower. Cell layout, from the low bit: 2 content kind, 24 content, 16 style, 2 width, 1 protected,
1 hyperlink, 2 semantic, 16 hyperlink id. Rows without the upper parts are stored 1, 2 or 4 bytes a cell.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from app.screen.ghostty import Terminal

MAGIC = b"GHOSTSNP\1\0"
TERMINAL, SCREEN, PAGE, HISTORY, READY, FINISH, CONTINUATION = range(1, 8)

WRAP, CONTINUES = 1, 2  # row flags: goes on in the next row; is such a next row
SPACER = "\udc00"  # stands in a row's text for the second cell of a wide character
SPACER_HEAD = "\udc01"  # the last cell of a row where a wide character did not fit
EMPTY = "\0"

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


class Span(NamedTuple):
    """Cells of one look. `text` has one character a cell: EMPTY, SPACER, SPACER_HEAD, or what is there."""

    text: str
    pen: Pen
    link: Link | None
    protected: bool
    extra: dict[int, str] | None  # cell in `text` -> combining characters after it


class Row(NamedTuple):
    flags: int
    cells: int  # stored; the rest of the row is empty
    spans: tuple[Span, ...]


class SavedCursor(NamedTuple):
    x: int
    y: int
    pen: Pen
    flags: int  # 1 protected, 2 pending wrap, 4 origin mode
    charset: int


@dataclass
class ScreenState:
    """One of the two screens; `pages` oldest first, the last `rows` rows of them are the visible ones."""

    key: int
    x: int
    y: int
    cursor_style: int
    cursor_flags: int  # 1 pending wrap, 2 protected
    pen: Pen
    charset: int
    kitty_index: int
    kitty_flags: bytes
    saved: SavedCursor | None
    link: Link | None
    history_rows: int
    pages: list[Page] = field(default_factory=list)
    history: list[Page] = field(default_factory=list)  # newest first

    def rows(self, count: int) -> list[Row]:
        """The newest `count` rows, oldest of them first; fewer when there are no more."""
        found: list[list[Row]] = []
        missing = count
        for page in [*reversed(self.pages), *self.history]:
            if missing <= 0:
                break
            newest = page.newest(missing)
            missing -= len(newest)
            found.append(newest)
        return [row for rows in reversed(found) for row in rows]


@dataclass
class TerminalState:
    cols: int
    rows: int
    top: int
    bottom: int
    left: int
    right: int
    active: int
    previous: int  # last printed character, for REP; 0xFFFFFFFF: none
    cursor_default: bool
    modify_other_keys: bool
    mouse: int
    mouse_format: int
    modes: int
    saved_modes: int
    default_modes: int
    dynamic: tuple[Color, Color, Color]  # OSC 11, 10, 12; kind 0 where the program set none
    tabs: bytes
    palette: dict[int, tuple[int, int, int]]
    directory: str
    title: str
    screens: dict[int, ScreenState] = field(default_factory=dict)
    continuation: bytes = b""

    @property
    def screen(self) -> ScreenState:
        return self.screens[self.active]


class _Cursor:
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
        return self.bytes(self.take(_U32)[0]).decode("utf-8", "replace")

    def link(self) -> Link | None:
        kind = self.take(_U8)[0]
        if kind == 0:
            return None
        number = self.take(_U32)[0] if kind == 1 else 0
        name = self.string() if kind == 2 else ""
        return Link(name, self.string(), number)

    def pen(self) -> Pen:
        return _pen(self.bytes(16))


_U8, _U16, _U32, _U64 = (struct.Struct("<" + c) for c in "BHIQ")
_RECORD = struct.Struct("<HII")
_HEADER = struct.Struct("<HHIIHHHHBHHI10B")
_MODES = struct.Struct("<QQQ")
_SCREEN = struct.Struct("<HHQHHBB")
_PAGE = struct.Struct("<4H")
_SAVED = struct.Struct("<HH")
_SAVED_END = struct.Struct("<BH")
_GRAPHEME = struct.Struct("<HHH")


@lru_cache(maxsize=4096)
def _pen(raw: bytes) -> Pen:
    return Pen(Color(*raw[0:4]), Color(*raw[4:8]), Color(*raw[8:12]), raw[12] | raw[13] << 8)


class Page:
    """A run of rows with the styles, links and combining characters they refer to."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.cols, self.count, styles, links = _PAGE.unpack_from(data, 0)
        reader = _Cursor(data, 20)
        self.pens = {0: DEFAULT_PEN}
        for _ in range(styles):
            number = reader.take(_U16)[0]
            self.pens[number] = reader.pen()
        self.links: dict[int, Link | None] = {0: None}
        for _ in range(links):
            number = reader.take(_U16)[0]
            self.links[number] = reader.link()
        self._rows = self._index(reader)
        self._extra = self._graphemes(reader)

    def _index(self, reader: _Cursor) -> list[int]:
        """Where each row begins; leaves the reader behind the last."""
        data, at, starts = self.data, reader.at, []
        for _ in range(self.count):
            starts.append(at)
            at += 3 + ((data[at + 1] | data[at + 2] << 8) << (data[at] >> 4 & 3))
        reader.at = at
        return starts

    def _graphemes(self, reader: _Cursor) -> dict[int, dict[int, str]]:
        extra: dict[int, dict[int, str]] = {}
        for _ in range(reader.take(_U32)[0]):
            row, col, size = reader.take(_GRAPHEME)
            extra.setdefault(row, {})[col] = reader.bytes(4 * size).decode("utf-32-le")
        return extra

    def newest(self, count: int) -> list[Row]:
        first = max(0, self.count - count)
        return [self._row(y) for y in range(first, self.count)]

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
            return Row(flags & 3, count, (Span(text, DEFAULT_PEN, None, False, extra),))
        return Row(flags & 3, count, tuple(self._spans(cells, count, width, extra)))

    def _spans(self, cells: bytes, count: int, width: int, extra: dict[int, str] | None) -> Iterator[Span]:
        text, looks = _split4(cells, count) if width == 2 else _split8(cells, count)
        size = 1 << width
        for run in (_RUN4 if width == 2 else _RUN8).finditer(looks):
            start, end = run.start() // size, run.end() // size
            word = int.from_bytes(run[1], "little")
            if word & 2:  # not text: a cell that was erased with this background
                pen, link, protected = _background(word), None, False
            else:
                pen = self.pens.get(word >> 26 & 0xFFFF, DEFAULT_PEN)
                link, protected = self.links.get(word >> 48), bool(word >> 44 & 1)
            part = {x - start: extra[x] for x in extra if start <= x < end} if extra else None
            yield Span(text[start:end], pen, link, protected, part or None)


def _background(word: int) -> Pen:
    """An erased cell's colour: palette entry (kind 2) or RGB (kind 3), red lowest."""
    value = word >> 2
    if word & 1:
        return Pen(background=Color(2, value & 255, value >> 8 & 255, value >> 16 & 255))
    return Pen(background=Color(1, value & 255, 0, 0))


@lru_cache(maxsize=64)
def _every(count: int, bits: int, value: int) -> int:
    """`value` in each of `count` words of `bits` bits."""
    return int.from_bytes(value.to_bytes(bits // 8, "little") * count, "little")


def _split4(cells: bytes, count: int) -> tuple[str, bytes]:
    """A row of 4-byte cells -> its text, and what its cells look like (style, or erased background)."""
    words = int.from_bytes(cells, "little")
    erased = (words >> 1 & _every(count, 32, 1)) * 0x3FFFFFF  # all ones in the words that hold no text
    text = words & _every(count, 32, 0x3FFFFFC) & ~erased
    looks = words & (_every(count, 32, 0xFC000000) | erased)
    return (text >> 2).to_bytes(4 * count, "little").decode("utf-32-le"), looks.to_bytes(4 * count, "little")


def _split8(cells: bytes, count: int) -> tuple[str, bytes]:
    words = int.from_bytes(cells, "little")
    ones = _every(count, 64, 1)
    erased = (words >> 1 & ones) * 0x3FFFFFF
    spacer = words >> 43 & ones
    text = (words & _every(count, 64, 0x3FFFFFC) & ~erased) >> 2
    text |= spacer * 0xDC00 | (words >> 42 & spacer)
    # Looks: kind bit 1 and colour where erased, else style (26..41), protected (44), hyperlink id (48..63).
    looks = words & (_every(count, 64, 0xFFFF13FFFC000000) | erased)
    decoded = text.to_bytes(8 * count, "little").decode("utf-32-le", "surrogatepass")[::2]
    return decoded, looks.to_bytes(8 * count, "little")


class _Collector:
    """Cuts the engine's stream into records and says when there are enough."""

    def __init__(self, history: int) -> None:
        self.state: TerminalState | None = None
        self._data = bytearray()
        self._at = len(MAGIC)
        self._history = history
        self._missing = 0
        self._current: list[Page] = []

    def take(self, piece: bytes) -> bool:
        self._data += piece
        while len(self._data) >= self._at + _RECORD.size:
            tag, size, _ = _RECORD.unpack_from(self._data, self._at)
            start = self._at + _RECORD.size
            if len(self._data) < start + size:
                break
            self._at = start + size
            if not self._record(tag, bytes(self._data[start : self._at])):
                return False
        return True

    def _record(self, tag: int, data: bytes) -> bool:
        """False: enough."""
        if tag == TERMINAL:
            self.state = _terminal(data)
            return True
        assert self.state is not None
        if tag == SCREEN:
            screen = _screen(data)
            self.state.screens[screen.key] = screen
            self._current = screen.pages
        elif tag == PAGE:
            page = Page(data)
            self._current.append(page)
            self._missing -= page.count
            if self._current is self.state.screens[0].history:
                return self._missing > 0
        elif tag == CONTINUATION:
            self.state.continuation = data
        elif tag == READY:
            primary = self.state.screens[0]
            self._current = primary.history  # the primary's history comes first
            self._missing = self.state.rows + self._history - sum(page.count for page in primary.pages)
            return self._missing > 0
        elif tag == HISTORY:
            return int(_U16.unpack_from(data, 0)[0]) == 0
        return tag != FINISH


def read(terminal: Terminal, history: int) -> TerminalState:
    """The state with at least `history` rows above the visible ones (where there are so many)."""
    collector = _Collector(history)
    terminal.encode(collector.take)
    assert collector.state is not None
    return collector.state


def _terminal(data: bytes) -> TerminalState:
    reader = _Cursor(data)
    head = reader.take(_HEADER)
    cols, rows, _, _, top, bottom, left, right, _, active, _, previous = head[:12]
    cursor_default, _, _, _, other_keys, mouse, mouse_format, _, _, _ = head[12:]
    modes, saved, default = reader.take(_MODES)
    dynamic = [Color(2 if raw[4] else 0, *raw[5:8]) for raw in (reader.bytes(8) for _ in range(3))]
    reader.at += 16  # scrollback limits
    tabs = reader.bytes((cols + 7) // 8)
    reader.at += 768  # the default palette
    mask = reader.bytes(32)
    palette = {}
    for index in range(256):
        if mask[index >> 3] >> (index & 7) & 1:
            red, green, blue = reader.bytes(3)
            palette[index] = (red, green, blue)
    return TerminalState(
        cols, rows, top, bottom, left, right, active, previous, bool(cursor_default), bool(other_keys),
        mouse, mouse_format, modes, saved, default, (dynamic[0], dynamic[1], dynamic[2]), tabs, palette,
        reader.string(), reader.string(),
    )  # fmt: skip


def _screen(data: bytes) -> ScreenState:
    reader = _Cursor(data)
    key, _, history, x, y, style, flags = reader.take(_SCREEN)
    pen = reader.pen()
    reader.at += 4
    charset = reader.take(_U16)[0]
    _, kitty_index = reader.bytes(2)
    kitty_flags = reader.bytes(8)
    has_saved = reader.bytes(3)[2]
    saved = None
    if has_saved:
        saved_x, saved_y = reader.take(_SAVED)
        saved_pen = reader.pen()
        saved = SavedCursor(saved_x, saved_y, saved_pen, *reader.take(_SAVED_END))
    link = reader.link()
    return ScreenState(
        key, x, y, style, flags, pen, charset, kitty_index, kitty_flags, saved, link, history,
    )  # fmt: skip
