"""What outlives an exec: the descriptors and facts that vault and keeper hand to one another.

Both start the same way, with the number of one memory file on their command line: the vault when it is
first launched, when its code is renewed and when a keeper takes its place; the keeper when the vault
starts it and when its code is renewed. The one rule: names in it are only added, because the two sides
of an upgrade are two versions of this file.
"""

import json
import os
import sys
from typing import Any, NamedTuple


class Fds(NamedTuple):
    """What keeps a session alive. The pipes hold bytes that are on their way when a keeper is killed."""

    master: int
    out_read: int
    out_write: int
    in_read: int
    in_write: int
    pidfd: int


class Settings(NamedTuple):
    """What the launcher fixed: where things are, and what programs get instead of the keeper's own."""

    directory: str
    sessions_dir: str
    journal_bytes: int
    umask: int
    open_files: int  # soft RLIMIT_NOFILE


class Held(NamedTuple):
    """A session's program. `status`: what waitpid gave, once it ended. `queue`: unwritten input."""

    pid: int
    fds: Fds
    status: int | None = None
    queue: list[list[Any]] = []  # noqa: RUF012 - never changed in place


class Handover(NamedTuple):
    settings: Settings
    listener: int
    lock: int
    control: int  # between vault and keeper; -1: none yet
    ready: int = -1  # the launcher waits here for "ready" or an error
    keeper_pid: int = 0  # for the vault: the keeper that already runs
    exec_at: float = 0.0  # monotonic, when a keeper began to continue as another
    sessions: dict[str, Held] = {}  # noqa: RUF012 - never changed in place

    def descriptors(self) -> list[int]:
        shared = [self.listener, self.lock, self.control, self.ready]
        own = [fd for held in self.sessions.values() for fd in held.fds]
        return [fd for fd in shared + own if fd >= 0]


def give(handover: Handover) -> int:
    """Writes it down; the number of the file goes on the command line of whoever takes it."""
    plain = handover._asdict() | {
        "settings": handover.settings._asdict(),
        "sessions": {name: held._asdict() | {"fds": held.fds._asdict()} for name, held in handover.sessions.items()},
    }
    fd = os.memfd_create("holdfast-handover", os.MFD_CLOEXEC)
    with open(fd, "wb", closefd=False) as file:
        file.write(json.dumps(plain).encode())
    return fd


def expose(handover: Handover, fd: int, inheritable: bool = True) -> None:
    """Lets the descriptors live through the exec that comes next (or, if it failed, no longer)."""
    for number in [*handover.descriptors(), fd]:
        os.set_inheritable(number, inheritable)


def take(fd: int) -> Handover:
    """Reads it after the exec; from here on no child inherits any of the descriptors."""
    os.lseek(fd, 0, os.SEEK_SET)
    with open(fd, "rb") as file:
        plain = json.loads(file.read())
    sessions = {}
    for name, found in plain["sessions"].items():
        held = _known(Held, found)
        sessions[name] = Held(**(held | {"fds": Fds(**_known(Fds, held["fds"]))}))
    taken = _known(Handover, plain)
    settings = Settings(**_known(Settings, taken["settings"]))
    handover = Handover(**(taken | {"settings": settings, "sessions": sessions}))
    for number in handover.descriptors():
        os.set_inheritable(number, False)
    return handover


def _known(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in kind._fields if name in found}


def command(module: str, argument: str) -> list[str]:
    """Starts a module of ours: no site packages (memory), nothing from the current directory."""
    return [sys.executable, "-P", "-S", "-s", "-m", module, argument]
