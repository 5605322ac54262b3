"""What stands beside a terminal and over it: nothing hides a warning, and everything is to be found on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, PHONE, size, until

# Whether this is what a person sees in the middle of it.
ON_TOP = """([selector]) => {
  const element = document.querySelector(selector);
  const { left, top, width, height } = element.getBoundingClientRect();
  const seen = (share) => document.elementFromPoint(left + width * share, top + height / 2);
  return [0.05, 0.5, 0.95].every((share) => element.contains(seen(share)));
}"""
WARNS = """() => {
  const page = document.querySelector('session-page');
  page.problem = 'Something is wrong here.';
  page.drawBanner();
}"""
HEADED = "() => { Object.assign(document.querySelector('command-header'), { put() {}, hidden: false }); }"
RIGHTS = "(all) => all.map((one) => one.getBoundingClientRect().right)"
WHOLE = """() => [...document.querySelectorAll('.help, .help .groups')]
  .every((one) => one.scrollWidth <= one.clientWidth)"""
PANELS = {"session-details": "session.details", "chat-panel": "session.chat", "command-list": "session.commands"}


def box(page: Page, selector: str) -> dict:
    return page.locator(selector).bounding_box()


def overlap(a: dict, b: dict) -> bool:
    apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not (apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"])


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_panel_hides_a_warning_or_on_a_desktop_the_text(server, person, device):
    session = server.api("alice").start(["cat"], rows=40, cols=150)["id"]
    page = person(device=device).join(session)
    page.evaluate(WARNS)
    for panel, action in PANELS.items():
        page.evaluate("(id) => holdfast.actions.run(id)", action)
        expect(page.locator(panel)).to_be_visible()
        assert page.locator("[role=complementary]:visible").count() == 1, "one at a time"
        until(page, "holdfast.terminal.layout.pending === undefined")
        assert page.evaluate(ON_TOP, [".banner"]), panel
        assert page.evaluate(ON_TOP, [f"{panel} [data-part=close]"]), panel
        assert not overlap(box(page, ".banner"), box(page, f"{panel} [data-part=close]"))
        if device is DESKTOP:
            assert not overlap(box(page, panel), box(page, ".xterm-screen"))
    assert size(page) == (40, 150), "the session's size is everybody's"


def test_the_search_leaves_the_command_above_alone(server, person):
    page = person().join(server.api("alice").start(["cat"])["id"])
    page.evaluate(HEADED)
    page.keyboard.press("Control+Shift+F")
    assert not overlap(box(page, "command-header"), box(page, "search-bar"))


def test_what_a_phones_bar_has_no_room_for_is_in_its_menu(server, person):
    someone = person(device=PHONE)
    page = someone.join(server.api("alice").start(["cat"], name="a rather long name of a session")["id"])
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert box(page, ".bar h1")["width"] > width * 0.3
        assert max(page.locator(".bar > :visible, .bar view-menu > button:visible").evaluate_all(RIGHTS)) <= width
    for name, panel in (("Chat", "chat-panel"), ("Details", "session-details"), ("Share…", "dialog.share")):
        page.get_by_role("button", name="More").click()
        items = page.get_by_role("menuitem")
        expect(items.filter(has_text="End session")).to_be_visible()
        assert not page.locator("view-menu hr + hr").count()
        items.filter(has_text=name).click()
        expect(page.locator(panel)).to_be_visible()
    with pytest.raises(Exception, match="which nothing here does"):
        page.evaluate("() => holdfast.tools.find('session.nothing')")


def test_help_shows_every_action(server, person):
    page = person().join(server.api("alice").start(["cat"])["id"])
    page.evaluate("() => holdfast.actions.run('help.open')")
    last = page.locator(".help dt").last
    assert page.evaluate(WHOLE)
    assert page.locator(".help dt").count() == page.evaluate("() => holdfast.actions.list().length")
    page.keyboard.press("End")
    expect(last).to_be_in_viewport()
    expect(page.locator(".help").get_by_role("button", name="Close")).to_be_in_viewport()
