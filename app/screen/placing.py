"""A picture as the engine sees it: blank cells that carry a link, one a row, which says what of which picture is there.

So everything that happens to cells (scrolling, erasing, printing over, wrapping anew, snapshots) happens to the
picture, in the engine and in every browser alike. static/js/helpers/placing.js does the same, step by step, with
xterm.js.

A link names an offset in the output of the session whose screen it stands on, and no session: so whoever prints one
can only show what this session has printed already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.screen import state
from app.screen.body import Body
from app.screen.cells import PICTURE
from app.screen.ghostty import Terminal
from app.screen.picture_sizes import BELOW, RIGHT, Picture, extent
from app.screen.rows import Look
from app.screen.snapshot import INSERT

# `SCHEME:OFFSET/ROW/COLUMN/WIDTHxHEIGHT`: a row of cells of the picture whose first column was COLUMN.
SCHEME = PICTURE[:-1]
PIECE_ROWS = 32

_OPENED = re.compile(rb"\x1b\]8;[^;\x1b]*;" + PICTURE.encode() + rb"[^\x1b]*\x1b\\")


def pieces(terminal: Terminal, picture: Picture) -> Iterator[bytes]:
    """What to feed, at most `PIECE_ROWS` rows at a time."""
    rows, cols = terminal.size()
    size = extent(picture, rows, cols)
    x = min(terminal.cursor()[1], cols - 1)
    width = min(size.cols, cols - x)
    at_column = b"\x1b[%dG" % (x + 1)
    before, after = _pen(terminal)
    made = [before + at_column]
    for row in range(size.rows):
        name = f"{SCHEME}:{picture.offset}/{row}/{x}/{size.width}x{size.height}".encode()
        made.append(b"\x1b]8;id=%s;%s\x1b\\" % (name[len(SCHEME) + 1 :], name) + b" " * width + b"\x1b]8;;\x1b\\")
        made.append(at_column if row == size.rows - 1 else at_column + b"\x1bD")
        if row % PIECE_ROWS == PIECE_ROWS - 1:
            yield b"".join(made)
            made = []
    if picture.after == BELOW:
        made.append(b"\r\x1bD")
    elif picture.after == RIGHT:
        made.append(b"\x1b[%dG" % (min(x + width, cols - 1) + 1))
    elif size.rows > 1:
        made.append(b"\x1b[%dA" % (size.rows - 1))
    yield b"".join(made) + after


def without(ansi: bytes) -> bytes:
    """For terminals that know nothing of our pictures: their cells are blanks."""
    return _OPENED.sub(lambda _: b"\x1b]8;;\x1b\\", ansi)


def _pen(terminal: Terminal) -> tuple[bytes, bytes]:
    """What makes printing plain, and what makes it again as it was."""
    now = state.cursor(terminal)
    screen = now.screen
    parts: list[str] = []
    Body(parts.append, now.cols).look(Look(screen.pen, screen.link, bool(screen.cursor_flags & 2)))
    inserts = bool(now.modes & INSERT)
    before = b'\x1b[m\x1b[0"q\x1b]8;;\x1b\\' + (b"\x1b[4l" if inserts else b"")
    return before, "".join(parts).encode("utf-8", "replace") + (b"\x1b[4h" if inserts else b"")
