"""kill -9 of the web server with many sessions, then: from its start until every one of them is live again."""

from __future__ import annotations

import re
import time
from typing import Any

import requests

from benchmarks import jobs
from benchmarks.groups.idle import settle
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
            if bench.scale.name != "smoke":
                settle(peer)
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
