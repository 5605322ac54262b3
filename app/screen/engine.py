"""`Screen`: a terminal's state at one point of a program's output.

Feed it the output in order; ask it for replies, text, cells, a snapshot. The one rule: any bytes at any
size are good input. What a program writes can make the picture ugly, but never raise, hang, or grow
without bound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from app.screen import cells, ghostty, placing, snapshot, state, thumbnail
from app.screen.answers import as_xterm
from app.screen.cells import Cells, Cursor, Line
from app.screen.intake import Intake
from app.screen.picture_sizes import Picture
from app.screen.pictures import Pictures
from app.screen.signs import NOTIFICATIONS_KEPT, TITLE_CHARACTERS, Signs, clean, directory

SIZES = range(1, 1001)
REPLY_BYTES = 64 * 1024  # of one feed; a program that asks more does not read the answers
GRAPHEMES = 2027  # DEC mode: clusters as one cell. Browsers count characters, so it stays off


class ScreenBusy(RuntimeError):
    """Two callers at once: the engine is C and would corrupt its memory. The lock is the caller's."""


class Screen:
    """Not thread-safe: one caller at a time (another one gets ScreenBusy)."""

    def __init__(self, rows: int, cols: int, scrollback: int = 5000) -> None:
        self.rows, self.cols, self.scrollback = _size(rows), _size(cols), max(0, scrollback)
        self.signs = Signs()
        self._effects = _Effects(self.signs)
        self._pictures, self._intake = Pictures(), Intake()
        self._terminal = ghostty.Terminal(self.rows, self.cols, self.scrollback, self._effects)
        self._free = [True]  # popped while in use: atomic under the GIL, unlike a flag

    def feed(self, data: bytes, offset: int | None = None) -> bytes:
        """Follow live output; returns the replies that the program waits for. Pictures are named by where it stands
        in all output: `offset`, or right behind what came before."""
        with _Use(self._free):
            self._effects.live = True
            return self._write(data, offset)

    def replay(self, data: bytes, offset: int | None = None) -> None:
        """Follow past output: its questions were answered and its bells rung when it was new."""
        with _Use(self._free):
            self._effects.live = False
            self._write(data, offset)

    def _write(self, data: bytes, offset: int | None) -> bytes:
        terminal = self._terminal
        if offset is not None:
            self._pictures.offset = offset
        for part in self._pictures.read(data):
            if isinstance(part, Picture):
                for piece in placing.pieces(terminal, part):
                    terminal.feed(piece)
            else:
                terminal.feed(self._intake.clean(part))
        if b"\x1bc" in data:  # a full reset takes the title, but tells nobody
            self._effects.titled(terminal.title())
            self._effects.moved(terminal.directory())
        if terminal.mode(GRAPHEMES):
            terminal.set_mode(GRAPHEMES, False)
        if terminal.size() != (self.rows, self.cols):  # 132 columns after all: no PTY or browser followed
            terminal.resize(self.rows, self.cols)
        return self._effects.settle()

    def resize(self, rows: int, cols: int) -> bytes:
        """Returns the report a program may have asked for (mode 2048)."""
        with _Use(self._free):
            self.rows, self.cols = _size(rows), _size(cols)
            self._effects.live = True
            self._terminal.limit_scrollback(self.scrollback, self.cols)
            self._terminal.resize(self.rows, self.cols)
            return self._effects.settle()

    def capture(self, scrollback: int | None = None) -> Capture:
        """The state as it is now, quickly (2 ms with 5000 lines); to be written out in any thread."""
        with _Use(self._free):
            lines = self._lines(scrollback)
            # One line more: whether the first one goes on a line above it is written there.
            pending = self._intake.pending() + self._pictures.pending()
            return Capture(state.read(self._terminal, lines + 1), lines, self.rows, pending)

    def snapshot(self, scrollback: int | None = None) -> bytes:
        """ANSI that rebuilds this state in a reset terminal of rows x cols; None: all the scrollback."""
        return self.capture(scrollback).ansi()

    def text(self, scrollback: int = 0) -> str:
        """The screen's rows, after `scrollback` lines above it; blanks at the ends are cut."""
        return self.capture(scrollback).text()

    def cells(self, scrollback: int = 0) -> list[Line]:
        return self.capture(scrollback).cells()

    def view(self, scrollback: int = 0) -> Cells:
        lines = tuple(self.cells(scrollback))
        return Cells(self.rows, self.cols, lines, self.cursor, self.alternate)

    @property
    def cursor(self) -> Cursor:
        with _Use(self._free):
            row, col = self._terminal.cursor()
            return Cursor(row, col, self._terminal.cursor_visible())

    @property
    def alternate(self) -> bool:
        with _Use(self._free):
            return self._terminal.alternate()

    def compress(self) -> None:
        """Pack the scrollback of a screen that has gone quiet; it unpacks itself when needed."""
        with _Use(self._free):
            self._terminal.compress()

    def close(self) -> None:
        with _Use(self._free):
            self._terminal.close()

    def _lines(self, scrollback: int | None) -> int:
        return self.scrollback if scrollback is None else max(0, min(scrollback, self.scrollback))


