"""A tab that nobody looks at: listed, alive, and told nothing; looked at again it is exact at once."""

from __future__ import annotations

import pytest

FLOOD = ["bash", "-c", "read x; for ((i=0; i<150000; i++)); do echo line-$i; done; echo the-end; cat"]
SMALL = ["bash", "-c", "stty -echo; while read x; do echo got-$x; done"]


def look(viewer, visible: bool) -> None:
    assert viewer.call("look", {"session": viewer.session, "visible": visible}) == {"ok": True}


def hidden_ones(viewer) -> int:
    return sum(one["hidden"] for one in viewer.viewers.get("viewers", []))


def test_a_hidden_viewer_gets_nothing_of_a_flood_and_one_exact_snapshot_after_it(server, viewer):
    api = server.api("alice")
    session = api.start(FLOOD)["id"]
    hidden, quick = viewer(server, "alice"), viewer(server, "alice")
    for one in (hidden, quick):
        one.join(session)
    look(hidden, False)
    quick.wait(lambda v: hidden_ones(v) == 1)
    assert quick.viewers["connected_clients"] == 2
    assert api.status(session)["connected_clients"] == 2, "the session is not left alone"
    quick.type("go\n")
    quick.wait(lambda v: b"the-end" in v.output[-2000:] or b"the-end" in (v.snapshots or [{"data": b""}])[-1]["data"])
    assert hidden.call("input", {"session": session, "data": ""})["ok"], "it is told all the same what it asks"
    assert (hidden.output, hidden.snapshots) == (b"", [])
    head = api.status(session)["output_bytes"]
    look(hidden, True)
    hidden.wait(lambda v: v.snapshots and not v.snapshots[-1]["frame"])  # a frame before it, while it still floods
    quick.type("after\n")
    hidden.wait_output(b"after\r\nafter\r\n")
    (exact,) = [snapshot for snapshot in hidden.snapshots if not snapshot["frame"]]
    assert exact["offset"] == head
    assert b"line-149999" in exact["data"] and b"line-146000" in exact["data"]
    quick.wait(lambda v: hidden_ones(v) == 0)


def test_who_missed_little_gets_just_that(server, viewer):
    session = server.api("alice").start(SMALL)["id"]
    hidden, other = viewer(server, "alice"), viewer(server, "alice")
    for one in (hidden, other):
        one.join(session)
    look(hidden, False)
    for number in range(100):
        other.type(f"{number}\n")
    other.wait_output(b"got-99\r\n")
    assert hidden.output == b""
    look(hidden, True)
    hidden.wait_output(b"got-99\r\n")
    assert hidden.snapshots == []
    other.type("more\n")
    for one in (hidden, other):
        one.wait_output(b"got-more\r\n")
    assert hidden.output == other.output


def test_a_resize_meanwhile_is_told_and_redrawn_when_looked_at(server, viewer):
    session = server.api("alice").start(SMALL)["id"]
    hidden, other = viewer(server, "alice"), viewer(server, "alice")
    for one in (hidden, other):
        one.join(session)
    look(hidden, False)
    other.call("resize", {"session": session, "rows": 30, "cols": 90})
    hidden.wait(lambda v: any(name == "resized" for name, _ in v.events))
    other.wait(lambda v: v.snapshots)
    assert hidden.snapshots == []
    look(hidden, True)
    hidden.wait(lambda v: v.snapshots)
    assert (hidden.snapshots[0]["rows"], hidden.snapshots[0]["cols"]) == (30, 90)


def test_a_title_is_told_to_who_does_not_look(server, viewer):
    """What its tab shows; a flood of titles is told once a second."""
    titles = "while read x; do for i in $(seq 500); do printf \"\\033]2;$x $i\\a\"; done; done"
    session = server.api("alice").start(["bash", "-c", titles])["id"]
    hidden, other = viewer(server, "alice"), viewer(server, "alice")
    for one in (hidden, other):
        one.join(session)
    look(hidden, False)
    for name in ("first", "second"):
        other.type(f"{name}\n")
        hidden.wait(lambda v, name=name: v.of("status") and v.of("status")[-1]["title"] == f"{name} 500")
    assert hidden.output == b"" and len(hidden.of("status")) < 20
    assert other.of("status") == []


