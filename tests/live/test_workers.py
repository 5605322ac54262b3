"""What workers tell one another, and who answers queries, at instants that processes cannot be made to meet on
purpose. Real rooms, screens and journals; the wire and the keeper are played."""

from __future__ import annotations

import dataclasses
import json
import time
from collections import Counter

import pytest

from app import config as settings
from app import green
from app.keeper.client import KeeperError
from app.keeper.journal import Journal, JournalReader
from app.live.crowds import TOLD_AT_ONCE, Crowds
from app.live.presence import Elsewhere, Presence, presence_of
from app.live.room import Room
from app.live.rooms import Rooms
from app.live.viewer import Viewer
from app.live.workers import Workers
from app.models.session import Session
from app.models.user import User
from app.screen.engine import Screen
from tests.live.test_following import ID, SilentWire, row
from tests.support.database import bound

DA1 = b"\x1b[c"


class PlayedKeeper:
    """Numbers answers as the keeper does: none is typed whose number is not above the last."""

    def __init__(self) -> None:
        self.protocol = 2
        self.told: list[str] = []
        self.notes: list[dict] = []
        self.typed: list[tuple[bytes, int]] = []
        self.heard = 0

    def attend(self, name, peers):
        self.told.append("attend")

    def upgrade(self):
        self.told.append("upgrade")

    def note(self, **fields):
        self.notes.append(json.loads(json.dumps(fields)))

    def input_heard(self, session, client):
        return self.heard

    def input_once(self, session, data, client, seq):
        if seq > self.heard:
            self.heard = seq
            self.typed.append((data, seq))


@pytest.fixture
def live(tmp_path, monkeypatch):
    monkeypatch.setattr(green, "spawn", lambda function, *args: function(*args))
    made = Rooms(settings.load({"HOLDFAST_DATA_DIR": str(tmp_path), "HOLDFAST_WORKERS": "2"}), SilentWire())
    made.keeper = PlayedKeeper()
    bound(made.config.database_url)
    return made


def room_with(live: Rooms, *slices: bytes) -> Room:
    """Its screen has taken these slices of output, as its reader would."""
    journal = Journal(live.config.sessions_dir / ID, 1 << 20)
    room = Room(ID, Screen(24, 80), 0, JournalReader(live.config.sessions_dir / ID), SilentWire())
    live.adopt(room, row())
    for data in slices:
        journal.write(data)
        room._take(room.offset, data)
    return room


@pytest.fixture(autouse=True)
def directory(live):
    (live.config.sessions_dir / ID).mkdir(parents=True)


def test_who_does_not_lead_answers_nothing(live):
    room_with(live, b"hello" + DA1)
    assert not live.keeper.typed


def test_a_new_leader_answers_what_nobody_did(live):
    room_with(live, b"one" + DA1, b"two" + DA1)
    live.keeper.heard = 6  # the first was answered
    live.workers.leading()
    assert [number for _, number in live.keeper.typed] == [12]


def test_a_new_leader_whose_slice_was_answered_in_part_replays_the_rest(live):
    room_with(live, b"one" + DA1 + b"two" + DA1 + b"three" + DA1)
    live.keeper.heard = 12  # the last leader had cut the output there
    live.workers.leading()
    (data, number), *more = live.keeper.typed
    assert data.count(b"c") == 1 and number == 20 and not more


def test_what_was_answered_is_not_answered_again(live):
    room = room_with(live, b"one" + DA1)
    live.keeper.heard = 6
    live.workers.leading()
    assert not live.keeper.typed
    room._take(room.offset, b"two" + DA1)
    assert [number for _, number in live.keeper.typed] == [12]
    live.workers.disconnected()
    room._take(room.offset, DA1)
    assert len(live.keeper.typed) == 1


def test_a_keeper_too_old_to_meet_at_is_upgraded_first(live):
    live.keeper.protocol = 1
    live.workers._tell_in_turn = live.workers._tell_typing = live.workers.crowds.tell_in_turn = lambda: None
    live.workers.start()
    assert live.keeper.told == ["upgrade", "attend"]


