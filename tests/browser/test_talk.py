"""The chat beside a session: the owner at a desktop, a guest at a phone, in Chinese."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, PHONE, shows, type_in, until
from tests.browser.readers import CHINESE_PHONE, READERS, says

HOSTILE = "<img src=x onerror=pwned=1> & <b>bold</b>"


def write(page: Page, text: str) -> None:
    page.locator("chat-panel textarea").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("chat-panel textarea")).to_have_value("")


def test_an_owner_and_a_guest_on_a_phone_talk(server, person):
    api = server.api("alice")
    session = api.start(["cat"], name="the show")["id"]
    link = api.post(f"/sessions/{session}/links", {}).json()["url"]
    page = person().join(session)
    phone = person(None, device=CHINESE_PHONE).open(link)
    until(phone, "holdfast.stream.joined")
    button = page.locator(".bar [data-part=chat]")
    phone.locator(".bar [data-part=chat]").click()
    sheet, stage = phone.locator("chat-panel").bounding_box(), phone.locator(".stage").bounding_box()
    assert sheet["width"] == PHONE["viewport"]["width"] and sheet["height"] < stage["height"] * 0.7
    assert abs(sheet["y"] + sheet["height"] - stage["y"] - stage["height"]) < 1
    write(phone, HOSTILE)
    expect(button).to_have_attribute("aria-label", "Chat, 1 unread")
    expect(button.locator(".unread")).to_have_text("1")
    page.locator("terminal-view textarea").focus()
    page.keyboard.press("Alt+Shift+M")
    panel = page.locator("chat-panel")
    expect(panel.locator(".message .text")).to_have_text(HOSTILE)
    expect(panel.locator(".author")).to_contain_text("Guest")
    assert page.evaluate("typeof pwned") == "undefined" and not panel.locator(".message img, .message b").count()
    assert panel.locator("[role=log]").get_attribute("aria-live") == "polite"
    expect(button).to_have_attribute("aria-label", "Chat")
    page.keyboard.type("two")
    expect(phone.locator("[data-part=writers]")).to_have_text(says(CHINESE_PHONE)("{who} is writing…", who="alice"))
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("lines")
    page.keyboard.press("Enter")
    expect(phone.locator(".message .text").last).to_have_text("two\nlines")
    expect(phone.locator("[data-part=writers]")).to_have_text("")
    expect(panel.locator(".message.mine")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    until(page, "document.activeElement.closest('terminal-view')")
    assert api.output(session) == b"", "nothing of it was typed"
    type_in(page, "\n" * 60)
    until(page, "holdfast.terminal.place.top > 40")
    page.reload()
    until(page, "holdfast.stream.joined")
    expect(button).to_have_attribute("aria-label", "Chat")
    button.click()
    expect(panel.locator(".message")).to_have_count(2)
    panel.locator("button.time").first.click()
    until(page, "holdfast.scroll.reading || holdfast.terminal.place.top === 0")
    page.locator(".bar [data-part=details]").click()
    expect(panel).to_be_hidden()
    assert api.call("DELETE", f"/sessions/{session}?forget=true").ok


@READERS
def test_a_guest_asks_for_the_keyboard_and_the_owner_gives_it_and_takes_it_back(server, person, device):
    """`device`: the owner's; the guest has the other one."""
    other = DESKTOP if device is CHINESE_PHONE else CHINESE_PHONE
    say, theirs = says(device), says(other)
    api = server.api("alice")
    session = api.start(["cat"])["id"]
    link = api.post(f"/sessions/{session}/links", {}).json()["url"]
    page = person(device=device).join(session)
    guest = person(None, device=other).open(link)
    until(guest, "holdfast.stream.joined")
    user = next(one["user"] for one in api.status(session)["viewers"] if one["user"] != "alice")
    name = say("{name} ({device})", name=user, device=say("computer"))  # what its browser says that it is
    expect(page.locator(".bar [data-part=ask]")).to_be_hidden()
    guest.get_by_role("button", name=theirs("Ask to type")).click()
    expect(guest.get_by_role("button", name=theirs("You asked"))).to_be_visible()
    expect(page.locator("toast-line")).to_contain_text(say("{who} asks for the keyboard.", who=name))
    page.locator("toast-line").get_by_role("button", name=say("Give")).click()
    expect(guest.locator("toast-line")).to_have_text(theirs("You may type now."))
    expect(guest.locator(".badge", has_text=theirs("You may type"))).to_be_visible()
    expect(guest.locator(".bar [data-part=ask]")).to_be_hidden()
    type_in(guest, "from the guest\n")
    shows(page, "from the guest\nfrom the guest")
    page.locator(".bar [data-part=people]").click()
    page.get_by_role("button", name=say("Take the keyboard from {who}", who=name)).click()
    expect(guest.get_by_text(theirs("You are watching"))).to_be_visible()
    guest.get_by_role("button", name=theirs("Ask to type")).click()
    page.get_by_role("button", name=say("Do not let {who} type now", who=name)).click()
    expect(guest.get_by_role("button", name=theirs("Ask to type"))).to_be_visible()
