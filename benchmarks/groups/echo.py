"""A key and its echo: idle, beside a session that floods, and in the flooding session itself.

Idle, the keys of all peers alternate one by one; with a flood each peer has the machine for itself for a turn.
The flood beside is watched by a viewer (another process at low priority), as in life; for this server also not.
"""

from __future__ import annotations

import contextlib
import gc
import select
import time
from typing import Any

from benchmarks import jobs
from benchmarks.clients import Client, connect
from benchmarks.drain import Drain
from benchmarks.harness import Bench, percentile

# Between two keys (seconds): a fast typist repeats in 30 ms; long enough that the machine goes idle again.
PAUSE_SECONDS = 0.005
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# A key whose echo was not seen for so long is counted as unseen (seconds).
UNSEEN_SECONDS = 3.0
SETTLE_SECONDS = 0.5


def run(bench: Bench) -> dict[str, Any]:
    found = {"idle": idle(bench)}
    for case, names in (
        ("beside a flood", bench.wanted),
        ("beside an unwatched flood", [n for n in bench.wanted if n == "holdfast"]),
        ("in the flood", bench.wanted),
    ):
        bench.say(f"  {case}")
        samples = bench.interleaved(names, bench.scale.rounds, lambda name, case=case: flooded(bench, name, case), 60)
        found[case] = {name: figures([key for turn in turns for key in turn]) for name, turns in samples.items()}
    return found


def idle(bench: Bench) -> dict[str, Any]:
    bench.say("  idle")
    keys: dict[str, list[float | None]] = {}
    with contextlib.ExitStack() as stack:
        clients: dict[str, Client] = {}
        for name in bench.wanted:
            opened = bench.attempt(name, lambda name=name: opening(bench, stack, name), 30)
            if opened is not None:
                clients[name], keys[name] = opened, []
        quiet(stack)
        for _ in range(bench.scale.rounds * bench.scale.keys):
            for name, client in list(clients.items()):
                took = bench.attempt(name, lambda client=client: [one(client)], 10)
                if took is None:
                    del clients[name]
                else:
                    keys[name] += took
            time.sleep(PAUSE_SECONDS)
    return {name: figures(took) for name, took in keys.items()}


def opening(bench: Bench, stack: contextlib.ExitStack, name: str) -> Client:
    return stack.enter_context(bench.client(bench.peer(name), jobs.echo(bench.jobs()), jobs.READY))


def flooded(bench: Bench, name: str, case: str) -> list[float | None]:
    peer = bench.peer(name)
    with contextlib.ExitStack() as stack:
        if case == "in the flood":
            spec = stack.enter_context(bench.session(peer, jobs.echo_in_flood(bench.jobs())))
            client = stack.enter_context(contextlib.closing(connect(spec)))
        else:
            client = stack.enter_context(bench.client(peer, jobs.echo(bench.jobs()), jobs.READY))
            beside = stack.enter_context(bench.session(peer, jobs.flood(bench.jobs())))
            if "unwatched" not in case:
                stack.enter_context(Drain([beside]))
        client.read_for(SETTLE_SECONDS)
        quiet(stack)
        keys = []
        for turn in range(bench.scale.keys // (2 if case == "in the flood" else 1)):
            letter = LETTERS[turn % len(LETTERS)]
            keys.append(one(client, letter, f"~{letter}~".encode()) if case == "in the flood" else one(client))
            client.read_for(PAUSE_SECONDS)
        return keys


def quiet(stack: contextlib.ExitStack) -> None:
    """No garbage collection of ours in the midst of a key."""
    gc.collect()
    gc.disable()
    stack.callback(gc.enable)


def one(client: Client, key: str = jobs.KEY, sign: bytes = jobs.KEY.encode()) -> float | None:
    """Milliseconds from the key leaving to its sign arriving; None: it was not seen."""
    began = time.perf_counter()
    client.type(key)
    while True:
        for data in client.outputs():
            if sign in data:
                return (time.perf_counter() - began) * 1000
        if time.perf_counter() - began > UNSEEN_SECONDS:
            return None
        if client.owes() and not select.select([client], [], [], 0.1)[0]:
            client.settle()


def figures(keys: list[float | None]) -> dict[str, Any]:
    seen = [key for key in keys if key is not None]
    if not seen:
        return {"keys": len(keys), "unseen": len(keys), "p50": None, "p95": None, "p99": None}
    shares = {f"p{share}": percentile(seen, share / 100) for share in (50, 95, 99)}
    return {"keys": len(keys), "unseen": len(keys) - len(seen), **shares}
