"""Every page on a desktop and a phone, light and dark: it works, fits, and keeps the policy (`person` checks)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESKTOP, PHONE, Person, eventually, made_final, shows, until
from tests.support.server import PASSWORD

DEVICES = pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])


def fits_across(page) -> bool:
    return page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("device", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_page_fits_and_keeps_the_policy(server, person, device, scheme):
    ended = server.api("alice").start(["sh", "-c", "echo over; exit 3"], name="over " * 12, tags=["a-tag"])["id"]
    alice = person(device=device, color_scheme=scheme)
    for path in ("/", "/account", "/audit", f"/sessions/{ended}", "/nothing-here"):
        page = alice.open(path)
        assert fits_across(page), path
        page.close()
    stranger = person(None, device=device, color_scheme=scheme)
    page = stranger.open("/login")
    assert fits_across(page)


# Bytes over the wire of a first visit, all that the page loads by itself. Not times: those are the machine's.
FIRST_LOAD = {"/": 400_000, "/sessions/": 1_500_000, "/shared": 1_500_000}


def test_a_first_visit_stays_within_its_bytes(server, person):
    api = server.api("alice")
    session = api.start(["cat"])["id"]
    link = api.post(f"/sessions/{session}/links", {"role": "viewer"}).json()["url"]
    for (page, most), path in zip(FIRST_LOAD.items(), ("/", f"/sessions/{session}", link), strict=True):
        assert 10_000 < first_load(person(None if page == "/shared" else "alice"), path) < most, page


def first_load(one: Person, path: str) -> int:
    page = one.context.new_page()
    wire = one.context.new_cdp_session(page)
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return sum(sizes)


def test_a_second_visit_asks_for_no_script_again(server, person):
    """At 100 ms a way each question costs: a page has more than a hundred files."""
    session = server.api("alice").start(["cat"])["id"]
    alice = person()
    alice.join(session)
    page = alice.join(session)
    asked = page.evaluate(
        """() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/static/"))
          .map(({ name, transferSize }) => [name, transferSize])"""
    )
    assert len(asked) > 50
    assert [name for name, size in asked if size] == []


def test_the_first_run_makes_the_owner(own_server, browser):
    server = own_server()
    owner = Person(browser, server, None, DESKTOP)
    page = owner.open("/login")
    expect(page.get_by_text("There is no account yet")).to_be_visible()
    page = owner.open(server.setup_url)
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()
    late = Person(browser, server, None, PHONE)
    expect(late.open(server.setup_url).get_by_text("used already")).to_be_visible()
    for person in (owner, late):
        person.close()


def test_wrong_password_and_login_then_where_one_wanted_to_go(server, person):
    server.user("alice")
    page = person(None).open("/account")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/account")
    page.get_by_role("button", name="Log out").first.click()
    page.wait_for_url("**/login")


def test_a_new_session_by_keyboard_with_a_mistake_on_the_way(server, person):
    page = person().open("/")
    page.get_by_role("button", name="New session").first.press("Enter")
    page.keyboard.type("echo started in $PWD; cat")
    page.keyboard.press("Tab")
    page.keyboard.type("/no/such/directory")
    page.keyboard.press("Enter")
    wrong = page.locator("[data-error=cwd]")
    expect(wrong).to_be_visible()
    expect(page.get_by_label("Directory")).to_be_focused()
    page.get_by_label("Directory").fill("/tmp")
    page.locator("new-session").get_by_label("Name").fill("by hand")
    page.locator("new-session").get_by_label("Tags").fill("#one two")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/*")
    shows(page, "started in /tmp")
    status = server.api("alice").status(page.url.rsplit("/", 1)[1])
    assert (status["name"], status["tags"], status["cwd"]) == ("by hand", ["one", "two"], "/tmp")


@DEVICES
def test_the_list_searches_filters_and_follows(server, person, device):
    api = server.api("bob")
    page = person("bob", device).open("/")
    expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()
    running = api.start(["cat"], name="web shop", tags=["prod"])["id"]
    row = page.locator("session-card", has_text="web shop")
    expect(row).to_be_visible()  # pushed: no reload
    api.start(["sh", "-c", "exit 3"], name="failing job")
    expect(page.locator("session-card", has_text="failed (exit code 3)").first).to_be_visible()
    page.get_by_placeholder("Search name").fill("shop #prod")
    expect(page.locator("session-card", has_text="failing job")).to_have_count(0)
    expect(row.first).to_be_visible()
    page.get_by_placeholder("Search name").fill("")
    page.locator("label", has_text=re.compile(r"^Ended")).click()
    expect(row).to_have_count(0)
    page.locator("label", has_text=re.compile(r"^All")).click()
    row.first.hover()
    row.first.get_by_role("button", name="End session").click()
    expect(row.first.get_by_text("ending…")).to_be_visible()
    made_final(page)
    expect(row.first.get_by_text(re.compile("hung up|killed|terminated"))).to_be_visible()
    row.first.get_by_role("button", name="Forget").click()
    expect(row).to_have_count(0)
    made_final(page)
    eventually(lambda: api.get(f"/sessions/{running}/status").status_code == 404)
    for session in api.get("/sessions").json()["sessions"]:
        api.call("DELETE", f"/sessions/{session['id']}?forget=true")
    expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()


def test_nobody_sees_what_is_not_theirs(server, person):
    session = server.api("alice").start(["cat"], name="private to Alice")["id"]
    charlie = person("charlie")
    expect(charlie.open("/").get_by_role("heading", name="No sessions yet")).to_be_visible()
    page = charlie.open(f"/sessions/{session}")
    expect(page.get_by_role("heading", name="Not Found")).to_be_visible()


def test_tokens_and_password(server, person):
    page = person("bob").open("/account")
    page.get_by_label("New token for").fill("my script")
    page.get_by_role("button", name="Create token").click()
    secret = page.locator("[data-part=secret]")
    expect(secret).to_contain_text("hf_")
    token = page.locator("[data-part=tokens] li", has_text="my script")
    token.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(token).to_have_count(0)
    page.get_by_label("Current password").fill("wrong one")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("[data-error=current]")).to_be_visible()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(PASSWORD + "!")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Password changed.")).to_be_visible()
    page.get_by_label("Current password").fill(PASSWORD + "!")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    until(page, "document.querySelector('[name=current]').value === ''")


def test_the_theme_is_remembered_and_reaches_the_terminal(server, person):
    session = server.api("alice").start(["cat"])["id"]
    page = person(color_scheme="light").join(session)
    ground = "holdfast.terminal.term.options.theme.background"
    light = page.evaluate(f"() => {ground}")
    toggle = page.locator("theme-toggle button")
    toggle.click()
    toggle.click()
    expect(toggle).to_have_accessible_name("Theme: dark")
    assert page.evaluate(f"() => {ground}") != light
    page.reload()
    until(page, f"{ground} !== '{light}'")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
