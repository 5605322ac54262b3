"""A picture's bytes, out of the output that begins with its sequence. What reads them must not trust them."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.screen.picture_files import arguments_of, decoded, kind_of, size_of
from app.screen.picture_sizes import PICTURE_BYTES, fits
from app.screen.pictures import HEAD, OSC_END, STRING_END

SIXEL = "image/x-sixel"
# Of output, for one picture: other output may stand between the parts of one.
SPREAD_BYTES = PICTURE_BYTES + PICTURE_BYTES // 2


class Found(NamedTuple):
    """`kind`: SIXEL (from behind the `q` on), or a file's media type."""

    kind: str
    data: bytes


def extract(output: bytes) -> Found | None:
    head = HEAD.match(output)
    if head is None:
        return None
    if head[2] is None:
        body = _body(output, head.end(), STRING_END)
        return None if body is None or len(body) > PICTURE_BYTES else Found(SIXEL, body)
    if head[2] == b"File=":
        given, _, data = (_body(output, head.end(), OSC_END) or b"").partition(b":")
        return _file(given, data)
    if head[2] == b"MultipartFile=":
        return _file(_body(output, head.end(), OSC_END) or b"", _parts(output, head.end()))
    return None


def _body(output: bytes, at: int, ends: re.Pattern[bytes]) -> bytes | None:
    end = ends.search(output, at)
    return output[at : end.start()] if end and end[0] not in b"\x18\x1a" else None


def _parts(output: bytes, at: int) -> bytes:
    parts: list[bytes] = []
    while head := HEAD.search(output, at):
        if head[2] == b"FileEnd":
            return b"".join(parts)
        body = _body(output, head.end(), OSC_END if head[2] else STRING_END)
        if body is None or head[2] not in (None, b"FilePart="):
            break
        if head[2]:
            parts.append(body)
        at = head.end() + len(body)
    return b""


def _file(given: bytes, base64: bytes) -> Found | None:
    data = decoded(base64) if arguments_of(given).get("inline") == "1" and len(base64) <= PICTURE_BYTES else b""
    kind, size = kind_of(data), size_of(data)
    return Found(kind, data) if kind and size and fits(*size) else None
