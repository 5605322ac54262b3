"""Programs' output for the tests of histories: journals made of it, and the rows that must come out, told by one
straightforward replay with a scrollback that holds everything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import strategies as st

from app.keeper import journal as journals
from app.keeper.journal import Journal
from app.live.history import index as indexes
from app.live.history import pages, replay
from app.live.history.finder import Hit, folded
from app.live.history.index import Index, View
from app.live.history.search import Wanted, search
from app.screen.engine import Screen
from app.screen.ghostty import codepoint_width
from app.screen.roll import joined, spread
from app.screen.rows import PLAIN

ERASE, RESET = b"\x1b[3J", b"\x1bc"
SCROLLBACK = 20_000


class Size(NamedTuple):
    rows: int
    cols: int


class Expected(NamedTuple):
    text: str
    cols: int
    joined: bool


words = st.sampled_from(["a", "b", "ab", "aab", "  ", "é", "漢", "字", "e\u0301", "a" * 25, "ab漢" * 9, "x" * 70, "Ab"])
lines = st.lists(words, max_size=6).map(lambda parts: "".join(parts).encode())
newlines = st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r\n\r\n", b"\n" * 9])
escapes = st.sampled_from(
    [
        b"\x1b[31m", b"\x1b[m", b"\x1b[44m", b"\x1b[H", b"\x1b[2J", b"\x1b[K", b"\x1b[A", b"\x1b[5C", b"\x1b[3;2H",
        b"\x1b[2S", b"\x1b[9T", b"\x1b[L", b"\x1b[M", b"\x1b[22J", b"\x1b[30b", b"\x1b[2;4r", b"\x1b[r", b"\x1bM",
        b"\x1bD", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?1049l", b"\x1b[?47h", b"\x1b[?47l", b"\x1b[?7l", b"\x1b[?7h",
        b"\x1b]8;;http://x/\x1b\\", b"\x1b]8;;\x1b\\", b"\x1b]2;title\x07", b"\t", b"\b", b"\r", b"\x1b[?2027h",
        b"\x1b[0S", b"\x1b[?45h", b"\x1b(0", b"\x1b(B", ERASE, ERASE, RESET,
    ]
)  # fmt: skip
sizes = st.builds(Size, st.sampled_from([1, 2, 3, 5, 9]), st.sampled_from([1, 2, 3, 10, 11, 40]))
steps = st.lists(st.one_of(lines, lines, lines, newlines, newlines, escapes, escapes, sizes), max_size=60)


@contextmanager
def small(piece: int, spacing: int, segment: int, most: int = 256) -> Iterator[None]:
    """Limits so small that everything falls on some border."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "PIECE_BYTES", piece)
        patch.setattr(indexes, "SPACING_BYTES", spacing)
        patch.setattr(indexes, "MOST_CHECKPOINTS", most)
        patch.setattr(journals, "SEGMENT_BYTES", (segment, segment))
        yield


def journal_of(directory: Path, size: Size, steps: list[bytes | Size], limit: int = 1 << 28) -> Journal:
    directory.mkdir(parents=True, exist_ok=True)
    journal = Journal(directory, limit, size)
    for step in steps:
        if isinstance(step, Size):
            journal.resized(*step)
        else:
            write(journal, step)
    return journal


def write(journal: Journal, data: bytes) -> None:
    while data:
        data = data[journal.write(data) :]


class Story(NamedTuple):
    rows: list[Expected]
    cursor_row: int


def expected(size: Size, steps: list[bytes | Size]) -> list[Expected]:
    return story(size, steps).rows


def story(size: Size, steps: list[bytes | Size]) -> Story:
    """The rows that scrolled off, and those of the screen."""
    screen, found, due = Screen(*size, SCROLLBACK), [], None

    def scrolled() -> None:
        rows = screen.capture()._state.screens[0]
        count = rows.count() - screen.rows
        found.extend((row, screen.cols) for row in list(rows.rows(screen.rows + count))[:count])

    def resize() -> None:
        if due is not None and tuple(due) != (screen.rows, screen.cols):
            scrolled()
            screen._terminal._number("SCROLLBACK_MAX_BYTES", 0)
            screen.resize(*due)

    for step in steps:
        if isinstance(step, Size):
            due = step
            continue
        if step:  # of resizes at one offset the last counts
            resize()
            due = None
        if step == RESET:
            scrolled()
        if step != ERASE:
            screen.replay(step)
    resize()
    scrolled()
    primary = screen.capture()._state.screens[0]
    rows, cursor_row = list(primary.rows(screen.rows)), len(found) + primary.y
    while rows and not any(span.text.strip("\0") or span.look != PLAIN for span in rows[-1].spans):
        rows.pop()
    found += [(row, screen.cols) for row in rows]
    links = [joined(one, below) for (one, _), (below, _) in zip(found, found[1:], strict=False)]
    links += [False]
    told = [Expected(spread(row, cols, link).text, cols, link) for (row, cols), link in zip(found, links, strict=False)]
    return Story(told, cursor_row)


def paged(directory: Path, view: View, count: int) -> list[Expected]:
    """All rows, by pages of so many, as text."""
    found: list[Expected] = []
    while True:
        page = pages.page(directory, view, view.first + len(found), count, "text")
        if page.start == page.end:
            return found
        assert page.start == view.first + len(found)
        texts = page.data.split("\n")
        assert len(texts) == page.end - page.start <= count
        assert page.continues == bool(found and found[-1].joined)
        found += [Expected(text, page.cols, n in page.wrapped) for n, text in enumerate(texts)]


def viewed(directory: Path, seconds: float = 60.0) -> View:
    return Index(directory).extend(seconds)


def naive(rows: list[Expected], text: str, case: bool) -> list[Hit]:
    """Every hit, by looking at every place of every line."""
    hits, line, cells = [], "", []
    wanted = text if case else folded(text)
    for number, row in enumerate(rows):
        line += row.text
        cells += [(number, *place) for place in placed(row)]
        if row.joined:
            continue
        shown = line if case else folded(line)
        for at in range(len(shown) - len(wanted) + 1):
            if shown[at : at + len(wanted)] == wanted:
                (first, col, _), (last, _, end) = cells[at], cells[at + len(wanted) - 1]
                hits.append(Hit(first, col, end - col + sum(rows[n].cols for n in range(first, last))))
        line, cells = "", []
    return hits


def placed(row: Expected) -> list[tuple[int, int]]:
    """(begin, end) of the cells in which each character of a row's text stands."""
    cells, x = [], 0
    for char in row.text:
        width = codepoint_width(ord(char))
        cells.append((x, x + width) if width else cells[-1])
        x += width
    return cells


def searched(directory: Path, view: View, wanted: Wanted) -> list[Hit]:
    """All hits, asked for piece by piece, in the order in which they came."""
    hits: list[Hit] = []
    while True:
        found = search(directory, view, wanted, 0.0)
        hits += found.hits
        if not found.more:
            return hits
        place = "before" if wanted.after is None else "after"
        assert getattr(wanted, place) != found.searched_to
        wanted = dataclasses.replace(wanted, **{place: found.searched_to})
