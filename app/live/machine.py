"""The machine that the server runs on: processor, load, memory, the disk that holds the data.

The rule: figures only, and no more often than every FRESH_SECONDS, whoever asks."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from app import green

FRESH_SECONDS = 2.0


@dataclass(frozen=True)
class Machine:
    """`cpu_percent`: of all cores together, since the look before."""

    cpu_percent: float
    cpu_count: int
    load: tuple[float, float, float]
    memory_bytes: int
    memory_total_bytes: int
    disk_bytes: int
    disk_total_bytes: int
    uptime_seconds: float


class MachineLook:
    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._times = psutil.cpu_times()
        self._last: Machine | None = None
        self._at = 0.0
        self._turn = green.Semaphore()

    def now(self) -> Machine:
        """Blocks this green thread only. One looks, and others wait for what it finds: a second look right after would
        see no time pass, and a machine without work."""
        with self._turn:
            if self._last is None or time.monotonic() - self._at >= FRESH_SECONDS:
                self._last = green.offload(self._look)
                self._at = time.monotonic()
            return self._last

    def _look(self) -> Machine:
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(self._data_dir))
        return Machine(
            cpu_percent=self._cpu(),
            cpu_count=os.cpu_count() or 1,
            load=tuple(round(one, 2) for one in os.getloadavg()),  # type: ignore[arg-type]
            memory_bytes=memory.total - memory.available,
            memory_total_bytes=memory.total,
            disk_bytes=disk.used,
            disk_total_bytes=disk.used + disk.free,  # what the system keeps for itself is nobody's
            uptime_seconds=round(time.time() - psutil.boot_time(), 1),
        )

    def _cpu(self) -> float:
        """Since the look before; psutil's own memory of it would be shared with whoever else asks."""
        before, self._times = self._times, psutil.cpu_times()
        passed = {name: now - then for name, now, then in zip(before._fields, self._times, before, strict=True)}
        total = sum(passed.values()) - passed.get("guest", 0.0) - passed.get("guest_nice", 0.0)
        idle = passed["idle"] + passed.get("iowait", 0.0)
        return round(max(0.0, min(1.0, 1 - idle / total)) * 100, 1) if total > 0 else 0.0
