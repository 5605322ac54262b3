"""What the keeper says against what rooms and records hold, at the instants that processes cannot be made to
meet on purpose. Real rooms, screens and timelines; the wire and the keeper are played."""

from __future__ import annotations

import sqlite3

import pytest

from app import config as settings
from app.keeper.client import KeeperError, State
from app.keeper.errors import Unknown
from app.keeper.journal import Journal, JournalReader
from app.live import bookkeeper, launches
from app.live.bookkeeper import Bookkeeper
from app.live.errors import Unavailable
from app.live.room import Room
from app.live.rooms import Rooms
from app.live.status import status_of
from app.models.session import ENDED, LOST, Session
from app.models.user import User
from app.screen.engine import Screen
from tests.support.database import bound

ID = "a" * 12


class SilentWire:
    def __getattr__(self, name):
        return lambda *args: 0


@pytest.fixture
def live(tmp_path):
    return Rooms(settings.load({"HOLDFAST_DATA_DIR": str(tmp_path)}), SilentWire())


def row(**fields) -> Session:
    owner = User(id=1, name="alice", password_hash="")
    wanted = {"id": ID, "owner": owner, "name": "job", "command": ["cat"], "cwd": "/", "rows": 24, "cols": 80}
    return Session(**(wanted | fields))


def room_in(live: Rooms) -> Room:
    directory = live.config.sessions_dir / ID
    live.rooms[ID] = Room(ID, Screen(24, 80), 0, JournalReader(directory), SilentWire())
    return live.rooms[ID]


def test_a_resize_whose_news_died_with_a_keeper_reaches_the_room(live):
    directory = live.config.sessions_dir / ID
    directory.mkdir(parents=True)
    journal = Journal(directory, 1 << 20, (24, 80))
    journal.resized(30, 90)
    room = room_in(live)
    live.connected([State(ID, 1, 30, 90, 0, True, None, None, 0.0, None, None, None, ("cat",), "/", "")])
    assert room.size_due == (30, 90)


def test_who_joins_a_lost_session_before_all_rows_are_in_line_is_not_told_that_it_runs(live):
    bound(live.config.database_url)
    owner = User.register("alice", "a good password")
    session = Session.begin(id=ID, owner=owner, name="job", command=["cat"], cwd="/", rows=24, cols=80)
    directory = live.config.sessions_dir / ID
    directory.mkdir(parents=True)
    journal = Journal(directory, 1 << 20, (24, 80))
    journal.write(b"last words")
    live.known[ID] = State(ID, 1, 24, 80, 10, False, None, None, 0.0, None, None, None, ("cat",), "/", "")
    room = live.room_of(session)
    assert (status_of(live, session).state, status_of(live, session).alive, room.over) == (LOST, False, True)
    assert room.screen.text().strip() == "last words"


def test_a_new_size_is_told_before_the_screen_has_taken_it(live):
    """Who was answered that the session has this size, and asks for the status, must see it."""
    room = room_in(live)
    room.resized(0, 30, 90)
    told = []
    reflow = room._reflowed

    def reflowed(rows, cols):
        told.append(status_of(live, row()).rows)  # in the midst of it, as a native thread lets others in
        return reflow(rows, cols)

    room._reflowed = reflowed
    told.append(status_of(live, row()).rows)
    room._advance()
    assert [*told, status_of(live, row()).rows, status_of(live, row()).cols] == [30, 30, 30, 90]


def test_a_room_has_caught_up_once_it_is_where_the_journal_was(live):
    """In a flood the head runs ahead for ever; whoever joined after a restart waited two seconds for nothing."""
    room = room_in(live)
    room.present, room.head = 5, 1 << 40
    room._take(0, b"hell")
    assert not room.caught_up.raised
    room._take(4, b"o")
    assert room.caught_up.raised


def test_a_new_name_does_not_bring_an_ended_session_back(live):
    live.records[ID] = row(state=ENDED)
    live.renamed(row(name="new"))
    assert (live.records[ID].state, live.records[ID].name) == (ENDED, "new")


def test_what_the_keeper_started_after_all_is_ended_and_forgotten(live, monkeypatch):
    monkeypatch.setattr(launches, "UNDO_SECONDS", 0)
    answers = {"end": [KeeperError("asleep"), None, None], "forget": [KeeperError("still runs"), Unknown("gone")]}
    told = []

    class Keeper:
        def __getattr__(self, name):
            def call(session, *_):
                told.append((name, session))
                if (answer := answers[name].pop(0)) is not None:
                    raise answer

            return call

    live.keeper = Keeper()
    live.launches._undo(ID)
    assert told == [("end", ID), ("end", ID), ("forget", ID), ("end", ID), ("forget", ID)]


class Clock:
    """Wall and monotonic time; a nap lets both pass, unless somebody sets the wall clock meanwhile."""

    def __init__(self, naps: int) -> None:
        self.wall, self.steady, self.left, self.set_forward = 1000.0, 5.0, naps, 0.0

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def sleep(self, seconds: float) -> None:
        if not self.left:
            raise StopIteration
        self.left -= 1
        self.steady += seconds
        self.wall += seconds + self.set_forward
        self.set_forward = 0.0


def books_of(live, monkeypatch, clock) -> Bookkeeper:
    monkeypatch.setattr(bookkeeper, "time", clock)
    monkeypatch.setattr(bookkeeper.green, "sleep", clock.sleep)
    live.records[ID] = row(created_at=clock.wall)
    room_in(live)
    return Bookkeeper(live, 10, 1000, 1 << 28)


def test_a_keeper_that_does_not_answer_is_asked_again_to_end_a_session(live, monkeypatch):
    asked = []

    def end(session):
        asked.append(session.id)
        if len(asked) == 1:
            raise Unavailable("The keeper does not answer.")

    live.end = end
    books = books_of(live, monkeypatch, Clock(naps=20))
    with pytest.raises(StopIteration):
        books._watch_lifetimes()
    assert len(asked) > 1


def test_a_clock_that_is_set_ends_no_session(live, monkeypatch):
    asked = []
    live.end = asked.append
    clock = Clock(naps=10)
    clock.set_forward = 50 * 365 * 86_400.0
    books = books_of(live, monkeypatch, clock)
    with pytest.raises(StopIteration):
        books._watch_lifetimes()
    assert not asked


def test_a_damaged_snapshot_is_passed_over(own_server):
    """An older one, or the journal from its beginning, gives the same screen."""
    server = own_server(HOLDFAST_SNAPSHOT_SECONDS="1")
    api = server.api("alice")
    session = api.start(["sh", "-c", "seq 1 50; cat"])["id"]
    database = sqlite3.connect(server.data_dir / "holdfast.db")
    while not database.execute("select count(*) from snapshot where session_id = ?", (session,)).fetchone()[0]:
        pass
    before = api.screen(session)
    server.kill()
    database.execute("update snapshot set data = x'00ff00'")
    database.commit()
    database.close()
    server.start()
    assert server.api("alice").screen(session) == before


def test_a_flood_is_saved_before_its_journal_forgets_what_follows(own_server):
    """Else its screen could not be rebuilt exactly; and a restart would replay all of it."""
    server = own_server(HOLDFAST_SNAPSHOT_SECONDS="3600", HOLDFAST_JOURNAL_BYTES=str(4 << 20))
    session = server.api("alice").start(["sh", "-c", "seq 1 400000; exec cat"])["id"]  # 3 MB
    database = sqlite3.connect(server.data_dir / "holdfast.db")
    saved = "select max(offset) from snapshot where session_id = ?"
    while (database.execute(saved, (session,)).fetchone()[0] or 0) < 1 << 20:
        pass
    database.close()
