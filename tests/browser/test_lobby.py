"""A link that asks first: a guest at a phone waits, the owner at a desktop lets it in, and refuses another one."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import PHONE, eventually, shows, type_in, until
from tests.browser.readers import CHINESE_PHONE, READERS, says
from tests.whole.test_lobby import Waiter

WAITS = "You asked to be let in. This page opens as soon as somebody does; leave it open."
HOSTILE = "<img src=x onerror=pwned=1>"


def test_a_guest_waits_on_a_phone_and_is_let_in(server, person):
    say = says(CHINESE_PHONE)
    api = server.api("alice")
    session = api.start(["cat"], name="the show")["id"]
    page = person().join(session)
    page.locator(".bar [data-part=share]").click()
    page.locator("dialog.share summary").click()
    page.get_by_label("Ask me first").check()
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("[data-part=links]")).to_contain_text("asks first")
    link = page.locator("#share-url").inner_text()
    page.locator("dialog.share [data-part=close]").click()
    strip = page.locator("[data-part=lobby]")
    expect(strip).to_be_hidden()
    phone = person(None, device=CHINESE_PHONE).open(link)
    phone.get_by_label(say("Your name")).fill(HOSTILE)
    phone.get_by_role("button", name=say("Ask to be let in")).tap()
    expect(phone.locator("main [role=status]")).to_have_text(say(WAITS))
    assert "the show" not in phone.content() and session not in phone.content()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    expect(strip).to_contain_text(HOSTILE)
    assert not strip.locator("img").count()
    other = person(None, device=CHINESE_PHONE).open(link)
    other.get_by_role("button", name=say("Ask to be let in")).tap()
    expect(strip).to_contain_text("1 more waits")
    type_in(page, "seen by the owner\n")
    strip.get_by_role("button", name="Let in").click()
    phone.locator("shared-page").wait_for()
    until(phone, "holdfast.stream.joined")
    shows(phone, "seen by the owner")
    expect(strip).to_contain_text("Guest")
    strip.get_by_role("button", name="Refuse").click()
    expect(other.locator("main [role=status]")).to_have_text(say("You were not let in."))
    expect(strip).to_be_hidden()
    phone.reload()
    until(phone, "holdfast.stream.joined")


@READERS
def test_the_dashboard_says_who_asks_and_the_keyboard_leads_there(server, person, device):
    name = f"door-{device['viewport']['width']}"
    api, say = server.api(name), says(device)
    session = api.start(["cat"], name="the door")["id"]
    api.start("printf '\\a'; cat", name="rings")
    url = api.post(f"/sessions/{session}/links", {"asks": True}).json()["url"]
    page = person(name, device).open("/")
    card = page.locator("session-card", has_text="the door")
    expect(page.locator("session-card", has_text="rings").locator(".news")).to_be_visible()
    expect(card.locator(".news")).to_be_hidden()
    waiters = [Waiter(server, url) for _ in range(2)]
    for number, one in enumerate(waiters, 1):
        one.ask()
        expect(card.locator(".news")).to_have_text(
            say("{count} person asks to come in", "{count} people ask to come in", number)
        )
    expect(page.locator("session-card .name")).to_have_text(["the door", "rings"])
    if device is CHINESE_PHONE:
        page.set_viewport_size({"width": 320, "height": 640})
        # English is longer; the name is still there beside it.
        page.evaluate("() => { document.querySelector('.news').textContent = '10 people ask to come in'; }")
        assert card.locator(".name").bounding_box()["width"] > 40
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("j")
    expect(card.locator(".name")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/*")
    expect(page.locator("[data-part=lobby]")).to_contain_text(say("{count} more waits", "{count} more wait"))
    page.locator("[data-part=lobby] button").last.focus()
    for left in (1, 0):
        page.keyboard.press("Enter")
        eventually(lambda: api.status(session)["lobby_waiting"] == left)  # noqa: B023
        if left:
            page.locator("[data-part=lobby] button").last.focus()
    page.go_back()
    expect(card.locator(".news")).to_be_hidden()
