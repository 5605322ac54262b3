"""Slow is a state, not a queue: a viewer that stops drawing costs nobody anything and loses nothing."""

from __future__ import annotations

import re
import sys
import threading
import time

import psutil
import pytest

from app.live.reader import FLOOD_SLICE_BYTES
from tests.support.thin import ThinLink
from tests.support.viewer import Viewer

FLOOD = ["bash", "-c", "read x; seq -f line-%.0f 0 399999; echo the-end; cat"]
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
    assert len(slow.output) <= WINDOW + FLOOD_SLICE_BYTES, "bounded by the window and one slice"
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
    # Where so many redraws made it fall behind, what it missed comes in a snapshot.
    calm.wait(lambda v: b"fine\r\nfine\r\n" in v.output or b"fine\r\nfine" in v.snapshots[-1]["data"])


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


# Colour, so that a screen is some kilobytes; the clock, so that a frame says how old it is. Some 3 KB a write; the
# second argument is the pause between two.
SCREENS = r"""
import os, sys, time
sys.stdin.readline()
until, pause = time.time() + float(sys.argv[1]), float(sys.argv[2])
n = 0
while time.time() < until:
    lines = []
    for _ in range(20):
        n += 1
        words = "".join("\x1b[38;5;%dmword%04d " % ((n + k) % 256, n * k % 10000) for k in range(6))
        lines.append("@%.3f@ %s\x1b[0m\r\n" % (time.time(), words))
    os.write(1, "".join(lines).encode())
    if pause:
        time.sleep(pause)
os.write(1, b"the-end\r\n")
sys.stdin.readline()
"""


@pytest.fixture
def thin(server):
    made: list[ThinLink] = []

    def link(rate: float, round_trip: float = 0.1) -> ThinLink:
        made.append(ThinLink(server.port, rate, round_trip))
        return made[-1]

    yield link
    for each in made:
        each.close()


@pytest.fixture
def over(server):
    """over(link, "alice") is a viewer on that link."""
    made: list[Viewer] = []

    def connect(link: ThinLink, name: str) -> Viewer:
        made.append(Viewer(f"http://127.0.0.1:{link.port}", server.user(name)))
        return made[-1]

    yield connect
    for one in made:
        one.close()
        assert not one.broken, one.broken


def flood(server, seconds: float, pause: float = 0.0) -> str:
    return server.api("alice").start([sys.executable, "-S", "-c", SCREENS, str(seconds), str(pause)])["id"]


def exact_end(viewer: Viewer) -> bool:
    last = viewer.snapshots[-1] if viewer.snapshots else None
    return last is not None and not last["frame"] and b"the-end" in last["data"] or b"the-end" in viewer.output


