"""One run: the servers that are up, progress, time limits, failures, interleaving.

The rule: a figure that cannot be taken is reported as such and ends nothing else; whatever was started is
gone when the run is over, however it ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.clients import Client, Spec, connect
from benchmarks.jobs import Job
from benchmarks.peers import ALL, EVERY, HOME, NotHere, Peer

PR_SET_CHILD_SUBREAPER = 36
ATTEMPT_SECONDS = 120


@dataclass(frozen=True)
class Scale:
    """How much of everything. quick: all under five minutes on two cores; smoke: just that it works."""

    name: str
    rounds: int
    keys: int  # keystrokes a round
    bulk_mb: int
    seq_lines: int
    bulk_rounds: int
    job_mb: int
    job_rounds: int
    slow_lines: tuple[str, ...]
    slow_seconds: float  # of flood over each line
    slow_rounds: int
    crowd: int  # the "100 viewers"
    fanout: tuple[int, ...]
    fanout_mb: int
    fanout_rounds: int
    interrupts: int
    join_lines: tuple[int, ...]
    joins: int
    idle: tuple[int, ...]
    idle_peers: tuple[int, ...]
    idle_seconds: float
    restart_sessions: int
    restarts: int
    kills: int
    browser_rounds: int


SOME_LINES = ("256 KB/s, 100 ms", "no line between")
ALL_LINES = ("64 KB/s, 100 ms", *SOME_LINES, "1 MB/s, 100 ms")
FULL = Scale(
    "full", slow_lines=ALL_LINES, slow_seconds=10, slow_rounds=3,
    rounds=10, keys=200, bulk_mb=100, seq_lines=3_000_000, bulk_rounds=5, job_mb=100, job_rounds=5,
    crowd=100, fanout=(2, 10, 50, 100), fanout_mb=20, fanout_rounds=3, interrupts=15,
    join_lines=(100_000, 1_000_000), joins=20, idle=(1, 50, 200, 1000), idle_peers=(1, 50, 200, 1000),
    idle_seconds=20, restart_sessions=200, restarts=5, kills=20, browser_rounds=3,
)  # fmt: skip
QUICK = Scale(
    "quick", slow_lines=ALL_LINES, slow_seconds=4, slow_rounds=1,
    rounds=3, keys=60, bulk_mb=25, seq_lines=750_000, bulk_rounds=2, job_mb=25, job_rounds=2,
    crowd=100, fanout=(2, 10, 50, 100), fanout_mb=5, fanout_rounds=1, interrupts=4,
    join_lines=(100_000, 1_000_000), joins=5, idle=(1, 50, 200), idle_peers=(1, 50), idle_seconds=4,
    restart_sessions=200, restarts=1, kills=3, browser_rounds=1,
)  # fmt: skip
SMOKE = Scale(
    "smoke", rounds=1, keys=5, bulk_mb=1, seq_lines=1000, bulk_rounds=1, job_mb=1, job_rounds=1,
    slow_lines=SOME_LINES, slow_seconds=3, slow_rounds=1,
    crowd=3, fanout=(2,), fanout_mb=1, fanout_rounds=1, interrupts=1, join_lines=(1000,), joins=1,
    idle=(1, 3), idle_peers=(1,), idle_seconds=0.2, restart_sessions=3, restarts=1, kills=1, browser_rounds=1,
)  # fmt: skip
SCALES = {scale.name: scale for scale in (FULL, QUICK, SMOKE)}


class TooLong(Exception):
    """An attempt went over its time."""


@dataclass
class Bench:
    scale: Scale
    wanted: list[str]
    directory: Path
    versions: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    failures: list[dict[str, str]] = field(default_factory=list)
    group: str = ""
    began: float = field(default_factory=time.monotonic)
    up: dict[str, Peer] = field(default_factory=dict)
    count: int = 0

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:6.0f} s  {text}", flush=True)

    def install(self) -> None:
        HOME.mkdir(exist_ok=True)
        for name in list(self.wanted):
            peer = ALL[name]()
            try:
                peer.install()
                self.versions[name] = peer.version()
                self.say(f"{name}: {self.versions[name]}")
            except NotHere as reason:
                self.absent[name] = str(reason)
                self.wanted.remove(name)
                self.say(f"{name}: not measured, {reason}")

    def jobs(self) -> Path:
        """Where the programs of this run lie."""
        path = self.directory / "jobs"
        path.mkdir(exist_ok=True)
        return path

    # Servers.

    def start(self, name: str) -> Peer:
        """A fresh server of its own."""
        self.count += 1
        peer = EVERY[name]()
        directory = self.directory / f"{name}{self.count}"
        directory.mkdir()
        peer.start(directory)
        return peer

    def peer(self, name: str) -> Peer:
        """The server that all groups share; started again should it have died."""
        if name in self.up and not self.up[name].alive():
            self.failed(name, "its server had died; started again")
            self.up.pop(name).close()
        if name not in self.up:
            self.up[name] = self.start(name)
        return self.up[name]

    @contextlib.contextmanager
    def fresh(self, name: str) -> Iterator[Any]:
        """A server of its own, gone afterwards; when it is only about whether all works, the one that is up."""
        if self.scale is SMOKE and name == "holdfast":
            yield self.peer(name)
            return
        peer = self.start(name)
        try:
            yield peer
        finally:
            peer.close()

    @contextlib.contextmanager
    def session(self, peer: Peer, job: Job, launch: bool = False) -> Iterator[Spec]:
        spec = peer.launch(job) if launch else peer.open(job)
        try:
            yield spec
        finally:
            peer.forget(spec, job)

    @contextlib.contextmanager
    def client(self, peer: Peer, job: Job, ready: bytes = b"") -> Iterator[Client]:
        """A session with the job and one client in it, which has seen `ready`."""
        with self.session(peer, job) as spec, contextlib.closing(connect(spec)) as client:
            if ready:
                client.until(ready, 20)
            yield client

    def close(self) -> None:
        for peer in self.up.values():
            with contextlib.suppress(Exception):
                peer.close()
        self.up.clear()

    # Measuring.

    def failed(self, what: str, why: str) -> None:
        self.failures.append({"group": self.group, "what": what, "why": why[:300]})
        self.say(f"  {what}: FAILED, {why[:200]}")

    def attempt(self, what: str, call: Callable[[], Any], seconds: float = ATTEMPT_SECONDS) -> Any:
        """What `call` returns; None when it failed or took too long, which is then reported."""
        with limited(seconds):
            try:
                return call()
            except NotHere as error:
                self.failed(what, str(error))
            except Exception as error:
                self.failed(what, f"{type(error).__name__}: {error}")
        return None

    def interleaved(
        self, names: list[str], rounds: int, measure: Callable[[str], Any], seconds: float = ATTEMPT_SECONDS
    ) -> dict[str, list[Any]]:
        """`measure` for each name in turn, so many rounds, each round in another order: whatever disturbs
        the machine disturbs all. A name that fails twice is left out of further rounds."""
        found: dict[str, list[Any]] = {name: [] for name in names}
        missed = dict.fromkeys(names, 0)
        for turn in range(rounds):
            order = list(names)
            random.Random(turn).shuffle(order)
            for name in order:
                if missed[name] < 2:
                    result = self.attempt(name, lambda name=name: measure(name), seconds)  # type: ignore[misc]
                    missed[name] += result is None
                    if result is not None:
                        found[name].append(result)
        return found


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    def over(number: int, frame: object) -> None:
        raise TooLong(f"took more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def bench(scale: Scale, peers: list[str]) -> Iterator[Bench]:
    """A run whose end leaves nothing: this process adopts what is orphaned below it, and ends it."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    directory = Path(tempfile.mkdtemp(prefix="holdfast-bench-"))
    # What the owner of this machine lets login shells do (pyenv: 150 ms each, one by one) is not to be measured.
    before, home = os.environ.get("HOME", "/"), directory / "home"
    home.mkdir()
    os.environ["HOME"] = str(home)
    run = Bench(scale, list(peers), directory)
    try:
        yield run
    finally:
        run.close()
        left = psutil.Process().children(recursive=True)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, 5)
        os.environ["HOME"] = before
        shutil.rmtree(directory, ignore_errors=True)


# Figures.


def cpu(processes: list[psutil.Process]) -> float:
    """Seconds on the processor so far, of all threads that live; in nanoseconds, where cpu_times has 10 ms."""
    total = 0
    for process in processes:
        for thread in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(thread.read_text().split()[0])
    return total / 1e9


def pss(processes: list[psutil.Process]) -> float:
    """MB (a million bytes), shared pages counted in parts."""
    return sum(process.memory_full_info().pss for process in processes) / 1e6


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def middle(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure over samples of the same shape."""
    if not samples:
        return {}
    whole: dict[str, Any] = {"samples": len(samples)}
    for key in samples[0]:
        values = [sample[key] for sample in samples if sample[key] is not None]
        whole[key] = statistics.median(values) if values else None
    return whole


def load() -> float:
    return round(os.getloadavg()[0], 2)
