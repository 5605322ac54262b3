"""The screen as text and as runs of equally looking cells: for people without a terminal, and for JSON.

The one rule: a row is as wide as the screen; wide characters count two cells, erased cells are blanks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.screen.rows import EMPTY, SPACER, SPACER_HEAD, WIDE_BLANK, WRAP, Color, Row, Span
from app.screen.rows import PLAIN as PLAIN_LOOK

PICTURE = "holdfast-picture:"
_UNDERLINES = ("", "single", "double", "curly", "dotted", "dashed")


@dataclass(frozen=True)
class Cursor:
    row: int
    col: int
    visible: bool


@dataclass(frozen=True)
class Style:
    """Colours are None (the default), "0".."255" (palette) or "#rrggbb"; `underline` is empty or its kind."""

    foreground: str | None = None
    background: str | None = None
    underline_color: str | None = None
    underline: str = ""
    bold: bool = False
    faint: bool = False
    italic: bool = False
    blink: bool = False
    inverse: bool = False
    invisible: bool = False
    strikethrough: bool = False
    overline: bool = False
    link: str | None = None


@dataclass(frozen=True)
class Run:
    text: str
    style: Style


@dataclass(frozen=True)
class Line:
    """`wrapped`: the text goes on in the next line without a line break."""

    runs: tuple[Run, ...]
    wrapped: bool

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Cells:
    """Everything `format=json` shows. `lines`: scrollback first, then the screen's rows."""

    rows: int
    cols: int
    lines: tuple[Line, ...]
    cursor: Cursor
    alternate: bool


def line(row: Row) -> Line:
    """The row with blanks at its end cut off, unless they have a look of their own."""
    runs: list[Run] = []
    for span in row.spans:
        text, style = spelled(span), _style(span)
        if runs and runs[-1].style == style:
            runs[-1] = Run(runs[-1].text + text, style)
        elif text:
            runs.append(Run(text, style))
    if runs and runs[-1].style == PLAIN:
        end = runs.pop().text.rstrip(" ")
        runs += [Run(end, PLAIN)] if end else []
    return Line(tuple(runs), bool(row.flags & WRAP))


def text(row: Row) -> str:
    return "".join(spelled(span) for span in row.spans).rstrip(" ")


def spelled(span: Span) -> str:
    """What a span shows: blanks for erased cells, wide characters once."""
    cells = span.text
    if span.extra:
        cells = "".join(_with_extra(span))
    return cells.replace(WIDE_BLANK, "  ").replace(SPACER, "").replace(SPACER_HEAD, " ").replace(EMPTY, " ")


def _with_extra(span: Span) -> Iterator[str]:
    assert span.extra is not None
    for x, cell in enumerate(span.text):
        yield cell + span.extra.get(x, "")


def _style(span: Span) -> Style:
    if span.look == PLAIN_LOOK:
        return PLAIN
    pen, link = span.look.pen, span.look.link.uri if span.look.link else None
    if link is not None and link.startswith(PICTURE):  # see placing.py: blanks, to whoever has no picture
        link = None
    f = pen.flags
    return Style(
        foreground=_color(pen.foreground),
        background=_color(pen.background),
        underline_color=_color(pen.underline_color),
        underline=_UNDERLINES[f >> 8 & 7],
        bold=bool(f & 1),
        italic=bool(f & 2),
        faint=bool(f & 4),
        blink=bool(f & 8),
        inverse=bool(f & 16),
        invisible=bool(f & 32),
        strikethrough=bool(f & 64),
        overline=bool(f & 128),
        link=link,
    )


def _color(color: Color) -> str | None:
    if color.kind == 0:
        return None
    return str(color.red) if color.kind == 1 else f"#{color.red:02x}{color.green:02x}{color.blue:02x}"


PLAIN = Style()
