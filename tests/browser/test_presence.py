"""Who is here: told apart by name and device, announced quietly, followed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, eventually, shows, type_in, until
from tests.browser.readers import CHINESE_PHONE, READERS, says
from tests.browser.test_sizes import away

ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/5"
LINES = "seq -f 'line %04.0f' 1 400; cat"
SAID = """() => {
  const toast = document.querySelector('toast-line');
  toast.clear();
  new MutationObserver(() => { window.said = true; }).observe(toast, { childList: true });
}"""
TITLES = """import('/static/js/page.js').then(({ actions }) => {
  window.titles = actions.list().map((one) => one.title);
}), window.titles?.includes('Follow alice (phone)') && window.titles.includes('Fit to this window')"""


def people(page: Page):
    page.locator("[data-part=people]").click()
    expect(page.locator("presence-list")).to_be_visible()
    return page.locator("presence-list .person")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_two_devices_of_one_account_are_told_apart(server, person, locale):
    session = server.api("alice").start(["cat"])["id"]
    desktop = person(locale=locale).join(session)
    phone = person(device=PHONE, user_agent=ANDROID, locale=locale).join(session)
    for page, mine, other in ((desktop, "desktop", "phone"), (phone, "phone", "desktop")):
        rows = people(page)
        expect(rows).to_have_count(2)
        expect(rows.nth(0).locator(".avatar")).to_have_attribute("data-device", mine)
        expect(rows.nth(1).locator(".avatar")).to_have_attribute("data-device", other)
        expect(rows.nth(0).locator(".follow")).to_be_hidden()
        expect(rows.nth(1).locator(".follow")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("[data-part=avatars] .avatar:visible")).to_have_count(2)
    away(phone)
    expect(people(desktop).nth(1).locator(".avatar")).to_have_class("avatar away")


def test_who_typed_last_is_seen(server, person):
    session = server.api("alice").start(["cat"])["id"]
    desktop, phone = person().join(session), person(device=CHINESE_PHONE, user_agent=ANDROID).join(session)
    rows = people(desktop)
    expect(rows).to_have_count(2)
    type_in(phone, "hello\n")
    expect(rows.nth(1).locator(".avatar")).to_have_class("avatar typist")
    expect(rows.nth(1)).to_contain_text("typing")
    expect(desktop.locator("[data-part=typist]")).to_have_text("alice (phone) is typing")
    desktop.keyboard.press("Escape")
    type_in(desktop, "and me\n")
    expect(phone.locator("[data-part=avatars] .typist")).to_have_attribute("data-device", "desktop")


def test_a_join_is_announced_quietly_and_can_be_silenced(server, person):
    session = server.api("erin").start(["cat"])["id"]
    desktop = person("erin").join(session)
    until(desktop, "document.querySelectorAll('[data-part=avatars] .avatar').length === 1")
    person("erin", PHONE, user_agent=ANDROID).join(session)
    toast = desktop.locator("toast-line")
    expect(toast).to_have_text("You joined from a phone")
    expect(toast).to_have_attribute("role", "status")
    until(desktop, "document.activeElement === holdfast.terminal.term.textarea")
    people(desktop)
    desktop.locator("[data-part=announce]").uncheck()
    eventually(lambda: server.api("erin").get("/preferences").json() == {"announce_presence": False})
    desktop.evaluate(SAID)
    person("erin", PHONE, user_agent=ANDROID).join(session)
    expect(desktop.locator("presence-list .person")).to_have_count(3)
    desktop.evaluate("() => new Promise((done) => setTimeout(done, 1000))")  # longer than news wait for one another
    assert not desktop.evaluate("() => Boolean(window.said)")


@READERS
def test_what_another_viewer_sees_is_followed_until_one_scrolls_oneself(server, person, device):
    session = server.api("alice").start(LINES, rows=20, cols=60)["id"]
    leader, page = person().join(session), person(device=device).join(session)
    for one in (leader, page):
        shows(one, "line 0400")
    people(page).nth(1).locator(".follow").click()
    expect(page.locator("[data-part=following]")).to_be_visible()
    leader.evaluate("() => holdfast.scroll.asked({ to: 'top' })")
    shown = "(holdfast.scroll.reading ? holdfast.scroll.pane.text() : holdfast.terminal.shownText)"
    until(page, f"{shown}.startsWith('line 0001')")
    leader.evaluate("() => holdfast.scroll.by(120)")
    until(leader, f"{shown}.startsWith('line 0121')")
    until(page, f"{shown}.startsWith('line 0121')")
    leader.evaluate("() => holdfast.scroll.toBottom()")
    until(page, f"{shown}.includes('line 0400')")
    page.evaluate("() => holdfast.terminal.dispatchEvent(new CustomEvent('scroll-asked', { detail: { pages: -1 } }))")
    expect(page.locator("[data-part=following]")).to_be_hidden()
    leader.evaluate("() => holdfast.scroll.asked({ to: 'top' })")
    until(leader, f"{shown}.startsWith('line 0001')")
    expect(people(page).nth(1)).to_contain_text(says(device)("reading above"))
    assert not page.evaluate(f"() => {shown}.startsWith('line 0001')")


def test_following_ends_when_the_other_leaves_and_by_the_button(server, person):
    say = says(CHINESE_PHONE)
    session = server.api("alice").start(["cat"])["id"]
    leader, page = person().join(session), person(device=CHINESE_PHONE).join(session)
    name = say("{name} ({device})", name="alice", device=say("computer"))
    for _ in range(2):
        people(page).nth(1).locator(".follow").click()
        expect(page.locator("[data-part=following]")).to_contain_text(say("Following {who}", who=name))
        page.locator("[data-part=follow-stop]").click()
        expect(page.locator("[data-part=following]")).to_be_hidden()
    people(page).nth(1).locator(".follow").click()
    leader.close()
    expect(page.locator("[data-part=following]")).to_be_hidden()
    expect(page.locator("toast-line")).to_have_text(say("{who} has left.", who=name))


def test_what_can_be_done_is_among_the_actions(server, person):
    session = server.api("alice").start(["cat"], rows=50, cols=200)["id"]
    person(device=PHONE, user_agent=ANDROID).join(session)
    page = person().join(session)
    until(page, TITLES)
    found = set(page.evaluate("() => window.titles"))
    assert {"Fit to this window", "Size: 24 rows by 80 columns", "Readable text, move over it", "Who is here"} <= found
    assert "Stop following" not in found and "Show the whole session" not in found
