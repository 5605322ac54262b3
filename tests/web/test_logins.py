"""Signing in and out: the cookie, its login in the database, CSRF, throttling, where one lands after."""

import re

import pytest
from werkzeug.test import EnvironBuilder

from app.models.login import Login
from app.models.token import ApiToken
from app.web import logins, throttle
from app.web.paths import safe_next
from tests.web.conftest import PASSWORD


def cookies(answer):
    return {c.partition("=")[0]: c for c in answer.headers.getlist("Set-Cookie")}


def test_a_stranger_is_led_to_the_login_and_then_to_where_he_wanted(world):
    browser = world.browser()
    away = browser.get("/account", headers={"Accept": "text/html"})
    assert (away.status_code, away.headers["Location"]) == (302, "/login?next=/account")
    answer = browser.sign_in("alice", next="/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert browser.get("/account").status_code == 200
    assert browser.get("/login").headers["Location"] == "/"


def test_the_cookie_is_of_no_use_to_scripts_and_other_sites(world):
    answer = world.browser().sign_in("alice")
    cookie = cookies(answer)["holdfast_login_8000"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    assert "Domain" not in cookie


def test_the_cookie_is_secure_when_the_browser_came_by_https(world):
    browser = world.browser()
    token = browser.csrf()
    answer = browser.post(
        "/login",
        data={"csrf_token": token, "username": "alice", "password": PASSWORD},
        headers={"X-Forwarded-Proto": "https", "Origin": "https://localhost"},
    )
    assert answer.status_code == 303
    assert all("Secure" in cookie for cookie in cookies(answer).values())


def test_signing_in_keeps_nothing_of_the_cookie_before(world):
    browser = world.browser()
    before = browser.csrf()
    planted = browser.get_cookie("holdfast_login_8000").value
    browser.sign_in("alice")
    assert browser.get_cookie("holdfast_login_8000").value != planted
    stale = browser.open(
        "/api/v1/tokens",
        method="POST",
        json={},
        headers={"X-CSRFToken": before, "Origin": "http://localhost"},
    )
    assert stale.status_code == 403
    browser.set_cookie("holdfast_login_8000", planted)
    assert browser.get("/account").status_code == 302


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_wrong_name_and_wrong_password_look_the_same(world, name):
    answer = world.browser().sign_in(name, "not the password")
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text


def test_names_are_not_case_sensitive(world):
    assert world.browser().sign_in(" Alice ").status_code == 303


def test_signing_out_ends_the_login_for_good_and_closes_its_sockets(world):
    browser = world.browser("alice")
    [login] = Login.of(world.users["alice"].id)
    kept = browser.get_cookie("holdfast_login_8000").value
    assert browser.submit("/logout").headers["Location"] == "/login"
    assert world.rooms.closed == [([login.id], [])]
    browser.set_cookie("holdfast_login_8000", kept)
    assert browser.get("/account").status_code == 302


def test_a_forged_or_foreign_cookie_is_a_stranger(world):
    browser = world.browser("alice")
    value = browser.get_cookie("holdfast_login_8000").value
    for bad in (value[:-2] + "xx", "x" * 9000, "", "é"):
        browser.set_cookie("holdfast_login_8000", bad)
        assert browser.get("/api/v1/sessions").status_code == 401


def test_every_unsafe_request_with_the_cookie_needs_the_csrf_token(world):
    browser = world.browser("alice")
    without = browser.post("/api/v1/sessions", json={}, headers={"Origin": "http://localhost"})
    assert (without.status_code, without.mimetype) == (403, "application/problem+json")
    assert browser.post("/logout").status_code == 403
    assert browser.call("POST", "/sessions", json={}, **{"X-CSRFToken": "forged"}).status_code == 403
    assert browser.call("POST", "/sessions", json={}).status_code == 201
    assert len(world.rooms.told) == 1


def test_signing_in_needs_the_csrf_token_too(world):
    answer = world.browser().post("/login", data={"username": "alice", "password": PASSWORD})
    assert answer.status_code == 403
    assert Login.of(world.users["alice"].id) == []


def test_an_authorization_header_is_the_only_thing_that_counts(world):
    browser = world.browser("alice")
    answer = browser.get("/api/v1/sessions", headers={"Authorization": "Bearer hf_wrong"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for header in ("Basic YTpi", "Bearer", "Bearer ", "hf_", "Bearer \x00"):
        assert browser.get("/api/v1/sessions", headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil", "/\t/evil", "/a\r\nX: y",
     "", "x", "javascript:alert(1)", "/\\/evil", "/login?next=/", " //evil", "/%09/\x09evil"],
)  # fmt: skip
def test_next_leads_nowhere_else(target):
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/account", "/sessions/aaaaaaaaaaaa?x=1&y=//z"])
def test_next_leads_to_our_own_pages(target):
    assert safe_next(target) == target


def wrong(browser, name="alice", times=1, address="198.51.100.7"):
    """Tries a wrong password; forwarded by a proxy on this machine for that address."""
    token = browser.csrf()
    data = {"csrf_token": token, "username": name, "password": "guess guess"}
    return [browser.post("/login", data=data, headers={"X-Forwarded-For": address}).status_code for _ in range(times)]


def test_a_stranger_with_a_whole_network_is_one_stranger(world):
    codes = [wrong(world.browser(), address=f"2001:db8:0:1::{number}")[0] for number in range(8)]
    assert codes == [401] * 6 + [429] * 2
    assert wrong(world.browser(), address="2001:db8:0:2::1") == [401]
    assert logins.network("192.0.2.1") == "192.0.2.1" and logins.network("rubbish") == ""


def test_guessing_is_slowed_down_with_a_time_to_come_back(world):
    browser = world.browser()
    codes = wrong(browser, times=8)
    assert codes[:6] == [401] * 6 and codes[6:] == [429] * 2
    answer = browser.post(
        "/login",
        data={"csrf_token": browser.csrf(), "username": "alice", "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.7"},
    )
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_who_hammers_on_an_account_does_not_lock_its_owner_out(world, monkeypatch):
    home = world.browser("alice")
    home.submit("/logout")
    monkeypatch.setitem(throttle.FREE, "account", 3)
    for number in range(6):
        wrong(world.browser(), address=f"203.0.113.{number}")
    elsewhere = world.browser()
    data = {"username": "alice", "password": PASSWORD}
    fresh = {"X-Forwarded-For": "192.0.2.99"}
    stranger = elsewhere.post("/login", data=data | {"csrf_token": elsewhere.csrf()}, headers=fresh)
    assert stranger.status_code == 429
    same_device = home.post("/login", data=data | {"csrf_token": home.csrf()}, headers=fresh)
    assert same_device.status_code == 303
    assert world.browser().sign_in("alice").status_code == 303  # from the address where she was before


def test_a_browser_and_a_script_are_known_at_the_websocket(world):
    browser = world.browser("alice")
    cookie = browser.get_cookie("holdfast_login_8000")
    environ = EnvironBuilder(headers={"Cookie": f"{cookie.key}={cookie.value}"}).get_environ()
    actor = logins.who(world.app, environ)
    assert (actor.name, actor.admin, actor.token_id) == ("alice", True, None)
    secret = world.script("bob").token
    by_header = EnvironBuilder(headers={"Authorization": f"Bearer {secret}"}).get_environ()
    assert logins.who(world.app, by_header).name == logins.who_by_token(secret).name == "bob"
    for nobody in ({}, {"Cookie": "holdfast_login_8000=x"}, {"Authorization": "Bearer x"}):
        assert logins.who(world.app, EnvironBuilder(headers=nobody).get_environ()) is None
    assert logins.who_by_token("x") is logins.who_by_token(5) is logins.who_by_token(None) is None
    Login.revoke(actor.user_id, actor.login_id)
    assert logins.who(world.app, environ) is None


def test_passwords_and_tokens_stay_out_of_the_log(world, caplog):
    caplog.set_level("DEBUG")
    world.browser().sign_in("alice")
    world.browser().sign_in("alice", "a wrong secret")
    script = world.script("alice")
    session = world.session("alice")
    script.call("POST", f"/sessions/{session.id}/input", json={"data": "typed secret"})
    script.call("GET", "/sessions?q=looked-for")
    written = caplog.text
    assert f"POST /api/v1/sessions/{session.id}/input 204" in written and "alice" in written
    for secret in (PASSWORD, "a wrong secret", script.token, "typed secret", "looked-for"):
        assert secret not in written
    assert not re.search(r"[A-Za-z0-9_-]{43}", written)


def test_a_token_is_remembered_as_used_but_not_written_at_each_request(world):
    script = world.script("alice")
    script.call("GET", "/sessions")
    [first] = ApiToken.of(world.users["alice"].id)
    script.call("GET", "/sessions")
    [second] = ApiToken.of(world.users["alice"].id)
    assert first.last_used_at is not None and first.last_used_at == second.last_used_at
