"""The series: bounded, rolled up, and silent about what was not sampled."""

import pytest

from app.models import sample
from app.models.base import db
from app.models.sample import FINEST, KEEP, MachinePoint, MachineSample, Point, Sample
from app.models.session import Session, new_id

NOON = 1_800_000_000 - 1_800_000_000 % 900
MACHINE = MachinePoint(20.0, 0.5, 4 << 30, 9 << 30)


@pytest.fixture
def session(people):
    return Session.begin(id=new_id(), owner=people["alice"], name="x", command=["x"], cwd="/", rows=24, cols=80).id


def busy(session, **fields):
    return Point(session, **({"cpu": 50.0, "memory": 100, "processes": 2, "viewers": 1, "output": 600} | fields))


def test_a_span_without_a_row_is_quiet_and_one_that_nobody_sampled_is_unknown(session):
    sample.keep(NOON, [busy(session)], MACHINE)
    sample.keep(NOON + 10, [], MACHINE)
    sample.keep(NOON + 30, [], MACHINE)
    columns = sample.series(session, FINEST, NOON - 10, NOON + 40).columns
    assert columns["cpu"] == [None, 50.0, 0.0, None, 0.0]
    assert columns["memory"] == [None, 100, 100, None, 100]
    assert columns["output"] == [None, 600, 0, None, 0]


def test_a_minute_is_the_sum_of_its_output_the_mean_of_its_processor_and_the_most_of_its_memory(session):
    for turn in range(6):
        points = [busy(session, memory=100 + turn, input=1, lines=2)] if turn < 3 else []
        sample.keep(NOON + 10 * turn, points, MACHINE)
    columns = sample.series(session, 60, NOON, NOON + 60).columns
    values = {name: column[0] for name, column in columns.items()}
    assert values == {
        "cpu": 25.0, "memory": 102, "processes": 2, "viewers": 1, "output": 1800, "lines": 6, "input": 3,
    }  # fmt: skip
    assert sample.machine_series(60, NOON, NOON + 60).columns["cpu"] == [20.0]


def test_a_quarter_of_an_hour_is_made_of_its_minutes(session):
    for turn in range(90):
        sample.keep(NOON + 10 * turn, [busy(session)], MACHINE)
    columns = sample.series(session, 900, NOON, NOON + 900).columns
    assert (columns["cpu"], columns["output"]) == ([50.0], [54_000])


def test_what_is_too_old_goes(session):
    sample.keep(NOON, [busy(session)], MACHINE)
    later = NOON + KEEP[FINEST] + 600
    sample.keep(later - 10, [], MACHINE)
    with db.connection_context():
        assert not Sample.select().where(Sample.step == FINEST).count()
        assert [row.at for row in MachineSample.select().where(MachineSample.step == FINEST)] == [later - 10]


def test_a_forgotten_session_takes_its_series_along_and_holds_up_nobody_elses(session, people):
    other = Session.begin(id=new_id(), owner=people["bob"], name="x", command=["x"], cwd="/", rows=24, cols=80)
    sample.keep(NOON, [busy(session), busy(other.id)], MACHINE)
    other.erase()
    sample.keep(NOON + 10, [busy(session), busy(other.id)], MACHINE)
    with db.connection_context():
        assert [row.session_id for row in Sample.select()] == [session, session]
