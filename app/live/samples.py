"""Samples every session and the machine, for the series in the database.

The rule: only the leader does it, off the hub, in one transaction a turn; a session in which nothing happened costs a
glance and no row."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import green
from app.live.machine import MachineLook
from app.models import sample
from app.models.sample import FINEST, MachinePoint, Point

if TYPE_CHECKING:
    from app.live.following import Following
    from app.live.room import Room

log = logging.getLogger(__name__)

# Less of one core than this (percent) is a program that waits; more or less memory by this part is no news.
IDLE_PERCENT = 0.1
MEMORY_SHARE = 0.02
# So many sessions are looked at in one turn of the hub: less than a millisecond.
SESSIONS_A_TURN = 200
# A turn that took t seconds of processor is followed by no other within so many times t: sampling takes 2 % of a core
# at most, and thousands of processes are sampled seldom. How long it took by the clock says only how busy others were.
REST_FACTOR = 50
# A sleep may end this much before the span does (seconds): the clocks differ.
EARLY = 0.5


@dataclass
class _Seen:
    """A session, as it was in the turn before. `cpu_seconds` is None before its first."""

    output: int
    lines: int
    input: int
    cpu_seconds: float | None
    written: Point | None = None


class Samples:
    def __init__(self, rooms: Following, machine: MachineLook) -> None:
        self._rooms = rooms
        self._machine = machine
        self._seen: dict[str, _Seen] = {}
        self._at = 0.0  # of the turn before
        self.turns = 0
        self.rows = 0
        self.seconds = 0.0  # of processor

    def start(self) -> None:
        green.spawn(self._run)

    def counts(self) -> dict[str, float]:
        """For /metrics."""
        self._rooms.processes.refresh()
        pids = [record.pid for record in list(self._rooms.records.values())]
        used = [usage for pid in pids if (usage := self._rooms.processes.usage(pid)) is not None]
        return {
            "samples": self.rows,
            "sampling_seconds": round(self.seconds, 3),
            "programs_cpu_percent": round(sum(one.cpu_percent for one in used), 1),
            "programs_memory_bytes": sum(one.memory_bytes for one in used),
            "programs_processes": sum(one.process_count for one in used),
        }

    def _run(self) -> None:
        rest = 0.0
        while True:
            green.sleep(until_next(time.time(), rest))
            if not self._rooms.workers.leads:
                self._seen.clear()
                continue
            before = self.seconds
            try:
                self.turn(time.time())
            except Exception:
                log.exception("a turn of sampling failed")
            rest = min((self.seconds - before) * REST_FACTOR, sample.TIERS[1].step)

    def turn(self, now: float) -> None:
        """What happened in the span that is over."""
        self.seconds += self._rooms.processes.refresh()
        passed = now - self._at if self._at else 0.0
        points, seen = [], {}
        began = time.thread_time()
        for index, (session_id, room) in enumerate(list(self._rooms.rooms.items())):
            if index % SESSIONS_A_TURN == SESSIONS_A_TURN - 1:
                self.seconds += time.thread_time() - began
                green.sleep(0)
                began = time.thread_time()  # what others did in between is not ours
            if room.over or session_id not in self._rooms.records:
                continue
            seen[session_id], point = self._look(session_id, room, passed)
            if point is not None:
                points.append(point)
        self.seconds += time.thread_time() - began
        self._seen, self._at = seen, now
        machine = self._machine.now()
        figures = MachinePoint(machine.cpu_percent, machine.load[0], machine.memory_bytes, machine.disk_bytes)
        self.seconds += sample.keep(span_before(now), points, figures)
        self.turns += 1
        self.rows += len(points)

    def _look(self, session_id: str, room: Room, passed: float) -> tuple[_Seen, Point | None]:
        """What is known of it now, and the row to write, if there is news in it."""
        usage = self._rooms.processes.usage(self._rooms.records[session_id].pid)
        tally, before = room.tally, self._seen.get(session_id)
        seconds = usage.cpu_seconds if usage else None
        seen = _Seen(room.head, tally.lines, tally.input_bytes, seconds, before.written if before else None)
        cpu = 0.0
        if before is None:
            before = _Seen(room.head, tally.lines, tally.input_bytes, seconds)
            cpu = usage.cpu_percent if usage else 0.0
        elif seconds is not None and before.cpu_seconds is not None and passed:
            cpu = max(0.0, 100 * (seconds - before.cpu_seconds) / passed)
        point = Point(
            session=session_id,
            cpu=round(cpu, 1) if cpu >= IDLE_PERCENT else 0.0,
            memory=usage.memory_bytes if usage else 0,
            processes=usage.process_count if usage else 0,
            viewers=len(room.everybody()) + room.unnamed(),
            output=max(0, room.head - before.output),
            lines=max(0, tally.lines - before.lines),
            input=max(0, tally.input_bytes - before.input),
        )
        if not news(point, seen.written):
            return seen, None
        seen.written = point
        return seen, point


def until_next(now: float, rest: float) -> float:
    """How long to sleep: at least `rest`, to an end of a span. Rows of a restarted server fall into the same ones."""
    return max(now // FINEST + 1, math.ceil((now + rest) / FINEST)) * FINEST - now


def span_before(now: float) -> int:
    """Where the span began that is over, however late its turn is."""
    return int((now + EARLY) // FINEST - 1) * FINEST


def news(point: Point, written: Point | None) -> bool:
    """Whether the series would say something else without this row."""
    if written is None or not point.quiet or not written.quiet:
        return True
    same = (point.processes, point.viewers) == (written.processes, written.viewers)
    return not same or abs(point.memory - written.memory) > MEMORY_SHARE * written.memory
