"""kill -9 of the web server with many sessions, then: from its start until every one of them is live again."""

from __future__ import annotations

import re
import time
from typing import Any

import requests

from benchmarks import jobs
from benchmarks.harness import Bench, middle
from benchmarks.peers import Holdfast

# Lines that each session has behind it.
LINES = 1000
LIMIT_SECONDS = 60
# Between two looks (seconds); /metrics is cheap.
LOOK_SECONDS = 0.02


def run(bench: Bench) -> dict[str, Any]:
    if "holdfast" not in bench.wanted:
        return {}
    count = bench.scale.restart_sessions
    with bench.fresh("holdfast") as peer:
        made = [jobs.sleeper(bench.jobs(), LINES) for _ in range(count)]
        try:
            for job in made:
                peer.launch(job)
            settled(peer)
            samples = []
            for _ in range(bench.scale.restarts):
                sample = bench.attempt("holdfast", lambda: one(peer, count), LIMIT_SECONDS)
                if sample is not None:
                    samples.append(sample)
            lost = sum(not job.alive() for job in made)
        finally:
            for job in made:
                job.kill()
    return {"sessions": count, "lost": lost, **middle(samples)}


def settled(peer: Holdfast) -> None:
    """Until the server has saved its snapshots, as it would have in life."""
    limit = time.monotonic() + 20
    from benchmarks.groups.idle import QUIET_SHARE
    from benchmarks.harness import cpu

    while time.monotonic() < limit:
        before = cpu(peer.processes())
        time.sleep(1)
        if cpu(peer.processes()) - before < QUIET_SHARE:
            return


def one(peer: Holdfast, count: int) -> dict[str, float]:
    peer.server.kill()
    began = time.perf_counter()
    peer.server.start()
    answers = time.perf_counter() - began
    http = requests.Session()
    http.trust_env = False
    while live(http, peer) < count:
        time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - began
    listed = peer.server.api("alice").get("/sessions", params={"state": "running"}).json()["sessions"]
    assert sum(status["running_in_background"] for status in listed) == count
    return {"answers": answers, "seconds": seconds}


def live(http: requests.Session, peer: Holdfast) -> int:
    text = http.get(f"{peer.server.url}/metrics", timeout=30).text
    found = re.search(r"^holdfast_\w*running\w* (\d+)", text, re.M)
    assert found, text[:2000]
    return int(float(found[1]))
