"""Marks that shells put into their output: prompts, commands, directories (OSC 133, 633;E and 7), with their offsets.

The rule: the same marks are found however the output is cut into pieces, and wherever scanning went on from a saved
`State`. What a program prints is hostile: texts have a length, and so many marks as `MOST_MARKS` are read in a block of
output, by its offsets and not by any clock, so that everybody who scans finds the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from app.screen.signs import clean, directory

TEXT_CHARACTERS = 1000
# The scripts send 2000 characters, which quoting and UTF-8 make longer; a longer mark is none.
MARK_BYTES = 24 << 10
# A pasted list of trivial commands makes a thousand; more would keep the hub from others.
BLOCK_BYTES, MOST_MARKS = 64 << 10, 1024
# What is typed first, behind the end of the prompt.
TYPED_BYTES = 64

PROMPT, INPUT, TEXT, STARTED, ENDED, MOVED = "prompt", "input", "text", "started", "ended", "moved"
_LETTERS = {b"A": PROMPT, b"B": INPUT, b"C": STARTED, b"D": ENDED}

_BEGIN = re.compile(rb"\x1b\](?:133;[ABCD]|633;E;|7;)")
_BEGUN = re.compile(rb"\x1b(?:\](?:1(?:33?;?)?|6(?:3(?:3(?:;E?)?)?)?|7)?)?\Z")
_END = re.compile(rb"[\x07\x18\x1a\x1b]")
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z^-~=>])")
_VSCODE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_QUOTED = re.compile(r"\$'((?:[^'\\]|\\.)*)'|'([^']*)'|\\(.)", re.DOTALL)
_ANSI_C = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|(.))", re.DOTALL)
_LETTER = {"n": "\n", "t": "\t", "r": "\r", "a": "", "b": "", "e": "", "E": "", "f": "", "v": ""}


class Mark(NamedTuple):
    """Its sequence is at `start` to `end`. `text`: of a command or a directory; `code`: how a command ended."""

    kind: str
    start: int
    end: int
    text: str | None = None
    code: int | None = None


@dataclass(frozen=True)
class State:
    """All that scanning goes on from. `offset`: everything below is read; `typed`: what came since the prompt's end;
    `marks`: how many of block `block` were read."""

    offset: int = 0
    typed: str | None = None
    block: int = 0
    marks: int = 0


class Scanner:
    def __init__(self, state: State | None = None) -> None:
        state = state or State()
        self._at, self._typed, self._block, self._marks = state.offset, state.typed, state.block, state.marks
        self._held = b""  # from `_at` on: how a mark may begin

    @property
    def state(self) -> State:
        return State(self._at, self._typed, self._block, self._marks)

    @property
    def offset(self) -> int:
        """Where the next output is expected; what is given again below it is passed over."""
        return self._at + len(self._held)

    def feed(self, start: int, data: bytes) -> list[Mark]:
        if start < self.offset:
            data = data[self.offset - start :]
        elif start > self.offset:  # bytes are missing
            self._at, self._held, self._typed = start, b"", None
        if not data:
            return []
        base, whole = self._at, self._held + data
        found: list[Mark] = []
        at = 0
        while True:
            at, mark = self._next(whole, at, base)
            if mark is None:
                break
            found.append(mark)
        self._at, self._held = base + at, whole[at:]
        return found

    def _next(self, whole: bytes, at: int, base: int) -> tuple[int, Mark | None]:
        """The next mark and where it ends; or None, and from where on bytes must be kept."""
        while begin := _BEGIN.search(whole, at):
            end = _END.search(whole, begin.end() - 1, begin.start() + MARK_BYTES)
            if end is None and len(whole) - begin.start() < MARK_BYTES:
                self._type(whole[at : begin.start()])
                return begin.start(), None
            if end is not None and end[0] == b"\x1b" and end.end() == len(whole):
                self._type(whole[at : begin.start()])
                return begin.start(), None
            if end is None or end[0] in b"\x18\x1a" or not self._counted(base + begin.start()):
                self._type(whole[at : begin.end()])
                at = begin.end()
                continue
            self._type(whole[at : begin.start()])
            stop = end.end() + (end[0] == b"\x1b" and whole[end.end() : end.end() + 1] == b"\\")
            if end[0] == b"\x1b" and stop == end.end():
                stop = end.start()  # this escape begins something else
            mark = self._read(whole[begin.start() + 2 : end.start()], base + begin.start(), base + stop)
            at = stop
            if mark is not None:
                return at, mark
        begun = _BEGUN.search(whole, max(at, len(whole) - 7))
        keep = begun.start() if begun else len(whole)
        self._type(whole[at:keep])
        return keep, None

    def _counted(self, offset: int) -> bool:
        block = offset // BLOCK_BYTES
        self._marks = self._marks + 1 if block == self._block else 1
        self._block = block
        return self._marks <= MOST_MARKS

    def _type(self, data: bytes) -> None:
        if data and self._typed is not None and len(self._typed) < TYPED_BYTES:
            self._typed = (self._typed + data[:TYPED_BYTES].decode("latin-1"))[:TYPED_BYTES]

    def _read(self, body: bytes, start: int, end: int) -> Mark | None:
        if body.startswith(b"7;"):
            place = directory(body[2:])
            return Mark(MOVED, start, end, place) if place else None
        if body.startswith(b"633;E;"):
            return Mark(TEXT, start, end, bounded(_from_vscode(body[6:].split(b";")[0])))
        kind, rest = _LETTERS[body[4:5]], body[5:]
        if rest and not rest.startswith(b";") or b"k=s" in rest.split(b";"):
            return None  # another letter's words; a prompt's second line
        typed, self._typed = self._typed, "" if kind == INPUT else None
        if kind == STARTED:
            return Mark(kind, start, end, _command(rest[1:], typed))
        return Mark(kind, start, end, code=_code(rest[1:]) if kind == ENDED else None)


def _code(rest: bytes) -> int | None:
    first = rest.split(b";")[0]
    return int(first) if re.fullmatch(rb"-?[0-9]{1,9}", first) else None


def _command(rest: bytes, typed: str | None) -> str | None:
    """The words of the command, where the mark of its start says them."""
    name, _, value = rest.partition(b"=")
    if name == b"cmdline_url":
        return bounded(unquote(value.split(b";")[0].decode("ascii", "replace")))
    if name == b"cmdline" or (name == b"again" and not begins_with_blank(typed)):
        return bounded(_unquoted(value.decode("utf-8", "replace")))
    return None


def begins_with_blank(typed: str | None) -> bool:
    """Whether a blank was the first thing typed. Unknown counts as yes: what may be private is not kept."""
    plain = _ESCAPES.sub(b"", (typed or " ").encode("latin-1")).lstrip(b"\r\n\x00")
    return not plain or plain[:1] in b" \t"


def bounded(text: str) -> str | None:
    """As people may see it; None for a line that begins with a blank, which is kept out of histories."""
    if not text or text[0] in " \t":
        return None
    lines = text[: 2 * TEXT_CHARACTERS].split("\n")
    whole = "\n".join(clean(line.encode("utf-8", "replace"), TEXT_CHARACTERS) for line in lines)
    return whole[:TEXT_CHARACTERS].rstrip() or None


def _from_vscode(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return _VSCODE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text)


def _unquoted(text: str) -> str:
    """What bash's printf %q and zsh's ${(q)} quoted."""
    return _QUOTED.sub(lambda match: _ansi_c(match[1]) if match[1] is not None else match[2] or match[3] or "", text)


def _ansi_c(text: str) -> str:
    raw = _ANSI_C.sub(_ansi_c_one, text)
    try:
        return raw.encode("latin-1").decode("utf-8") if not raw.isascii() else raw
    except ValueError:  # characters written as they are, not as bytes
        return raw


def _ansi_c_one(match: re.Match[str]) -> str:
    octal, hexadecimal, point, letter = match.groups()
    if letter is not None:
        return _LETTER.get(letter, letter)
    return chr(int(octal, 8) & 0xFF if octal else int(hexadecimal or point, 16))
