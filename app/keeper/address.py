"""The keeper's socket in the file system: any data directory works, however long its path."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET = "keeper.sock"
LOCK = "lock"
LOG = "keeper.log"
SUN_PATH_BYTES = 107  # struct sockaddr_un holds 108 with the closing NUL


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """`path` in a form that fits a socket address: a long one goes through its open directory."""
    if len(os.fsencode(path)) <= SUN_PATH_BYTES:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def connect(directory: Path, timeout: float) -> socket.socket:
    """A stream to the keeper of `directory`. Raises OSError when nothing listens there."""
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        stream.settimeout(timeout)
        with reachable(directory / SOCKET) as name:
            stream.connect(name)
    except BaseException:
        stream.close()
        raise
    return stream


def listen(directory: Path) -> socket.socket:
    """Takes over the address; the caller holds the lock, so a socket file found there is stale."""
    path = directory / SOCKET
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        with reachable(path) as name:
            listener.bind(name)
    finally:
        os.umask(old)
    listener.listen(128)
    listener.setblocking(False)
    return listener


def remove(directory: str) -> None:
    """The last holder of the lock leaves: nothing listens here any more."""
    (Path(directory) / SOCKET).unlink(missing_ok=True)
