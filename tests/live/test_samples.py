"""When the next sample is due, whatever else keeps the machine busy; and what is looked at by several at once."""

import time
from types import SimpleNamespace

import eventlet
import pytest

from app import green
from app.live import machine as machines
from app.live import processes, samples
from app.live.machine import MachineLook
from app.live.processes import ProcessTable
from app.live.samples import Samples
from app.models.sample import FINEST


class Over(BaseException):
    """Ends what runs for ever."""


def burn(seconds: float) -> dict:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return {}


def waits(seconds: float) -> dict:
    time.sleep(seconds)
    return {}


@pytest.mark.parametrize("passes, kept", [(waits, True), (burn, False)], ids=["kept waiting", "costly"])
def test_ten_seconds_are_kept_unless_sampling_itself_is_costly(tmp_path, monkeypatch, passes, kept):
    """A turn of 0.3 s was once followed by a rest of 30 s, also when it had only waited on a busy machine."""
    rests, written = [], []
    def sleep(seconds):
        if seconds:
            rests.append(seconds)
        if len(rests) > 2:
            raise Over
    monkeypatch.setattr(samples.green, "sleep", sleep)
    monkeypatch.setattr(processes, "_pass", lambda: passes(0.3))
    monkeypatch.setattr(processes, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(samples.sample, "keep", lambda at, *more: written.append(at) or 0.0)
    rooms = SimpleNamespace(processes=ProcessTable(), rooms={}, records={}, workers=SimpleNamespace(leads=True))
    with pytest.raises(Over):
        Samples(rooms, MachineLook(tmp_path))._run()
    assert len(written) == 2
    assert (max(rests) <= FINEST) is kept


def test_a_turn_that_is_late_is_of_the_span_that_is_over():
    """One that came six seconds late was written into the span that had just begun, and the one before stayed empty."""
    assert [samples.span_before(now) for now in (19.9, 20.0, 20.3, 26.0, 29.0, 30.0)] == [10, 10, 10, 10, 10, 20]


def test_a_rest_ends_where_a_span_does():
    assert [round(samples.until_next(21.0, rest), 3) for rest in (0.0, 5.0, 9.5, 30.0)] == [9.0, 9.0, 19.0, 39.0]


def test_several_who_ask_for_the_machine_at_once_get_one_look(tmp_path, monkeypatch):
    """The second of two looks within milliseconds saw no time pass: "0 %" on a full machine."""
    look, looks = MachineLook(tmp_path), []
    def offload(function):
        looks.append(1)
        green.sleep(0.02)  # as long as the native thread takes, others run
        return function()
    monkeypatch.setattr(machines.green, "offload", offload)
    several = [eventlet.spawn(look.now) for _ in range(3)]
    assert len({id(one.wait()) for one in several}) == 1 and len(looks) == 1
