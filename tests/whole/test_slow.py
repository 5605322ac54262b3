"""Slow is a state, not a queue: a viewer that stops drawing costs nobody anything and loses nothing."""

from __future__ import annotations

FLOOD = ["bash", "-c", "read x; for ((i=0; i<400000; i++)); do echo line-$i; done; echo the-end; cat"]
WINDOW = 1 << 20


def test_a_viewer_that_does_not_draw_stops_getting_output_and_ends_up_exact(server, viewer):
    session = server.api("alice").start(FLOOD)["id"]
    slow, quick = viewer(server, "alice"), viewer(server, "alice")
    quick.join(session)
    slow.join(session)
    slow.acks_drawn = False
    quick.type("go\n")
    quick.wait(lambda v: b"the-end" in v.output[-2000:] or b"the-end" in (v.snapshots or [{"data": b""}])[-1]["data"])
    head = server.api("alice").status(session)["output_bytes"]
    assert head > 4 * WINDOW
    assert len(slow.output) <= WINDOW + (128 << 10), "bounded by the window and one slice"
    assert slow.snapshots == [], "nothing is sent to who has not drawn what was sent"
    slow.acks_drawn = True
    slow.io.emit("drawn", {"session": session, "offset": slow.offset})
    slow.wait(lambda v: v.snapshots and not v.snapshots[-1]["frame"])
    exact = slow.snapshots[-1]
    assert exact["offset"] == head
    assert b"line-399999" in exact["data"] and b"the-end" in exact["data"]
    quick.type("after\n")
    slow.wait_output(b"after\r\nafter\r\n")


def test_a_client_that_never_says_drawn_gets_its_window_then_snapshots(server, viewer):
    session = server.api("alice").start(FLOOD)["id"]
    silent, quick = viewer(server, "alice"), viewer(server, "alice")
    silent.acks_drawn = False
    quick.join(session)
    silent.join(session)
    quick.type("go\n")
    silent.wait(lambda v: b"the-end" in v.output[-100:] or (v.snapshots and b"the-end" in v.snapshots[-1]["data"]))
    assert len(silent.output) >= WINDOW and silent.snapshots
    quick.type("after\n")
    silent.wait_output(b"after\r\nafter\r\n")


def test_a_viewer_that_keeps_up_again_gets_output_again_while_the_flood_goes_on(server, viewer):
    """Frames for the rest of an endless, but moderate, flood would be frames for ever."""
    endless = "i=0; while :; do printf 'line-%01000d\\r\\n' $((i++)); read -t 0.0005; done"
    session = server.api("alice").start(["bash", "-c", endless])["id"]
    one = viewer(server, "alice")
    one.join(session)
    one.acks_drawn = False
    while server.api("alice").status(session)["output_bytes"] < one.offset + 2 * WINDOW:
        pass
    seen = len(one.output)
    one.acks_drawn = True
    one.io.emit("drawn", {"session": session, "offset": one.offset})
    one.wait(lambda v: len(v.output) > seen + 100_000)
    server.api("alice").call("DELETE", f"/sessions/{session}")


def test_lies_about_drawn_change_nothing(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    liar = viewer(server, "alice")
    liar.join(session)
    for offset in (10**15, 0, 2**63 - 1, 5):
        liar.io.emit("drawn", {"session": session, "offset": offset})
    liar.io.emit("drawn", {"session": "z" * 12, "offset": 1})
    liar.io.emit("drawn", "nonsense")
    assert liar.type("fine\n")["ok"]
    liar.wait_output(b"fine\r\nfine\r\n")


def test_a_storm_of_resizes_ends_at_the_last_size(server, viewer):
    session = server.api("alice").start(["cat"])["id"]
    stormy, calm = viewer(server, "alice"), viewer(server, "alice")
    stormy.join(session)
    calm.join(session)
    for number in range(500):
        stormy.io.emit("resize", {"session": session, "rows": 10 + number % 50, "cols": 20 + number % 90})
    assert stormy.call("resize", {"session": session, "rows": 33, "cols": 99})["ok"]
    calm.wait(lambda v: v.snapshots and (v.snapshots[-1]["rows"], v.snapshots[-1]["cols"]) == (33, 99))
    assert len(calm.snapshots) < 250, "redraws are shared"
    calm.type("fine\n")
    calm.wait_output(b"fine\r\nfine\r\n")


def test_output_that_is_slow_to_parse_slows_only_its_own_session(server, viewer):
    """A flood of full resets takes the engine half a second for 64 KiB."""
    resets = r"""read x; yes $'\ec' | head -c 300000; echo the-end; cat"""
    heavy = server.api("alice").start(["bash", "-c", resets])["id"]
    light = server.api("alice").start(["cat"])["id"]
    watcher, typist = viewer(server, "alice"), viewer(server, "alice")
    watcher.join(heavy)
    typist.join(light)
    watcher.type("go\n")
    watcher.wait(lambda v: len(v.output) > 1000)
    for number in range(20):
        typist.type(f"line {number}\n")
        typist.wait_output(b"line %d\r\nline %d\r\n" % (number, number))
    late = viewer(server, "alice")
    assert late.join(heavy)["ok"], "joining waits for the feed under way"
    late.wait(lambda v: b"the-end" in v.output or any(b"the-end" in s["data"] for s in v.snapshots))
    assert "the-end" in server.api("alice").screen(heavy)
