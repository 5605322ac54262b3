"""Break glass on the pages: an administrator gives a reason, the owner reads it and ends it."""

from __future__ import annotations

import os

from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, joined, until
from tests.browser.test_axe import faults
from tests.browser.test_pages import fits_across


def test_the_owner_reads_who_looks_and_why_and_ends_it(server, person):
    server.user("root", admin=True)
    session = server.api("alice").start(["sh", "-c", "echo hidden words; cat"], name="quite private")["id"]
    owner = person().join(session)
    cards = person().open("/")
    until(cards, "document.querySelectorAll('session-card').length")
    admin = person("root", anew=True).open("/account")
    row = admin.locator("admin-sessions li", has_text=session)
    expect(row).to_contain_text("alice")
    assert "quite private" not in admin.content()
    row.get_by_role("button", name="Break glass").click()
    assert "/account" in admin.url, "not without a reason"
    admin.locator("admin-sessions [name=reason]").fill("the disk is filling up")
    assert fits_across(admin)
    picture(admin, "admin")
    row.get_by_role("button", name="Break glass").click()
    admin.wait_for_url(f"**/sessions/{session}")
    joined(admin)
    said = "An administrator, root, is looking: the disk is filling up"
    strip = owner.locator("[data-part=glass]")
    expect(strip).to_contain_text(said)
    above = strip.bounding_box()
    assert above["y"] + above["height"] <= owner.locator("terminal-view").bounding_box()["y"], "it covers no row"
    expect(cards.locator(f"session-card:has(a[href='/sessions/{session}'])")).to_contain_text(said)
    for device, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        owner.set_viewport_size(device["viewport"])
        assert fits_across(owner)
        picture(owner, name)
        cards.set_viewport_size(device["viewport"])
        assert fits_across(cards)
        picture(cards, f"cards-{name}")
    owner.set_viewport_size(DESKTOP["viewport"])
    owner.locator("[data-part=share]").click()
    owner.get_by_role("button", name="Take the role of root").click()
    expect(admin.locator("[data-part=banner]")).to_contain_text("You may not be in this session any more")
    expect(cards.locator(f"session-card:has(a[href='/sessions/{session}'])")).not_to_contain_text("administrator")
    expect(strip).to_be_hidden()
    assert not faults(admin) and not faults(owner)


def picture(page, name):
    if os.environ.get("PICTURES"):
        page.screenshot(path=f"{os.environ['PICTURES']}/{name}.png")
