"""The engine's state as Python values, decoded from its binary snapshot (format version 1).

Records come in the order terminal, screens with their pages, unfinished sequence, READY, then history
pages from the newest to the oldest. The one rule: stop the engine as soon as enough rows are here, so
that a snapshot costs what was asked for and not what lies above it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from app.screen.ghostty import Terminal
from app.screen.rows import U16, Color, Link, Page, Pen, Reader, Row

MAGIC = b"GHOSTSNP\1\0"
TERMINAL, SCREEN, PAGE, HISTORY, READY, FINISH, CONTINUATION = range(1, 8)


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

    def rows(self, count: int) -> Iterator[Row]:
        """The newest `count` rows, oldest of them first; fewer when there are no more.

        One at a time: thousands of rows held at once would keep the garbage collector busy.
        """
        wanted: list[tuple[Page, int]] = []
        for page in [*reversed(self.pages), *self.history]:
            if count <= 0:
                break
            wanted.append((page, min(count, page.count)))
            count -= page.count
        for page, rows in reversed(wanted):
            yield from page.newest(rows)

    def count(self) -> int:
        return sum(page.count for page in [*self.pages, *self.history])


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


_RECORD = struct.Struct("<HII")
_HEADER = struct.Struct("<HHIIHHHHBHHI10B")
_MODES = struct.Struct("<QQQ")
_SCREEN = struct.Struct("<HHQHHBB")
_SAVED = struct.Struct("<HH")
_SAVED_END = struct.Struct("<BH")


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
            return int(U16.unpack_from(data, 0)[0]) == 0
        return tag != FINISH


def read(terminal: Terminal, history: int) -> TerminalState:
    """The state with at least `history` rows above the visible ones (where there are so many)."""
    collector = _Collector(history)
    terminal.encode(collector.take)
    assert collector.state is not None
    return collector.state


def cursor(terminal: Terminal) -> TerminalState:
    """The modes, and where and how the next character would be printed; no rows."""
    collector = _Collector(0)

    def take(piece: bytes) -> bool:
        enough = not collector.take(piece)
        return not (enough or collector.state is not None and collector.state.active in collector.state.screens)

    terminal.encode(take)
    assert collector.state is not None
    return collector.state


def screens(terminal: Terminal) -> bytes:
    """The engine's snapshot up to READY: everything but what stands above the screens."""
    data, at = bytearray(), len(MAGIC)

    def take(piece: bytes) -> bool:
        nonlocal at
        data.extend(piece)
        while len(data) >= at + _RECORD.size:
            tag, size, _ = _RECORD.unpack_from(data, at)
            if tag == READY and len(data) >= at + _RECORD.size + size:
                del data[at + _RECORD.size + size :]
                return False
            at += _RECORD.size + size
        return True

    terminal.encode(take)
    return bytes(data)


def primary_history(terminal: Terminal) -> int:
    """Rows above the primary screen, also where the alternate one is shown (the engine counts above that one)."""
    collector = _Collector(0)
    terminal.encode(lambda piece: collector.take(piece) and not (collector.state and collector.state.screens))
    assert collector.state is not None
    return collector.state.screens[0].history_rows


def _terminal(data: bytes) -> TerminalState:
    reader = Reader(data)
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
    reader = Reader(data)
    key, _, history, x, y, style, flags = reader.take(_SCREEN)
    pen = reader.pen()
    reader.at += 4
    charset = reader.take(U16)[0]
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
