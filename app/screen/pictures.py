"""Finds pictures in output: sixel (DCS q) and iTerm's inline images (OSC 1337 ; File=).

What comes out is what went in, but for pictures: each becomes a `Picture`, at its place. static/js/helpers/pictures.js
does the same in browsers, so that both reserve the same cells (`placing.py`). The one rule: the same bytes give the
same pictures, however they are cut into pieces and wherever reading went on from `pending`. So limits count bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.screen.picture_files import FileSize
from app.screen.picture_sizes import Picture
from app.screen.sixel_sizes import SixelSize

# How long the parameters of a sixel sequence may be: there are three. Ours to go on with a cut one has nine.
PARAMETER_BYTES = 96

END_STRING = b"\x1b\\"  # stands where a picture's sequence began: it ends what was unfinished, as the sequence does
_FILES = (b"File=", b"MultipartFile=", b"FilePart=", b"FileEnd", b"HoldfastFile=", b"HoldfastPart=")
_BEGINNINGS = (b"MultipartFile=", b"HoldfastPart=")  # parts follow, in sequences of their own
_OSC = b"\x1b]1337;"
_PARAMETERS = rb"[0-9;]{0,%d}" % PARAMETER_BYTES
HEAD = re.compile(rb"\x1b(?:P(" + _PARAMETERS + rb")q|\]1337;(" + b"|".join(_FILES) + rb"))")
_SIXEL_BEGUN = re.compile(rb"\x1bP" + _PARAMETERS)
_LONGEST = 2 + PARAMETER_BYTES
STRING_END = re.compile(rb"[\x18\x1a\x1b]")
OSC_END = re.compile(rb"[\x07\x18\x1a\x1b]")


class Pictures:
    """`offset`: of the next byte."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self._held = b""  # how a picture may begin
        self._sixel: SixelSize | None = None
        self._file: FileSize | None = None
        self._kind = b""  # of the sequence that is open: sixel, or one of `_FILES`

    def read(self, data: bytes) -> Iterator[bytes | Picture]:
        whole, at = self._held + data, 0
        base = self.offset - len(self._held)
        self.offset += len(data)
        self._held = b""
        may_begin = b"\x1bP" in whole or _OSC in whole
        while at < len(whole):
            if self._kind:
                at, picture = self._within(whole, at)
                if picture is not None:
                    yield picture
                continue
            head = HEAD.search(whole, at) if may_begin else None
            if head is None:
                keep = _begun(whole, at)
                self._held = whole[keep:]
                if keep > at:
                    yield whole[at:keep]
                return
            yield whole[at : head.start()] + END_STRING
            self._begin(head, base + head.start())
            at = head.end()

    def pending(self) -> bytes:
        """Makes another one, which may know nothing else, go on from here."""
        before = b""
        if self._file is not None and self._kind != b"File=":
            before = _OSC + b"HoldfastPart=" + self._file.pending()
            if self._kind in _BEGINNINGS:
                return before
            before += b"\x07"
        if self._sixel is not None:
            return before + b"\x1bP" + self._sixel.pending()
        if self._kind == b"File=":
            return _OSC + b"HoldfastFile=" + (self._file.pending() if self._file else b"")
        return before + (_OSC + self._kind if self._kind else self._held)

    def _begin(self, head: re.Match[bytes], offset: int) -> None:
        parameters, kind = head.groups()
        if kind is None:
            self._kind, self._sixel = b"sixel", SixelSize.begin(offset, parameters)
            return
        self._kind = {b"HoldfastFile=": b"File="}.get(kind, kind)
        if kind in (b"File=", b"MultipartFile="):
            self._file = FileSize(offset)
        elif kind.startswith(b"Holdfast"):
            self._file = FileSize(offset, goes_on=True)

    def _within(self, whole: bytes, at: int) -> tuple[int, Picture | None]:
        end = (STRING_END if self._sixel else OSC_END).search(whole, at)
        stop = end.start() if end else len(whole)
        taker = self._sixel or self._file
        if taker is not None and stop > at and self._kind != b"FileEnd":
            taker.take(whole[at:stop])
        if end is None:
            return stop, None
        return stop + (end[0] == b"\x07"), self._end(end[0] in b"\x18\x1a")

    def _end(self, broken_off: bool) -> Picture | None:
        kind, self._kind = self._kind, b""
        taker = self._sixel or self._file
        if kind in _BEGINNINGS and self._file is not None:
            self._file.arguments_end()
        if kind in (*_BEGINNINGS, b"FilePart=") and not broken_off:
            return None
        self._sixel = None
        if kind != b"sixel":
            self._file = None
        return taker.picture() if taker is not None and not broken_off else None


def _begun(whole: bytes, at: int) -> int:
    """Where what may become a picture's sequence begins; its end where there is none."""
    last = whole.rfind(b"\x1b", max(at, len(whole) - _LONGEST))
    if last < 0:
        return len(whole)
    tail = whole[last:]
    if _SIXEL_BEGUN.fullmatch(tail) or any((_OSC + name).startswith(tail) for name in _FILES):
        return last
    return len(whole)
