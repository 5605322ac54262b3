"""The visible screen as a small picture is drawn from it: rows of runs, each text, style and width.

The one rule: it is small however large and colourful the screen is."""

from __future__ import annotations

from dataclasses import dataclass

from app.screen.cells import spelled
from app.screen.rows import EMPTY, Color, Pen, Row

# No card shows more than this; of a larger screen the part around what was written last.
MOST_ROWS, MOST_COLS = 60, 200
# Runs and styles of a picture. A screen with a colour a cell goes on without colours after so many.
MOST_RUNS, MOST_STYLES = 2500, 200
# Combining characters may be piled up on a cell without end.
CHARACTERS_A_CELL = 4

BOLD, FAINT, ITALIC, INVERSE, UNDERLINE, STRIKE = 1, 2, 4, 8, 16, 32
_FLAGS = ((1, BOLD), (2, ITALIC), (4, FAINT), (16, INVERSE), (64, STRIKE), (7 << 8, UNDERLINE))
_INVISIBLE = 32

Colour = int | str | None
Style = tuple[Colour, Colour, int]


@dataclass(frozen=True)
class Thumbnail:
    """`lines`: one a row from `first` on, each text, number of the style, cells, text, number, ... `styles`: foreground
    and background (None: the default, a palette number, or `#rrggbb`), and flags."""

    first: int
    lines: list[list[str | int]]
    styles: list[Style]


class _Styles:
    def __init__(self) -> None:
        self.known: dict[Style, int] = {(None, None, 0): 0}
        self.runs = 0

    def number(self, pen: Pen) -> int:
        style = (_colour(pen.foreground), _colour(pen.background), _flags(pen.flags))
        if style not in self.known and (len(self.known) >= MOST_STYLES or self.runs >= MOST_RUNS):
            return 0
        return self.known.setdefault(style, len(self.known)) if self.runs < MOST_RUNS else 0


def draw(rows: list[Row], cursor_row: int) -> Thumbnail:
    written = [y for y, row in enumerate(rows) if row.cells]
    end = max(MOST_ROWS, 1 + max([cursor_row, *written[-1:]]))
    first = max(0, min(end, len(rows)) - MOST_ROWS)
    styles = _Styles()
    lines = [_line(row, styles) for row in rows[first : first + MOST_ROWS]]
    while lines and not lines[-1]:
        lines.pop()
    return Thumbnail(first, lines, list(styles.known))


def _line(row: Row, styles: _Styles) -> list[str | int]:
    """Neighbours that look alike are one run; blanks at the end are left out."""
    runs: list[tuple[str, int, int]] = []
    left = MOST_COLS
    for span in row.spans:
        part = span._replace(text=span.text[:left])
        width = len(part.text)
        if not width:
            break
        left -= width
        hidden = span.look.pen.flags & _INVISIBLE
        text = " " * width if hidden or not part.text.strip(EMPTY) else spelled(part)
        style = styles.number(span.look.pen)
        if runs and runs[-1][1] == style:
            last = runs.pop()
            text, width = last[0] + text, last[2] + width
        else:
            styles.runs += 1
        runs.append((text[: width * CHARACTERS_A_CELL], style, width))
    if runs and runs[-1][1] == 0:
        text = runs[-1][0].rstrip(" ")
        cut = len(runs[-1][0]) - len(text)
        runs[-1:] = [(text, 0, runs[-1][2] - cut)] if text else []
    return [part for run in runs for part in run]


def _colour(color: Color) -> Colour:
    if color.kind == 0:
        return None
    return color.red if color.kind == 1 else f"#{color.red:02x}{color.green:02x}{color.blue:02x}"


def _flags(flags: int) -> int:
    return sum(ours for theirs, ours in _FLAGS if flags & theirs)
