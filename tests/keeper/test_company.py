"""Web processes that share a keeper: one leads, each hears the others, none can hold up the keeper."""

import threading

import pytest

from app.keeper import protocol
from app.keeper.client import KeeperClient
from tests.keeper.support import Home, Recorder, shell, wait_until
from tests.keeper.test_connections import Raw


class Peer:
    """A client that attends and remembers what it heard."""

    def __init__(self, home: Home, name: str) -> None:
        self.changed = threading.Condition()
        self.heard: list[tuple] = []
        self.recorder = Recorder()
        self.client = KeeperClient(home.keeper, self.recorder)
        self.client.start()
        self.client.attend(name, self)

    def _add(self, *event) -> None:
        with self.changed:
            self.heard.append(event)
            self.changed.notify_all()

    def leading(self) -> None:
        self._add("leading")

    def came(self, name: str) -> None:
        self._add("came", name)

    def away(self, name: str) -> None:
        self._add("away", name)

    def noted(self, note: dict) -> None:
        self._add("noted", note)

    def wait(self, *event, count: int = 1) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.heard.count(event) >= count, 20), self.heard


@pytest.fixture
def peer(home):
    made = []

    def make(name: str) -> Peer:
        made.append(Peer(home, name))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


def test_the_first_leads_and_the_next_one_takes_over(peer):
    first = peer("first")
    first.wait("leading")
    second, third = peer("second"), peer("third")
    third.wait("came", "second")
    first.client.close()
    second.wait("leading")
    third.wait("away", "first")
    assert ("leading",) not in third.heard


def test_a_note_reaches_all_others_in_order(peer):
    one, two, three = peer("one"), peer("two"), peer("three")
    one.wait("came", "three")
    for number in range(100):
        one.client.note(number=number)
    for other in (two, three):
        other.wait("noted", {"number": 99})
        notes = [event[1]["number"] for event in other.heard if event[0] == "noted"]
        assert notes == list(range(100))
    assert not [event for event in one.heard if event[0] == "noted"]


def test_after_a_new_keeper_all_meet_again_and_one_leads(peer, home):
    peers = [peer("one"), peer("two")]
    peers[0].wait("leading")
    peers[0].wait("came", "two")
    peers[0].client.upgrade()
    peers[0].wait("came", "two", count=2)
    peers[1].wait("came", "one", count=2)
    wait_until(lambda: sum(one.heard.count(("leading",)) for one in peers) == 2)


def test_who_does_not_read_notes_is_cut_off_and_nobody_else(peer, home):
    deaf = Raw(home)
    deaf.send(protocol.pack_json(protocol.ATTEND, 1, name="deaf"))
    one, two = peer("one"), peer("two")
    one.wait("came", "two")
    for number in range(40):
        one.client.note(number=number, text="x" * 100_000)
        two.wait("noted", {"number": number, "text": "x" * 100_000})
    two.wait("away", "deaf")
    assert "unread" in home.log


def test_too_large_a_note_is_refused(home):
    raw = Raw(home)
    raw.send(protocol.pack_json(protocol.NOTE, 1, text="x" * protocol.NOTE_BYTES))
    assert protocol.fields(raw.answer(1).body)["code"] == "refused"


@pytest.mark.parametrize("name", ["", "x" * 65, None, 3])
def test_a_name_is_short_and_there(home, name):
    raw = Raw(home)
    raw.send(protocol.pack_json(protocol.ATTEND, 1, name=name))
    assert protocol.fields(raw.answer(1).body)["code"] == "refused"


@pytest.mark.parametrize("body", [b"[", b"[]", b"\xff", b"[" * 100_000])
def test_a_note_that_cannot_be_read_ends_its_senders_connection_only(peer, home, body):
    one = peer("one")
    raw = Raw(home)
    raw.send(protocol.pack(protocol.NOTE, 1, body))
    assert raw.closed()
    peer("two").client.note(fine=True)
    one.wait("noted", {"fine": True})


def test_one_session_alone_is_told(client):
    made = [client.create(shell("cat")) for _ in range(2)]
    assert client.state(made[0].id).id == made[0].id
    assert client.state("a" * 12) is None


def test_input_that_waits_counts_as_heard(client):
    session = client.create(shell("stty -icanon; sleep 60")).id
    for number in (1, 2, 3):  # more than a PTY takes from whoever does not read
        client.input(session, b"x" * 100_000, "someone", number)
    wait_until(lambda: client.input_heard(session, "someone") == 3)
    assert client.input_seq(session, "someone") < 3
