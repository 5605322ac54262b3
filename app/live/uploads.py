"""Files that people put into a session's directory. The rule: nothing half done. What is refused, cut off or killed in
the middle leaves nothing behind, and no file is ever written over.

How a file comes to its place is in drafts.py. Where the session runs as an operating-system user of its own, that user
puts it there and not the server, who may write anywhere (deputy.py).
"""

from __future__ import annotations

import errno
import os
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app import green
from app.live.deputy import Deputy
from app.live.drafts import MOST_NAMES, NAME_BYTES, Draft
from app.live.errors import BadName, Crowded, NoDirectory, NoSpace, NotWritable, TooLarge, Truncated, Unavailable
from app.words import said

# What is held of one upload at once, and how many go on in one web process.
PIECE_BYTES = 256 << 10
MOST_AT_ONCE = 8
# Characters that make a name look like another one.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FAILED = frozenset({errno.ETIMEDOUT, errno.EPIPE, errno.ECONNRESET})  # of a deputy
_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Read = Callable[[int], bytes]


@dataclass(frozen=True)
class Stored:
    """`path`: for a shell; None where it cannot be written as text."""

    name: str
    directory: str
    path: str | None
    bytes: int


@dataclass(frozen=True)
class Order:
    """`length`: as announced, None when it was not; `limit`: bytes that are taken at most."""

    name: str
    read: Read
    length: int | None
    limit: int


@dataclass(frozen=True)
class Place:
    """`pid`: the program that is the first of its session; `os_user`: whose it is, None: our own account's."""

    pid: int | None
    os_user: str | None = None

    def begin(self) -> Draft | Deputy:
        return Deputy.begin(self.os_user, self.pid) if self.os_user else Draft.begin(self.pid)


def checked_name(name: str) -> str:
    """Raises BadName for what is no plain name of one file, or does not look like what it is."""
    odd = any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _TURNING for char in name)
    if odd or "/" in name or "\ufffd" in name:
        raise BadName(said("must not contain slashes or control characters"), "name")
    if not name.strip() or name in (".", "..") or len(name.encode()) > NAME_BYTES:
        raise BadName(said("expected a file name of 1 to %(count)s bytes", count=NAME_BYTES), "name")
    return name


class Uploads:
    def __init__(self) -> None:
        self._going = 0

    def receive(self, place: Place, order: Order) -> Stored:
        """Into the directory of its foreground program. Raises a LiveError."""
        checked_name(order.name)
        if order.limit == 0:
            raise TooLarge(said("Uploads are switched off on this server."))
        if (order.length or 0) > order.limit:
            raise TooLarge(said("At most %(count)s bytes in a file.", count=order.limit))
        if self._going >= MOST_AT_ONCE:
            raise Crowded(said("Too many files are being uploaded just now. Try again in a moment."))
        self._going += 1
        try:
            return _received(place, order)
        finally:
            self._going -= 1


def _received(place: Place, order: Order) -> Stored:
    """All that touches the disk leaves the hub: it may be a slow or a far one."""
    with _said_well():
        draft = green.offload(place.begin)
        try:
            size = _copied(order, draft)
            name = green.offload(draft.name_it, order.name)
        finally:
            green.offload(draft.close)
    whole = os.path.join(draft.directory, os.fsencode(name))
    try:
        path = whole.decode()
    except UnicodeDecodeError:
        path = None
    return Stored(name, draft.directory.decode(errors="replace"), path, size)


def _copied(order: Order, draft: Draft | Deputy) -> int:
    size = 0
    while piece := order.read(PIECE_BYTES):
        size += len(piece)
        if size > order.limit:
            raise TooLarge(said("At most %(count)s bytes in a file.", count=order.limit))
        green.offload(draft.write, piece)
    if order.length is not None and size != order.length:
        raise Truncated(said("The file did not arrive whole; nothing was kept."))
    return size


@contextmanager
def _said_well() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _SPACE:
            raise NoSpace(said("There is no room for this file on the disk.")) from None
        if error.errno in (errno.ENOENT, errno.ESRCH, errno.ENOTDIR, errno.ESTALE):
            raise NoDirectory(said("The session's directory is not known or is gone.")) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise NotWritable(said("The session's directory cannot be written to.")) from None
        if error.errno in _FAILED:
            raise Unavailable(said("The file could not be stored just now. Try again in a moment.")) from None
        if error.errno == errno.EEXIST:
            raise NoDirectory(said("There are %(count)s files of this name already.", count=MOST_NAMES)) from None
        raise
