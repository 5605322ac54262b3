"""A sample: what a session used in a span of time; and the same of the machine. Three series of each, bounded.

The rules: a session in which nothing happens costs nothing (a span without a row means: nothing was written, no
processor was used, the rest stayed as it was), and all of a turn is one transaction. The machine has a row for every
span in which somebody sampled, so that "nothing happened" and "nobody looked" are told apart.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import BigIntegerField, CompositeKey, FloatField, ForeignKeyField, IntegerField

from app.models.base import Record, db, written
from app.models.session import Session


class Tier(NamedTuple):
    """One point in `step` seconds, kept for `keep` seconds."""

    step: int
    keep: int


# At most 360, 1440 and 2880 rows of about 50 bytes: 230 KB for a session that was busy for all of 30 days.
TIERS = (Tier(10, 3600), Tier(60, 86_400), Tier(900, 30 * 86_400))
KEEP = dict(TIERS)
FINEST = TIERS[0].step
# Values of one statement; SQLite takes 32766.
VALUES_AT_ONCE = 10_000
# Unfinished spans are rolled up as far as they are; so many steps back are made anew, should a turn have been missed.
STEPS_BACK = 1


class Sample(Record):
    """In the span from `at` on (seconds since 1970): the mean processor use in percent of one core, the largest
    memory, processes and viewers; bytes and lines written, bytes typed."""

    session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
    session_id: str
    step = IntegerField()
    at = IntegerField()
    cpu = FloatField()
    memory = BigIntegerField()
    processes = IntegerField()
    viewers = IntegerField()
    output = BigIntegerField()
    lines = BigIntegerField()
    input = BigIntegerField()

    class Meta:
        table_name = "sample"
        primary_key = CompositeKey("session", "step", "at")
        without_rowid = True
        indexes = ((("step", "at"), False),)


class MachineSample(Record):
    step = IntegerField()
    at = IntegerField()
    cpu = FloatField()
    load = FloatField()
    memory = BigIntegerField()
    disk = BigIntegerField()

    class Meta:
        table_name = "machine_sample"
        primary_key = CompositeKey("step", "at")
        without_rowid = True


class Point(NamedTuple):
    """Of one session, in one span; fields as in Sample."""

    session: str
    cpu: float
    memory: int
    processes: int
    viewers: int
    output: int = 0
    lines: int = 0
    input: int = 0

    @property
    def quiet(self) -> bool:
        return not (self.cpu or self.output or self.input)


class MachinePoint(NamedTuple):
    cpu: float
    load: float
    memory: int
    disk: int


@dataclass(frozen=True)
class Series:
    """One entry a span, from `start` on; None where nobody sampled."""

    step: int
    start: int
    columns: dict[str, list[Any]]


GAUGES = ("memory", "processes", "viewers")
FLOWS = ("cpu", "output", "lines", "input")
MACHINE = ("cpu", "load", "memory", "disk")
# How a span is made of finer ones. Sessions without a row used nothing: so means divide by the spans, not by the rows.
_ROLL = """
INSERT INTO sample (session_id, step, at, cpu, memory, processes, viewers, output, lines, input)
SELECT session_id, {step}, (at / {step}) * {step}, SUM(cpu) * {fine} / {step}, MAX(memory), MAX(processes),
  MAX(viewers), SUM(output), SUM(lines), SUM(input)
