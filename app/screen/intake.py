"""Output bytes as xterm.js would read them, for an engine that reads some of them otherwise.

xterm.js drops bytes that are not UTF-8, DEL and byte-order marks, obeys C1 controls (U+0080..U+009F), and
never switches to 132 columns; the engine draws the first as characters, skips the second and obeys the
third. The one rule: a program that prints garbage (`cat picture.png`) leaves the same picture on the
server as in every browser.
"""

from __future__ import annotations

import codecs
import re

# CSI n b: 8 bytes that print 65,535 characters (0.1 ms) would let 64 KiB hold the server for a second, and a
# browser for many. guards.js has the same number, so that both draw the same.
REPEAT_MOST = 1000

_ODD = re.compile("[\x7f-\x9f\ufeff]")
# Those that start or end something, as their seven-bit twins (code - 0x40) ...
_TWINS = "\x84\x85\x88\x90\x98\x9b\x9c\x9d\x9e\x9f"
# ... the rest do nothing but break off a sequence, as CAN does.
CANCEL = "\x18"

# SOS, PM and APC strings, which xterm.js ignores. The engine takes bytes of characters in them for C1 controls, and
# then cannot write its state down.
_STRING = re.compile(rb"\x1b[\x00-\x17\x19\x1c-\x1f]*[X^_][^\x18\x1a\x1b]*")
_ESCAPE = re.compile(rb"\x1b[\x00-\x17\x19\x1c-\x1f]*")
_HIGH = bytes(range(0x80, 0x100))

# 132 columns (DECCOLM, mode 3, once mode 40 allows it): 1 ms each time, and the PTY stays as wide as it is.
# Clusters as one cell (mode 2027): browsers count characters.
_NEVER = (b"3", b"40", b"2027")
_MODES = re.compile(rb"\x1b\[\?(?:[0-9;]*;)?0*(?:3|40|2027)(?:;[0-9;]*)?[hl]")
# A count of 0 means 1, CSI g means CSI 0 g, and there is a soft reset (DECSTR): the engine knows none of it.
_DIALECT = re.compile(rb"\x1b\[(?:0+([ILMPSTZae])|([0-9]{4,})b|g|!p)")
# Marks of shells (OSC 133, see marks.py): the engine would begin a new line before a prompt, and erase the prompt at a
# resize. To browsers they are nothing, so the engine is given a number that it does not know.
_MARK = b"\x1b]133;"
_UNKNOWN = b"\x1b]633;"
_MARK_BEGUN = re.compile(rb"\x1b(?:\](?:1(?:33?)?)?)?\Z")
SOFT_RESET = (
    b"\x1b7\x1b[r\x1b8"  # no margins, and the cursor where it was
    b'\x1b[m\x1b[0"q\x0f\x1b(B\x1b)B\x1b*B\x1b+B\x1b[4l\x1b[?1;45;66;1004;2004;2026l\x1b[?7;25h\x1b[0 q'
)


class Intake:
    """Keeps the start of a character whose end has not come yet."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._unfinished = False
        self._held = b""  # how a mark may begin
        self.within = b""  # how the string (or the escape) begins in which the output so far ends

    def clean(self, data: bytes) -> bytes:
        whole = self._held + self.decoded(data)
        begun = _MARK_BEGUN.search(whole)
        self._held = begun[0] if begun else b""
        return translated(whole[: -len(self._held)] if begun else whole)

    def decoded(self, data: bytes) -> bytes:
        """Only what xterm.js reads, C1 controls as their twins. For `translated`, which wants whole sequences."""
        if self._unfinished or not data.isascii():
            text = self._decoder.decode(data)
            self._unfinished = bool(self._decoder.getstate()[0])
            data = _ODD.sub(_replace, text).encode()
        elif b"\x7f" in data:
            data = data.replace(b"\x7f", b"")
        return self._ascii_strings(data) if self.within or b"\x1b" in data else data

    def _ascii_strings(self, data: bytes) -> bytes:
        known, whole = len(self.within), self.within + data
        if not data.isascii():
            whole = _STRING.sub(lambda match: match[0].translate(None, _HIGH), whole)
        end = whole[whole.rfind(b"\x1b") :]
        self.within = b"\x1bX" if _STRING.fullmatch(end) else b"\x1b" if _ESCAPE.fullmatch(end) else b""
        return whole[known:]

    def pending(self) -> bytes:
        """Up to five bytes: of an unfinished character, or of what may become a mark."""
        return self._held + self._decoder.getstate()[0]


def translated(data: bytes) -> bytes:
    """What the engine reads otherwise, in its words."""
    if b"\x1b" not in data:  # one byte is found ten times faster than two
        return data
    if b"\x1b]" in data:
        data = data.replace(_MARK, _UNKNOWN)
    if b"\x1b[?" in data:
        data = _MODES.sub(_without_never, data)
    return _DIALECT.sub(_translated, data)


def _replace(match: re.Match[str]) -> str:
    char = match[0]
    if char in "\x7f\ufeff":
        return ""
    return "\x1b" + chr(ord(char) - 0x40) if char in _TWINS else CANCEL


def _without_never(match: re.Match[bytes]) -> bytes:
    sequence = match[0]
    numbers = [n for n in sequence[3:-1].split(b";") if n.lstrip(b"0") not in _NEVER]
    return b"\x1b[?" + b";".join(numbers) + sequence[-1:] if numbers else b""


def _translated(match: re.Match[bytes]) -> bytes:
    final, repeats = match.groups()
    if final:
        return b"\x1b[" + final
    if repeats:
        return b"\x1b[%db" % REPEAT_MOST if len(repeats) > 9 or int(repeats) > REPEAT_MOST else match[0]
    return b"\x1b[0g" if match[0].endswith(b"g") else SOFT_RESET
