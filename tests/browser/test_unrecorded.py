"""A session that is not recorded, in the browser: started so, seen to be so by everybody, and gone with its end."""

from __future__ import annotations

import os

from playwright.sync_api import expect

from tests.browser.people import PHONE, joined, shows, type_in, until


def picture(page, name: str) -> None:
    if where := os.environ.get("PICTURES"):
        page.screenshot(path=f"{where}/{name}.png")


def test_a_session_that_is_not_recorded(server, person):
    alice = person()
    page = alice.open()
    page.get_by_role("button", name="New session").first.click()
    page.locator("new-session [name=command]").fill("cat")
    page.locator("new-session [name=name]").fill("quiet work")
    page.get_by_label("Do not record").check()
    picture(page, "dialog")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/sessions/*")
    joined(page)
    expect(page.locator(".bar").get_by_text("not recorded")).to_be_visible()
    type_in(page, "a line\n" * 60)
    until(page, "holdfast.terminal.text(true).split('a line').length > 100")
    for _ in range(3):
        page.keyboard.press("Shift+PageUp")  # up to the first line, and no question to the server beyond it
    page.locator("view-menu button").first.click()
    expect(page.get_by_role("menuitem", name="Download as text")).to_be_disabled()
    page.keyboard.press("Escape")
    picture(page, "session")
    phone = person(device=PHONE).join(page.url.rpartition("/")[2])
    expect(phone.locator("[data-part=unrecorded]")).to_have_text("not recorded")
    picture(phone, "phone")
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_text("is gone then")).to_be_visible()
    page.locator("confirm-dialog, dialog[open]").get_by_role("button", name="End session").click()
    expect(page.get_by_text("This session was not recorded")).to_be_visible()
    shows(page, "a line")  # what somebody has before his eyes stays there
    page.reload()
    joined(page)
    assert page.evaluate("holdfast.terminal.text(true).trim()") == ""
    expect(page.get_by_text("This session was not recorded")).to_be_visible()
    picture(page, "ended")
    listed = alice.open()
    card = listed.locator("session-card", has_text="quiet work")
    expect(card.get_by_text("not recorded")).to_be_visible()
    picture(listed, "dashboard")