FROM sample WHERE step = {fine} AND at >= {since} AND at < {until} GROUP BY session_id, at / {step}
ON CONFLICT (session_id, step, at) DO UPDATE SET cpu = excluded.cpu, memory = excluded.memory,
  processes = excluded.processes, viewers = excluded.viewers, output = excluded.output, lines = excluded.lines,
  input = excluded.input"""
_ROLL_MACHINE = """
INSERT INTO machine_sample (step, at, cpu, load, memory, disk)
SELECT {step}, (at / {step}) * {step}, AVG(cpu), AVG(load), MAX(memory), MAX(disk)
FROM machine_sample WHERE step = {fine} AND at >= {since} AND at < {until} GROUP BY at / {step}
ON CONFLICT (step, at) DO UPDATE SET cpu = excluded.cpu, load = excluded.load, memory = excluded.memory,
  disk = excluded.disk"""


@written
def keep(at: int, points: list[Point], machine: MachinePoint) -> float:
    """One turn of the finest series: rows, what of the coarser ones is over with it, and what is too old. Answers how
    much processor time it took."""
    began = time.thread_time()
    MachineSample.replace(step=FINEST, at=at, **machine._asdict()).execute()
    wanted = [point.session for point in points]
    there: set[str] = set()  # the others were forgotten in the meantime
    for some in _portions(wanted, 1):
        there |= {row.id for row in Session.select(Session.id).where(Session.id.in_(list(some)))}
    rows = [point._asdict() | {"step": FINEST, "at": at} for point in points if point.session in there]
    for rows_now in _portions(rows, len(Point._fields) + 2):
        Sample.replace_many(list(rows_now)).execute()
    _roll(at + FINEST)
    return time.thread_time() - began


def _roll(until: int) -> None:
    for fine, coarse in zip(TIERS, TIERS[1:], strict=False):
        if until % coarse.step:
            continue
        span = {"fine": fine.step, "step": coarse.step, "until": until, "since": until - (1 + STEPS_BACK) * coarse.step}
        db.execute_sql(_ROLL.format(**span))
        db.execute_sql(_ROLL_MACHINE.format(**span))
    if until % TIERS[1].step == 0:
        for tier in TIERS:
            for table in (Sample, MachineSample):
                table.delete().where(table.step == tier.step, table.at < until - tier.keep).execute()


def _portions(items: list[Any], width: int) -> Iterable[list[Any]]:
    most = VALUES_AT_ONCE // width
    return (items[first : first + most] for first in range(0, len(items), most))


def start_of(step: int, since: float, now: float) -> int:
    """Where a series begins that is asked for from `since` on: never before what is kept."""
    first = max(since, now - KEEP[step] + step)
    return int(first // step) * step


def series(session_id: str, step: int, since: float, now: float) -> Series:
    """Of one session, up to the last whole span."""
    return many([session_id], step, since, now)[session_id]


def many(session_ids: Collection[str], step: int, since: float, now: float) -> dict[str, Series]:
    """The same of several sessions, in one question."""
    start, end = start_of(step, since, now), int(now // step) * step
    spans = max(0, (end - start) // step)
    with db.connection_context():
        sampled = _sampled(step, start, end)
        within = (Sample.session.in_(list(session_ids)), Sample.step == step, Sample.at >= start, Sample.at < end)
        query = Sample.select(Sample.session_id, Sample.at, *(getattr(Sample, name) for name in (*GAUGES, *FLOWS)))
        rows: dict[str, list[Any]] = {session_id: [] for session_id in session_ids}
        found: Iterable[Any] = query.where(*within).order_by(Sample.session, Sample.at).tuples()
        for row in found:
            rows[row[0]].append(row[1:])
        begun = {session_id: _before(session_id, start) for session_id in session_ids}
    made = {one: _filled(rows[one], begun[one], sampled, start, step, spans) for one in session_ids}
    return {one: Series(step, start, columns) for one, columns in made.items()}


def _sampled(step: int, start: int, end: int) -> set[int]:
    where = (MachineSample.step == step, MachineSample.at >= start, MachineSample.at < end)
    found: Iterable[Any] = MachineSample.select(MachineSample.at).where(*where).tuples()
    return {row[0] for row in found}


def _before(session_id: str, start: int) -> tuple[int, ...] | None:
    """The gauges as they last were before the series begins, from the finest series that still knows."""
    gauges = [getattr(Sample, name) for name in GAUGES]
    for tier in TIERS:
        query = Sample.select(*gauges).where(Sample.session == session_id, Sample.step == tier.step, Sample.at < start)
        if (found := query.order_by(Sample.at.desc()).tuples().first()) is not None:
            return tuple(found)
    return None


def _filled(
    rows: list[Any], gauges: tuple[int, ...] | None, sampled: set[int], start: int, step: int, spans: int
) -> dict[str, list[Any]]:
    """A span without a row is a quiet one, if somebody sampled and the session had begun."""
    names = (*GAUGES, *FLOWS)
    columns: dict[str, list[Any]] = {name: [None] * spans for name in names}
    known = {row[0]: row[1:] for row in rows}
    for index in range(spans):
        at = start + index * step
        row = known.get(at)
        if row is not None:
            gauges = tuple(row[: len(GAUGES)])
        elif gauges is not None and at in sampled:
            row = (*gauges, 0.0, 0, 0, 0)
        for name, value in zip(names, row or (), strict=False):
            columns[name][index] = value
    return columns


def machine_series(step: int, since: float, now: float) -> Series:
    start, end = start_of(step, since, now), int(now // step) * step
    spans = max(0, (end - start) // step)
    columns: dict[str, list[Any]] = {name: [None] * spans for name in MACHINE}
    fields = [getattr(MachineSample, name) for name in MACHINE]
    where = (MachineSample.step == step, MachineSample.at >= start, MachineSample.at < end)
    with db.connection_context():
        found: Iterable[Any] = MachineSample.select(MachineSample.at, *fields).where(*where).tuples()
        for at, *values in found:
            for name, value in zip(MACHINE, values, strict=True):
                columns[name][(at - start) // step] = value
    return Series(step, start, columns)
