"""Sessions end to end: a real server, real programs, real Socket.IO clients."""

from __future__ import annotations

import json
import queue
import re

import pytest


def test_a_session_echoes_and_everyone_joined_sees_it(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    first, second = viewer(server, "alice"), viewer(server, "alice")
    assert first.join(session)["ok"]
    joined = second.join(session, rows=50, cols=120)
    assert joined["role"] == "owner"
    assert (joined["rows"], joined["cols"]) == (24, 80), "joining never resizes"
    assert first.type("hello\n") == {"ok": True, "seq": None}
    for one in (first, second):
        one.wait_output(b"hello\r\nhello\r\n")
    first.wait(lambda v: v.viewers.get("connected_clients") == 2)
    assert {v["cols"] for v in first.viewers["viewers"]} == {None, 120}
    second.close()
    first.wait(lambda v: v.viewers["connected_clients"] == 1)


def test_a_joiner_gets_the_exact_screen_then_every_byte(server, viewer):
    session = server.api("alice").start(["bash", "-c", "printf 'one\\r\\ntwo'; cat"])["id"]
    early = viewer(server, "alice")
    shown = early.join(session)["snapshot"]
    early.wait(lambda v: b"two" in shown + v.output)
    early.type("three\n")
    early.wait_output(b"three\r\nthree\r\n")
    late = viewer(server, "alice")
    joined = late.join(session)
    assert joined["offset"] == early.offset
    assert re.search(rb"one.*two.*three", joined["snapshot"], re.S)
    early.type("four\n")
    for one in (early, late):
        one.wait_output(b"four\r\nfour\r\n")
    assert late.output == early.output[-len(late.output) :]


def test_a_resume_gets_the_missing_bytes_and_no_snapshot(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    staying, leaving = viewer(server, "alice"), viewer(server, "alice")
    staying.join(session)
    leaving.join(session, client="tab-1")
    leaving.type("before\n", seq=1)
    leaving.wait_output(b"before\r\nbefore\r\n")
    offset = leaving.offset
    leaving.close()
    staying.type("meanwhile\n")
    staying.wait_output(b"meanwhile\r\nmeanwhile\r\n")
    back = viewer(server, "alice")
    joined = back.join(session, client="tab-1", offset=offset)
    assert joined["snapshot"] is None and joined["offset"] == offset
    assert joined["input_seq"] == 1
    back.wait_output(b"meanwhile\r\nmeanwhile\r\n")
    assert back.output == b"meanwhile\r\nmeanwhile\r\n"


def test_a_client_that_comes_back_takes_its_own_place(server, viewer):
    """Its old connection may hang for half a minute before anybody knows that it is dead."""
    session = server.api("alice").start(["cat"])["id"]
    hung, watcher = viewer(server, "alice"), viewer(server, "alice")
    mine = hung.join(session, client="tab")["viewer"]
    hung.call("resize", {"session": session, "rows": 30, "cols": 90})
    watcher.join(session)
    back = viewer(server, "alice")
    assert back.join(session, client="tab")["viewer"] == mine
    watcher.wait(lambda v: v.of("viewers") and v.viewers["connected_clients"] == 2)
    assert server.api("alice").status(session)["size_holder"] == "alice"
    back.type("once\n")
    watcher.wait_output(b"once\r\nonce\r\n")
    assert b"once" not in hung.output
    hung.close()
    assert back.join(session)["viewer"] == mine, "also a second time from one socket"
    assert len(server.api("alice").status(session)["viewers"]) == 2
    other = viewer(server, "bob")
    assert other.join(session, client="tab")["error"]["code"] == "not_found"


def test_a_new_name_reaches_who_is_in_the_session(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    one = viewer(server, "alice")
    one.join(session)
    assert server.api("alice").call("PATCH", f"/sessions/{session}", json={"name": "new"}).status_code == 200
    one.wait(lambda v: any(s["name"] == "new" for s in v.of("status")))


def test_numbered_input_is_typed_once(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    one = viewer(server, "alice")
    one.join(session, client="c1")
    assert one.type("a\n", seq=1) == {"ok": True, "seq": 1}
    one.wait_output(b"a\r\na\r\n")
    assert one.type("a\n", seq=1) == {"ok": True, "seq": 1}
    assert one.type("b\n", seq=2)["ok"]
    one.wait_output(b"b\r\nb\r\n")
    assert one.output == b"a\r\na\r\nb\r\nb\r\n"


def test_input_of_many_viewers_keeps_each_ones_order(server, viewer):
    session = server.api("alice").start(["bash", "-c", "stty -echo raw; echo ready; cat"])["id"]
    typists = [viewer(server, "alice") for _ in range(3)]
    for typist in typists:
        typist.join(session)
        typist.wait(lambda v: b"ready" in v.output or server.api("alice").screen(session))
    for number in range(50):
        for name, typist in zip("abc", typists, strict=True):
            typist.io.emit("input", {"session": session, "data": f"{name}{number:02d};"})
    typists[0].wait(lambda v: len(re.findall(rb"[abc]\d\d;", v.output)) == 150)
    for name in "abc":
        mine = re.findall(rf"{name}(\d\d);".encode(), typists[0].output)
        assert mine == [b"%02d" % n for n in range(50)]


def test_a_resize_reaches_program_and_viewers(server, viewer):
    session = server.api("alice").start(
        ["bash", "-c", "trap 'stty size' WINCH; echo ready; while :; do read -t 1 x; done"]
    )["id"]
    holder, other = viewer(server, "alice"), viewer(server, "alice")
    mine = holder.join(session)["viewer"]
    other.join(session)
    holder.wait(lambda v: b"ready" in v.output or b"ready" in v.snapshots[-1:] or v.offset > 0)
    assert holder.call("resize", {"session": session, "rows": 30, "cols": 100}) == {
        "ok": True, "rows": 30, "cols": 100,
    }  # fmt: skip
    for one in (holder, other):
        one.wait(lambda v: v.of("resized"))
        assert one.of("resized")[-1] == {"session": session, "rows": 30, "cols": 100, "viewer": mine}
        one.wait(lambda v: v.snapshots and v.snapshots[-1]["cols"] == 100)
        one.wait(lambda v: b"30 100" in v.output or b"30 100" in v.snapshots[-1]["data"])
    assert server.api("alice").status(session)["rows"] == 30


@pytest.mark.parametrize(
    ("command", "code", "signal"),
    [(["sh", "-c", "exit 7"], 7, None), (["sh", "-c", "kill -9 $$"], None, "SIGKILL"), (["true"], 0, None)],
)
def test_the_end_is_told_and_kept(server, viewer, command, code, signal):
    watcher = viewer(server, "alice")
    watcher.call("watch", {})
    session = server.api("alice").start(command)["id"]
    watcher.wait(lambda v: any(s["id"] == session and s["state"] == "ended" for s in v.of("status")))
    status = server.api("alice").status(session)
    assert (status["exit_code"], status["exit_signal"], status["alive"]) == (code, signal, False)
    late = viewer(server, "alice")
    joined = late.join(session)
    assert joined["ok"] and joined["status"]["state"] == "ended"
    assert late.type("x")["error"]["code"] == "ended"


def test_output_before_the_end_is_complete_for_viewers(server, viewer):
    session = server.api("alice").start(["sh", "-c", "read x; seq 1 20000; exit 3"])["id"]
    one = viewer(server, "alice")
    one.join(session)
    one.type("go\n")
    one.wait(lambda v: v.of("ended"))
    ended = {"session": session, "exit_code": 3, "exit_signal": None, "end_reason": None, "memory_limit": None}
    assert one.of("ended") == [ended]
    assert server.api("alice").output(session).endswith(b"19999\r\n20000\r\n")


def test_bob_and_charlie_see_nothing_of_alices(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    charlie = viewer(server, "charlie")
    charlie.call("watch", {})
    asks = [
        ("join", {"session": session}),
        ("input", {"session": session, "data": "x"}),
        ("resize", {"session": session, "rows": 5, "cols": 5}),
        ("leave", {"session": session}),
        ("join", {"session": "a" * 12}),
    ]
    assert {charlie.call(event, ask)["error"]["code"] for event, ask in asks} == {"not_found"}
    alice = viewer(server, "alice")
    alice.call("watch", {})
    alice.join(session)
    alice.type("secret\n")
    alice.wait(lambda v: any(s["id"] == session for s in v.of("status")))
    assert charlie.events == []


@pytest.mark.parametrize(
    ("event", "ask", "field"),
    [
        ("join", {"session": 5}, "session"),
        ("join", {"session": "../../etc"}, "session"),
        ("join", {}, "session"),
        ("join", {"session": "a" * 12, "rows": 0}, "rows"),
        ("join", {"session": "a" * 12, "rows": 1001}, "rows"),
        ("join", {"session": "a" * 12, "offset": -1}, "offset"),
        ("join", {"session": "a" * 12, "offset": 2**63}, "offset"),
        ("join", {"session": "a" * 12, "offset": "0"}, "offset"),
        ("join", {"session": "a" * 12, "client": "x" * 65}, "client"),
        ("join", {"session": "a" * 12, "surprise": 1}, "surprise"),
        ("input", {"session": "a" * 12, "data": 7}, "data"),
        ("input", {"session": "a" * 12, "data": "x", "seq": 0}, "seq"),
        ("resize", {"session": "a" * 12, "rows": 24}, "cols"),
        ("resize", {"session": "a" * 12, "rows": True, "cols": 80}, "rows"),
        ("watch", {"all": True}, "all"),
        ("join", [1, 2], "an object"),
        ("join", None, "session"),
        ("nonsense", {}, "nonsense"),
    ],
)
def test_bad_input_names_the_field(server, viewer, event, ask, field):
    answer = viewer(server, "alice").call(event, ask)
    assert answer["ok"] is False and answer["error"]["code"] == "bad_request"
    assert field in answer["error"]["message"]


def test_huge_input_is_refused_and_the_connection_lives(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    one = viewer(server, "alice")
    one.join(session)
    assert one.type(b"x" * ((1 << 20) + 1))["error"]["code"] == "too_large"
    assert one.type("")["ok"]
    assert one.type("fine\n")["ok"]
    one.wait_output(b"fine\r\nfine\r\n")


def test_a_program_that_does_not_read_blocks_nobody(server, viewer):
    """Its queue fills up, the sender is told, and other events of the same socket go through."""
    session = server.api("alice").start(["bash", "-c", "stty raw -echo; echo ready; exec sleep 1000"])["id"]
    other = server.api("alice").start(["cat"])["id"]
    one, two = viewer(server, "alice"), viewer(server, "alice")
    one.join(session)
    answers: queue.Queue[dict] = queue.Queue()
    for _ in range(4):
        one.io.emit("input", {"session": session, "data": b"y" * (400 << 10)}, callback=answers.put)
    two.join(other)
    assert two.type("quick\n")["ok"]
    assert answers.get(timeout=20)["error"]["code"] == "rate_limited"
    assert one.call("leave", {"session": session}) == {"ok": True}


def test_a_foreign_token_or_none_is_not_let_in(server):
    import socketio

    for token in (None, "hf_wrong", 7):
        client = socketio.Client(reconnection=False)
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(server.url, transports=["websocket"], auth={"token": token}, wait_timeout=10)


def test_what_is_not_socket_io_ends_only_its_own_connection(server, viewer):
    import websocket

    bystander = viewer(server, "alice")
    junks = ["4", "42", "42[", '42["join"', "451-", "45999999-[]", "4\x00", "9", "x", '42{"a":1}', "40/x,"]
    for junk in junks:
        raw = websocket.create_connection(
            server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket", timeout=10
        )
        raw.recv()
        raw.send("40" + json.dumps({"token": server.user("alice")}))
        raw.send(junk)
        raw.close()
    assert bystander.call("watch", {})["ok"]
    assert not any("Traceback" in line for line in server.log), server.log[-30:]

