"""What a viewer on a thin, long line sees of a flood, and how soon after it the exact screen.

The line is a proxy that carries so many bytes a second and each byte late (tests/support/thin.py). The program
writes the time into every line, so a frame says itself how old it is. Nothing is compressed: this client does
not ask for it, a browser does.
"""

from __future__ import annotations

import contextlib
import re
import select
import shlex
import sys
import time
from typing import Any

from benchmarks import jobs
from benchmarks.clients import HoldfastClient, Spec
from benchmarks.harness import Bench, median, middle
from tests.support.thin import ThinLink

# Bytes a second, seconds there and back; None: this machine, without a line between.
LINES = {
    "64 KB/s, 100 ms": (64 << 10, 0.1), "256 KB/s, 100 ms": (256 << 10, 0.1), "1 MB/s, 100 ms": (1 << 20, 0.1),
    "no line between": None,
}  # fmt: skip
LIMIT_SECONDS = 60
END = b"=end="
STAMP = re.compile(rb"@(\d+\.\d+)@")
PROGRAM = """
import os, sys, time
sys.stdin.readline()
until, n = time.time() + float(sys.argv[1]), 0
while time.time() < until:
    lines = []
    for _ in range(20):
        n += 1
        words = "".join("\\x1b[38;5;%dmword%04d " % ((n + k) % 256, n * k % 10000) for k in range(6))
        lines.append("@%.3f@ %s\\x1b[0m\\r\\n" % (time.time(), words))
    os.write(1, "".join(lines).encode())
os.write(1, ("=end=@%.3f@\\r\\n" % time.time()).encode())
sys.stdin.readline()
"""


class Watcher(HoldfastClient):
    """Notes each snapshot: when it came, whether it is a frame, its bytes."""

    def __init__(self, spec: Spec) -> None:
        self.seen: list[tuple[float, bool, bytes]] = []
        super().__init__(spec)

    def _take(self, opcode: int, payload: bytes) -> bytes | None:
        head, frames, snapshots = self.head, self.frames, self.snapshots
        data = super()._take(opcode, payload)
        if data is not None and self.snapshots > snapshots:
            self.seen.append((time.time(), self.frames > frames, data))
        elif data is not None and END in data and head.startswith(b'451-["output"'):
            self.seen.append((time.time(), False, data))
        return data


def run(bench: Bench) -> dict[str, Any]:
    if "holdfast" not in bench.wanted:
        return {}
    scale = bench.scale
    samples = bench.interleaved(
        list(scale.slow_lines), scale.slow_rounds, lambda name: one(bench, LINES[name]), LIMIT_SECONDS * 2
    )
    return {"seconds": scale.slow_seconds, **{name: middle(taken) for name, taken in samples.items()}}


def one(bench: Bench, line: tuple[float, float] | None) -> dict[str, Any]:
    peer = bench.peer("holdfast")
    seconds = bench.scale.slow_seconds
    run = shlex.join([sys.executable, "-S", "-c", PROGRAM, str(seconds)])
    with contextlib.ExitStack() as stack:
        spec = stack.enter_context(bench.session(peer, jobs.Job(bench.jobs(), f"stty -echo; exec {run}")))
        if line is not None:
            link = stack.enter_context(contextlib.closing(ThinLink(spec["port"], *line)))
            spec = spec | {"port": link.port}
        watcher = stack.enter_context(contextlib.closing(Watcher(spec)))
        watcher.type("\n")
        began = time.time()
        while not any(END in data and not frame for _, frame, data in watcher.seen):
            if select.select([watcher], [], [], 0.02)[0]:
                watcher.outputs()
            elif watcher.owes():
                watcher.settle()
            if time.time() - began > LIMIT_SECONDS:
                raise TimeoutError("the end was not seen")
        return figures(watcher.seen, began)


def figures(seen: list[tuple[float, bool, bytes]], began: float) -> dict[str, Any]:
    at, _, last = seen[-1]
    ended = float(STAMP.findall(last)[-1])
    frames = [(came, data) for came, frame, data in seen if frame and came < ended]
    ages = [came - max(map(float, stamps)) for came, data in frames if (stamps := STAMP.findall(data))]
    first = frames[0][0] if frames else None
    kept_up = all(END in data for _, _, data in seen)
    steady = ended - first if first is not None else 0
    return {
        "first": None if first is None else first - began,
        "rate": (len(frames) - 1) / steady if steady > 0 else None if kept_up else 0.0,
        "age": median(ages),
        "bytes": median([len(data) for _, data in frames]),
        "end": min(came for came, _, data in seen if END in data) - ended,
        "exact": at - ended,
        "exact_bytes": len(last),
    }