def test_how_many_there_are_elsewhere_is_told_by_what_changed_and_anew_after_notes_were_lost():
    told = []
    here, there = Crowds(lambda what, **note: told.append(note)), Crowds(lambda what, **note: None)

    def tell(counts, lost=False):
        here.here = lambda: Counter(counts)
        here._tell()
        for note in told if not lost else ():
            there.heard("1", note)
        notes = told.copy()
        told.clear()
        return notes

    assert tell({"account 1": 2, "203.0.113.7": 1}) and there.elsewhere("account 1") == 2
    assert tell({"account 1": 2, "203.0.113.7": 1}) == []
    assert tell({"account 1": 3, "203.0.113.7": 1}) == [{"counts": {"account 1": 3}, "anew": False}]
    assert tell({"account 1": 3}) and there.elsewhere("203.0.113.7") == 0 and there.elsewhere("account 1") == 3
    tell({}, lost=True)
    assert there.elsewhere("account 1") == 3
    here.came()
    assert tell({}) and there.elsewhere("account 1") == 0, "all is told again, also that there is nothing"
    many = {f"account {number}": 1 for number in range(TOLD_AT_ONCE + 1)}
    assert len(tell(many)) == 2 and there.elsewhere(f"account {TOLD_AT_ONCE}") == 1
    there.away("1")
    assert there.elsewhere("account 0") == 0


def test_a_keeper_too_old_to_start_programs_as_other_users_is_upgraded_first(live, monkeypatch):
    monkeypatch.setattr(live, "config", dataclasses.replace(live.config, isolation=1))
    live.workers.alone = True
    live.workers.start()
    assert live.keeper.told == ["upgrade"]
    live.keeper.protocol = 3
    live.workers.start()
    assert live.keeper.told == ["upgrade"]


def test_a_keeper_that_cannot_be_upgraded_stops_the_start_with_the_setting_to_change(live):
    def refuse():
        raise KeeperError("the new code does not load")

    live.keeper.protocol, live.keeper.upgrade = 1, refuse
    with pytest.raises(KeeperError, match="HOLDFAST_WORKERS .* does not load"):
        live.workers.start()


def test_what_was_renamed_or_forgotten_while_the_keeper_was_away_is_found_out(live):
    room_with(live)
    owner = User.register("alice", "correct horse battery staple", False)
    kept = Session.begin(None, id=ID, owner=owner, name="new", command=["cat"], cwd="/", rows=24, cols=80)
    live._missed_notes({ID: kept})
    assert live.records[ID].name == "new"
    kept.erase()
    live._missed_notes({})
    assert ID not in live.rooms and ID not in live.records


def viewer(client: str, **fields) -> Viewer:
    return Viewer(sid=f"sid-{client}", session=ID, user="alice", user_id=1, role="owner", client=client, **fields)


def heard(live: Rooms, name: str, presence: Presence) -> None:
    note = {"is": "presence", "from": name, "sessions": [presence.as_note()]}
    live.workers.noted(json.loads(json.dumps(note)))


def there(*viewers: Elsewhere, **fields) -> Presence:
    fields = {"holder": None, "holder_at": 0.0, "input_at": None, "viewer_at": None} | fields
    return Presence(ID, viewers, len(viewers), **fields)


def test_a_presence_survives_its_note():
    told = there(Elsewhere("v", "alice", "owner", 24, 80, "1:tab", 3.5), holder=Elsewhere("v", "alice"), input_at=1.5)
    assert Presence.of_note(json.loads(json.dumps(told.as_note()))) == told


def test_a_client_that_moved_is_counted_once_whatever_is_told_first(live):
    room = room_with(live)
    mine = viewer("tab", since=5.0)
    room.viewers[mine.id] = mine
    heard(live, "other", there(Elsewhere("old", "alice", client="1:tab", since=4.0)))
    assert [one.id for one in room.everybody()] == [mine.id]
    heard(live, "other", there(Elsewhere(mine.id, "alice", client="1:tab", since=6.0)))
    assert not room.viewers and [one.id for one in room.everybody()] == [mine.id]


