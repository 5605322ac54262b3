"""Who opens too many connections, asks too fast or keeps too much is told so, and nobody else notices."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import socketio

from app.events.bucket import Bucket
from app.events.crowd import household
from app.events.sessions import full
from app.limits import EVENTS_A_SECOND, EVENTS_AT_ONCE, MOST_VIEWERS
from app.live.presence import Elsewhere
from app.live.room import Room
from app.screen.engine import Screen
from benchmarks.wire import Closed, WebSocket
from tests.events.test_greed import calm, client, memory  # noqa: F401  (fixtures)

HOUSE, OTHER = "203.0.113.7", "198.51.100.1"


@pytest.fixture
def connect():
    """Connections that say from where they come, as a proxy on this machine does."""
    made: list[socketio.Client] = []

    def connect(server, name, address=None) -> socketio.Client:
        one = socketio.Client(reconnection=False)
        said: list[object] = []
        one.on("connect_error", said.append)
        made.append(one)
        headers = {"X-Forwarded-For": address} if address else {}
        try:
            one.connect(server.url, transports=["websocket"], headers=headers, auth={"token": server.user(name)})
        except socketio.exceptions.ConnectionError:
            one.refused = said[0]["message"] if isinstance(said[0], dict) else str(said[0])
        else:
            one.refused = ""
        return one

    yield connect
    for one in made:
        one.disconnect()


def test_connections_of_an_account_and_of_an_address(own_server, connect):
    server = own_server(HOLDFAST_ACCOUNT_CONNECTIONS="2", HOLDFAST_ADDRESS_CONNECTIONS="3")
    first, second, third = (connect(server, "alice") for _ in range(3))
    assert (first.refused, second.refused) == ("", "")
    assert "(2)" in third.refused and "tabs" in third.refused
    assert connect(server, "bob").refused == "" and connect(server, "bob").refused == "", "loopback is not counted"
    first.disconnect()
    while connect(server, "alice").refused:  # the server hears of it in a moment
        pass
    house = [connect(server, name, HOUSE) for name in ("charlie", "dora", "eve")]
    assert [one.refused for one in house] == ["", "", ""]
    assert "address (3)" in connect(server, "frank", HOUSE).refused
    assert connect(server, "frank", OTHER).refused == ""
    house[0].disconnect()
    while connect(server, "frank", HOUSE).refused:
        pass


def test_connections_that_never_say_who_they_are(own_server):
    server = own_server(HOLDFAST_ADDRESS_CONNECTIONS="3")
    path = "/socket.io/?EIO=4&transport=websocket"
    silent = [WebSocket(server.port, path, {"X-Forwarded-For": HOUSE}) for _ in range(6)]
    with pytest.raises((AssertionError, Closed, ConnectionError)):
        WebSocket(server.port, path, {"X-Forwarded-For": HOUSE})
    WebSocket(server.port, path, {"X-Forwarded-For": OTHER}).close()
    for one in silent:
        one.close()


@pytest.mark.parametrize(
    ("address", "counted"),
    [("127.0.0.1", ""), ("::1", ""), ("::ffff:127.0.0.1", ""), ("", ""), ("unix", ""), ("203.0.113.7", "203.0.113.7"),
     ("::ffff:203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
     ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"), ("2001:db8:1:3::1", "2001:db8:1:3::/64")],
)  # fmt: skip
def test_what_counts_as_one_address(address, counted):
    assert household(address) == counted


def test_the_bucket():
    clock = [0.0]
    bucket = Bucket(rate=10, most=100, clock=lambda: clock[0])
    assert sum(bucket.takes("input") for _ in range(500)) == 100
    clock[0] = 0.9
    assert not bucket.takes("input"), "once empty, nothing is taken before a second's worth is there"
    clock[0] = 1.0
    assert sum(bucket.takes("input") for _ in range(500)) == 10
    clock[0] = 1000.0
    assert sum(bucket.takes("drawn") for _ in range(5000)) in range(990, 1010)
    assert not bucket.takes(["no", "name"])


def test_no_person_and_no_page_comes_near_it():
    """Ten minutes of a key that repeats, a window that is dragged and a flood drawn in a thousand pieces a second."""
    clock = [0.0]
    bucket = Bucket(clock=lambda: clock[0])
    for _ in range(600):
        clock[0] += 1
        assert all(bucket.takes("input") for _ in range(40))
        assert all(bucket.takes("drawn") for _ in range(1000))
        assert all(bucket.takes("resize") for _ in range(60))
    assert all(bucket.takes("input") for _ in range(10_000)) and EVENTS_AT_ONCE > 10_000 > EVENTS_A_SECOND


def test_who_asks_too_fast_is_told_and_others_type_on(server, client, calm):  # noqa: F811
    one, refused = client(), None
    for number in range(200_000):
        one.ask("nothing", {})
        if number % 100 == 99:
            answers = [one.answer() for _ in range(100)]
            refused = next((each["error"] for each in answers if each["error"]["code"] == "rate_limited"), None)
            if refused:
                break
    assert number + 1 >= EVENTS_AT_ONCE and refused["message"].endswith("Wait a second.")
    assert calm.type("beside\n")["ok"]
    calm.wait_output(b"beside\r\nbeside\r\n")
    while True:
        one.ask("peek", {"sessions": []})
        answer = one.answer()
        if answer["ok"]:
            break
        assert answer["error"]["code"] == "rate_limited"


def test_a_full_session_takes_its_owner_and_who_was_there():
    def viewer(number, role="viewer", name=""):
        return SimpleNamespace(sid=f"s{number}", role=role, input_client=name)

    room = Room("a" * 12, Screen(2, 2, 0), 0, None, None)
    room.viewers = {number: viewer(number, name=f"1:{number}") for number in range(MOST_VIEWERS)}
    assert full(room, viewer("new")) and full(room, viewer("new", "operator", "2:1"))
    assert not full(room, viewer("new", "owner")) and not full(room, viewer("new", name="1:7"))
    assert not full(room, viewer(7))
    del room.viewers[3]
    assert not full(room, viewer("new"))
    there = Elsewhere("3", "bob", client="1:3")
    room.elsewhere = lambda: [there]
    assert full(room, viewer("new")) and not full(room, viewer("new", name="1:3"))
    room.elsewhere, room.unnamed = list, lambda: 1
    assert full(room, viewer("new", name="1:3"))


def test_what_an_account_may_keep_on_disk(own_server):
    server = own_server(HOLDFAST_ACCOUNT_BYTES="200000")
    alice = server.api("alice")
    first = alice.start(["sh", "-c", "yes | head -c 300000; echo the-end; exec cat"])["id"]
    while "the-end" not in alice.screen(first):
        pass
    answer = alice.post("/sessions", {"command": ["cat"]})
    assert answer.status_code == 507 and "200000" in answer.json()["detail"], answer.text
    assert [one["id"] for one in alice.get("/sessions").json()["sessions"]] == [first], "nothing half done"
    assert alice.post(f"/sessions/{first}/again").status_code == 507
    assert alice.post(f"/sessions/{first}/input", {"data": "still\n"}).status_code == 204
    while "still" not in alice.screen(first):
        pass
    server.api("bob").start(["cat"])
    assert alice.call("DELETE", f"/sessions/{first}?forget=true").status_code == 204
    alice.start(["cat"])


PROGRAM = r"""
import sys
out = sys.stdout.buffer
def osc(text, end=b"\a"): out.write(b"\x1b]" + text + end)
osc(b"52;c;" + b"QUJD" * (10 << 18))
osc(b"8;;https://example.com/" + b"u" * (1 << 20)); out.write(b"link"); osc(b"8;;")
osc(b"9;" + b"n" * (1 << 20)); osc(b"777;notify;" + b"t" * (1 << 20) + b";" + b"b" * (1 << 20))
for number in range(100_000): osc(b"2;%06d" % number)
osc(b"7;file:///" + b"d" * (1 << 20))
osc(b"2;" + b"T" * (1 << 20))
osc(b"0;a\xc2\x85b\xe2\x80\xaec\xe2\x80\x8bd" + "\u4e2d".encode() * 2000, b"\x1b\\")
out.write(b"\r\nthe-end\r\n"); out.flush()
input()
osc(b"2;" + b"\xe2\x80\xae" * 300 + b"short"); out.write(b"\r\nlast\r\n"); out.flush()
input()
"""


def test_what_programs_send_is_bounded_and_printable_wherever_it_goes(server, viewer, calm, tmp_path):  # noqa: F811
    api = server.api("alice")
    watcher = viewer(server, "alice")
    assert watcher.call("watch", {})["ok"]
    before = memory(server)
    script = tmp_path / "loud.py"
    script.write_text(PROGRAM)
    session = api.start(["python3", str(script)])["id"]
    assert watcher.call("peek", {"sessions": [session]})["ok"]
    while "the-end" not in api.screen(session):
        assert calm.type("x\n")["ok"], "others' keys go on"
    assert memory(server) - before < 60 << 20
    assert bounded(api.status(session)["title"])
    assert all(bounded(one["title"]) for one in api.get("/sessions").json()["sessions"])
    joined = viewer(server, "alice")
    answer = joined.join(session)
    assert bounded(answer["status"]["title"]) and len(answer["snapshot"]) < 300_000
    assert len(api.get("/audit", params={"session": session}).text) < 10_000
    assert api.post(f"/sessions/{session}/input", {"data": "\n"}).status_code == 204
    while "last" not in api.screen(session):
        pass
    watcher.wait(lambda v: "short" in titles(v, session))
    assert all(bounded(title) for title in titles(watcher, session))
    for name, message in watcher.events:
        if name == "thumbnail" and message["session"] == session:
            assert len(str(message)) < 100_000


def titles(one, session):
    return [message["title"] for name, message in one.events if name == "status" and message["id"] == session]


def bounded(title):
    return title is None or (len(title) <= 256 and title.isprintable())


def test_directories_are_shown_without_control_characters(server, viewer, tmp_path):
    """Such a name is the program's to choose, and who watches the session reads it."""
    place = tmp_path / "a\x1b]0;x\x07b\nc\u202ed"
    place.mkdir()
    session = server.api("alice").start(["sh", "-c", "echo ready; cat"], cwd=str(place))["id"]
    one = viewer(server, "alice")
    for cwd in (one.join(session)["status"]["cwd"], server.api("alice").status(session)["cwd"]):
        assert cwd.isprintable() and cwd.endswith("a\ufffd]0;x\ufffdb\ufffdc\ufffdd")