class Capture:
    """A screen's state at one moment, no longer bound to the engine: a pure value for any thread."""

    def __init__(self, now: state.TerminalState, lines: int, rows: int, pending: bytes) -> None:
        self._state, self._lines, self._rows, self._pending = now, lines, rows, pending

    @property
    def lines(self) -> int:
        """How many lines above the screen were captured, at most."""
        return self._lines

    def ansi(self, scrollback: int | None = None) -> bytes:
        """As Screen.snapshot; `scrollback` can only be less than what was captured."""
        lines = self._lines if scrollback is None else min(scrollback, self._lines)
        return snapshot.ansi(self._state, lines) + self._pending

    def exported(self) -> bytes:
        """As `ansi`, for terminals that know nothing of our pictures."""
        return placing.without(self.ansi())

    def text(self) -> str:
        return "\n".join(cells.text(row) for row in self._visible())

    def cells(self) -> list[Line]:
        return [cells.line(row) for row in self._visible()]

    def thumbnail(self, cursor_row: int) -> thumbnail.Thumbnail:
        return thumbnail.draw(list(self._visible())[-self._rows :], cursor_row)

    def _visible(self) -> Iterator[state.Row]:
        return self._state.screen.rows(self._rows + self._lines)


class _Effects:
    """What the engine reports while it is fed. Raw until the feed ends: a flood of titles stays cheap."""

    def __init__(self, signs: Signs) -> None:
        self.live = True
        self._signs = signs
        self._replies = bytearray()
        self._title: bytes | None = None
        self._directory: bytes | None = None
        self._notes: deque[tuple[bytes, bytes]] = deque(maxlen=NOTIFICATIONS_KEPT)

    def settle(self) -> bytes:
        """Bring the signs up to date; returns the replies."""
        if self._title is not None:
            self._signs.title = clean(self._title, TITLE_CHARACTERS)
            self._title = None
        if self._directory is not None:
            self._signs.directory = directory(self._directory)
            self._directory = None
        while self._notes:
            self._signs.notify(*self._notes.popleft())
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def reply(self, data: bytes) -> None:
        if self.live and len(self._replies) < REPLY_BYTES:
            self._replies += as_xterm(data)

    def bell(self) -> None:
        self._signs.bells += self.live

    def titled(self, title: bytes) -> None:
        self._title = title

    def moved(self, directory: bytes) -> None:
        self._directory = directory

    def notified(self, title: bytes, body: bytes) -> None:
        if self.live:
            self._notes.append((title, body))

    def progressed(self, state: int, percent: int) -> None:
        self._signs.report_progress(state, percent)


class _Use:
    def __init__(self, free: list[bool]) -> None:
        self._free = free

    def __enter__(self) -> None:
        try:
            self._free.pop()
        except IndexError:
            raise ScreenBusy("the screen is in use by another caller") from None

    def __exit__(self, *_: object) -> None:
        self._free.append(True)


def _size(number: int) -> int:
    if number not in SIZES:
        raise ValueError(f"a terminal has 1 to 1000 rows and columns, not {number}")
    return number
