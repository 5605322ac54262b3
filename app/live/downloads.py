"""All of a session's output as one file, in pieces. The rule: memory stays bounded, and what is there when it begins is
all that comes, or a flood's download would never end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app import green
from app.keeper.journal import JournalReader
from app.live.errors import Crowded, NotThere
from app.live.history.histories import Histories
from app.live.history.pages import Page
from app.live.views import OutputSlice
from app.screen.placing import without
from app.words import said

PIECE_BYTES = 256 << 10
PAGE_ROWS = 2000
# Others read histories too; so often a page is asked for again, after so long (seconds).
TRIES, PAUSE_SECONDS = 50, 0.2


def raw(directory: Path) -> Iterator[bytes]:
    """Every byte that the journal keeps."""
    reader = JournalReader(directory)
    at, head = 0, reader.head()
    while at < head:
        piece = green.offload(OutputSlice.read, reader, at, min(PIECE_BYTES, head - at))
        if not piece.data:
            return
        at = piece.next
        yield piece.data


Notes = dict[int, list[str]]


def rows(histories: Histories, session_id: str, format: str, notes: Notes) -> Iterator[bytes]:
    """Every row: as lines of text as they were written, or as ANSI. `notes`, by row, get a number behind the line of
    text and stand at the end."""
    footnotes: list[str] = []
    outline = histories.outline(session_id, None)
    head, at, end, begun = outline.head, outline.first, None, False
    while end is None or at < end:
        if end is None and (outline.complete or outline.indexed >= head):
            end = outline.end
            continue
        page = _page(histories, session_id, at, PAGE_ROWS if end is None else min(PAGE_ROWS, end - at), format)
        if page.end > page.start:
            at = page.end
            yield _written(page, begun, notes, footnotes)
            begun = True
        elif end is not None:
            break  # dropped meanwhile
        if end is None:  # a long journal is still being read
            outline = histories.outline(session_id, None)
    if begun:
        yield b"\n" if format == "text" else b"\x1b[m\r\n"
    if footnotes:
        yield ("\n" + "\n".join(footnotes) + "\n").encode(errors="replace")


def _page(histories: Histories, session_id: str, start: int, count: int, format: str) -> Page:
    for _ in range(TRIES):
        try:
            return histories.page(session_id, start, count, format)
        except Crowded:
            green.sleep(PAUSE_SECONDS)
    raise NotThere(said("The history could not be read in time."))


def _written(page: Page, begun: bool, notes: Notes, footnotes: list[str]) -> bytes:
    goes_on = not begun or page.continues
    if page.format == "ansi":
        return without((("" if goes_on else "\r\n") + page.data).encode(errors="replace"))
    wrapped = set(page.wrapped)
    pieces = [] if goes_on else ["\n"]
    lines = page.data.split("\n")
    for number, line in enumerate(lines):
        pieces.append(line)
        for note in notes.get(page.start + number, ()):
            footnotes.append(f"[{len(footnotes) + 1}] " + note.replace("\n", "\n    "))
            pieces.append(f" [{len(footnotes)}]")
        if number < len(lines) - 1 and number not in wrapped:
            pieces.append("\n")
    return "".join(pieces).encode(errors="replace")
