"""What the programs of all sessions use just now. One pass over the process table serves every session:
a program's processes are those of its PTY's process session (setsid), whose id is the program's pid.

The rule: whatever a process says of itself (its name, its arguments) is hostile: bounded, and printable."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import psutil

from app import green

# A pass costs some milliseconds; who polls every second shares it with everybody else.
FRESH_SECONDS = 2.0
# Of one session's tree: beyond, the rest is counted only. The kernel bounds names at 15 bytes, arguments not at all.
MOST_PROCESSES = 200
MOST_ARGUMENTS = 300
MOST_NAME = 64
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """`cpu_percent`: of one core, since the pass before (at first: since the program began). `cpu_seconds`: in all,
    also of processes that are over and were waited for. `foreground`: the command that the terminal's keys go to."""

    cpu_percent: float
    memory_bytes: int
    process_count: int
    cpu_seconds: float = 0.0
    foreground: str | None = None


@dataclass(frozen=True)
class Process:
    """`parent`: its pid, None where that is not in the session."""

    pid: int
    parent: int | None
    name: str
    arguments: str
    state: str
    foreground: bool
    cpu_seconds: float
    memory_bytes: int
    started_at: float


@dataclass(frozen=True)
class Row:
    """A line of the process table."""

    pid: int
    parent: int
    group: int
    session: int
    terminal_group: int  # in the foreground of its terminal
    name: str
    state: str
    cpu_seconds: float
    memory_bytes: int
    started: float  # seconds after the machine's start

    @property
    def foreground(self) -> bool:
        return self.group == self.terminal_group


@dataclass
class _Sum:
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    processes: int = 0
    oldest: float = 0.0
    foreground: str | None = None
    rows: list[Row] = field(default_factory=list)


class ProcessTable:
    """The last pass, made anew when somebody asks and it is older than FRESH_SECONDS."""

    def __init__(self) -> None:
        self._sums: dict[int, _Sum] = {}
        self._before: dict[int, _Sum] = {}
        self._at = 0.0
        self._before_at = 0.0
        self._passing = False

    def refresh(self) -> float:
        """Blocks this green thread only. Does nothing when the last pass is fresh or one is under way. Answers how much
        processor time it took."""
        if self._passing or time.monotonic() - self._at < FRESH_SECONDS:
            return 0.0
        self._passing = True
        try:
            sums, seconds = green.offload(_timed_pass)
            self._before, self._before_at = self._sums, self._at
            self._sums, self._at = sums, time.monotonic()
        finally:
            self._passing = False
        return seconds

    def usage(self, pid: int | None) -> Usage | None:
        """Of the program whose pid is `pid`; None when it is gone or unknown."""
        now = self._sums.get(pid or -1)
        if now is None:
            return None
        before = self._before.get(pid or -1)
        if before is not None and self._at > self._before_at:
            cpu = (now.cpu_seconds - before.cpu_seconds) / (self._at - self._before_at)
        else:
            cpu = now.cpu_seconds / max(time.time() - psutil.boot_time() - now.oldest, 1.0)
        percent = round(max(cpu, 0.0) * 100, 1)
        return Usage(percent, now.memory_bytes, now.processes, now.cpu_seconds, now.foreground)

    def tree(self, pid: int | None) -> tuple[list[Process], int]:
        """The session's processes, parents before children, the oldest first; and how many there are in all."""
        self.refresh()
        known = self._sums.get(pid or -1)
        return green.offload(_tree, known.rows) if known else ([], 0)


def directory_of(pid: int | None) -> str | None:
    """The directory the program is in now, where the kernel tells."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") if pid else None
    except OSError:
        return None


def _timed_pass() -> tuple[dict[int, _Sum], float]:
    began = time.thread_time()
    return _pass(), time.thread_time() - began


def _pass() -> dict[int, _Sum]:
    sums: dict[int, _Sum] = {}
    for row in _rows():
        if row.terminal_group < 0:
            continue  # of no terminal: nobody's session
        total = sums.setdefault(row.session, _Sum())
        total.cpu_seconds += row.cpu_seconds
        total.memory_bytes += row.memory_bytes
        total.processes += 1
        total.oldest = min(total.oldest or row.started, row.started)
        total.rows.append(row)
        if row.foreground and (total.foreground is None or row.pid == row.group):
            total.foreground = row.name
    return sums


def _rows() -> list[Row]:
    """One read a process, 17 microseconds; psutil's own way takes 46, which a thousand idle sessions would feel."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (row := _row(entry)) is not None:
            found.append(row)
    return found


def _row(pid: str) -> Row | None:
    try:
        handle = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            text = os.read(handle, 1024)
        finally:
            os.close(handle)
        # The name stands in brackets and may hold any bytes, brackets too: the last one closes it.
        head, _, rest = text.rpartition(b") ")
        facts = rest.split()
        return Row(
            pid=int(pid),
            parent=int(facts[1]),
            group=int(facts[2]),
            session=int(facts[3]),
            terminal_group=int(facts[5]),
            name=printable(head.partition(b" (")[2], MOST_NAME),
            state=facts[0].decode(),
            # With that of its children that are over: a shell's short commands would else never be seen.
            cpu_seconds=sum(map(int, facts[11:15])) / _TICKS,
            memory_bytes=int(facts[21]) * _PAGE,
            started=int(facts[19]) / _TICKS,
        )
    except (OSError, ValueError, IndexError):
        return None  # gone meanwhile


def _tree(rows: list[Row]) -> tuple[list[Process], int]:
    booted = psutil.boot_time()
    here = {row.pid for row in rows}
    children: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda one: (one.started, one.pid)):
        children.setdefault(row.parent if row.parent in here else 0, []).append(row)
    ordered: list[Process] = []
    due = list(reversed(children.get(0, [])))
    while due and len(ordered) < MOST_PROCESSES:
        row = due.pop()
        due.extend(reversed(children.get(row.pid, [])))
        ordered.append(_process(row, row.parent if row.parent in here else None, booted))
    return ordered, len(rows)


def _process(row: Row, parent: int | None, booted: float) -> Process:
    try:
        arguments = " ".join(psutil.Process(row.pid).cmdline())
    except (psutil.Error, OSError):
        arguments = ""
    return Process(
        pid=row.pid,
        parent=parent,
        name=row.name,
        arguments=printable(arguments, MOST_ARGUMENTS),
        state=row.state,
        foreground=row.foreground,
        cpu_seconds=round(row.cpu_seconds, 2),
        memory_bytes=row.memory_bytes,
        started_at=booted + row.started,
    )


def printable(text: bytes | str, most: int) -> str:
    """What a program said, without what would act on who reads it (controls, marks that turn the writing around)."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    cut = text[: most + 1]
    clean = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in cut)
    return clean if len(text) <= most else clean[: most - 1] + "…"
