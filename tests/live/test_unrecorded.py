"""A session that is not recorded, where a worker is behind the one that saves its screen and has output erased."""

from __future__ import annotations

import pytest

from app.keeper.journal import Journal, JournalReader
from app.live import screens
from app.live.reader import Overtaken
from app.live.restore import Past
from app.live.room import Room
from app.screen.engine import Screen
from tests.live.test_following import ID, SilentWire, live, row

__all__ = ["live"]


@pytest.fixture
def erased(live):
    """Output of 2000 bytes in lines, of which the first half is on a saved screen and nowhere else."""
    directory = live.config.sessions_dir / ID
    directory.mkdir(parents=True)
    journal = Journal(directory, 1 << 20, (24, 80))
    before, after = (b"".join(b"%8d\r\n" % n for n in numbers) for numbers in (range(100), range(100, 200)))
    journal.write(before)
    known = Screen(24, 80, 1000)
    known.replay(before)
    screens.keep(directory, 1000, 24, 80, known.capture().ansi())
    journal.discard(1000)
    journal.write(after)
    known.replay(after)
    return journal, known.capture().ansi()


def test_a_reader_that_was_overtaken_shows_nothing_that_is_not_so(live, erased):
    room = Room(ID, Screen(24, 80), 0, JournalReader(live.config.sessions_dir / ID), SilentWire())
    room.recorded = False
    room.head_moved(2000)
    with pytest.raises(Overtaken):
        room._advance()
    room.recorded = True  # as ever: it goes on behind the gap
    assert room._advance() and room.offset == 2000


def test_a_screen_is_rebuilt_from_the_newest_that_is_saved(live, erased, monkeypatch):
    journal, known = erased
    session = row(recorded=False)
    done = live.openings.rebuilt(session, 2000)
    assert (done.offset, done.screen.capture().ansi()) == (2000, known)
    found = iter([Past(0, 24, 80), live.openings.past_of(session, None), live.openings.past_of(session, None)])
    monkeypatch.setattr(live.openings, "past_of", lambda *_: next(found))  # saved while the first was being read
    done = live.openings.rebuilt(session, 2000)
    assert (done.offset, done.screen.capture().ansi()) == (2000, known) and done.whole
    journal.skip(500)  # the disk was full: there is no newer one, and it goes on all the same
    journal.write(b"more")
    monkeypatch.undo()
    done = live.openings.rebuilt(session, 2504)
    assert done.offset == 2504 and not done.whole


def test_an_older_screen_never_takes_the_place_of_a_newer(live, erased):
    directory = live.config.sessions_dir / ID
    screens.keep(directory, 900, 24, 80, b"old")
    assert screens.newest(directory).offset == 1000
    screens.keep(directory, 1000, 30, 90, b"resized")
    assert screens.newest(directory) == Past(1000, 30, 90, b"resized")
    assert len(list(directory.glob("*.screen"))) == 1
