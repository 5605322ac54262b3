"""Sign-in by a header: off unless it is switched on, and then only from where the proxy is."""

from __future__ import annotations

import pytest
from flask import Flask

from app import config as settings
from app.config import ConfigError
from app.models.login import Login
from app.models.user import User
from app.web import hosts, logins, wiring
from tests.web.conftest import ROOT, World

HEADER = "Remote-User"
PROXY = {"REMOTE_ADDR": "10.1.2.3"}
PAGE = {"Accept": "text/html"}


def behind(world, tmp_path, creates="0"):
    """The same accounts behind a proxy at 10.1.0.0/16."""
    config = settings.load(
        {
            "HOLDFAST_DATA_DIR": str(tmp_path / "data"), "HOLDFAST_SHELL": "/bin/sh",
            "HOLDFAST_PROXY_USER_HEADER": HEADER, "HOLDFAST_PROXY_ADDRESSES": "10.1.0.0/16, fd00::7",
            "HOLDFAST_PROXY_CREATES_USERS": creates,
        }
    )  # fmt: skip
    app = Flask("holdfast", template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.extensions["rooms"] = world.rooms
    wiring.register(app, config)
    return World(app, hosts.HostGate(app, config), world.rooms, world.users)


@pytest.fixture
def proxied(world, tmp_path):
    return behind(world, tmp_path)


def visit(browser, name, path="/account", environ=PROXY, **headers):
    return browser.get(
        path, headers=PAGE | ({HEADER: name} if name is not None else {}) | headers, environ_overrides=environ
    )


def test_the_header_means_nothing_unless_it_is_switched_on(world):
    browser = world.browser()
    for environ in ({"REMOTE_ADDR": "127.0.0.1"}, PROXY):
        assert visit(browser, "alice", environ=environ).status_code == 302


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.2.0.1", "203.0.113.9", "::1", "", "nonsense"])
def test_it_counts_from_the_proxy_alone(proxied, peer):
    answer = visit(proxied.browser(), "alice", environ={"REMOTE_ADDR": peer})
    assert answer.status_code == 302 and Login.of(proxied.users["alice"].id) == []
    forwarded = visit(
        proxied.browser(), "alice", environ={"REMOTE_ADDR": "127.0.0.1"}, **{"X-Forwarded-For": "10.1.2.3"}
    )
    assert forwarded.status_code == 302, "whom a proxy on this machine speaks for is no proxy"


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::7"])
def test_whom_the_proxy_names_is_signed_in(proxied, peer):
    browser = proxied.browser()
    environ = {"REMOTE_ADDR": peer}
    page = visit(browser, "Alice", environ=environ)
    assert page.status_code == 200 and "alice" in page.text
    [login] = Login.of(proxied.users["alice"].id)
    assert login.way == logins.PROXY
    assert visit(browser, "alice", "/api/v1/logins", environ).json["logins"][0]["way"] == "proxy"
    assert len(Login.of(proxied.users["alice"].id)) == 1, "one login, not one a request"
    assert visit(browser, "alice", "/api/v1/proof", environ).json["fresh"], "the proxy vouches with each request"


def test_whom_the_proxy_names_no_more_is_out(proxied):
    browser = proxied.browser()
    assert visit(browser, "alice").status_code == 200
    cookie = f"holdfast_login_8000={browser.get_cookie('holdfast_login_8000').value}"
    handshake = {"HTTP_COOKIE": cookie, "holdfast.peer": "10.1.2.3"}
    assert logins.who(proxied.app, handshake | {"HTTP_REMOTE_USER": "alice"}).name == "alice"
    for name in (None, "bob", "", "alice, bob"):
        assert visit(browser, name, "/api/v1/sessions").status_code == 401
        assert logins.who(proxied.app, handshake | ({"HTTP_REMOTE_USER": name} if name else {})) is None
    assert visit(browser, "alice", "/api/v1/sessions", {"REMOTE_ADDR": "203.0.113.9"}).status_code == 401
    assert "bob" in visit(browser, "bob").text, "another person at the same browser"


def test_only_pages_begin_a_login(proxied):
    for path in ("/api/v1/sessions", "/api/v1/logins"):
        assert visit(proxied.browser(), "alice", path).status_code == 401
    assert Login.of(proxied.users["alice"].id) == []


@pytest.mark.parametrize("name", ["nobody", "dora", "../x", "a b", "a" * 40, "root\tx"])
def test_a_name_without_an_account_stays_out(proxied, name):
    assert visit(proxied.browser(), name).status_code == 302
    assert {user.name for user in User.everyone()} == {"alice", "bob", "charlie"}


def test_a_setting_lets_it_make_accounts_without_a_password(world, tmp_path):
    proxied = behind(world, tmp_path, creates="1")
    assert visit(proxied.browser(), "dora").status_code == 200
    dora = User.named("dora")
    assert not dora.admin and not dora.has_password
    for password in ("", "x", "dora"):
        assert proxied.browser().sign_in("dora", password).status_code == 401
    assert visit(proxied.browser(), "No Name").status_code == 302


def test_the_first_account_is_never_the_proxys(empty, tmp_path):
    assert visit(behind(empty, tmp_path, "1").browser(), "eve").status_code == 302
    assert not User.exists()


def test_a_token_is_judged_by_itself(proxied):
    token = proxied.script("bob").token
    answer = visit(proxied.browser(), "alice", "/api/v1/sessions", Authorization=f"Bearer {token}x")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_PROXY_USER_HEADER", "Remote User"), ("HOLDFAST_PROXY_USER_HEADER", "Remote_User"),
        ("HOLDFAST_PROXY_USER_HEADER", "Cookie"), ("HOLDFAST_PROXY_USER_HEADER", "X-Forwarded-For"),
        ("HOLDFAST_PROXY_ADDRESSES", "proxy.lan"), ("HOLDFAST_PROXY_ADDRESSES", "10.1.2.3/8"),
        ("HOLDFAST_PROXY_CREATES_USERS", "maybe"), ("HOLDFAST_PROXY_USER_HEADER", ""), ("HOLDFAST_PROXY_ADDRESSES", ""),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_stop_the_start(name, value):
    good = {"HOLDFAST_PROXY_USER_HEADER": HEADER, "HOLDFAST_PROXY_ADDRESSES": "10.1.2.3", "HOLDFAST_SHELL": "/bin/sh"}
    with pytest.raises(ConfigError):
        settings.load(good | {name: value})
