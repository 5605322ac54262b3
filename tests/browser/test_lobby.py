"""A link that asks first: a guest at a phone waits, the owner at a desktop lets it in, and refuses another one."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import PHONE, shows, type_in, until
from tests.browser.readers import CHINESE_PHONE, says

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
