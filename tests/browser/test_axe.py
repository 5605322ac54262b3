"""axe-core finds nothing on any page: a desktop in light and English, a phone in dark and Chinese, dialogs open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, PHONE, until

AXE = (Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js").read_text()
# What axe-core calls rules of the standards and its own best practices, all of them.
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap((found) =>
  found.nodes.map((node) => [found.id, found.help, node.target.join(" "), node.failureSummary].join(" | ")))"""

# Colours, words and widths each both ways; all eight together would take two minutes more.
LOOKS = [
    pytest.param(DESKTOP, "light", "en", id="desktop-light-en"),
    pytest.param(PHONE, "dark", "zh-CN", id="phone-dark-zh"),
]


def faults(page: Page) -> list[str]:
    # axe-core measures colours: what is still fading is not yet what a reader sees.
    until(page, "document.getAnimations().every((one) => one.playState !== 'running')")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(RUN)


def press(page: Page, part: str) -> None:
    page.locator(f"[data-part={part}]").first.dispatch_event("click")  # a phone has some of them behind More


def opened(page: Page) -> None:
    expect(page.locator("dialog[open]").first).to_be_visible()


def new_session(page: Page) -> None:
    page.locator("[data-opens=new-session]").first.click()
    opened(page)


def details(page: Page) -> None:
    press(page, "details")
    expect(page.locator("session-details")).to_be_visible()


def commands(page: Page) -> None:
    page.evaluate("async () => { (await import('/static/js/page.js')).actions.run('session.commands'); }")
    expect(page.locator("command-list")).to_be_visible()
    until(page, "holdfast.commands.commands.loaded")


def people(page: Page) -> None:
    press(page, "people")
    expect(page.locator("presence-list")).to_be_visible()


def chat(page: Page) -> None:
    page.evaluate("async () => { (await import('/static/js/page.js')).actions.run('session.chat'); }")
    page.locator("chat-panel textarea").fill("hello")
    page.keyboard.press("Enter")
    expect(page.locator("chat-panel .message").first).to_be_visible()


def notes(page: Page) -> None:
    page.evaluate("async () => { (await import('/static/js/page.js')).actions.run('session.notes'); }")
    page.locator("annotation-panel textarea").fill("hello")
    page.keyboard.press("Enter")
    expect(page.locator("annotation-panel li").first).to_be_visible()
    expect(page.locator(".note-mark").first).to_be_visible()


def sizes(page: Page) -> None:
    press(page, "size-open")
    expect(page.locator("size-menu")).to_be_visible()


def end(page: Page) -> None:
    press(page, "end")
    opened(page)


def share(page: Page) -> None:
    press(page, "share")
    opened(page)
    page.locator("dialog.share summary").click()
    page.locator("form[data-part=link-form] .button").click()
    expect(page.locator("[data-part=made]")).to_be_visible()


def search(page: Page) -> None:
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+F")
    expect(page.locator("search-bar")).to_be_visible()


def keys(page: Page) -> None:
    page.evaluate("async () => { (await import('/static/js/page.js')).actions.run('key-bar.edit'); }")
    opened(page)


def picker(page: Page) -> None:
    page.get_by_role("tab").first.wait_for()
    page.locator("[data-action='workspace.tab']").first.click()
    opened(page)


def pages(running: str, ended: str) -> Iterator[tuple[str, Callable[[Page], None] | None]]:
    """Each page, and what is opened on it."""
    yield "/", None
    yield "/", new_session
    yield "/account", None
    yield "/audit", None
    yield f"/sessions/{running}", None
    yield f"/sessions/{running}", details
    yield f"/sessions/{running}", commands
    yield f"/sessions/{running}", people
    yield f"/sessions/{running}", chat
    yield f"/sessions/{running}", notes
    yield f"/sessions/{running}", sizes
    yield f"/sessions/{running}", end
    yield f"/sessions/{running}", share
    yield f"/sessions/{running}", search
    yield f"/sessions/{running}", keys
    yield "/offline/zh", None
    yield f"/sessions/{ended}", None
    yield f"/sessions/{ended}/text", None
    yield f"/workspace?open={running},{ended}", None
    yield "/workspace", picker
    yield "/nothing-here", None


@pytest.fixture(scope="module")
def sessions(server) -> tuple[str, str]:
    api = server.api("axel")
    running = api.start(["cat"], name="runs", tags=["a-tag"])["id"]
    return running, api.start(["sh", "-c", "echo over; exit 3"], name="over")["id"]


@pytest.mark.parametrize(("device", "scheme", "locale"), LOOKS)
def test_axe_finds_nothing(server, person, sessions, device, scheme, locale):
    alice = person("axel", device=device, color_scheme=scheme, locale=locale)
    found = []
    for path, acts in groupby(pages(*sessions), lambda one: one[0]):
        page = alice.open(path)
        for _, act in acts:  # what the one before opened is closed, as by a person
            page.keyboard.press("Escape")
            until(page, "!document.querySelector('dialog[open]')")
            if act is not None:
                act(page)
            found += [f"{path} {act.__name__ if act else ''}: {fault}" for fault in faults(page)]
        page.close()
    stranger = person(None, device=device, color_scheme=scheme, locale=locale)
    found += [f"/login: {fault}" for fault in faults(stranger.open("/login"))]
    links = f"/sessions/{sessions[0]}/links"
    for wanted in ({"role": "writer"}, {"password": "open sesame"}):
        url = server.api("axel").post(links, wanted).json()["url"]
        found += [f"a link ({wanted}): {fault}" for fault in faults(stranger.open(url))]
    url = server.api("axel").post(links, {"asks": True}).json()["url"]
    page = stranger.open(url)
    found += [f"a link that asks first: {fault}" for fault in faults(page)]
    page.locator("main form .primary").click()
    page.locator("waiting-page").wait_for()
    found += [f"waiting: {fault}" for fault in faults(page)]
    page = alice.open(f"/sessions/{sessions[0]}")
    expect(page.locator("[data-part=lobby] button").first).to_be_visible()
    found += [f"somebody waits: {fault}" for fault in faults(page)]
    assert not found, "\n".join(found)
