"""Who may work when: indexes come and go, and nobody waits for ever."""

from __future__ import annotations

import pytest

from app import green
from app.live.errors import Crowded, Unavailable
from app.live.history import histories, pages
from app.live.history.histories import Histories, Turns
from app.live.history.replay import Dropped
from app.live.history.search import Wanted
from tests.live.history import Size, journal_of


@pytest.fixture
def sessions(tmp_path):
    for name in "abc":
        journal_of(
            tmp_path / name, Size(2, 20), [b"".join(b"%s %d\r\n" % (name.encode(), n) for n in range(9))]
        ).close()
    return tmp_path


def test_an_index_is_kept_while_it_is_used(sessions, monkeypatch):
    monkeypatch.setattr(histories, "MOST_INDEXES", 2)
    made = Histories(sessions)
    made.outline("a", None)
    made.outline("b", None)
    first = made._indexes["a"]
    assert made.page("a", 3, 2, "text").data == "a 3\na 4"
    made.outline("c", None)
    assert set(made._indexes) == {"a", "c"}, "the one used longest ago was b"
    made.outline("a", None)
    assert made._indexes["a"] is first
    made.outline("b", None)
    assert set(made._indexes) == {"a", "b"}
    made.outline("c", None)
    made.forget("c")
    assert set(made._indexes) == {"b"} == set(made._used)


def test_an_index_that_nobody_asks_for_goes(sessions, monkeypatch):
    monkeypatch.setattr(histories, "KEPT_SECONDS", 0.0)
    made = Histories(sessions)
    assert [hit.row for hit in made.search("a", Wanted("A 7")).hits] == [7]
    for _ in range(1000):
        green.sleep(0.001)
        if not made._indexes:
            break
    assert not made._indexes and not made._used


def test_what_does_not_exist_has_no_rows(sessions):
    made = Histories(sessions)
    told = made.outline("gone", 0)
    assert (told.first, told.end, told.head, told.complete) == (0, 0, 0, True)
    assert made.page("gone", 5, 5, "ansi").data == ""
    assert made.search("gone", Wanted("x")).hits == []


def test_rows_dropped_under_every_look_are_an_answer_too(sessions, monkeypatch):
    def dropped(*_):
        raise Dropped

    monkeypatch.setattr(pages, "page", dropped)
    with pytest.raises(Unavailable):
        Histories(sessions).page("a", 0, 1, "text")


def test_the_queue_is_bounded_and_no_session_takes_all_of_it(monkeypatch):
    monkeypatch.setattr(histories, "MOST_WAITING", 4)
    turns, done = Turns(1, 3), []

    def work(session):
        with turns.turn(session):
            done.append(session)

    with turns.turn("a"):
        for _ in range(3):
            green.spawn(work, "a")
        green.sleep()
        with pytest.raises(Crowded), turns.turn("a"):
            pass
        green.spawn(work, "b")
        green.sleep()
        with pytest.raises(Crowded), turns.turn("c"):
            pass
    while len(done) <= 3:
        green.sleep()
    assert done == ["a"] * 3 + ["b"]