def test_a_clock_that_is_set_back_changes_nothing(live, monkeypatch):
    """The client's old connection would else put out the new one, and take the size with it when it ends."""
    room = room_with(live)
    there = Room(ID, Screen(24, 80), 0, JournalReader(live.config.sessions_dir / ID), SilentWire())
    old = viewer("tab", joined_at=time.time())
    room.viewers[old.id] = old
    live.workers.holds_size(room, old)
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() - 3600)
    new = viewer("tab", joined_at=time.time())
    there.viewers[new.id] = new
    Workers(live, 2, 2).holds_size(there, new)
    heard(live, "other", presence_of(there))
    room.leave(old)  # its end is seen only now
    assert not room.viewers and room.size_holder.id == new.id
    heard(live, "other", presence_of(there))
    assert [one.id for one in room.everybody()] == [new.id]


def test_the_last_word_on_who_holds_the_size_counts(live):
    room = room_with(live)
    mine = viewer("tab")
    room.viewers[mine.id] = mine
    room.size_holder, room.size_taken_at = mine, 10.0
    heard(live, "other", there(Elsewhere("v", "bob"), holder=Elsewhere("v", "bob"), holder_at=9.0))
    assert room.size_holder is mine
    heard(live, "other", there(Elsewhere("v", "bob"), holder=Elsewhere("v", "bob"), holder_at=11.0))
    assert room.size_holder.user == "bob"
    live.workers.away("other")
    assert room.size_holder is None and [one.id for one in room.everybody()] == [mine.id]


def test_who_took_the_size_elsewhere_before_its_old_connection_was_seen_to_end_still_holds_it(live):
    room = room_with(live)
    mine = viewer("tab")
    room.viewers[mine.id] = mine
    room.size_holder, room.size_taken_at = mine, 10.0
    room.leave(mine)
    assert room.size_holder is None
    heard(live, "other", there(Elsewhere(mine.id, "alice"), holder=Elsewhere(mine.id, "alice"), holder_at=10.5))
    assert room.size_holder.id == mine.id


def test_who_takes_the_size_again_right_after_it_moved_here_says_so_at_once(live):
    """Its old connection was seen to leave there, and the keeper told of the new size, before the next note."""
    room = room_with(live)
    holder = Elsewhere("v", "alice", client="1:tab")
    heard(live, "other", there(holder, holder=holder, holder_at=time.monotonic()))
    mine = viewer("tab")
    room._replace(mine)
    room.viewers[mine.id] = mine
    told = live.keeper.notes
    told.clear()
    live.workers.holds_size(room, mine)
    assert [note["sessions"][0]["holder"][0] for note in told if note["is"] == "presence"] == ["v"]
    live.workers.holds_size(room, mine)  # dragging a corner
    assert len(told) == 1


def test_a_client_that_moved_here_holds_the_size_also_when_it_is_seen_to_leave_there(live):
    room = room_with(live)
    holder = Elsewhere("v", "alice", client="1:tab")
    heard(live, "other", there(holder, holder=holder, holder_at=10.0))
    mine = viewer("tab")
    room._replace(mine)
    room.viewers[mine.id] = mine
    heard(live, "other", there(holder_at=10.0 + 1e-6))
    assert mine.id == "v" and room.size_holder is mine


def test_who_does_not_return_after_a_new_keeper_is_not_counted(live, monkeypatch):
    monkeypatch.setattr(green, "sleep", lambda seconds: None)
    room = room_with(live)
    for name in ("stays", "gone"):
        heard(live, name, there(Elsewhere(name, "bob")))
    live.workers.disconnected()
    live.workers.came("stays")
    live.workers.connected()
    assert [one.id for one in room.everybody()] == ["stays"]


def test_more_viewers_than_are_named_are_counted(live):
    room = room_with(live)
    heard(live, "other", there(Elsewhere("v", "bob"))._replace(total=700))
    assert len(room.everybody()) + room.unnamed() == 700


def test_a_newcomer_is_told_of_all_that_is_not_as_in_the_beginning(live):
    room = room_with(live)
    live.workers.came("other")
    assert not live.workers._dirty
    room.viewers["v"] = viewer("tab")
    live.workers.came("other")
    live.workers._tell(sorted(live.workers._dirty))
    (note,) = live.keeper.notes
    assert Presence.of_note(note["sessions"][0]) == presence_of(room)
