"""kill -9 of a server in mid-flood: programs lost, bytes lost or repeated, time until a viewer is live again.

For this server: the web server, then the keeper, every line of the flood checked. For the peers: whether the
program in the session is still there a second later.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from typing import Any

import psutil

from benchmarks import jobs
from benchmarks.clients import connect
from benchmarks.harness import Bench, middle
from benchmarks.peers import Holdfast
from tests.support.server import Server
from tests.support.viewer import Viewer

FLOOD = ["bash", "-c", "i=0; while :; do echo line-$((i++)); done"]
LIMIT_SECONDS = 60
PEER_SECONDS = 1.0


def run(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = {"peers": {}}
    if "holdfast" in bench.wanted:
        for victim in ("web", "keeper"):
            bench.say(f"  {victim}")
            limit = LIMIT_SECONDS + 10 * bench.scale.kills
            found[victim] = bench.attempt(victim, lambda victim=victim: ours(bench, victim), limit)
    for name in bench.wanted:
        if name not in ("holdfast", "pty"):
            found["peers"][name] = bench.attempt(name, lambda name=name: theirs(bench, name), LIMIT_SECONDS)
    return found


def ours(bench: Bench, victim: str) -> dict[str, Any]:
    with bench.fresh("holdfast") as peer:
        session = peer.api.start(FLOOD)
        try:
            tries = [one(peer, session, victim) for _ in range(bench.scale.kills)]
            wrong = checked(peer, session["id"])
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(session["pid"], signal.SIGKILL)
    lost = sum(sample.pop("lost") for sample in tries)
    worst = max(sample["seconds"] for sample in tries)
    return {"tries": len(tries), "lost": lost, "worst": worst, **middle(tries), **wrong}


def one(peer: Holdfast, session: dict[str, Any], victim: str) -> dict[str, Any]:
    server = peer.server
    viewer = watching(server, session["id"])
    began = time.perf_counter()
    if victim == "web":
        viewer.close()
        server.restart()
        viewer = Viewer(server.url, server.user("alice"))
        viewer.join(session["id"])
    else:
        killed = peer.keeper_pid()
        os.kill(killed, signal.SIGKILL)
        # What was on its way does not count: from the next keeper on.
        while peer.keeper_pid() in (None, killed):
            time.sleep(0.002)
    mark = viewer.offset
    viewer.wait(lambda v: v.offset > mark + 1000)
    took = time.perf_counter() - began
    viewer.close()
    return {"seconds": took, "lost": int(not psutil.pid_exists(session["pid"]))}


def watching(server: Server, session: str) -> Viewer:
    """In the midst of the flood."""
    viewer = Viewer(server.url, server.user("alice"))
    viewer.join(session)
    mark = viewer.offset
    viewer.wait(lambda v: v.offset > mark + 20_000)
    return viewer


def checked(peer: Holdfast, session: str) -> dict[str, Any]:
    """Ends the flood, then counts lines that are missing, repeated or torn in what the journal keeps."""
    api = peer.server.api("alice")
    viewer = Viewer(peer.server.url, peer.server.user("alice"))
    viewer.join(session)
    api.call("DELETE", f"/sessions/{session}")
    if api.status(session)["alive"]:
        viewer.wait(lambda v: v.of("ended"))
    viewer.close()
    output = api.output(session)
    expected, wrong = None, 0
    for line in output[: output.rindex(b"\r\n")].split(b"\r\n"):
        match = re.fullmatch(rb"line-(\d+)", line)
        number = int(match[1]) if match else None
        # The first kept line may have been cut where older output was dropped.
        if line is not None and expected is not None and number != expected:
            wrong += 1
        expected = number + 1 if number is not None else expected
    return {"wrong_lines": wrong, "checked_mb": len(output) / 1e6}


def theirs(bench: Bench, name: str) -> dict[str, Any]:
    job = jobs.flood(bench.jobs())
    with bench.fresh(name) as peer:
        spec = peer.open(job)
        client = connect(spec)
        try:
            client.read_for(0.3)
            for process in peer.processes()[:1]:
                process.kill()
            limit = time.monotonic() + PEER_SECONDS
            while job.alive() and time.monotonic() < limit:
                time.sleep(0.02)
            return {"lost": int(not job.alive())}
        finally:
            client.close()
            job.kill()
