"""Viewers in a process of their own: `python -m benchmarks.drain`, one line of JSON in, facts out.

The rule: they read all they are sent, as fast as they can, at low priority (viewers are other people's
machines: they must not take the processor from the server they watch).
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.clients import DRAWN_SECONDS, Client, Spec, connect
from benchmarks.wire import Closed

NICE = 10
ROOT = Path(__file__).resolve().parents[1]


class Drain:
    """The other process, from here. `seen()` waits until every viewer has seen `mark`."""

    def __init__(self, specs: list[Spec], mark: bytes = b"", nice: int = NICE) -> None:
        order = {"specs": specs, "mark": mark.decode(), "nice": nice}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.drain"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        if said != "ready\n":
            self.close()
            raise RuntimeError(f"viewers could not connect: {said.strip()}")

    def seen(self) -> dict[str, Any]:
        """{"at": [when each saw the mark], "received": [bytes], "snapshots": n, "cpu": seconds of this client}"""
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def __enter__(self) -> Drain:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def main() -> None:
    order = json.loads(sys.stdin.readline())
    os.nice(order["nice"])
    try:
        clients = [connect(spec) for spec in order["specs"]]
    except (OSError, Closed) as error:
        print(f"{type(error).__name__}: {error}", flush=True)
        return
    print("ready", flush=True)
    drain(clients, order["mark"].encode())


def drain(clients: list[Client], mark: bytes) -> None:
    poll = select.epoll()
    by_fd = {client.fileno(): client for client in clients}
    for fd in by_fd:
        poll.register(fd, select.EPOLLIN)
    poll.register(0, select.EPOLLIN)
    tails = dict.fromkeys(by_fd, b"")
    seen: dict[int, float] = {}
    told = not mark
    while True:
        for fd, _ in poll.poll(DRAWN_SECONDS) or ((-1, 0),):
            if fd == 0:
                return
            if fd == -1:
                for client in clients:
                    if client.owes():
                        client.settle()
                continue
            try:
                for data in by_fd[fd].outputs():
                    if fd not in seen and mark and (mark in data or mark in tails[fd] + data[: len(mark)]):
                        seen[fd] = time.perf_counter()
                    tails[fd] = (tails[fd] + data)[-len(mark) :]
            except (Closed, OSError):
                poll.unregister(fd)
        if not told and len(seen) == len(clients):
            told = True
            facts = {
                "at": list(seen.values()),
                "received": [client.received for client in clients],
                "snapshots": sum(getattr(client, "snapshots", 0) for client in clients),
                "cpu": time.process_time(),
            }
            print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
