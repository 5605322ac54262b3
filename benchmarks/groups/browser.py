"""What the user sees: a flood in a real Chromium, Ctrl-C in it, and a tab that nobody looks at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks import jobs
from benchmarks.groups.bulk import seq_size
from benchmarks.harness import Bench, cpu, middle, percentile
from benchmarks.page import Tab, chromium, opened

LIMIT_SECONDS = 100
# The flood runs so long before Ctrl-C (seconds): long enough for queues to fill.
FLOOD_SECONDS = 1.0
# A page is left alone so long (seconds) after it was hidden, before the flood begins.
HIDDEN_SECONDS = 3.0
# Those with a page: this server's own, and a plain one with the same xterm.js.
PAGES = ("holdfast", "terminado")


def run(bench: Bench) -> dict[str, Any]:
    names = [name for name in PAGES if name in bench.wanted]
    rounds, size = bench.scale.browser_rounds, bench.scale.bulk_mb
    lines = bench.scale.seq_lines
    cases = {
        f"cat of {size} MB": (f"cat {jobs.text_file(bench.jobs(), size)}", size),
        f"colourful log of {size} MB": (f"cat {jobs.colour_file(bench.jobs(), size)}", size),
        f"seq 1 {lines}": (f"seq 1 {lines}", seq_size(lines) / 1e6),
    }
    with chromium() as browser:
        found: dict[str, Any] = {"chromium": browser.version, "megabytes": size, "cases": {}}

        def taken(measure: Callable[[str], dict[str, float]]) -> dict[str, Any]:
            samples = bench.interleaved(names, rounds, measure, LIMIT_SECONDS + 30)
            return {name: middle(each) for name, each in samples.items()}

        for case, (command, megabytes) in cases.items():
            bench.say(f"  {case}")
            measured = taken(lambda name, command=command: flood(bench, browser, name, command))  # type: ignore[misc]
            found["cases"][case] = {"megabytes": megabytes, **measured}
        bench.say("  Ctrl-C, and a hidden tab")
        found["interrupt"] = taken(lambda name: interrupt(bench, browser, name))
        found["hidden"] = taken(lambda name: hidden(bench, browser, name))
    return found


@contextmanager
def shell(bench: Bench, browser: Browser, name: str) -> Iterator[Tab]:
    """An interactive shell in a page that has seen its first prompt."""
    peer, job = bench.peer(name), jobs.shell(bench.jobs())
    with bench.session(peer, job) as spec, opened(browser, peer, spec) as tab:
        tab.wait_row("<1>")
        yield tab


def stamped(bench: Bench, command: str) -> tuple[str, Path]:
    """The command, followed by a note of when it was done."""
    bench.count += 1
    note = bench.jobs() / f"ended{bench.count}"
    return f"{command}; echo $EPOCHREALTIME >{note}", note


def flood(bench: Bench, browser: Browser, name: str, command: str) -> dict[str, float]:
    """Milliseconds, but for `job` and `seconds`; MB."""
    line, note = stamped(bench, command)
    with shell(bench, browser, name) as tab:
        heap = tab.heap()
        tab.reset()
        began = time.time()
        tab.look_for("<2>")
        tab.type(line)
        drawn = tab.drawn(LIMIT_SECONDS)
        ended = float(note.read_text())
        meters = tab.meters()
        return {
            "job": ended - began, "prompt": (drawn - ended) * 1000, "longest": meters["long"],
            "frame_p95": percentile(meters["gaps"], 0.95), "frame_worst": max(meters["gaps"]),
            "received": meters["bytes"] / 1e6, "heap": tab.heap() - heap,
        }  # fmt: skip


def interrupt(bench: Bench, browser: Browser, name: str) -> dict[str, float]:
    with shell(bench, browser, name) as tab:
        tab.type(f"yes {jobs.FLOOD_TEXT}")
        tab.page.wait_for_timeout(FLOOD_SECONDS * 1000)
        tab.reset()
        tab.look_for("<2>")
        tab.page.keyboard.press("Control+c")
        drawn = tab.drawn(LIMIT_SECONDS)
        return {"prompt": drawn * 1000 - tab.page.evaluate("() => meter.key"), "longest": tab.meters()["long"]}


def hidden(bench: Bench, browser: Browser, name: str) -> dict[str, float]:
    """The flood begins when nobody has looked for a while; `shown` is from looking again to the prompt drawn."""
    size = bench.scale.bulk_mb
    line, note = stamped(bench, f"sleep {HIDDEN_SECONDS}; cat {jobs.text_file(bench.jobs(), size)}")
    with shell(bench, browser, name) as tab:
        tab.type(line)
        tab.hide(True)
        tab.page.wait_for_timeout(HIDDEN_SECONDS * 1000 - 300)
        peer = bench.peer(name)
        tab.reset()
        spent, served = tab.task_seconds(), cpu(peer.processes())
        while not note.exists():
            tab.page.wait_for_timeout(100)
        tab.page.wait_for_timeout(500)
        spent, served = tab.task_seconds() - spent, cpu(peer.processes()) - served
        received = tab.meters()["bytes"] / 1e6
        tab.reset()
        tab.look_for("<2>")
        began = tab.page.evaluate("() => performance.timeOrigin + performance.now()")
        tab.hide(False)
        shown = tab.drawn(LIMIT_SECONDS) * 1000 - began
        return {
            "received": received, "page_cpu": spent, "server_cpu": served, "shown": shown,
            "catching_up": tab.meters()["bytes"] / 1e6,
        }  # fmt: skip
