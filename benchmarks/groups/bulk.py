"""A lot of output to one viewer: from the start of the job to its last byte seen, and what the server's processes
spent on it. What was received tells how much of the output the viewer saw as such (tmux sends screens)."""

from __future__ import annotations

import shlex
import time
from typing import Any

from benchmarks import jobs
from benchmarks.harness import Bench, cpu, middle

LIMIT_SECONDS = 90


def run(bench: Bench) -> dict[str, Any]:
    scale = bench.scale
    text = jobs.text_file(bench.directory, scale.bulk_mb)
    found = {}
    for case, command, size in (
        (f"cat of {scale.bulk_mb} MB", f"cat {shlex.quote(str(text))}", text.stat().st_size),
        (f"seq 1 {scale.seq_lines}", f"seq 1 {scale.seq_lines}", seq_size(scale.seq_lines)),
    ):
        bench.say(f"  {case}")
        samples = bench.interleaved(
            bench.wanted, scale.bulk_rounds, lambda name, command=command: one(bench, name, command), LIMIT_SECONDS
        )
        found[case] = {"megabytes": size / 1e6, **{name: middle(taken) for name, taken in samples.items()}}
    return found


def seq_size(lines: int) -> int:
    """Bytes that `seq 1 lines` writes."""
    widths = ((10 ** (d - 1), min(lines, 10**d - 1), d + 1) for d in range(1, len(str(lines)) + 1))
    return sum((last - first + 1) * width for first, last, width in widths)


def one(bench: Bench, name: str, command: str) -> dict[str, float | None]:
    peer = bench.peer(name)
    job = jobs.timed(bench.jobs(), command)
    with bench.client(peer, job, jobs.READY) as client:
        client.read_for(0.2)
        processes = peer.processes()
        spent, had, began = cpu(processes), client.received, time.time()
        clock = time.perf_counter()
        client.type("\n")
        seen = client.until(jobs.DONE, LIMIT_SECONDS)
        took = job.wait(5)
        times = job.times()
        assert took is not None and times is not None
        return {
            "seconds": began + (seen - clock) - times[0],
            "job": took,
            "cpu": cpu(processes) - spent if processes else None,
            "received": (client.received - had) / 1e6,
            "snapshots": getattr(client, "snapshots", 0),
        }
