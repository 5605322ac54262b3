"""What sessions cost when nothing happens in them: memory (PSS, shared pages in parts) and processor of all server
processes together. The programs in the sessions are not counted. Where a session needs a viewer it has one."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from benchmarks import jobs
from benchmarks.drain import Drain
from benchmarks.harness import Bench, cpu, pss
from benchmarks.peers import Holdfast, HoldfastTwo, Peer

# After the last session was made the server may finish what it does about it. This one saves what changed, one by
# one, in a tenth of its time, in rounds with pauses of ten seconds (HOLDFAST_SNAPSHOT_SECONDS): it is done when it
# was quiet for longer than such a pause. Peers are given 4 s.
QUIET_SECONDS = 12
SETTLE_SECONDS = 240
QUIET_SHARE = 0.01
LIMIT_SECONDS = 900


def run(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = {}
    names = [name for name in bench.wanted if name != "pty"]
    if Holdfast.name in names and bench.scale.name != "smoke":
        names.append(HoldfastTwo.name)
    for name in names:
        ours = {Holdfast.name: bench.scale.idle, HoldfastTwo.name: bench.scale.idle[-1:]}
        counts = ours.get(name, bench.scale.idle_peers)
        found[name] = bench.attempt(name, lambda n=name, c=counts: series(bench, n, c), LIMIT_SECONDS) or {}
    return found


def series(bench: Bench, name: str, counts: tuple[int, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with bench.fresh(name) as peer, contextlib.ExitStack() as stack:
        empty = pss(peer.processes())
        made: list[jobs.Job] = []
        stack.callback(lambda: [job.kill() for job in made])
        for count in counts:
            began, specs = time.monotonic(), []
            while len(made) < count:
                made.append(jobs.sleeper(bench.jobs()))
                specs.append(peer.launch(made[-1]))
            if not peer.detached:
                stack.enter_context(Drain(specs))
            seconds = time.monotonic() - began
            if bench.scale.name != "smoke":
                settle(peer)
            found[str(count)] = {"empty": empty, "making": seconds / count, **look(peer, bench.scale.idle_seconds)}
            bench.say(f"  {name}, {count}: {found[str(count)]['pss']:.1f} MB")
    return found


def settle(peer: Peer) -> None:
    """Until the server has done what it does, or SETTLE_SECONDS."""
    began = quiet_since = time.monotonic()
    quiet, most = (QUIET_SECONDS, SETTLE_SECONDS) if isinstance(peer, Holdfast) else (2, 4)
    while (now := time.monotonic()) - began < most and now - quiet_since < quiet:
        before = cpu(peer.processes())
        time.sleep(1)
        if cpu(peer.processes()) - before > QUIET_SHARE:
            quiet_since = time.monotonic()


def look(peer: Peer, seconds: float) -> dict[str, Any]:
    processes = peer.processes()
    before, began = cpu(processes), time.monotonic()
    time.sleep(seconds)
    share = 100 * (cpu(processes) - before) / (time.monotonic() - began)
    parts = {}
    if isinstance(peer, Holdfast):
        parts = {name: pss([process]) for name, process in peer.parts().items()}
    return {"pss": pss(processes), "cpu": share, "parts": parts}
