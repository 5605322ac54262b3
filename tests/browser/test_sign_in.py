"""Passkeys and the second factor as people use them: a real Chromium with a virtual authenticator, real codes."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PHONE, Person, until
from tests.browser.readers import READERS, says
from tests.browser.test_axe import faults
from tests.browser.test_pages import fits_across
from tests.support.server import PASSWORD

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def name(request, server):
    """An account of the test's own: what it signs in by must not be in another test's way."""
    name = "s" + re.sub(r"[^a-z0-9]", "", request.node.name.lower())[-24:]
    server.user(name)
    return name


def key_of(page: Page, **options) -> tuple:
    """Gives the page's browser an authenticator; passkeys need a host with a name."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | options})
    return cdp, made["authenticatorId"]


def at_login(stranger: Person, server, path: str = "/login") -> Page:
    return stranger.open(f"http://localhost:{server.port}{path}")


def by_password(page: Page, name: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def stale(server, name: str) -> None:
    """As if the account's last proof were more than ten minutes ago."""
    code = (
        "import os; from app import config; from app.models import base; from app.models.login import Login;"
        "base.bind(config.load(os.environ).database_url); c = base.db.connection_context(); c.__enter__();"
        f"u = __import__('app.models.user', fromlist=['User']).User.named({name!r});"
        "Login.update(proved_at=0).where(Login.user == u.id).execute()"
    )
    done = server.python("-c", code)
    assert done.returncode == 0, done.stderr


def test_a_passkey_is_added_used_without_a_name_and_removed(server, person, name):
    page = at_login(person(None), server, "/login?next=/account")
    cdp, key = key_of(page)
    by_password(page, name)
    page.get_by_label("Name of the new passkey").fill("test key")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("[data-part=passkeys] li")).to_have_count(1)
    assert len(cdp.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    # The same device again: it says so, and nothing is added.
    page.get_by_label("Name of the new passkey").fill("again")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("This device has a passkey for this account already.")).to_be_visible()
    page.get_by_role("textbox", name="Name of the passkey").fill("renamed")
    page.get_by_role("textbox", name="Name of the passkey").press("Tab")
    page.get_by_role("button", name="Log out " + name).click()
    page.wait_for_url("**/login")
    until(page, "!document.querySelector(':not(:defined)')")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"http://localhost:{server.port}/")
    page.goto(f"http://localhost:{server.port}/account")
    expect(page.get_by_text("by passkey")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name of the passkey")).to_have_value("renamed")
    # Ten minutes later the dialog takes the passkey too, and what was asked for goes on.
    stale(server, name)
    page.locator("passkey-list").get_by_role("button", name="Remove").click()
    page.locator("confirm-dialog").get_by_role("button", name="Remove").click()
    page.locator("proof-dialog").get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkeys.")).to_be_visible()
    page.get_by_role("button", name="Log out " + name).click()
    page.wait_for_url("**/login")
    until(page, "!document.querySelector(':not(:defined)')")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("not known here")


def test_a_second_factor_is_set_up_asked_for_and_taken_away(server, person, name):
    page = person(name, PHONE, anew=True).open("/account")
    page.get_by_role("button", name="Set up").click()
    picture = page.get_by_role("img", name="QR code")
    until(page, "document.querySelector('[data-part=picture]').naturalWidth > 100")
    assert fits_across(page) and not faults(page)
    seed = page.locator("[data-part=seed]").inner_text().replace(" ", "")
    codes = pyotp.TOTP(seed)
    page.get_by_label("The code that it shows").fill("000000" if codes.now() != "000000" else "000001")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("this code does not fit")).to_be_visible()
    used = codes.now()
    page.get_by_label("The code that it shows").fill(used)
    page.get_by_role("button", name="Switch on").click()
    recovery = page.locator("[data-part=list] code")
    expect(recovery).to_have_count(10)
    expect(picture).to_be_hidden()
    assert fits_across(page) and not faults(page)
    kept = recovery.first.inner_text()
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()

    phone = person(None, PHONE).open("/login?next=/account")
    by_password(phone, name)
    expect(phone.get_by_role("heading", name="One more step")).to_be_visible()
    assert fits_across(phone) and not faults(phone)
    phone.get_by_label("Code of your authenticator app").fill(used)  # by the set-up
    phone.get_by_role("button", name="Log in").click()
    expect(phone.get_by_role("alert")).to_have_text("This code is wrong, or it was used already.")
    phone.get_by_label("Code of your authenticator app").fill(kept.upper().replace("-", " "))
    phone.get_by_role("button", name="Log in").click()
    phone.wait_for_url("**/account")
    expect(phone.get_by_text("9 recovery codes are left.")).to_be_visible()
    phone.get_by_role("button", name="Take away").click()
    phone.locator("confirm-dialog").get_by_role("button", name="Take away").click()
    expect(phone.get_by_role("button", name="Set up")).to_be_visible()


