"""How large a picture is that comes as a file (OSC 1337 ; File=): PNG, GIF, JPEG and WebP say it near their beginning.
"""

from __future__ import annotations

import base64
import re

from app.screen.picture_sizes import PICTURE_BYTES, RIGHT, STAYS, Picture, fits

# So much of a sequence is kept until it ends: cameras write up to 100 KB before a JPEG's size. In base64.
KEPT_BYTES = 192 << 10
ARGUMENT_BYTES = 4096
_PREFIX_BYTES = 40

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_PREFIX = re.compile(rb"([0-9]{1,15});([0-9]{1,9}):")


class FileSize:
    def __init__(self, offset: int, goes_on: bool = False) -> None:
        self.offset, self.size = offset, 0
        self._goes_on = goes_on  # what comes first is our own `pending`
        self._kept = bytearray()

    def take(self, data: bytes) -> None:
        self.size += len(data)
        if len(self._kept) < KEPT_BYTES:
            self._kept += data[: KEPT_BYTES + _PREFIX_BYTES - len(self._kept)]
        if self._goes_on and (prefix := _PREFIX.match(self._kept)):
            self._goes_on = False
            self.offset = int(prefix[1])
            self.size += int(prefix[2]) - prefix.end()
            del self._kept[: prefix.end()]
        if not self._goes_on:
            del self._kept[KEPT_BYTES:]

    def arguments_end(self) -> None:
        """Of those that stand alone, before the parts."""
        if b":" not in self._kept:
            self.take(b":")

    def pending(self) -> bytes:
        if self._goes_on:
            return bytes(self._kept)
        return b"%d;%d:" % (self.offset, self.size - len(self._kept)) + self._kept

    def picture(self) -> Picture | None:
        given, colon, data = bytes(self._kept).partition(b":")
        if self._goes_on or not colon or len(given) > ARGUMENT_BYTES or self.size > PICTURE_BYTES:
            return None
        arguments = arguments_of(given)
        size = size_of(decoded(data)) if arguments.get("inline") == "1" else None
        if size is None or not fits(*size):
            return None
        return Picture(
            self.offset, *size, STAYS if arguments.get("doNotMoveCursor") == "1" else RIGHT, self.size,
            arguments.get("width", ""), arguments.get("height", ""), arguments.get("preserveAspectRatio") != "0",
        )  # fmt: skip


def arguments_of(given: bytes) -> dict[str, str]:
    pairs = (part.partition("=") for part in given.decode("latin-1").split(";"))
    return {name: value for name, _, value in pairs}


def decoded(data: bytes) -> bytes:
    """Base64 as far as it goes; what is no base64 is passed over."""
    data = data.translate(None, _NOT_BASE64)
    data = data[:-1] if len(data) % 4 == 1 else data
    return base64.b64decode(data + b"=" * (-len(data) % 4))


def kind_of(data: bytes) -> str | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def size_of(data: bytes) -> tuple[int, int] | None:
    kind = kind_of(data)
    if kind == "image/png":
        return (_big(data, 16, 4), _big(data, 20, 4)) if len(data) >= 24 else None
    if kind == "image/gif":
        return (_little(data, 6, 2), _little(data, 8, 2)) if len(data) >= 10 else None
    if kind == "image/jpeg":
        return _jpeg(data)
    return _webp(data) if kind and len(data) >= 30 else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        kind = data[at + 1]
        if kind == 0xFF or kind == 1 or 0xD0 <= kind <= 0xD8:  # a filler; marks that have no length
            at += 1 if kind == 0xFF else 2
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        else:
            at += 2 + max(2, _big(data, at + 2, 2))
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    form = data[12:16]
    if form == b"VP8 ":
        return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    if form == b"VP8L":
        bits = _little(data, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return (_little(data, 24, 3) + 1, _little(data, 27, 3) + 1) if form == b"VP8X" else None


def _big(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _little(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
