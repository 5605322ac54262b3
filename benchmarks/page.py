"""A real Chromium with a terminal in it, and what is read off it.

The rule: the meters stand in the page before its own scripts, and cost it next to nothing: bytes are counted where
the websocket hands them over, time is taken where xterm.js says that it has drawn.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.clients import Spec
from benchmarks.peers import Holdfast, NotHere, Peer
from tests.browser.people import ARGS, CHROMIUM, DESKTOP, NO_WEBGL, Person, hide, joined, until

TYPE_SECONDS = 10

# `longtask` reports tasks above 50 ms; frames are what requestAnimationFrame gets. `seen` waits for the row that the
# cursor is in, as drawn: onRender comes when the renderer is through with the rows.
METER = """
(() => {
  const meter = window.meter = { bytes: 0, long: 0, gaps: [], key: 0 };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) meter.long = Math.max(meter.long, task.duration);
  }).observe({ type: "longtask" });
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    meter.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => { meter.bytes += data.byteLength ?? data.length; });
    }
  };
  addEventListener("keydown", () => { meter.key = performance.timeOrigin + performance.now(); }, true);
  meter.reset = () => Object.assign(meter, { bytes: 0, long: 0, gaps: [] });
  meter.row = (term) => {
    const { active } = term.buffer;
    return active.getLine(active.baseY + active.cursorY)?.translateToString(true) ?? "";
  };
  meter.seen = (term, text) => {
    meter.drawn = 0;
    const look = () => {
      if (meter.drawn || !meter.row(term).startsWith(text)) return;
      meter.drawn = performance.timeOrigin + performance.now();
      drawn.dispose();
    };
    const drawn = term.onRender(look);
    look();
  };
})();
"""


@dataclass
class Tab:
    """One page with a terminal; `term` is the JavaScript that names its xterm.js."""

    page: Page
    term: str
    devtools: CDPSession

    def reset(self) -> None:
        self.page.evaluate("() => meter.reset()")

    def look_for(self, text: str) -> None:
        self.page.evaluate(f"([text]) => meter.seen({self.term}, text)", [text])

    def drawn(self, seconds: float) -> float:
        """When the text was drawn, in seconds since the epoch."""
        return float(until(self.page, "meter.drawn", int(seconds * 1000))) / 1000  # type: ignore[arg-type]

    def wait_row(self, text: str, seconds: float = TYPE_SECONDS) -> None:
        until(self.page, f"meter.row({self.term}).startsWith({json.dumps(text)})", int(seconds * 1000))

    def type(self, text: str) -> None:
        """All of it at once, as a paste does; then Enter."""
        self.page.evaluate(f"([text]) => {self.term}.input(text)", [text])
        self.page.keyboard.press("Enter")

    def heap(self) -> float:
        """MB of JavaScript that live."""
        self.devtools.send("HeapProfiler.collectGarbage")
        return self.devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6

    def task_seconds(self) -> float:
        found = self.devtools.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in found if metric["name"] == "TaskDuration")

    def hide(self, hidden: bool) -> None:
        hide(self.page, hidden)

    def meters(self) -> dict[str, Any]:
        return self.page.evaluate("() => ({ bytes: meter.bytes, long: meter.long, gaps: meter.gaps })")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        except Exception as error:
            raise NotHere(f"no Chromium: {error}") from None
        with contextlib.closing(browser):
            yield browser


@contextlib.contextmanager
def opened(browser: Browser, peer: Peer, spec: Spec) -> Iterator[Tab]:
    """The session's page, joined, at the size of its window; drawn by xterm.js's DOM renderer."""
    if isinstance(peer, Holdfast):
        person = Person(browser, peer.server, "alice", DESKTOP)
        context = person.context
    else:
        context = browser.new_context(**DESKTOP)
    try:
        context.add_init_script(METER)
        context.add_init_script(NO_WEBGL)
        page = context.new_page()
        if isinstance(peer, Holdfast):
            page.goto(f"/sessions/{spec['session']}")
            joined(page)
            page.evaluate("() => holdfast.stream.resize(holdfast.terminal.proposal)")
            until(page, "!holdfast.terminal.differs")
        else:
            page.goto(f"http://127.0.0.1:{spec['port']}/bench/plain.html#{spec['session']}")
            until(page, "window.term?.element")
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable")
        yield Tab(page, "holdfast.terminal.term" if isinstance(peer, Holdfast) else "term", devtools)
    finally:
        context.close()