def test_ten_minutes_later_it_asks_once_more_and_goes_on(server, person, name):
    page = person(name, anew=True).open("/account")
    stale(server, name)
    page.get_by_label("New token for").fill("late")
    page.get_by_label("It may").select_option("read")
    page.locator("select[name=days]").select_option("7")
    page.get_by_role("button", name="Create token").click()
    dialog = page.locator("proof-dialog")
    expect(dialog.get_by_label("Password")).to_be_focused()
    assert not faults(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Show once more that it is you")).to_be_visible()
    page.get_by_role("button", name="Create token").click()
    dialog.get_by_label("Password").fill("not the password")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_text("this is not your present password")).to_be_visible()
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-part=secret]")).to_have_text(re.compile("hf_"))
    expect(page.locator("[data-part=tokens] li", has_text="late")).to_contain_text("may read · until")
    page.get_by_label("New token for").fill("at once")
    page.get_by_role("button", name="Create token").click()
    expect(page.locator("[data-part=tokens] li", has_text="at once")).to_be_visible()


def test_an_administrator_hands_out_a_link_to_a_new_password(server, person, name):
    server.user("root", admin=True)
    admin = person("root", anew=True).open("/account")
    row = admin.locator("[data-part=accounts] li", has=admin.get_by_text(name, exact=True))
    row.get_by_role("button", name="Reset password").click()
    link = admin.locator("[data-part=link]")
    expect(link).to_have_text(re.compile("/reset/"))
    assert fits_across(admin) and not faults(admin)
    page = person(None).open(link.inner_text())
    assert not faults(page)
    page.get_by_label("New password").fill("password123")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_contain_text("one of the most common passwords")
    page.get_by_label("New password").fill("a quite new password")
    page.get_by_role("button", name="Change password").click()
    page.wait_for_url("**/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill("a quite new password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
    assert link.inner_text().rpartition("/")[2] not in "".join(server.log), "the log has the link"
    late = person(None).open(link.inner_text())
    expect(late.get_by_text("used already")).to_be_visible()


def test_an_administrator_shuts_an_account_out_and_it_reads_what_was_done(server, person, name):
    server.user("root", admin=True)
    page, admin = person(name).open("/"), person("root", anew=True).open("/account")
    row = admin.locator("[data-part=accounts] > li", has=admin.get_by_text(name, exact=True))
    row.get_by_role("button", name="Manage").click()
    row.get_by_role("button", name="Revoke all").click()
    admin.get_by_role("dialog").get_by_role("button", name="Revoke all").click()
    expect(row.get_by_role("button", name="Revoke all")).to_have_count(0)
    told = page.locator("notice-list")
    expect(told).to_contain_text("root revoked API tokens of yours.")
    assert fits_across(admin) and not faults(admin) and not faults(page)
    page.get_by_role("button", name="I have read this").click()
    expect(told).to_be_hidden()
    row.get_by_role("button", name="Disable").click()
    admin.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(row.get_by_text("disabled", exact=True)).to_be_visible()
    page.wait_for_url("**/login*")
    row.get_by_role("button", name="Enable").click()
    expect(row.get_by_text("disabled", exact=True)).to_be_hidden()
    admin.get_by_label("New account for").fill(f"{name}-2")
    admin.get_by_role("button", name="Create account").click()
    expect(admin.locator("account-list [data-part=link]")).to_have_text(re.compile("/reset/"))
    expect(admin.get_by_text(f"{name}-2", exact=True)).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


@READERS
def test_an_administrator_makes_a_team_and_the_owner_reads_who_came_into_it(server, person, name, device):
    server.user("root", admin=True)
    server.user(f"{name}-2")
    say = says(device)
    admin = person("root", device=device, anew=True).open("/account")
    admin.get_by_label(say("New team")).fill(f"T{name}"[:20])
    admin.get_by_role("button", name=say("Create team")).click()
    team = f"t{name}"[:20]
    row = admin.locator("[data-part=teams] > li", has=admin.get_by_text(team, exact=True))
    into = row.get_by_label(say("Into the team {team}", team=team))
    expect(into).to_be_focused()
    session = server.api(name).start(["cat"], name="build")["id"]
    assert server.api(name).post(f"/sessions/{session}/grants", {"team": team, "role": "writer"}).status_code == 201
    into.press_sequentially("nobody-here\n")
    expect(row.get_by_role("alert")).to_have_text(say("there is no such user"))
    into.fill(f"{name}-2")
    into.press("Enter")
    out = row.get_by_role("button", name=say("Take {user} out of the team {team}", user=f"{name}-2", team=team))
    expect(out).to_be_visible()
    assert fits_across(admin) and not faults(admin)
    assert [one["id"] for one in server.api(f"{name}-2").get("/sessions").json()["sessions"]] == [session]
    owner = person(name).open("/")
    expect(owner.locator("notice-list")).to_contain_text(f"root put {name}-2 into the team {team}")
    out.click()
    expect(out).to_have_count(0)
    assert server.api(f"{name}-2").get(f"/sessions/{session}/status").status_code == 404
    row.get_by_role("button", name=say("Delete"), exact=True).click()
    admin.get_by_role("dialog").get_by_role("button", name=say("Delete"), exact=True).click()
    expect(row).to_have_count(0)
