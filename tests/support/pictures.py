"""Small pictures, and the sequences that show them."""

from __future__ import annotations

import base64
import struct
import zlib

RED, BLUE = (255, 0, 0), (0, 0, 255)


def png(width: int, height: int, colour: tuple[int, int, int] = RED) -> bytes:
    rows = (b"\0" + bytes(colour) * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sixel(width: int, height: int, colour: tuple[int, int, int] = RED, raster: bool = True) -> bytes:
    """One colour; its height is rounded up to sixels without raster attributes."""
    percent = [part * 100 // 255 for part in colour]
    attributes = b'"1;1;%d;%d' % (width, height) if raster else b""
    bands = b"-".join([b"#1!%d~" % width] * -(-height // 6))
    return b"\x1bP0;1;0q" + attributes + b"#1;2;%d;%d;%d" % tuple(percent) + bands + b"\x1b\\"


def inline(data: bytes, arguments: str = "") -> bytes:
    return b"\x1b]1337;File=inline=1;%s:%s\x07" % (arguments.encode(), base64.b64encode(data))


def parts(data: bytes, size: int) -> bytes:
    """The same in pieces."""
    text = base64.b64encode(data)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    middle = b"".join(b"\x1b]1337;FilePart=%s\x07" % piece for piece in pieces)
    return b"\x1b]1337;MultipartFile=inline=1\x07" + middle + b"\x1b]1337;FileEnd\x07"
