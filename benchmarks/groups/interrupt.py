"""Ctrl-C in a flood, until the shell's next prompt is seen, past everything that was still on its way."""

from __future__ import annotations

import time
from typing import Any

from benchmarks import jobs
from benchmarks.harness import Bench, percentile

# The flood runs so long before Ctrl-C (seconds): long enough for queues to fill.
FLOOD_SECONDS = 1.0
LIMIT_SECONDS = 45


def run(bench: Bench) -> dict[str, Any]:
    samples = bench.interleaved(bench.wanted, bench.scale.interrupts, lambda name: one(bench, name), LIMIT_SECONDS + 15)
    return {
        name: {"samples": len(taken), "p50": percentile(taken, 0.5), "worst": max(taken)} if taken else {}
        for name, taken in samples.items()
    }


def one(bench: Bench, name: str) -> float:
    """Milliseconds."""
    with bench.client(bench.peer(name), jobs.shell(bench.jobs()), b"<1>") as client:
        client.type(f"yes {jobs.FLOOD_TEXT}\r")
        client.read_for(FLOOD_SECONDS)
        began = time.perf_counter()
        client.type("\x03")
        return (client.until(b"<2>", LIMIT_SECONDS) - began) * 1000
