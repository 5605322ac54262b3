"""Coming to a session with a long past: time and bytes until its last line is seen, and the server's time for it."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from benchmarks import jobs
from benchmarks.clients import HoldfastClient, Spec, connect
from benchmarks.harness import Bench, cpu, middle
from benchmarks.peers import Peer


def run(bench: Bench) -> dict[str, Any]:
    names = [name for name in bench.wanted if bench.peer(name).shared]
    found: dict[str, Any] = {}
    for lines in bench.scale.join_lines:
        bench.say(f"  {lines} lines behind")
        with contextlib.ExitStack() as stack:
            specs: dict[str, Spec] = {}
            for name in names:
                spec = bench.attempt(name, lambda name=name, n=lines: past(bench, stack, name, n))
                if spec is not None:
                    specs[name] = spec
            samples = bench.interleaved(list(specs), bench.scale.joins, lambda n, s=specs: one(bench.peer(n), s[n]), 30)
            found[str(lines)] = {name: middle(taken) for name, taken in samples.items()}
    return found


def past(bench: Bench, stack: contextlib.ExitStack, name: str, lines: int) -> Spec:
    """A session that has written so many lines and is silent now; nobody is in it."""
    job = jobs.sleeper(bench.jobs(), lines)
    spec = stack.enter_context(bench.session(bench.peer(name), job))
    with contextlib.closing(connect(spec)) as client:
        client.until(jobs.READY, 60)
        client.read_for(0.5)
    return spec


def one(peer: Peer, spec: Spec) -> dict[str, Any]:
    processes = peer.processes()
    spent, began = cpu(processes), time.perf_counter()
    joined = None
    if spec["kind"] == "holdfast":
        client = HoldfastClient(spec | {"join": False})
        asked = time.perf_counter()
        client.join()
        joined = (time.perf_counter() - asked) * 1000
    else:
        client = connect(spec)  # type: ignore[assignment]
    with contextlib.closing(client):
        seen = client.until(jobs.READY, 20)
        client.read_for(0.2)
        return {
            "seen": (seen - began) * 1000, "joined": joined,
            "cpu": (cpu(processes) - spent) * 1000, "received": client.received / 1e6,
        }  # fmt: skip
