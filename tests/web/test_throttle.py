"""Slowing down, with a clock of the test's own."""

from app.web import throttle
from app.web.throttle import FREE, LONGEST_WAIT_SECONDS, MEMORY_SECONDS, Key, Throttle

KEYS = [Key("stranger", "alice 1.2.3.4"), Key("account", "alice"), Key("address", "1.2.3.4")]


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def slowed(clock):
    made = Throttle(clock)
    for _ in range(FREE["stranger"] + 1):
        assert made.enter(KEYS) == 0
    return made


def test_the_wait_doubles_and_has_an_end():
    clock = Clock()
    made, waits = slowed(clock), []
    for _ in range(9):
        waits.append(made.enter(KEYS))
        clock.now += waits[-1]
        assert made.enter(KEYS) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert waits[-1] == LONGEST_WAIT_SECONDS


def test_attempts_during_the_wait_do_not_lengthen_it():
    clock = Clock()
    made = slowed(clock)
    assert [made.enter(KEYS) for _ in range(50)] == [1] * 50
    clock.now += 1
    assert made.enter(KEYS) == 0


def test_a_hundred_at_once_do_not_slip_through():
    made = Throttle(Clock())
    assert sum(made.enter(KEYS) == 0 for _ in range(100)) == FREE["stranger"] + 1


def test_passing_clears_ones_own_tally_but_not_the_addresss():
    clock = Clock()
    made = Throttle(clock)
    mine = [Key("stranger", "mallory 1.2.3.4"), Key("account", "mallory"), Key("address", "1.2.3.4")]
    for number in range(FREE["address"] + 1):
        assert made.enter([Key("stranger", f"{number} 1.2.3.4"), Key("address", "1.2.3.4")]) == 0
        if made.enter(mine) == 0:
            made.passed(mine)
        else:
            break
    assert made.enter([Key("address", "1.2.3.4")]) > 0


def test_it_forgets_in_time():
    clock = Clock()
    made = slowed(clock)
    clock.now += MEMORY_SECONDS + 1
    assert [made.enter(KEYS) for _ in range(FREE["stranger"])] == [0] * FREE["stranger"]


def test_its_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(throttle, "MOST_ENTRIES", 10)
    made = Throttle(Clock())
    for number in range(100):
        made.enter([Key("account", str(number))])
    assert len(made._tallies) == 10


def test_several_workers_grant_together_what_one_would():
    made = Throttle(Clock())
    made.workers = 5
    assert made.enter(KEYS) == 0
    assert made.enter(KEYS) == 0
    assert made.enter(KEYS) > 0
