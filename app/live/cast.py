"""A session's output with its times, as asciinema plays it: asciicast v2, one JSON a line. Notes on lines, and who
types from then on, are markers ("m").

The rule: memory stays bounded, and nothing is said twice or left out: the output's bytes are those of the journal, cut
where the timeline, a marker or a whole character says so."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app import green
from app.keeper import timeline
from app.keeper.journal import JournalReader
from app.live.typists import names_of, typed

# Of the file, written at once.
PIECE_BYTES = 256 << 10
READ_BYTES = 64 << 10
DEFAULT_SIZE = (24, 80)
LONGEST_LABEL = 300


class Moment(NamedTuple):
    """Something that happened when the output was at `offset`; `time`: None: when what comes there came."""

    offset: int
    order: int
    time: float | None
    kind: str
    data: Any


def recording(directory: Path, name: str, notes: Iterable[tuple[int, str]]) -> Iterator[bytes]:
    """In pieces; what is there when it begins is all that comes."""
    lines = _lines(directory, name, list(notes))
    while piece := green.offload(_piece, lines):
        yield piece


def _piece(lines: Iterator[str]) -> bytes:
    """In a native thread."""
    taken, size = [], 0
    for line in lines:
        taken.append(line)
        size += len(line)
        if size >= PIECE_BYTES:
            break
    return "".join(taken).encode()


def _lines(directory: Path, name: str, notes: list[tuple[int, str]]) -> Iterator[str]:
    with JournalReader(directory) as reader:
        at, head = reader.oldest(), reader.head()
        first = next(timeline.read(directory), None)
        size = next((event.size for event in timeline.resizes(directory)), DEFAULT_SIZE)
        begun = clock = first.time if first else 0.0
        header = {"version": 2, "width": size[1], "height": size[0], "timestamp": int(begun), "title": name}
        yield json.dumps(header | {"env": {"TERM": "xterm-256color"}}) + "\n"
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode

        def event_line(kind: str, data: str) -> str:
            return json.dumps([round(max(0.0, clock - begun), 6), kind, data], ensure_ascii=False) + "\n"

        for moment in _merged(directory, notes, at, head):
            while at < min(moment.offset, head):
                start, data = reader.read(at, min(READ_BYTES, moment.offset - at, head - at))
                if not data:
                    at = max(start, moment.offset)
                    break
                at = start + len(data)
                if text := decode(data):
                    yield event_line("o", text)
            clock = max(clock, moment.time or clock)
            if moment.kind == "resize" and moment.data != size:
                size = moment.data
                yield event_line("r", f"{size[1]}x{size[0]}")
            elif moment.kind == "mark":
                yield event_line("m", moment.data[:LONGEST_LABEL])
        if text := decode(b"", True):
            yield event_line("o", text)


def _merged(directory: Path, notes: list[tuple[int, str]], oldest: int, head: int) -> Iterator[Moment]:
    """In the order of the output; output comes first where a note is on what came there, so it has its time."""
    marks = [Moment(offset, 1, None, "mark", words) for offset, words in notes if oldest <= offset <= head]
    marks = sorted([*marks, *_typists(directory)], key=lambda one: one.offset) + [Moment(head, 2, None, "end", None)]
    waiting = iter(marks)
    mark = next(waiting)
    for event in timeline.read(directory):
        if event.offset > head:
            break
        while mark.kind != "end" and mark.offset < event.offset:
            yield mark
            mark = next(waiting)
        if event.kind in ("output", "resize"):
            size = event.size if event.kind == "resize" else None
            yield Moment(event.offset, 0, event.time, event.kind, size)
    yield mark
    yield from waiting


def _typists(directory: Path) -> Iterator[Moment]:
    """Whenever it is another one; who is alone in a session needs no mark."""
    noted = list(typed(directory))
    names = names_of(one.user_id for one in noted)
    before = None
    for one in noted if len(names) > 1 else ():
        if one.user_id != before:
            before = one.user_id
            yield Moment(one.start, 1, one.began, "mark", f"typed by {names[one.user_id]}")
