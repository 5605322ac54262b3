"""`Roll`: past output unrolled row by row, for as much of it as there is, in constant memory.

It follows output as `Screen` does, but hands out the rows that scroll off the primary screen and forgets
them. The one rule: the same bytes give the same rows, wherever they are cut into pieces and wherever a roll was
saved and loaded in between.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from app.screen import placing, state
from app.screen.body import Body
from app.screen.intake import Intake, translated
from app.screen.picture_sizes import Picture
from app.screen.pictures import Pictures
from app.screen.rows import CONTINUES, EMPTY, PLAIN, WRAP, Row
from app.screen.scrollback import ScrollingTerminal
from app.screen.spread import Spread, spread

__all__ = ["Bottom", "Roll", "Row", "Spread", "joined", "may_go_on", "page_ansi", "spread"]

# A sequence that is still unfinished after so much is cut like any other bytes.
SEQUENCE_BYTES = 4096
REPEATED_CELLS = 2000  # of CSI 1000 b (see intake.REPEAT_MOST) with a wide character

# Controls inside a sequence are obeyed and do not end it, but for CAN, SUB and ESC.
_INSIDE = rb"\x00-\x17\x19\x1c-\x1f"
_UNFINISHED = re.compile(rb"\x1b[" + _INSIDE + rb"]*(?:\[[" + _INSIDE + rb"\x20-\x3f]*|\](?:1(?:33?)?)?)?")
_RESET = re.compile(rb"\x1b[" + _INSIDE + rb"]*c")
_ERASE = re.compile(rb"\x1b[" + _INSIDE + rb"]*\[[" + _INSIDE + rb"?0-9]*J")
_CONTROLS = re.compile(rb"[" + _INSIDE + rb"]")
_NOTHING = b"\x1b[?9999l"  # ends an unfinished string as the sequence it stands for would, and does nothing
_SAVED = struct.Struct("<HHHHHI")

Take = Callable[[int], None]


class Bottom(NamedTuple):
    """The primary screen without the blank rows at its end, and the row of it in which the cursor stands."""

    rows: list[Row]
    cursor: int


class Roll:
    """Not thread-safe. `take(count)` is called whenever rows have scrolled off: the newest `count`. With
    `whole_lines` not before the line they belong to is off too, if it is not longer than what can be kept."""

    def __init__(self, rows: int, cols: int) -> None:
        self._set_up(ScrollingTerminal(rows, cols), rows, cols)

    def _set_up(self, terminal: ScrollingTerminal, rows: int, cols: int) -> None:
        self.rows, self.cols = rows, cols
        self._terminal = terminal
        self._pictures, self._intake = Pictures(), Intake()
        self.whole_lines = False
        self._held = b""  # the start of a sequence: the intake's translation wants whole ones

    @classmethod
    def load(cls, saved: bytes) -> Roll:
        data = zlib.decompress(saved)
        rows, cols, *sizes = _SAVED.unpack_from(data)
        at, parts = _SAVED.size, []
        for size in sizes:
            parts.append(data[at : at + size])
            at += size
        self = cls.__new__(cls)
        self._set_up(ScrollingTerminal.decode(data[at:]), rows, cols)
        self._held, self._intake.within, pending, picture = parts
        self._intake.decoded(pending)
        list(self._pictures.read(picture))
        return self

    def save(self) -> bytes:
        """Everything but the rows that were handed out, packed: 1 to 4 KB."""
        parts = self._held, self._intake.within, self._intake.pending(), self._pictures.pending()
        head = _SAVED.pack(self.rows, self.cols, *map(len, parts))
        return zlib.compress(head + b"".join(parts) + state.screens(self._terminal), 1)

    def replay(self, data: bytes, take: Take, offset: int | None = None) -> None:
        """`offset`: where the data stands in all output, if not right behind what came before."""
        if offset is not None:
            self._pictures.offset = offset
        for part in self._pictures.read(data):
            if isinstance(part, Picture):
                for piece in placing.pieces(self._terminal, part):
                    self._terminal.feed(piece)
                    self._hand_out(take, self.whole_lines)
            else:
                self._replay(part, take)

    def _replay(self, data: bytes, take: Take) -> None:
        for piece, reset in self._pieces(data):
            if reset:  # it takes all that scrolled off along
                self.flush(take)
                self._terminal.feed(piece)
                self._terminal.drop()
            else:
                self._terminal.feed(piece)
                self._hand_out(take, self.whole_lines)

    def flush(self, take: Take) -> None:
        """Hands out what waits for the end of its line."""
        self._hand_out(take, False)

    def _hand_out(self, take: Take, wait: bool) -> None:
        count, most = self._terminal.scrolled(), self._terminal.most_rows // 2
        if count and not (wait and count <= most and self._terminal.scrolled_open()):
            take(count)
            self._terminal.counted()

    def resize(self, rows: int, cols: int, take: Take) -> None:
        """What scrolled off is not wrapped anew, and does not come back when the screen grows."""
        self.flush(take)
        self.rows, self.cols = rows, cols
        self._terminal.resize(rows, cols)
        self.flush(take)

    def cut(self, take: Take) -> None:
        """Bytes are missing here: whatever sequence was cut off is over (CAN)."""
        self.replay(b"\x18", take)

    def newest(self, count: int) -> list[Row]:
        """The newest `count` rows that scrolled off; to be called from `take`."""
        primary = state.read(self._terminal, count).screens[0]
        return list(islice(primary.rows(count + self.rows), count))

    def text(self, count: int) -> bytes | None:
        """Their text (blanks at the ends of rows may be missing), fifty times as fast; None: not to be had."""
        return self._terminal.scrolled_text(count)

    def open_ended(self) -> bool:
        """Whether the newest row that scrolled off may go on in the next one."""
        return self._terminal.scrolled_open()

    def bottom(self) -> Bottom:
        primary = state.read(self._terminal, 0).screens[0]
        rows = list(primary.rows(self.rows))
        while rows and _blank(rows[-1]):
            rows.pop()
        return Bottom(rows, primary.y)

    def close(self) -> None:
        self._terminal.close()

    def _pieces(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """(what to feed before the next count, whether it is a full reset)."""
        data = self._held + self._intake.decoded(data)
        last = data.rfind(b"\x1b")
        if last >= 0 and len(data) - last <= SEQUENCE_BYTES and _UNFINISHED.fullmatch(data, last):
            data, self._held = data[:last], data[last:]
        else:
            self._held = b""
        data = translated(data)
        if b"\x1b" in data:
            data = _ERASE.sub(_kept, data) if b"J" in data else data
            at = 0
            for reset in _RESET.finditer(data):
                yield from ((piece, False) for piece in self._bounded(data[at : reset.start()]))
                yield reset[0], True
                at = reset.end()
            data = data[at:] if at else data
        yield from ((piece, False) for piece in self._bounded(data))

    def _bounded(self, data: bytes) -> Iterator[bytes]:
        """In pieces off which no more rows can scroll than the engine keeps."""
        if not data:
            return
        lines = data.count(b"\n") + data.count(b"\v") + data.count(b"\f") + len(data) // self.cols + 1
        if b"\x1b" in data:  # index, next line; scroll up, erase by scrolling; repeat
            lines += data.count(b"\x1b") + self.rows * (data.count(b"S") + data.count(b"J"))
            lines += (REPEATED_CELLS // self.cols + 2) * data.count(b"b")
        most = self._terminal.most_rows // 2 if self.whole_lines else self._terminal.most_rows
        if lines <= most or len(data) == 1:
            yield data
        else:
            middle = len(data) // 2
            yield from self._bounded(data[:middle])
            yield from self._bounded(data[middle:])


def joined(row: Row, below: Row) -> bool:
    """Whether they are one line, soft-wrapped."""
    return bool(row.flags & WRAP and below.flags & CONTINUES)


def may_go_on(row: Row) -> bool:
    """Whether it may be joined to the row that is to come below."""
    return bool(row.flags & WRAP)


def page_ansi(rows: list[Row], cols: int, most: int) -> tuple[int, str]:
    """(how many of the rows, what to write on a reset terminal of so many columns): about `most` characters, but
    one row at least."""
    parts: list[str] = []
    size, taken = 0, 0

    def write(text: str) -> None:
        nonlocal size
        size += len(text)
        parts.append(text)

    def fitting() -> Iterator[Row]:
        nonlocal taken
        for row in rows:
            if size >= most:
                return
            taken += 1
            yield row

    Body(write, cols).rows(fitting())
    return taken, "".join(parts).encode("utf-8", "replace").decode()


def _blank(row: Row) -> bool:
    return all(not s.text.strip(EMPTY) and s.look == PLAIN for s in row.spans)


def _kept(match: re.Match[bytes]) -> bytes:
    """Erasing the scrollback (CSI 3 J) is for those who look at the screen; the past stays as it was."""
    sequence = match[0]
    number = _CONTROLS.sub(b"", sequence)[2:-1].lstrip(b"?")
    if not number.isdigit() or int(number) != 3:
        return sequence
    return b"".join(_CONTROLS.findall(sequence)) + _NOTHING
