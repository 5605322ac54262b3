"""What the programs of all sessions use just now. One pass over the process table serves every session:
a program's processes are those of its PTY's process session (setsid), whose id is the program's pid."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import psutil

from app import green

# A pass costs some milliseconds; who polls every second shares it with everybody else.
FRESH_SECONDS = 2.0


@dataclass(frozen=True)
class Usage:
    """`cpu_percent`: of one core, since the pass before (at first: since the program began)."""

    cpu_percent: float
    memory_bytes: int
    process_count: int


@dataclass
class _Sum:
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    processes: int = 0
    oldest: float = 0.0


class ProcessTable:
    """The last pass, made anew when somebody asks and it is older than FRESH_SECONDS."""

    def __init__(self) -> None:
        self._sums: dict[int, _Sum] = {}
        self._before: dict[int, _Sum] = {}
        self._at = 0.0
        self._before_at = 0.0
        self._passing = False

    def refresh(self) -> None:
        """Blocks this green thread only. Does nothing when the last pass is fresh or one is under way."""
        if self._passing or time.monotonic() - self._at < FRESH_SECONDS:
            return
        self._passing = True
        try:
            sums = green.offload(_pass)
            self._before, self._before_at = self._sums, self._at
            self._sums, self._at = sums, time.monotonic()
        finally:
            self._passing = False

    def usage(self, pid: int | None) -> Usage | None:
        """Of the program whose pid is `pid`; None when it is gone or unknown."""
        now = self._sums.get(pid or -1)
        if now is None:
            return None
        before = self._before.get(pid or -1)
        if before is not None and self._at > self._before_at:
            cpu = (now.cpu_seconds - before.cpu_seconds) / (self._at - self._before_at)
        else:
            cpu = now.cpu_seconds / max(time.time() - now.oldest, 1.0)
        return Usage(round(max(cpu, 0.0) * 100, 1), now.memory_bytes, now.processes)


def directory_of(pid: int | None) -> str | None:
    """The directory the program is in now, where the kernel tells."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") if pid else None
    except OSError:
        return None


def _pass() -> dict[int, _Sum]:
    sums: dict[int, _Sum] = {}
    for process in psutil.process_iter(["cpu_times", "memory_info", "create_time"]):
        try:
            leader = os.getsid(process.pid)
        except OSError:
            continue
        info, total = process.info, sums.setdefault(leader, _Sum())
        if info["cpu_times"] is None or info["memory_info"] is None:
            continue
        total.cpu_seconds += info["cpu_times"].user + info["cpu_times"].system
        total.memory_bytes += info["memory_info"].rss
        total.processes += 1
        total.oldest = min(total.oldest or info["create_time"], info["create_time"])
    return sums
