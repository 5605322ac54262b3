"""Output bytes as xterm.js would read them, for an engine that reads some of them otherwise.

xterm.js drops bytes that are not UTF-8, DEL and byte-order marks, and obeys C1 controls (U+0080..U+009F); the
engine draws the former as characters and skips the latter. The one rule: a program that prints garbage
(`cat picture.png`) leaves the same picture on the server as in every browser.
"""

from __future__ import annotations

import codecs
import re

_ODD = re.compile("[\x7f-\x9f\ufeff]")
# Those that start or end something, as their seven-bit twins (code - 0x40) ...
_TWINS = "\x84\x85\x88\x90\x98\x9b\x9c\x9d\x9e\x9f"
# ... the rest do nothing but break off a sequence, as CAN does.
CANCEL = "\x18"


class Intake:
    """Keeps the start of a character whose end has not come yet."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._pending = False

    def clean(self, data: bytes) -> bytes:
        if not self._pending and data.isascii():
            return data.replace(b"\x7f", b"") if b"\x7f" in data else data
        text = self._decoder.decode(data)
        self._pending = bool(self.pending())
        return _ODD.sub(_replace, text).encode()

    def pending(self) -> bytes:
        """Up to three bytes of an unfinished character."""
        return bytes(self._decoder.getstate()[0])


def _replace(match: re.Match[str]) -> str:
    char = match[0]
    if char in "\x7f\ufeff":
        return ""
    return "\x1b" + chr(ord(char) - 0x40) if char in _TWINS else CANCEL
