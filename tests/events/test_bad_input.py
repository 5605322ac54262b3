"""Offsets that cannot be, names that are not one's own, too much at once: an answer, and nothing else happens."""

from __future__ import annotations

import threading

import pytest

WINDOW = 1 << 20


@pytest.fixture(scope="module")
def session(server):
    """Says ready, then repeats what is typed."""
    made = server.api("alice").start(["sh", "-c", "echo ready; cat"])["id"]
    while "ready" not in server.api("alice").screen(made):
        pass
    return made


@pytest.mark.parametrize("offset", [10**9, 2**63 - 1, 0])
def test_a_join_with_an_offset_that_is_not_known_gets_the_whole_screen(server, viewer, session, offset):
    """0: the session has begun, but this page has drawn nothing."""
    one = viewer(server, "alice")
    answer = one.join(session, offset=offset)
    head = server.api("alice").status(session)["output_bytes"]
    assert answer["ok"] and answer["offset"] <= head
    if offset:
        assert b"ready" in answer["snapshot"]
    assert one.type(f"seen {offset}\n")["ok"]
    one.wait_output(b"seen %d\r\nseen %d\r\n" % (offset, offset))


@pytest.mark.parametrize("offset", [-1, 2**63, 1.5, "12", True, [1]])
def test_an_offset_that_is_no_offset_is_named(server, viewer, session, offset):
    error = viewer(server, "alice").call("join", {"session": session, "offset": offset})["error"]
    assert error["code"] == "bad_request" and "offset" in error["message"]


def test_an_offset_below_what_is_kept_gets_the_whole_screen(own_server, viewer):
    server = own_server(HOLDFAST_JOURNAL_BYTES=str(1 << 20))
    made = server.api("alice").start(["sh", "-c", "seq 1 700000; echo the-end; cat"])["id"]
    while "the-end" not in server.api("alice").screen(made):
        pass
    one = viewer(server, "alice")
    answer = one.join(made, offset=5)
    assert b"the-end" in answer["snapshot"] and answer["offset"] > 4 * WINDOW


def test_client_names_have_a_length_and_belong_to_their_user(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "bob")
    error = one.call("join", {"session": session, "client": "c" * 65})["error"]
    assert error["code"] == "bad_request" and "client" in error["message"]
    assert one.join(session, client="mine")["ok"]
    assert one.type("counted\n", seq=7)["ok"]
    theirs = server.api("bob").start(["cat"])["id"]
    assert other.join(theirs, client="mine")["input_seq"] == 0, "the same name, another user's count"
    assert other.call("join", {"session": session, "client": "mine"})["error"]["code"] == "not_found"
    again = viewer(server, "alice")
    assert again.join(session, client="mine")["input_seq"] == 7


def test_drawn_for_what_was_never_sent_or_joined_has_no_effect(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    other.join(session)
    for offset in (5, 10**15, 0, -1, 2**64, "x", None):
        one.io.emit("drawn", {"session": session, "offset": offset})  # not joined
        other.io.emit("drawn", {"session": session, "offset": offset})
    other.io.emit("drawn", [])
    assert one.join(session)["ok"]
    assert one.type("after lies\n")["ok"]
    other.wait_output(b"after lies\r\nafter lies\r\n")


def test_a_thousand_joins_from_one_socket_are_one_viewer(server, viewer, session):
    one, other = viewer(server, "alice"), viewer(server, "alice")
    other.join(session)
    for _ in range(999):
        one.io.emit("join", {"session": session, "rows": 10, "cols": 20})
    one.join(session)
    assert other.viewers["connected_clients"] == 2
    assert other.type("one of two\n")["ok"]
    one.wait_output(b"one of two\r\none of two\r\n")


def test_10000_inputs_at_a_program_that_does_not_read_are_refused_and_stay_in_order(server, viewer):
    """None is typed out of turn: once one was refused, none after it was taken before there was room."""
    program = "stty raw -echo; echo ready; kill -STOP $$; exec cat"
    made = server.api("alice").start(["bash", "-c", program])["id"]
    flooder, beside = viewer(server, "alice"), viewer(server, "alice")
    flooder.join(made)
    flooder.wait(lambda v: b"ready" in v.output or v.begin)
    quiet = server.api("alice").start(["cat"])["id"]
    beside.join(quiet)
    answers: dict[int, dict] = {}
    done = threading.Event()

    def answered(number: int, answer: dict) -> None:
        answers[number] = answer
        if len(answers) >= 5000:
            done.set()

    for number in range(10_000):
        data = b"%09d " % number + b"x" * 500
        flooder.io.emit("input", {"session": made, "data": data}, callback=lambda a, n=number: answered(n, a))
        if number % 2000 == 0:
            beside.type(f"{number}\n")
            beside.wait_output(b"%d\r\n%d\r\n" % (number, number))
    assert done.wait(60), "most are refused while nobody reads"
    assert {a["error"]["code"] for a in list(answers.values()) if not a["ok"]} == {"rate_limited"}
    assert server.api("alice").post(f"/sessions/{made}/signal", {"signal": "CONT"}).status_code == 204
    flooder.wait(lambda v: len(answers) == 10_000, 60)
    taken = [number for number, answer in sorted(answers.items()) if answer["ok"]]
    last = b"%09d " % taken[-1] + b"x" * 500
    flooder.wait(lambda v: last in v.output[-3000:] or any(last[:80] in s["data"] for s in v.snapshots[-1:]), 60)
    echoed = server.api("alice").output(made)
    assert b"".join(b"%09d " % number + b"x" * 500 for number in taken) in echoed


def test_a_join_that_was_sent_before_its_client_came_back_takes_nobody_s_place(server, viewer):
    """A server that hung reads what the dead connection had sent when the living one is there already."""
    session = server.api("alice").start(["cat"])["id"]
    dead, living = viewer(server, "alice"), viewer(server, "alice")
    assert living.join(session, client="tab")["ok"]
    dead.io.emit("join", {"session": session, "client": "tab"})
    assert dead.call("leave", {"session": session})["error"]["code"] == "not_found", "it did not get in"
    assert living.type("still here\n")["ok"]
    living.wait_output(b"still here\r\nstill here")
    assert server.api("alice").status(session)["connected_clients"] == 1
