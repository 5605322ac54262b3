"""A session's cell: the control group in which all of its processes are, with limits of memory, processor and tasks.

Version 2 of control groups where the kernel gives us its controllers, else version 1. The one rule: a program is in its
cell before it executes anything, and when its session is over nothing that was in the cell is left.
"""

import errno
import os
import signal
import time
from contextlib import suppress
from typing import Any, NamedTuple

from app.keeper.loop import Loop

CONTROLLERS = ("memory", "pids", "cpu")
SERVER = "holdfast-server"  # a group of our own processes: above groups with limits version 2 allows none
PERIOD_MICROSECONDS = 100_000  # of a processor's time, of which a share is given
CLEAR_SECONDS = 0.1  # between looks whether all that was killed is gone
LEAVE_MOST_SECONDS = 2.0  # the keeper ends itself: it waits so long for that
MOVES = 100  # rounds of moving our own processes, which may fork meanwhile
SYSTEMD = "/run/systemd/system"  # is there where systemd is process 1
DELEGATED = ("trusted.delegate", "user.delegate")  # by which systemd says whose a group is


class NoCells(Exception):
    """There can be none here; the reason, in words for a person."""


class Limits(NamedTuple):
    """0: none. `memory` in bytes, swap included; `cpu` in percent of one processor; `tasks`: processes and threads."""

    memory: int = 0
    cpu: int = 0
    tasks: int = 0

    def files(self, version: int) -> dict[str, dict[str, str]]:
        """By controller: what is written where. A file that begins with ? need not exist."""
        found: dict[str, dict[str, str]] = {name: {} for name in CONTROLLERS}
        if self.memory and version == 2:
            found["memory"] = {"memory.max": f"{self.memory}", "?memory.swap.max": "0"}
        elif self.memory:
            both_kinds = ("memory.limit_in_bytes", "?memory.memsw.limit_in_bytes")
            found["memory"] = dict.fromkeys(both_kinds, f"{self.memory}")
        if self.tasks:
            found["pids"] = {"pids.max": f"{self.tasks}"}
        if self.cpu:
            quota = self.cpu * PERIOD_MICROSECONDS // 100
            two = {"cpu.max": f"{quota} {PERIOD_MICROSECONDS}"}
            found["cpu"] = two if version == 2 else {"cpu.cfs_quota_us": f"{quota}"}
        return found


class Place(NamedTuple):
    """Where cells are made: the directory of each controller; of version 2 they are one."""

    version: int
    directories: dict[str, str]

    @property
    def words(self) -> str:
        return f"control groups, version {self.version}, below {self.directories['memory']}"


def place() -> Place:
    """For cells of this process. Raises NoCells."""
    two, one = _mounted()
    own = _own()
    if two is not None:
        base = _below(two, own.get("", "/"))
        if os.path.basename(base) == SERVER:
            base = os.path.dirname(base)
        if set(CONTROLLERS) <= set(_read(base, "cgroup.controllers").split()):
            return Place(2, dict.fromkeys(CONTROLLERS, base))
    missing = [name for name in CONTROLLERS if name not in one]
    if os.path.isdir(SYSTEMD):
        raise NoCells("this server's control group has no limits of version 2, and those of version 1 are systemd's")
    if missing:
        raise NoCells(f"no control groups here with the controllers {', '.join(missing)}")
    return Place(1, {name: _below(one[name], own.get(name, "/")) for name in CONTROLLERS})


def paths_of(name: str) -> list[str]:
    """The directories of the cell that make() makes. Raises NoCells."""
    return list(dict.fromkeys(f"{base}/holdfast-{name}" for base in place().directories.values()))


def make(name: str, limits: Limits, pid: int | None = None) -> list[str]:
    """A cell, with that process in it; its directories. Raises NoCells, and leaves nothing then."""
    where = place()
    made: list[str] = []
    try:
        if where.version == 2:
            _hand_down(where.directories["memory"])
        files = limits.files(where.version)
        for controller, base in where.directories.items():
            path = f"{base}/holdfast-{name}"
            if path not in made:
                os.mkdir(path, 0o755)
                made.append(path)
            for file, text in files[controller].items():
                _write_if(path, file, text)
        for path in made if pid is not None else ():
            _write(path, "cgroup.procs", f"{pid}")
    except OSError as error:
        clear(made)
        raise NoCells(f"{error.filename or where.words}: {error.strerror}") from error
    return made


def try_out(limits: Limits) -> Place:
    """Raises NoCells where make() would."""
    made = make(f"trial-{os.getpid()}", limits)
    clear(made)
    return place()


def oom_kills(paths: list[str]) -> int:
    """How many of the cell's processes the kernel has killed because its memory was used up."""
    for path in paths:
        for file in ("memory.events", "memory.oom_control"):
            with suppress(OSError):
                for line in _read(path, file).splitlines():
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
    return 0


