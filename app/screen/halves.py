"""Wide characters that a narrower terminal would cut in half, erased before it is made narrower.

Where lines are not wrapped anew (the alternate screen, autowrap off) the engine keeps the half, and then cannot write
its state down: nobody could join any more. The one rule: touches nothing but such cells. They are blank in xterm.js
too. (Touches C, as ghostty.py does, which calls it.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.screen.library import ffi, lib, union_fn

if TYPE_CHECKING:
    from app.screen.ghostty import Terminal

ORIGIN, AUTOWRAP, ALTERNATE = 6, 7, 47


def ref_at(terminal: Any, point: Any, ref: Any) -> Any:
    """cffi passes no unions by value: see library.py."""
    kind = "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)"
    return union_fn("ghostty_terminal_grid_ref", kind)(terminal, point, ref)


def erase(terminal: Terminal, cols: int) -> None:
    """Before the terminal gets so many columns."""
    unfinished = terminal.continuation()
    if unfinished:
        terminal.feed(b"\x18")
    _erase_here(terminal, cols)
    # The other screen: this way over no cursor is saved and nothing cleared.
    alternate, mode = terminal.alternate(), terminal.mode(ALTERNATE)
    terminal.feed(b"\x1b[?47l" if alternate else b"\x1b[?47h")
    _erase_here(terminal, cols)
    terminal.feed(b"\x1b[?47h" if alternate else b"\x1b[?47l")
    terminal.set_mode(ALTERNATE, mode)
    if unfinished:
        terminal.feed(unfinished)


def _erase_here(terminal: Terminal, cols: int) -> None:
    if terminal.mode(AUTOWRAP) and not terminal.alternate():
        return  # its lines are wrapped anew
    halves = [y for y in range(terminal.size()[0]) if _wide(terminal, cols - 1, y)]
    if not halves:
        return
    (row, col), origin = terminal.cursor(), terminal.mode(ORIGIN)
    terminal.set_mode(ORIGIN, False)
    for y in halves:
        terminal.feed(b"\x1b[%d;%dH\x1b[X" % (y + 1, cols))
    terminal.feed(b"\x1b[%d;%dH" % (row + 1, col + 1))
    terminal.set_mode(ORIGIN, origin)


def _wide(terminal: Terminal, x: int, y: int) -> bool:
    """Whether a wide character begins in that cell of the screen that is shown."""
    point = ffi.new("GhosttyPointS*", {"tag": lib.GHOSTTY_POINT_TAG_ACTIVE})
    point.value.x, point.value.y = x, y
    ref, cell = ffi.new("GhosttyGridRef*", {"size": ffi.sizeof("GhosttyGridRef")}), ffi.new("GhosttyCell*")
    wide = ffi.new("GhosttyCellWide*")
    if ref_at(terminal._terminal, point[0], ref) or lib.ghostty_grid_ref_cell(ref, cell):
        return False
    lib.ghostty_cell_get(cell[0], lib.GHOSTTY_CELL_DATA_WIDE, wide)
    return int(wide[0]) == lib.GHOSTTY_CELL_WIDE_WIDE
