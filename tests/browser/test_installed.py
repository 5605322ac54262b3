"""The installed app: without a server there is the offline page; with one there is never anything old."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, eventually, until

ROOT = Path(__file__).resolve().parents[2]
ACTIVE = "navigator.serviceWorker.controller && navigator.serviceWorker.controller.state === 'activated'"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found.sort();
}"""


@pytest.mark.parametrize(("device", "language"), [(DESKTOP, "en"), (PHONE, "zh-CN")], ids=["desktop", "phone"])
def test_offline_is_said_in_the_pages_language_and_ends_by_itself(server, person, device, language):
    alice = person(device=device, locale=language)
    page = alice.open("/")
    until(page, ACTIVE)
    eventually(lambda: "/offline/chosen" in page.evaluate(KEPT))
    assert page.evaluate(KEPT) == ["/offline/chosen", "/offline/en", "/offline/zh"], "nobody's data"
    alice.context.set_offline(True)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", language[:2])
    expect(page.locator("main a")).to_be_visible()
    assert page.url.rstrip("/") == server.url.rstrip("/")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    alice.context.set_offline(False)
    page.wait_for_selector("session-list")


def test_a_server_that_restarts_is_there_again_by_itself_with_its_newest_code(own_server, person):
    server = own_server()
    alice = person("alice", on=server)
    page = alice.open("/")
    until(page, ACTIVE)
    server.kill()
    page.goto("/account", wait_until="commit")
    expect(page.locator("h1")).to_have_text("The server cannot be reached")
    server.start()
    expect(page.locator("h1")).to_have_text(re.compile("Account"))


def test_a_changed_asset_is_used_at_once(server, person):
    """The worker is no cache of code: what the server says counts, though the file was there before."""
    asset = ROOT / f"static/js/changed-{os.getpid()}.js"
    page = person().open("/")
    until(page, ACTIVE)
    try:
        for version in ("old", "new!"):
            asset.write_text(f"window.version = {version!r};")
            page.reload()
            until(page, ACTIVE)
            page.evaluate("(path) => import(path)", f"/static/js/{asset.name}")
            assert page.evaluate("() => window.version") == version
    finally:
        asset.unlink()


def test_the_worker_is_asked_about_pages_alone(person):
    """Scripts, styles and the API do not even wake it."""
    page = person().open("/")
    until(page, ACTIVE)
    page.reload()
    until(page, f"{ACTIVE} && document.querySelector('session-list:defined')")
    ways = """() => ["navigation", "resource"].map((kind) =>
      [...new Set(performance.getEntriesByType(kind).map((one) => one.workerMatchedSourceType))])"""
    assert page.evaluate(ways) == [[""], ["network"]]


def test_only_the_worker_is_a_script_by_name(person):
    page = person().open("/")
    refused = page.evaluate(
        """async () => {
          const { scriptUrl } = await import("/static/js/helpers/trusted.js");
          try { scriptUrl("/static/js/early.js"); } catch (error) { return error.constructor.name; }
        }"""
    )
    assert refused == "TypeError"