def clear(paths: list[str]) -> bool:
    """Kills whatever is in the cell and removes it. False: not all is gone yet; to be called again."""
    left = [path for path in paths if os.path.isdir(path)]
    for path in left:
        with suppress(OSError):
            _write(path, "pids.max", "0")  # what forks faster than it is killed forks no more
        try:
            _write(path, "cgroup.kill", "1")
        except OSError:  # version 1, or before Linux 5.14
            _kill(path)
    for path in left:
        with suppress(FileNotFoundError):
            try:
                os.rmdir(path)
            except OSError:
                return False
    return True


class Leftovers:
    """Cells of sessions that are over: cleared as soon as that can be."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._cells: list[list[str]] = []

    def add(self, paths: list[str], seconds: float = 0.0) -> None:
        """`seconds`: that the processes in it have yet."""
        if paths:
            self._cells.append(paths)
            self._loop.after(max(seconds, 0.0), lambda: self._clear(paths))

    def leave(self) -> None:
        """All of them, now."""
        until = time.monotonic() + LEAVE_MOST_SECONDS
        while self._cells and time.monotonic() < until:
            self._cells = [paths for paths in self._cells if not clear(paths)]
            time.sleep(CLEAR_SECONDS / 10)

    def _clear(self, paths: list[str]) -> None:
        if clear(paths):
            self._cells.remove(paths)
        else:
            self._loop.after(CLEAR_SECONDS, lambda: self._clear(paths))


def _kill(path: str) -> None:
    with suppress(OSError):
        for pid in _read(path, "cgroup.procs").split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def _hand_down(base: str) -> None:
    """Version 2: the groups below may have limits, which is possible only where no process is in this one itself."""
    given = _read(base, "cgroup.subtree_control").split()
    wanted = " ".join(f"+{name}" for name in CONTROLLERS if name not in given)
    if not wanted:
        return
    if os.path.isdir(SYSTEMD) and not _delegated(base):
        raise NoCells(
            f"{base} is systemd's, which has not given it to this server: run it as a service with Delegate=yes, or by"
            " systemd-run --scope -p Delegate=yes"
        )
    try:
        _write(base, "cgroup.subtree_control", wanted)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        _move_down(base)
        _write(base, "cgroup.subtree_control", wanted)


def _move_down(base: str) -> None:
    own = f"{base}/{SERVER}"
    with suppress(FileExistsError):
        os.mkdir(own, 0o755)
    for _ in range(MOVES):
        here = _read(base, "cgroup.procs").split()
        if not here:
            return
        for pid in here:
            try:
                _write(own, "cgroup.procs", pid)
            except OSError as error:
                if error.errno != errno.ESRCH:
                    raise


def _delegated(base: str) -> bool:
    for name in DELEGATED:
        with suppress(OSError):
            if os.getxattr(base, name) == b"1":
                return True
    return False


def _mounted() -> tuple[tuple[str, str] | None, dict[str, tuple[str, str]]]:
    """(root, directory) of version 2, if it is there; of version 1 by controller."""
    two: tuple[str, str] | None = None
    one: dict[str, tuple[str, str]] = {}
    with open("/proc/self/mountinfo") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            root, directory = before.split()[3:5]
            kind, _, options = after.split()[:3]
            if kind == "cgroup2":
                two = two or (root, directory)
            elif kind == "cgroup":
                one |= {name: (root, directory) for name in options.split(",") if name in CONTROLLERS}
    return two, one


def _own() -> dict[str, str]:
    """This process's groups by controller; under "" that of version 2."""
    found: dict[str, str] = {}
    with open("/proc/self/cgroup") as file:
        for line in file:
            _, names, path = line.rstrip("\n").split(":", 2)
            found |= dict.fromkeys(names.split(","), path)
    return found


def _below(mount: tuple[str, str], path: str) -> str:
    """In a container a group's path begins above what is mounted."""
    root, directory = mount
    inner = path[len(root) :] if root != "/" and path.startswith(root) else path
    return directory + (inner.rstrip("/") if inner != "/" else "")


def _read(path: str, file: str) -> str:
    with open(f"{path}/{file}") as opened:
        return opened.read()


def _write(path: str, file: str, text: str) -> None:
    with open(os.open(f"{path}/{file}", os.O_WRONLY | os.O_CLOEXEC), "wb", buffering=0) as opened:
        try:
            opened.write(text.encode())
        except OSError as error:
            error.filename = f"{path}/{file}"
            raise


def _write_if(path: str, file: str, text: str) -> None:
    try:
        _write(path, file.removeprefix("?"), text)
    except FileNotFoundError:
        if not file.startswith("?"):
            raise


def checked(found: Any) -> Limits | None:
    """As a CREATE frame says them; None where it says nothing. Raises ValueError."""
    if found is None:
        return None
    if not isinstance(found, dict) or not set(found) <= set(Limits._fields):
        raise ValueError
    if any(not isinstance(one, int) or isinstance(one, bool) or one < 0 for one in found.values()):
        raise ValueError
    return Limits(**found)