def test_who_is_on_a_thin_line_sees_frames_soon_and_the_exact_end(server, thin, over):
    """256 KB a second and 100 ms: the first frame behind what the kernel holds, not behind a window of output;
    each frame young, since none waits for another; at the end the last screen, then as much as the line takes."""
    # 1.3 MB a second: five times what the line carries, and no more than a server on a busy machine parses. Of a flood
    # without pauses it would be behind itself, and the frames as old, whatever the line.
    session = flood(server, 5, pause=0.002)
    link = thin(256 << 10)
    one = over(link, "alice")
    one.join(session)
    one.type("\n")
    one.wait(exact_end, 60)
    frames = [snapshot for snapshot in one.snapshots if snapshot["frame"]]
    assert len(frames) > 3, "and on an idle machine about seven a second"
    ages = sorted(one.came[id(frame)] - max(map(float, re.findall(rb"@([\d.]+)@", frame["data"]))) for frame in frames)
    assert ages[len(ages) // 2] < 1.5, "0.15 on an idle machine"
    exact = [snapshot for snapshot in one.snapshots if not snapshot["frame"]][-1]
    # 512 KB on an idle machine; more where its load lets the line look quicker than it is. All of it would be 3 MB.
    assert len(exact["data"]) < 1 << 20, "cut to what the line takes in a moment"
    assert exact["data"].count(b"\n") > 500, "with scrollback"
    # Where a busy machine slowed the flood down, that came before the end, and the rest as output.
    head = server.api("alice").status(session)["output_bytes"]
    one.wait(lambda v: v.offset == head)


def test_frames_for_a_link_that_carries_them_are_steady_and_bounded(server, thin, over):
    session = flood(server, 4)
    one = over(thin(2 << 20, 0.02), "alice")
    one.join(session)
    began = time.monotonic()
    one.type("\n")
    one.wait(exact_end, 60)
    took = time.monotonic() - began
    frames = [snapshot for snapshot in one.snapshots if snapshot["frame"]]
    assert 4 < len(frames) < 70 * took, "25 a second on an idle machine"
    assert one.snapshots[-1]["data"].count(b"\n") > 4900, "all the scrollback"


def test_a_line_that_needs_longer_than_a_ping_for_a_snapshot_is_not_cut(own_server):
    """3 MB over 64 KB/s take 48 s; an answer to a ping comes behind them. Here in small: 5 s, and 2 s of patience."""
    server = own_server()
    server.kill()
    server.program = (
        "-c",
        "import app.events.server as e; e.PING_SECONDS, e.PONG_SECONDS = 1, 1; import wsgi; wsgi.main()",
    )
    server.start()
    filled = server.api("alice").start(["sh", "-c", "seq -f '%070.0f' 1 5000; echo the-end; cat"])["id"]
    while "the-end" not in server.api("alice").screen(filled):
        pass
    link = ThinLink(server.port, 64 << 10)
    one = Viewer(f"http://127.0.0.1:{link.port}", server.user("alice"))
    # The server's patience is what is tried: this client would give up, too, after 6 s with nothing to send, or 2 s
    # without a byte on a busy machine.
    one.io.eio.ping_interval = 60
    one.io.eio.ws.settimeout(60)
    try:
        answer = one.join(filled)
        assert len(answer["snapshot"]) > 300_000 and b"the-end" in answer["snapshot"]
        assert one.connected
    finally:
        one.close()
        link.close()


def test_who_is_behind_when_the_session_is_resized_and_ends_gets_the_last_screen(server, viewer):
    session = server.api("alice").start(["bash", "-c", "read x; seq 1 400000; read x; echo the-end"])["id"]
    slow, quick = viewer(server, "alice"), viewer(server, "alice")
    slow.join(session)
    quick.join(session)
    slow.acks_drawn = False
    quick.type("go\n")
    quick.wait(lambda v: b"400000\r\n" in v.output[-200:] or b"400000" in (v.snapshots or [{"data": b""}])[-1]["data"])
    assert quick.call("resize", {"session": session, "rows": 30, "cols": 90})["ok"]
    quick.wait(lambda v: v.snapshots and v.snapshots[-1]["rows"] == 30)
    quick.type("\n")
    slow.wait(lambda v: v.of("ended"))
    slow.acks_drawn = True
    slow.io.emit("drawn", {"session": session, "offset": slow.offset})
    slow.wait(exact_end)
    last = slow.snapshots[-1]
    assert (last["rows"], last["cols"]) == (30, 90)
    assert last["offset"] == server.api("alice").status(session)["output_bytes"]


def test_who_is_behind_when_the_keeper_dies_catches_up(killable, viewer):
    server = killable
    session = server.api("alice").start(["bash", "-c", "read x; seq 1 900000; echo the-end; cat"])["id"]
    slow = viewer(server, "alice")
    slow.join(session)
    slow.acks_drawn = False
    slow.type("go\n")
    while server.api("alice").status(session)["output_bytes"] < 3 * WINDOW:
        pass
    vault = psutil.Process(int((server.data_dir / "keeper" / "lock").read_text()))
    for child in vault.children():
        if "keeper" in " ".join(child.cmdline()):
            child.kill()
    while "the-end" not in server.api("alice").screen(session):
        pass
    slow.acks_drawn = True
    slow.io.emit("drawn", {"session": session, "offset": slow.offset})
    slow.wait(exact_end)
    assert slow.type("after\n")["ok"]
    slow.wait_output(b"after\r\nafter\r\n")


def test_10000_resizes_a_second_disturb_nobody(server, viewer):
    """From one column to a thousand, with all the scrollback, in two ways at once."""
    session = server.api("alice").start(["bash", "-c", "seq -f '%070.0f' 1 6000; cat"])["id"]
    beside = server.api("alice").start(["cat"])["id"]
    stormy, calm, typist = (viewer(server, "alice") for _ in range(3))
    stormy.join(session)
    calm.join(session)
    typist.join(beside)
    calm.type("all there\n")  # what seq writes is no part of what resizes cost
    calm.wait_output(b"all there\r\nall there\r\n")
    head = server.data_dir / "sessions" / session
    before = sum(path.stat().st_size for path in head.iterdir())
    sizes = [(1, 1), (1000, 1000), (1, 1000), (1000, 1)]
    answers: list[dict] = []
    for number in range(10_000):
        rows, cols = sizes[number % 4]
        stormy.io.emit("resize", {"session": session, "rows": rows, "cols": cols}, callback=answers.append)
        if number % 1000 == 0:
            assert server.api("alice").post(f"/sessions/{session}/resize", {"rows": 50, "cols": 50}).status_code == 204
            typist.type(f"line {number}\n")
            typist.wait_output(b"line %d\r\nline %d\r\n" % (number, number))
            assert calm.type(f"calm {number}\n")["ok"]
    assert stormy.call("resize", {"session": session, "rows": 33, "cols": 99})["ok"]
    calm.wait(
        lambda v: (
            v.snapshots
            and not v.snapshots[-1]["frame"]
            and (v.snapshots[-1]["rows"], v.snapshots[-1]["cols"]) == (33, 99)
        )
    )
    assert all(answer["ok"] for answer in answers)
    assert len(calm.of("resized")) < 2000
    assert sum(path.stat().st_size for path in head.iterdir()) - before < 100_000
    calm.type("fine\n")
    calm.wait(lambda v: b"fine\r\nfine\r\n" in v.output or b"fine\r\nfine" in v.snapshots[-1]["data"])


def test_many_joiners_in_a_flood_share_a_snapshot(server, viewer):
    session = flood(server, 3)
    first = viewer(server, "alice")
    first.join(session)
    first.type("\n")
    many = [viewer(server, "alice") for _ in range(15)]
    threads = [threading.Thread(target=one.join, args=(session,)) for one in many]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in many:
        one.wait(exact_end, 60)
