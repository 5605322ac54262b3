"""How large a sixel picture is: as its raster attributes say, or, where it has none, as its data goes.

Bytes that mean nothing in sixel are passed over wherever they stand. The one rule: work is bounded by bytes and by what
may still be shown; a picture that goes beyond is none.
"""

from __future__ import annotations

import re

from app.screen.picture_sizes import BELOW, MOST_SIDE, PICTURE_BYTES, Picture, fits

# The first parameter of a sequence that goes on where a snapshot was taken.
GOES_ON = 7777

# So far the raster attributes are looked for.
HEAD_BYTES = 256
# Without them the data is read: at most so many steps, 0.3 s. (Encoders in use write raster attributes.)
MOST_STEPS = 256 << 10
NUMBER_BYTES = 64
NUMBER_DIGITS = 15  # of our own; browsers count in doubles

_RASTER = re.compile(rb'[\x00-\x20]*"([0-9;]*)[^0-9;]')
_NO_RASTER = re.compile(rb'[\x00-\x20]*[^\x00-\x20"]')
_ALPHABET = b'0123456789;!#"$-' + bytes(range(0x3F, 0x7F))
_NOT_SIXEL = bytes(set(range(256)) - set(_ALPHABET))
_STEP = re.compile(rb"-|\$|!([0-9;]*)([?-~])|[?-~]+|[!#\"]?[0-9;]+|[!#\"]")
_CUT = re.compile(rb"[!#\"]?[0-9;]*\Z")
_LONG = re.compile(rb"[0-9;]{%d}" % NUMBER_BYTES)


class SixelSize:
    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.size = 0
        self._width = self._height = 0  # of the raster attributes
        self._decided = self._dropped = False
        self._head = b""  # until it is known whether there are raster attributes; then what was cut off
        self._x = self._wide = self._bands = self._high = self._steps = 0

    @classmethod
    def begin(cls, offset: int, parameters: bytes) -> SixelSize:
        given = parameters.split(b";")
        if given[0] != b"%d" % GOES_ON or len(given) != 12 or max(map(len, given)) > NUMBER_DIGITS:
            return cls(offset)
        numbers = [int(number or 0) for number in given]
        self = cls(numbers[1])
        (self.size, flags, self._width, self._height, self._x, self._wide, self._bands, self._high, self._steps,
         _) = numbers[2:]  # fmt: skip
        self._decided, self._dropped = bool(flags & 1), bool(flags & 2)
        self.size -= numbers[-1]  # of the head, which comes again
        return self

    def pending(self) -> bytes:
        flags = self._decided | self._dropped << 1
        numbers = (
            GOES_ON, self.offset, self.size, flags, self._width, self._height,
            self._x, self._wide, self._bands, self._high, self._steps, len(self._head),
        )  # fmt: skip
        return b";".join(b"%d" % number for number in numbers) + b"q" + self._head

    def take(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > PICTURE_BYTES:
            self._dropped = True
        if self._dropped:
            return
        if not self._decided:
            data = self._head + data
            self._decide(data)
        if self._decided and not self._width:
            self._read(data)

    def picture(self) -> Picture | None:
        if not self._decided:
            self._decide(self._head + b"\0")
        width, height = (self._width, self._height) if self._width else (self._wide, self._high * 6)
        if self._dropped or not fits(width, height):
            return None
        return Picture(self.offset, width, height, BELOW, self.size)

    def _decide(self, data: bytes) -> None:
        self._head = data[:HEAD_BYTES]
        if raster := _RASTER.match(self._head):
            numbers = [int(n[:9] or 0) for n in raster[1].split(b";")]
            if len(numbers) > 3 and numbers[2] and numbers[3]:
                self._width, self._height = numbers[2:4]
                self._dropped = not fits(self._width, self._height)
            self._decided, self._head = True, b""
        elif _NO_RASTER.match(self._head):
            self._decided, self._head = True, b""
        elif len(data) >= HEAD_BYTES:
            self._dropped, self._head = True, b""

    def _read(self, data: bytes) -> None:
        data = self._head + data.translate(None, _NOT_SIXEL)
        if _LONG.search(data):
            self._dropped, self._head = True, b""
            return
        cut = _CUT.search(data)
        self._head = cut[0] if cut else b""
        x, wide, bands, high, steps = self._x, self._wide, self._bands, self._high, self._steps
        for step in _STEP.finditer(data, 0, len(data) - len(self._head)):
            text, first = step[0], step[0][0]
            if first >= 0x3F:
                x += len(text)
            else:
                steps += 1
                if first == 0x2D:
                    x, bands = 0, bands + 1
                elif first == 0x24:
                    x = 0
                elif step[2]:
                    x += max(1, int(step[1].split(b";")[0][:9] or 1))
            if x:
                wide, high = max(wide, x), bands + 1
            if steps > MOST_STEPS or wide > MOST_SIDE or bands * 6 > MOST_SIDE:
                self._dropped, self._head = True, b""
                return
        self._x, self._wide, self._bands, self._high, self._steps = x, wide, bands, high, steps
