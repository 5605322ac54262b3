"""The one command: `make bench BENCH_ARGS="--quick"`, or `python -m benchmarks [GROUP ...]`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks import report
from benchmarks.groups import GROUPS
from benchmarks.harness import SCALES, bench, load
from benchmarks.peers import ALL

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench BENCH_ARGS=...", description="Measures Holdfast and its peers side by side."
    )
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"some of {', '.join(GROUPS)}; default: all")
    parser.add_argument("--quick", action="store_const", dest="scale", const="quick", help="under five minutes")
    parser.add_argument("--smoke", action="store_const", dest="scale", const="smoke", help="whether it works at all")
    parser.add_argument("--peers", default=",".join(ALL), help=f"default: {','.join(ALL)}")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/performance.md as it is")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the raw figures go")
    parser.add_argument("--render", action="store_true", help="only write docs/performance.md from the last figures")
    parser.set_defaults(scale="full")
    chosen = parser.parse_args(given)
    chosen.peers = [name for name in chosen.peers.split(",") if name]
    for name in chosen.groups:
        if name not in GROUPS:
            parser.error(f"there is no group {name!r}; there are {', '.join(GROUPS)}")
    for name in chosen.peers:
        if name not in ALL:
            parser.error(f"there is no peer {name!r}; there are {', '.join(ALL)}")
    return chosen


def machine() -> dict[str, Any]:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return {
        "cpu": model, "cores": os.cpu_count(), "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "linux": os.uname().release, "python": platform.python_version(),
    }  # fmt: skip


def main(given: list[str] | None = None) -> int:
    chosen = options(given)
    if not chosen.render:
        measure(chosen)
    if not chosen.no_docs:
        report.write(json.loads((chosen.results / "latest.json").read_text()))
        print("docs/performance.md is written")
    return 0


def measure(chosen: argparse.Namespace) -> None:
    """Every group, each kept as soon as it is there: a run that is broken off loses only what it had not done."""
    chosen.results.mkdir(parents=True, exist_ok=True)
    latest = chosen.results / "latest.json"
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    raw: dict[str, Any] = {}
    with bench(SCALES[chosen.scale], chosen.peers) as run:
        run.install()
        for name in chosen.groups or list(GROUPS):
            run.group = name
            run.say(f"{name} (load {load()})")
            before, began = load(), time.monotonic()
            failed = len(run.failures)
            found = run.attempt(name, lambda name=name: GROUPS[name](run), 3600)  # type: ignore[misc]
            raw[name] = {
                "found": found, "failures": run.failures[failed:], "scale": run.scale.name,
                "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "load": [before, load()],
                "seconds": round(time.monotonic() - began), "machine": machine(),
                "versions": run.versions, "absent": run.absent,
            }  # fmt: skip
            (chosen.results / f"{stamp}.json").write_text(json.dumps(raw, indent=1))
            known = json.loads(latest.read_text()) if latest.exists() else {}
            latest.write_text(json.dumps(known | raw, indent=1))
        run.say(f"done; {len(run.failures)} failures")


if __name__ == "__main__":
    sys.exit(main())
