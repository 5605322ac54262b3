"""The four scenarios that started this project, in a real browser against a real server."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people import (
    PHONE,
    eventually,
    joined,
    screen,
    shows,
    size,
    type_in,
    until,
    whole_in_window,
)

COUNT = "i=0; while sleep 0.02; do i=$((i+1)); echo count $i; done"


def test_a_counting_goes_on_with_every_browser_closed(server, person):
    api = server.api("alice")
    laptop = person()
    session = api.start(COUNT)["id"]
    page = laptop.join(session)
    shows(page, "count 5")
    laptop.context.close()
    eventually(lambda: api.status(session)["connected_clients"] == 0)
    eventually(lambda: b"count 150" in api.output(session))
    again = person().join(session)
    shows(again, "count 160", scrollback=True)
    lines = re.findall(r"^count (\d+)$", screen(again, scrollback=True), re.M)
    assert [int(line) for line in lines] == list(range(1, len(lines) + 1)), "complete, in order"
    api.call("DELETE", f"/sessions/{session}")


def test_b_two_devices_see_each_other_typing(server, person):
    session = server.api("alice").start(["cat"])["id"]
    desktop = person().join(session)
    expect(desktop.get_by_text("1 client", exact=True)).to_be_visible()
    phone = person(device=PHONE).join(session)
    for page in (desktop, phone):
        expect(page.locator("[data-part=clients]").first).to_have_text("2 clients")
    type_in(desktop, "from the desktop\n")
    shows(phone, "from the desktop\nfrom the desktop")
    type_in(phone, "from the phone\n")
    # The terminal's echo and cat's answer may come apart, and each browser draws in its own time.
    for page in (desktop, phone):
        shows(page, "from the phone\nfrom the phone")
    assert screen(desktop) == screen(phone)
    phone.close()
    expect(desktop.get_by_text("1 client", exact=True)).to_be_visible()


def test_c_a_tail_runs_in_the_background(server, person, tmp_path):
    log = tmp_path / "service.log"
    log.write_text("first line\n")
    api = server.api("alice")
    session = api.start(["tail", "-f", str(log)], name="service log")["id"]
    laptop = person()
    page = laptop.join(session)
    shows(page, "first line")
    page.close()
    eventually(lambda: api.status(session)["connected_clients"] == 0)
    with log.open("a") as more:
        more.writelines(f"line {number} while away\n" for number in range(200))
    eventually(lambda: b"line 199 while away" in api.output(session))
    assert api.status(session)["running_in_background"]
    listed = laptop.open("/").locator("session-card", has_text="service log")
    expect(listed.get_by_text("in background")).to_be_visible()
    back = laptop.join(session)
    shows(back, "line 199 while away")
    expect(back.get_by_text("running in background")).to_be_visible()
    assert "line 0 while away" in screen(back, scrollback=True)


def test_d_sized_on_one_device_fitted_on_another(server, person):
    laptop = person().open("/")
    laptop.get_by_role("button", name="New session").first.click()
    laptop.get_by_label("Command", exact=True).fill("cat")
    laptop.get_by_role("button", name="Start").click()
    laptop.wait_for_url("**/sessions/*")
    joined(laptop)
    until(laptop, "!holdfast.terminal.differs && holdfast.terminal.term.cols > 80")
    on_laptop = size(laptop)
    expect(laptop.get_by_role("button", name="Fit to this window")).to_be_hidden()

    phone = person(device=PHONE).join(laptop.url.rsplit("/", 1)[1])
    assert size(phone) == on_laptop == size(laptop), "joining never resizes"
    assert whole_in_window(phone), "scaled to fit, nothing cut off"
    phone.get_by_role("button", name="Fit to this window").click()
    until(phone, "!holdfast.terminal.differs")
    assert size(phone) != on_laptop and size(phone)[1] < 80
    assert whole_in_window(phone)
    until(laptop, f"holdfast.terminal.term.cols === {size(phone)[1]}")
    expect(laptop.get_by_role("button", name="Fit to this window")).to_be_visible()
    type_in(phone, "still the same cat\n")
    shows(laptop, "still the same cat\nstill the same cat")
