"""The port and the data directory, each for one server at a time. Standard library only: the supervisor of several
web processes takes them as well as the web process that is alone. The rule: two servers never share either."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

LISTEN_BACKLOG = 512
# The workers of a supervisor that was killed are ended by the kernel at once; the machine may be busy (seconds).
LEAVING_SECONDS = 10.0
LEAVING_PAUSE = 0.02


class CannotStart(Exception):
    """The reason, in words for whoever started the server."""


def lock_of(data_dir: Path) -> int:
    """One web server a data directory: SO_REUSEPORT would let a second one share the port unnoticed."""
    lock = os.open(data_dir / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + LEAVING_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            pid = os.pread(lock, 20, 0).decode().strip() or "unknown"
            if time.monotonic() > until or not _gone(pid):
                raise CannotStart(f"another server (pid {pid}) already serves {data_dir}") from None
            time.sleep(LEAVING_PAUSE)
    os.truncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _gone(pid: str) -> bool:
    """That process is, so only what it has left behind holds the lock."""
    with suppress(ValueError):
        try:
            with open(f"/proc/{int(pid)}/stat") as stat:
                return stat.read().rpartition(")")[2].split()[0] in ("Z", "X")
        except (FileNotFoundError, ProcessLookupError):
            return True
    return False


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. TCP_NODELAY is inherited by every connection: without it a keystroke's echo
    takes 44 ms, with it 1.1."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen(LISTEN_BACKLOG)
    except OSError as error:
        raise CannotStart(
            f"HOLDFAST_HOST={host} HOLDFAST_PORT={port}: {os.strerror(error.errno or 0).lower()};"
            " choose another port, or stop what listens there"
        ) from None
    return listener
