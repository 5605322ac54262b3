"""Series and processes over HTTP: of what you may see, and bounded."""

import time

import pytest

from app.models import sample
from app.models.sample import FINEST, MachinePoint, Point

MACHINE = MachinePoint(20.0, 0.5, 4 << 30, 9 << 30)


def kept(*sessions, ago=2):
    at = int(time.time() // FINEST - ago) * FINEST
    sample.keep(at, [Point(one.id, 50.0, 100, 2, 1, output=600) for one in sessions], MACHINE)


def test_a_series_has_an_entry_for_every_span(world):
    session = world.session("alice")
    kept(session)
    found = world.script("alice").call("GET", f"/sessions/{session.id}/stats").json
    assert found["step"] == FINEST and found["start"].endswith("Z")
    assert {len(column) for column in found.values() if isinstance(column, list)} <= {359, 360}
    assert (found["output_rate"][-2], found["cpu_percent"][-2]) in ((60.0, 50.0), (None, None))
    assert 60.0 in found["output_rate"] and 100 in found["memory_bytes"]


@pytest.mark.parametrize(
    "query", ["step=7", "step=abc", "since=yesterday", "since=0.5", "since=2026-01-01T00:00:00", "more=1"]
)
def test_what_makes_no_sense_is_refused(world, query):
    session = world.session("alice")
    for path in (f"/sessions/{session.id}/stats?{query}", f"/machine?{query}"):
        assert world.script("alice").call("GET", path).status_code == 422


def test_since_bounds_the_series_and_a_future_one_is_empty(world):
    session = world.session("alice")
    script = world.script("alice")
    kept(session)
    assert script.call("GET", f"/sessions/{session.id}/stats?since=2100-01-01T00:00:00Z").json["cpu_percent"] == []
    assert len(script.call("GET", f"/sessions/{session.id}/stats?since=1970-01-01T00:00:00Z").json["viewers"]) <= 360


def test_many_sessions_in_one_question_but_only_your_own(world):
    mine, also, theirs = world.session("alice"), world.session("alice"), world.session("bob")
    kept(mine, theirs)
    ids = ",".join((mine.id, also.id, theirs.id, "a" * 12))
    found = world.script("alice").call("GET", f"/stats?sessions={ids}").json
    assert set(found["sessions"]) == {mine.id, also.id}
    assert 60.0 in found["sessions"][mine.id]["output_rate"]
    assert set(found["sessions"][also.id]["output_rate"]) == {None}
    assert world.script("alice").call("GET", "/stats?sessions=x").status_code == 422
    assert world.script("alice").call("GET", "/stats?sessions=" + ",".join(["a" * 12] * 300)).status_code == 422


def test_the_machine_now_and_over_time(world):
    kept()
    found = world.script("bob").call("GET", "/machine").json
    assert 0 < found["now"]["memory_bytes"] <= found["now"]["memory_total_bytes"]
    assert 0 <= found["now"]["cpu_percent"] <= 100 and len(found["now"]["load"]) == 3
    assert 20.0 in found["series"]["cpu_percent"]


def test_an_ended_session_has_no_processes(world):
    session = world.session("alice", state="ended")
    found = world.script("alice").call("GET", f"/sessions/{session.id}/processes").json
    assert found == {"count": 0, "foreground": None, "processes": []}
