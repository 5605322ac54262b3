"""A file on its way into the directory of a session's foreground program. The rule: it has no name until it is whole,
and never that of another file.

The directory is the kernel's word (/proc) on where the foreground program is, not OSC 7: any output, also that of
another machine's shell, could name a directory there. A file is written without a name (O_TMPFILE) where the file
system can do that, and gets its name by a link, which fails where there is a file of that name. Standard library only:
a child of the web server that is another user runs this as well (deputy.py). It may be barred from reading Python's own
files by then, so nothing here may need a module, or a codec, that is not loaded yet.
"""

from __future__ import annotations

import errno
import os
import re
import secrets

NAME_BYTES = 255
# "name (1).ext" and so on; then it is refused.
MOST_NAMES = 99
# No nameless files there; where nothing can be written the file with a name fails as well, with the true reason.
_CANNOT = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.ENOSYS})
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_WRITE = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW


class Draft:
    """A file on its way, in the directory where it will be. Its methods may wait for the disk."""

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


def foreground_of(pid: int) -> int:
    """The leader of the foreground process group on the terminal of `pid`; `pid` itself where that is not known."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            group = int(file.read().rpartition(b")")[2].split()[5])
    except (OSError, ValueError, IndexError):
        return pid
    return group if group > 0 else pid


def mask_of(pid: int) -> int:
    """The umask of `pid`; a careful one where it is not known."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            return next((int(line.split()[1], 8) for line in file if line.startswith(b"Umask:")), 0o077)
    except (OSError, ValueError):
        return 0o077