def test_one_that_was_behind_when_it_was_hidden_is_exact_when_it_is_shown(server, viewer):
    session = server.api("alice").start(FLOOD)["id"]
    slow, quick = viewer(server, "alice"), viewer(server, "alice")
    for one in (slow, quick):
        one.join(session)
    slow.acks_drawn = False
    quick.type("go\n")
    quick.wait(lambda v: b"the-end" in v.output[-2000:] or b"the-end" in (v.snapshots or [{"data": b""}])[-1]["data"])
    look(slow, False)
    slow.acks_drawn = True
    slow.io.emit("drawn", {"session": session, "offset": slow.offset})
    quick.type("after\n")
    quick.wait(lambda v: b"after" in v.output + (v.snapshots or [{"data": b""}])[-1]["data"])
    assert slow.type("")["ok"] and slow.snapshots == []
    look(slow, True)
    slow.wait(lambda v: v.snapshots and not v.snapshots[-1]["frame"])
    assert b"the-end" in slow.snapshots[-1]["data"]


def test_the_end_is_told_and_the_last_screen_is_there(server, viewer):
    session = server.api("alice").start(["bash", "-c", "read x; seq 1 200000; exit 3"])["id"]
    hidden = viewer(server, "alice")
    hidden.join(session)
    look(hidden, False)
    hidden.type("go\n")
    hidden.wait(lambda v: any(name == "ended" for name, _ in v.events))
    assert hidden.output == b""
    look(hidden, True)
    hidden.wait(lambda v: v.snapshots and b"200000" in v.snapshots[-1]["data"])


def test_a_storm_of_looks_tells_the_others_now_and_then_and_ends_exact(server, viewer):
    session = server.api("alice").start(SMALL)["id"]
    stormy, calm = viewer(server, "alice"), viewer(server, "alice")
    for one in (stormy, calm):
        one.join(session)
    calm.wait(lambda v: v.viewers.get("connected_clients") == 2)
    told = len(calm.of("viewers"))
    for number in range(1000):
        stormy.io.emit("look", {"session": session, "visible": bool(number % 2)})
        if number % 100 == 0:
            calm.type(f"{number}\n")
    look(stormy, True)
    for one in (stormy, calm):
        one.wait_output(b"got-900\r\n")
    assert stormy.output == calm.output
    calm.wait(lambda v: hidden_ones(v) == 0)
    assert len(calm.of("viewers")) - told < 200, "shared"


def test_a_second_connection_of_the_same_client_is_looked_at(server, viewer):
    session = server.api("alice").start(SMALL)["id"]
    first, again = viewer(server, "alice"), viewer(server, "alice")
    first.join(session, client="tab")
    look(first, False)
    again.join(session, client="tab", offset=first.offset)
    again.wait(lambda v: v.viewers.get("connected_clients") == 1 and hidden_ones(v) == 0)
    answer = first.call("look", {"session": session, "visible": True})
    assert answer["error"]["code"] == "not_found", "its place is taken"
    again.type("x\n")
    again.wait_output(b"got-x\r\n")


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ({"session": "a" * 12, "visible": True}, "not_found"),
        ({"session": "a" * 12}, "bad_request"),
        ({"session": "a" * 12, "visible": 1}, "bad_request"),
        ({"session": "A", "visible": True}, "bad_request"),
        ({"session": "a" * 12, "visible": True, "more": 1}, "bad_request"),
        (None, "bad_request"),
    ],
)
def test_what_cannot_be_looked_at(server, viewer, ask, code):
    assert viewer(server, "alice").call("look", ask)["error"]["code"] == code


def test_a_stranger_has_nothing_to_look_at(server, viewer):
    session = server.api("alice").start(SMALL)["id"]
    stranger = viewer(server, "charlie")
    assert stranger.call("look", {"session": session, "visible": False})["error"]["code"] == "not_found"
