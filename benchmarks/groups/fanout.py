"""One session, many viewers: until the last of them has seen the end, and what it cost the server."""

from __future__ import annotations

import contextlib
import shlex
import time
from typing import Any

from benchmarks import jobs
from benchmarks.clients import connect
from benchmarks.drain import Drain
from benchmarks.harness import Bench, cpu, middle

LIMIT_SECONDS = 90


def run(bench: Bench) -> dict[str, Any]:
    text = jobs.text_file(bench.directory, bench.scale.fanout_mb)
    command = f"cat {shlex.quote(str(text))}"
    names = [name for name in bench.wanted if bench.peer(name).shared and name != "tmux"]
    found: dict[str, Any] = {"megabytes": text.stat().st_size / 1e6, "viewers": {}}
    for count in bench.scale.fanout:
        bench.say(f"  {count} viewers")
        samples = bench.interleaved(
            names, bench.scale.fanout_rounds, lambda name, n=count: one(bench, name, n, command), LIMIT_SECONDS
        )
        found["viewers"][count] = {name: middle(taken) for name, taken in samples.items()}
    return found


def one(bench: Bench, name: str, count: int, command: str) -> dict[str, Any]:
    peer = bench.peer(name)
    job = jobs.timed(bench.jobs(), command)
    with bench.session(peer, job) as spec:
        typist = connect(spec)
        typist.until(jobs.READY, 20)
        with Drain([spec] * count, jobs.DONE, nice=0) as crowd, contextlib.closing(typist):
            processes = peer.processes()
            spent, clock, began = cpu(processes), time.perf_counter(), time.time()
            typist.type("\n")
            typist.close()
            seen = crowd.seen()
            times = job.times()
            assert times is not None
            seconds = began + (max(seen["at"]) - clock) - times[0]
            received = sum(seen["received"]) / 1e6
            return {
                "seconds": seconds, "job": times[1] - times[0], "cpu": cpu(processes) - spent,
                "received": received, "rate": received / seconds, "snapshots": seen["snapshots"],
                "client_cpu": seen["cpu"],
            }  # fmt: skip
