"""Files that people put into a session's directory. The rule: nothing half done. What is refused, cut off or killed in
the middle leaves nothing behind, and no file is ever written over.

The directory is the kernel's word (/proc) on where the foreground program is, not OSC 7: any output, also that of
another machine's shell, could name a directory there. A file is written without a name (O_TMPFILE) where the file
system can do that, and gets its name by a link, which fails where there is a file of that name.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app import green
from app.live.errors import BadName, Crowded, NoDirectory, NoSpace, NotWritable, TooLarge, Truncated
from app.live.processes import foreground_of, mask_of
from app.words import said

# What is held of one upload at once, and how many go on in one web process.
PIECE_BYTES = 256 << 10
MOST_AT_ONCE = 8
NAME_BYTES = 255
# "name (1).ext" and so on; then it is refused.
MOST_NAMES = 99
# Characters that make a name look like another one.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# No nameless files there; where nothing can be written the file with a name fails as well, with the true reason.
_CANNOT = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.ENOSYS})
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WRITE = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW

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

    def receive(self, pid: int | None, order: Order) -> Stored:
        """Into the directory of the program `pid`, which is the first of its session. Raises a LiveError."""
        checked_name(order.name)
        if order.limit == 0:
            raise TooLarge(said("Uploads are switched off on this server."))
        if (order.length or 0) > order.limit:
            raise TooLarge(said("At most %(count)s bytes in a file.", count=order.limit))
        if self._going >= MOST_AT_ONCE:
            raise Crowded(said("Too many files are being uploaded just now. Try again in a moment."))
        self._going += 1
        try:
            return _received(pid, order)
        finally:
            self._going -= 1


def _received(pid: int | None, order: Order) -> Stored:
    """All that touches the disk leaves the hub: it may be a slow or a far one."""
    with _said_well():
        draft = green.offload(Draft.begin, pid)
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


def _copied(order: Order, draft: Draft) -> int:
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
        if error.errno == errno.EEXIST:
            raise NoDirectory(said("There are %(count)s files of this name already.", count=MOST_NAMES)) from None
        raise


class Draft:
    """A file on its way, in the directory where it will be. Its methods run in native threads."""

    def __init__(self, directory: bytes, place: int, mode: int) -> None:
        self.directory = directory
        self._place = place
        self._name: str | None = None  # of the unfinished file, where it needs one
        try:
            self._file = os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, mode, dir_fd=place)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
            self._name = f".holdfast-{secrets.token_hex(8)}.part"
            self._file = os.open(self._name, _WRITE | os.O_CREAT | os.O_EXCL, mode, dir_fd=place)
        os.fchmod(self._file, mode)  # not this server's mask but the program's

    @classmethod
    def begin(cls, pid: int | None) -> Draft:
        """Where the foreground program is, or, where it does not let itself be looked at, the first of the session."""
        if pid is None:
            raise FileNotFoundError(errno.ENOENT, "no program")
        place = _directory(foreground_of(pid), pid)
        try:
            directory = os.readlink(f"/proc/self/fd/{place}".encode())
            return cls(directory, place, 0o666 & ~mask_of(pid))
        except BaseException:
            os.close(place)
            raise

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]

    def name_it(self, wanted: str) -> str:
        """Gives it the first name that is free, and answers that."""
        for number in range(MOST_NAMES + 1):
            name = numbered(wanted, number)
            try:
                self._link(name)
                return name
            except FileExistsError:
                continue
        raise FileExistsError(errno.EEXIST, "no name is free")

    def _link(self, name: str) -> None:
        try:
            # By its descriptor also where it has a name: that could be another file's by now.
            os.link(f"/proc/self/fd/{self._file}", name, dst_dir_fd=self._place, follow_symlinks=True)
        except OSError as error:
            if error.errno not in _NO_LINKS or self._name is None:
                raise
            # No links here (FAT): an empty file holds the name, and is replaced.
            os.close(os.open(name, _WRITE | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=self._place))
            os.rename(self._name, name, src_dir_fd=self._place, dst_dir_fd=self._place)
            self._name = None

    def close(self) -> None:
        if self._name is not None:
            try:
                os.unlink(self._name, dir_fd=self._place)
            except OSError:
                pass  # the directory was taken away meanwhile
        os.close(self._file)
        os.close(self._place)


def _directory(*pids: int) -> int:
    for pid in pids:
        try:
            return os.open(f"/proc/{pid}/cwd", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            failed = error
    raise failed


def numbered(name: str, number: int) -> str:
    """"notes.txt", "notes (1).txt", ...; never longer than a name may be."""
    if number == 0:
        return name
    stem, ending = re.fullmatch(r"(.+?)((?:\.tar)?\.[^. ]{1,10})?", name, re.DOTALL).groups(default="")  # type: ignore[union-attr]
    mark = f" ({number})"
    room = NAME_BYTES - len((mark + ending).encode())
    return stem.encode()[:room].decode(errors="ignore") + mark + ending
