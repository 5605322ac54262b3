"""Messages as they go over the wire, built once for however many viewers.

A Socket.IO event with bytes is two websocket messages: text that names the event, then the bytes (Socket.IO
protocol 5, Engine.IO 4). The rule: whatever is the same for two viewers is built, and compressed, once.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from functools import cached_property

from engineio import packet as engine

TEXT, BINARY, FINAL, COMPRESSED = 1, 2, 0x80, 0x40
# Below this a compressed frame is hardly smaller and the viewer still has to inflate it.
DEFLATE_BYTES = 512
# The fastest level: terminal output shrinks 5 to 20 times even so, at 200 MB/s.
DEFLATE_LEVEL = 1


class Framed(bytes):
    """Bytes that are websocket frames already."""

    __slots__ = ()


class Sealed(engine.Packet):
    """An Engine.IO packet for the sockets' queues that is encoded already. `room`, `offset`: it is output
    of this room from there on, which need not be sent should its viewer fall behind. `worth`: how many bytes one
    of its own stands for, where they are compressed."""

    def __init__(self, frame: bytes | memoryview, room: str = "", offset: int = 0, worth: float = 1.0) -> None:
        self.packet_type = engine.MESSAGE
        self.data = b""  # only for logging
        self.binary = True
        self.frame = frame
        self.room = room
        self.offset = offset
        self.worth = worth

    def encode(self, b64: bool = False) -> Sealed:
        """What engine.io hands on to the websocket, which looks at it again: it may be empty by then."""
        return self


class Message:
    """One Socket.IO packet: the text and binary parts, and from them the frames."""

    def __init__(self, parts: Iterable[str | bytes]) -> None:
        self._parts = [("4" + part).encode("utf-8", "replace") if isinstance(part, str) else part for part in parts]

    @property
    def size(self) -> int:
        return sum(map(len, self._parts))

    @cached_property
    def plain(self) -> Framed:
        return Framed(b"".join(piece for i, part in enumerate(self._parts) for piece in (header(i, len(part)), part)))

    @cached_property
    def deflated(self) -> Framed:
        """For viewers that negotiated compression without context takeover: the same bytes fit all."""
        return Framed(b"".join(deflate(i, part) for i, part in enumerate(self._parts)))


def header(index: int, length: int, flags: int = FINAL) -> bytes:
    """RFC 6455, 5.2. The first part of a packet is text, the others are bytes."""
    first = flags | (BINARY if index else TEXT)
    if length > 0xFFFF:
        return struct.pack("!BBQ", first, 127, length)
    if length > 125:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BB", first, length)


def deflate(index: int, part: bytes) -> bytes:
    """RFC 7692, 7.2.1, each message on its own."""
    if len(part) < DEFLATE_BYTES:
        return header(index, len(part)) + part
    press = zlib.compressobj(DEFLATE_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    small = (press.compress(part) + press.flush(zlib.Z_SYNC_FLUSH))[:-4]
    return header(index, len(small), FINAL | COMPRESSED) + small


def output(session: str, offset: int, data: bytes) -> Message:
    """The `output` event, which is nearly all there is to send."""
    head = '51-["output",{"session":"%s","offset":%d,"data":{"_placeholder":true,"num":0}}]'
    return Message([head % (session, offset), data])
