"""Several web processes on one port (HOLDFAST_WORKERS): starts them, starts again what died, stops them all.

The rule: it serves nothing and knows nothing, so there is nothing in it that could fail: standard library only, no
eventlet. It holds the listening socket and the lock; workers inherit both, so what it leaves behind when it is
killed is what they need to go, and the next start to come.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, NoReturn

from app import isolation
from app.config import Config, ConfigError, load
from app.listening import CannotStart, listen, lock_of

WSGI = Path(__file__).resolve().parent.parent / "wsgi.py"
WORKER = "worker"  # the first argument of a process that is one
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
# One that died is started again at once, one that dies again and again after pauses that double (seconds); so long
# a life makes up for all before it.
PAUSES = (0.1, 30.0)
GOOD_LIFE_SECONDS = 60.0
# The first start makes the database and the keeper, whose own patience is 10 s.
START_SECONDS = 60.0
# Workers end at once when they are told to; one that does not is stuck.
STOP_SECONDS = 5.0
READY = b"r"
PR_SET_PDEATHSIG = 1


class Place(NamedTuple):
    """What a worker is told on its command line: its number, and descriptors that it has inherited."""

    number: int
    parent: int
    listener: int
    lock: int
    ready: int
    first: int  # 1: this is the server's start: it says where to go

    def command(self) -> list[str]:
        return [sys.executable, str(WSGI), WORKER, *map(str, self)]


def place_of(argv: list[str]) -> Place | None:
    """Of this process, if it is a worker."""
    return Place(*map(int, argv[2:])) if argv[1:2] == [WORKER] else None


def settle_in(place: Place) -> None:
    """In a worker, first of all: it goes when its supervisor goes, even by kill -9."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != place.parent:
        sys.exit(1)  # it was gone before we could say so
    for descriptor in (place.listener, place.lock, place.ready):
        os.set_inheritable(descriptor, False)  # a keeper that we start must not hold them


def is_ready(place: Place) -> None:
    if place.first:  # nobody waits for the others, and eventlet's write would never give up
        os.write(place.ready, READY)
    os.close(place.ready)


class Worker:
    """One of the places, and whoever fills it now."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.pause = 0.0
        self.due = 0.0  # monotonic; when it is to be started

    def start(self, listener: socket.socket, lock: int, first: bool = False) -> int:
        """Returns the descriptor that tells when it is ready."""
        told, ready = os.pipe()
        place = Place(self.number, os.getpid(), listener.fileno(), lock, ready, int(first))
        # A process group of its own: Ctrl-C reaches the supervisor alone, which then stops all of them.
        self.process = subprocess.Popen(place.command(), pass_fds=place[2:5], process_group=0)
        self.began = time.monotonic()
        os.close(ready)
        return told

    def died(self) -> bool:
        """Whether it just did; then it is started again when it is `due`."""
        if self.process is None or self.process.poll() is None:
            return False
        least, most = PAUSES
        lived = time.monotonic() - self.began
        self.pause = least if lived > GOOD_LIFE_SECONDS else min(max(self.pause * 2, least), most)
        self.due = time.monotonic() + self.pause
        self.process = None
        return True


class Supervisor:
    def __init__(self, config: Config) -> None:
        config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = lock_of(config.data_dir)
        self._listener = listen(config.host, config.port)
        self._workers = [Worker(number) for number in range(1, config.workers + 1)]

    def run(self) -> int:
        """The exit status: 0 when it was told to stop."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            if not self._first_ready():
                return 1  # it has said why
            self._watch()
        finally:
            self._stop()
        print("\nThe web server stopped; sessions go on. `make run` brings them back.", flush=True)
        return 0

    def _first_ready(self) -> bool:
        """The first migrates the database, starts the keeper and says where to go; then come the others."""
        told = self._workers[0].start(self._listener, self._lock, first=True)
        os.set_blocking(told, False)
        deadline = time.monotonic() + START_SECONDS
        try:
            while (left := deadline - time.monotonic()) > 0:
                try:
                    return os.read(told, 1) == READY
                except BlockingIOError:
                    pass
                happened = signal.sigtimedwait(SIGNALS, min(left, 0.1))
                if happened is not None and happened.si_signo != signal.SIGCHLD:
                    return False
        finally:
            os.close(told)
        print(f"holdfast: the first worker was not ready within {START_SECONDS:.0f} s", file=sys.stderr)
        return False

    def _watch(self) -> None:
        """Until told to stop."""
        while True:
            now = time.monotonic()
            for worker in self._workers:
                if worker.died():
                    print(f"holdfast: worker {worker.number} died; it is started again", file=sys.stderr, flush=True)
                elif worker.process is None and worker.due <= now:
                    os.close(worker.start(self._listener, self._lock))
            waits = [worker.due - time.monotonic() for worker in self._workers if worker.process is None]
            happened = (
                signal.sigtimedwait(SIGNALS, max(min(waits), 0.0))
                if waits
                else signal.sigwaitinfo(SIGNALS)
            )  # fmt: skip
            if happened is not None and happened.si_signo != signal.SIGCHLD:
                return

    def _stop(self) -> None:
        running = [worker.process for worker in self._workers if worker.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(deadline - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                process.kill()


def enter(environ: Mapping[str, str]) -> None:
    """Returns where this process is to serve by itself (or to say what is wrong with the settings). Else serves
    with several processes until SIGTERM or Ctrl-C, and exits: with 1 and the cause when it cannot start."""
    try:
        config = load(environ)
    except ConfigError:
        return
    if config.workers > 1:
        _supervise(config)


def _supervise(config: Config) -> NoReturn:
    try:
        isolation.check(config)
        status = Supervisor(config).run()
    except CannotStart as error:
        print(f"holdfast: {error}", file=sys.stderr)
        status = 1
    sys.exit(status)
