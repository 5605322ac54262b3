"""The dashboard with many sessions, one in ten of which says something every second: scrolled in a real Chromium.
(All 200 of them would start 400 processes a second, and their load, not the page, would be measured.)"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser

from benchmarks.harness import Bench, cpu, percentile
from benchmarks.page import chromium
from benchmarks.peers import Holdfast
from tests.browser.people import DESKTOP, Person, until

# Each draws a screen of colours; then some go on, and others wait as an editor does.
SCREEN = "for i in {1..24}; do printf '\\e[3%dm line %d of a program that says a lot \\e[m\\n' $((i%7)) $i; done; "
BUSY, QUIET = SCREEN + "while sleep 1; do date; done", SCREEN + "read"
BUSY_EVERY = 10
# How long it is scrolled, and looked at without (seconds).
SCROLL_SECONDS, REST_SECONDS = 5.0, 3.0
LOADED = """() => ({ paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  load: performance.getEntriesByType("navigation")[0].loadEventEnd })"""
SCROLL = """(seconds) => new Promise((done) => {
  const gaps = [], began = performance.now(), end = document.documentElement.scrollHeight - innerHeight;
  let long = 0, last = began;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long = Math.max(long, duration);
  });
  observer.observe({ type: "longtask" });
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    const part = (now - began) / 1000 / seconds;
    scrollTo(0, end * (part % 0.5 < 0.25 ? part % 0.25 : 0.25 - part % 0.25) * 4);
    if (part < 1) requestAnimationFrame(frame);
    else { observer.disconnect(); done({ gaps: gaps.slice(2), long }); }
  };
  requestAnimationFrame(frame);
})"""


def run(bench: Bench) -> dict[str, Any]:
    if "holdfast" not in bench.wanted:
        return {}
    count = bench.scale.restart_sessions
    with bench.fresh("holdfast") as peer, chromium() as browser:
        api = peer.server.api("alice")
        loads = first_loads(peer, browser, api.start(["cat"])["id"])
        for number in range(count):
            command = BUSY if number % BUSY_EVERY == 0 else QUIET
            api.start(command, name=f"job {number}", tags=["bench"], group=f"group {number % 5}")
        return {"sessions": count, "loads": loads, **scrolled(bench, peer, browser, min(count, 8))}


def first_loads(peer: Holdfast, browser: Browser, session: str) -> dict[str, dict[str, float]]:
    """By page, in a browser that has nothing yet, and again: ms to the first paint and to the load event, bytes on the
    wire."""
    found = {}
    for name, path in (("dashboard", "/"), ("session", f"/sessions/{session}"), ("workspace", "/workspace")):
        person = Person(browser, peer.server, "alice", DESKTOP)
        try:
            for visit in (name, f"{name}, again"):
                page = person.context.new_page()
                wire, sizes = person.context.new_cdp_session(page), []
                wire.send("Network.enable")
                wire.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
                page.goto(path, wait_until="networkidle")
                found[visit] = page.evaluate(LOADED) | {"bytes": sum(sizes)}
                page.close()
        finally:
            person.context.close()
    return found


def scrolled(bench: Bench, peer: Holdfast, browser: Browser, first_seen: int) -> dict[str, float]:
    """Milliseconds, but for shares of a core. `first_seen`: pictures that are on the page before it is scrolled."""
    person = Person(browser, peer.server, "alice", DESKTOP)
    try:
        page = person.context.new_page()
        began = time.perf_counter()
        page.goto("/")
        until(page, f"document.querySelector('session-list').thumbnails.pictures.size >= {first_seen}")
        first = (time.perf_counter() - began) * 1000
        seconds = SCROLL_SECONDS if bench.scale.name != "smoke" else 0.5
        found = page.evaluate(SCROLL, seconds)
        spent = cpu(peer.processes())
        page.wait_for_timeout(REST_SECONDS * 1000 if bench.scale.name != "smoke" else 200)
        spent = (cpu(peer.processes()) - spent) / REST_SECONDS
        return {
            "first": first, "median": percentile(found["gaps"], 0.5), "p95": percentile(found["gaps"], 0.95),
            "p99": percentile(found["gaps"], 0.99), "worst": max(found["gaps"]), "longest": found["long"],
            "server": spent,
        }  # fmt: skip
    finally:
        person.context.close()
