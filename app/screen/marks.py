"""Marks in a program's output: where a shell's prompts, commands and outputs begin and end, and its directory.

OSC 133 (and 633, the same letters) A: a prompt begins, B: it ends, E: the command line, C: its output begins, D: it
ends; OSC 7: the directory. The rule: a mark is found once, at its exact offset, wherever its bytes are cut apart.
ESC begins a new sequence in every state of a terminal, so nothing before it can hide a mark."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

# Of a mark's parameters; a longer one is none.
TEXT_BYTES = 16 << 10
_BODY = rb"[^\x07\x18\x1a\x1b]{0,%d}" % TEXT_BYTES
_MARK = re.compile(rb"\x1b\](133|633|7);(" + _BODY + rb")(?:\x07|\x1b\\)")
# What may become a mark when more comes, up to the end of what is there.
_BEGUN = re.compile(rb"\x1b(?:\](?:1|13|133|6|63|633|7|(?:133|633|7);" + _BODY + rb"\x1b?)?)?\Z")
_LONGEST = TEXT_BYTES + 8
_ESCAPED = re.compile(r"\\(\\|x[0-9a-fA-F]{2})")


class Mark(NamedTuple):
    """`kind`: A to E, or 7. Its bytes are those from `start` to `end`; `text` is what follows the letter."""

    kind: str
    start: int
    end: int
    text: bytes


class Scanner:
    """Output in order, from `offset` on. `resume`: from here a new scanner finds what this one has not yet."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self._begun = b""

    @property
    def resume(self) -> int:
        return self.offset - len(self._begun)

    def feed(self, start: int, data: bytes) -> list[Mark]:
        if start != self.offset:  # bytes are missing, or were there before
            data = data[max(0, self.offset - start) :]
            if start > self.offset:
                self._begun = b""
                self.offset = start
        first = self.resume
        self.offset += len(data)
        whole = self._begun + data if self._begun else data
        self._begun = b""
        if b"\x1b" not in whole:
            return []
        marks, end = [], 0
        for found in _MARK.finditer(whole):
            end = found.end()
            if (mark := _mark(found, first)) is not None:
                marks.append(mark)
        if (begun := _BEGUN.search(whole, max(end, len(whole) - _LONGEST))) is not None:
            self._begun = begun[0]
        return marks


def _mark(found: re.Match[bytes], first: int) -> Mark | None:
    place = first + found.start(), first + found.end()
    if found[1] == b"7":
        return Mark("7", *place, found[2])
    kind, _, text = found[2].partition(b";")
    return Mark(kind.decode(), *place, text) if kind in (b"A", b"B", b"C", b"D", b"E") else None


def fields(text: bytes) -> tuple[list[str], dict[str, str]]:
    """`1;t=5` as what is by place, and what has a name."""
    words = text.decode("utf-8", "replace").split(";")
    return [one for one in words if "=" not in one], dict(one.split("=", 1) for one in words if "=" in one)


def unescaped(text: str) -> str:
    """A command line as 633;E has it: `\\x3b` for bytes that would end it, `\\\\` for a backslash."""
    return _ESCAPED.sub(lambda one: "\\" if one[1] == "\\" else chr(int(one[1][1:], 16)), text)


def command_line(named: dict[str, str]) -> str | None:
    """As kitty and fish 4 put it into C."""
    return unquote(named["cmdline_url"], errors="replace") if "cmdline_url" in named else None
