"""The commands of a session in the browser: the list, going to a prompt, copying an output, on desktop and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, PHONE, eventually, until

LINES = ["echo first", "seq 400", "false", "seq 300"]


@pytest.fixture(scope="module")
def worked(server) -> str:
    """A session whose shell has run LINES."""
    api = server.api("alice")
    session = api.start(["bash"], rows=30, cols=100)["id"]
    eventually(lambda: api.status(session)["at_prompt"])
    for number, line in enumerate(LINES, 1):
        api.post(f"/sessions/{session}/input", {"data": line + "\r"})
        eventually(lambda number=number: ended(api, session, number))
    return session


def ended(api, session: str, number: int) -> bool:
    last = api.status(session)["last_command"]
    return bool(last and last["number"] == number and last["ended_at"])


def open_list(page: Page, phone: bool = False):
    if phone:
        page.locator("view-menu > button").tap()
        page.locator("view-menu [role=menuitem]").nth(1).tap()
    else:
        page.locator("session-page [data-part='commands']").click()
    drawer = page.locator("command-list")
    expect(drawer.locator("li")).to_have_count(len(LINES))
    return drawer


def top_is(page: Page, text: str) -> None:
    """The line at the top, in the live terminal or the history above it."""
    shown = "(holdfast.scroll.reading ? holdfast.scroll.pane.text() : holdfast.terminal.shownText)"
    until(page, f"{shown}.split('\\n')[0].trim().replace(/ +[✓✗].*$/, '').endsWith('{text}')")


def test_the_list_says_how_each_ended_and_goes_to_its_prompt(person, worked):
    page = person("alice", DESKTOP).join(worked)
    drawer = open_list(page)
    expect(drawer.locator("li .text")).to_have_text(LINES[::-1])
    expect(drawer.locator("li").nth(1)).to_have_attribute("data-outcome", "bad")
    expect(drawer.locator("li").nth(0)).to_have_attribute("data-outcome", "good")
    drawer.get_by_text("seq 400").click()
    top_is(page, "seq 400")
    drawer.locator("[data-part='filter']").fill("fal")
    expect(drawer.locator("li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_keys_go_from_prompt_to_prompt_and_the_header_says_where(person, worked):
    page = person("alice", DESKTOP).join(worked)
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Control+Shift+ArrowUp")
    top_is(page, "seq 300")
    page.keyboard.press("Control+Shift+ArrowUp")
    top_is(page, "false")
    page.keyboard.press("Control+Shift+ArrowUp")
    top_is(page, "seq 400")
    page.evaluate("() => holdfast.scroll.by(100)")
    expect(page.locator("command-header .text")).to_have_text("seq 400")
    page.keyboard.press("Control+Shift+ArrowDown")
    top_is(page, "false")


def test_an_output_is_copied_whole_whatever_is_shown(person, worked):
    page = person("alice", DESKTOP, permissions=["clipboard-read", "clipboard-write"]).join(worked)
    open_list(page).locator("li", has_text="seq 400").locator(".copy").click()
    whole = "\n".join(map(str, range(1, 401)))
    until(page, "document.querySelector('toast-line').textContent.includes('seq 400')")
    assert page.evaluate("() => navigator.clipboard.readText()") == whole


def test_on_a_phone_the_list_covers_the_page_and_gives_way(person, worked):
    page = person("alice", PHONE, locale="zh-CN").join(worked)
    drawer = open_list(page, phone=True)
    assert drawer.evaluate("(drawer) => drawer.offsetWidth === innerWidth")
    drawer.get_by_text("seq 400").tap()
    top_is(page, "seq 400")
    expect(drawer).to_be_hidden()


def test_a_command_that_ends_is_marked_beside_its_prompt(person, server):
    api = server.api("alice")
    session = api.start(["bash"], rows=20, cols=80)["id"]
    page = person("alice", DESKTOP).join(session)
    eventually(lambda: api.status(session)["at_prompt"])
    api.post(f"/sessions/{session}/input", {"data": "(exit 3)\r"})
    expect(page.locator(".command-mark-bad")).to_have_text("✗ exit code 3 · 0.0 s")
