"""Compares the full states of two screens, for tests."""

from __future__ import annotations

from app.screen import Screen, state
from app.screen.rows import Look, Row


def same_state(first: Screen, second: Screen) -> list[str]:
    """What differs between two screens, by name; only how many rows lie far above is left out."""
    a, b = (state.read(screen._terminal, screen.scrollback) for screen in (first, second))
    names = (
        "cols rows top bottom left right active cursor_default modify_other_keys mouse mouse_format dynamic tabs"
        " palette directory title continuation"
    )
    found = [name for name in names.split() if getattr(a, name) != getattr(b, name)]
    if a.modes != b.modes:
        found.append(f"mode bits {a.modes ^ b.modes:b}")
    if first._intake.pending() != second._intake.pending():
        found.append("unfinished character")
    found += _screens(a.screens[0], b.screens[0], a.active == 0, first.rows + first.scrollback)
    if a.active == 1 and b.active == 1:
        found += _screens(a.screens[1], b.screens[1], True, first.rows)
    return found


def _screens(a: state.ScreenState, b: state.ScreenState, active: bool, rows: int) -> list[str]:
    names = ["kitty_index", "kitty_flags"]
    if active:  # the other screen's cursor and pen are set again when it comes back
        names += ["x", "y", "cursor_style", "cursor_flags", "pen"]
    found = [f"{name} of screen {a.key}" for name in names if getattr(a, name) != getattr(b, name)]
    if active and _charset(a.charset) != _charset(b.charset):
        found.append(f"charset of screen {a.key}")
    if _saved(a) != _saved(b):
        found.append(f"saved cursor of screen {a.key}")
    if active and _look(Look(a.pen, a.link)) != _look(Look(b.pen, b.link)):
        found.append(f"link of screen {a.key}")
    ours, theirs = ([_row(row) for row in screen.rows(rows)] for screen in (a, b))
    for up in range(1, min(len(ours), len(theirs)) + 1):
        if ours[-up] != theirs[-up]:
            found.append(f"row {up} from below of screen {a.key}: {ours[-up]} != {theirs[-up]}")
    return found


def _saved(screen: state.ScreenState) -> tuple[object, ...] | None:
    saved = screen.saved
    # A wrap that was pending when the cursor was saved is not written down.
    return saved and (saved.x, saved.y, saved.pen, saved.flags & ~2, _charset(saved.charset))


def _charset(charset: int) -> tuple[int, ...]:
    """The four slots and the one in use; UTF-8 (0) and ASCII (1) print the same."""
    return *(max(1, charset >> 2 * slot & 3) for slot in range(4)), charset >> 8 & 3


def _row(row: Row) -> list[tuple[str, object]]:
    """A row's cells; how it was stored, and blanks of no colour at its end, do not matter."""
    cells: list[tuple[str, object]] = []
    for span in row.spans:
        for x, char in enumerate(span.text):
            text = char + (span.extra or {}).get(x, "")
            cells.append((text, _look(span.look) if char not in "\0\udc00\udc01" else span.look.pen.background))
    while cells and cells[-1][0] in "\0" and not cells[-1][1][0]:  # type: ignore[index]
        cells.pop()
    return cells


def _look(look: Look) -> tuple[object, ...]:
    return look.pen, look.link.uri if look.link else None, look.protected
