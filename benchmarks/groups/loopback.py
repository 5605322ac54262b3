"""How fast the clients are by themselves, against a server in another process that sends canned bytes: nothing
that is measured with them can be better than this."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import jobs
from benchmarks.canned import SESSION
from benchmarks.clients import connect
from benchmarks.groups.echo import figures, one
from benchmarks.harness import Bench, median

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("holdfast", "terminado", "wetty")


def run(bench: Bench) -> dict[str, Any]:
    megabytes = bench.scale.bulk_mb * 4
    found = {}
    for kind in KINDS:
        if kind in bench.wanted:
            found[kind] = bench.attempt(kind, lambda kind=kind: speed(kind, megabytes, bench.scale.keys * 3), 60)
    return {kind: figure for kind, figure in found.items() if figure}


def speed(kind: str, megabytes: int, keys: int) -> dict[str, Any]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "benchmarks.canned", kind, str(megabytes), str(listener.fileno())]
        server = subprocess.Popen(command, cwd=ROOT, pass_fds=[listener.fileno()])
    spec = {"kind": kind, "port": port, "token": "none", "session": SESSION}
    try:
        with contextlib.closing(connect(spec)) as client:
            echoes = figures([one(client) for _ in range(keys)])
            rates = []
            for _ in range(3):
                began, had = time.perf_counter(), client.received
                client.type("\n")
                rates.append((client.received - had) / 1e6 / (client.until(jobs.DONE, 60) - began))
                rates[-1] = (client.received - had) / 1e6 / (time.perf_counter() - began)
            return {"megabytes_per_second": median(rates), "echo": echoes}
    finally:
        server.kill()
        server.wait()
