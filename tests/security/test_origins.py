"""Forty pages that are not ours, and hosts that are not this server: none of them does anything with a visitor's login,
neither over HTTP nor over a websocket. And no request that changes something goes without our page's token."""

from __future__ import annotations

import http.client
import re

import pytest
import requests

from app.web import wiring  # noqa: F401  (fills the table)
from app.web.hosts import SAFE_METHODS
from app.web.routes import ROUTES
from tests.support.server import PASSWORD

HOST = "127.0.0.1:PORT"
FOREIGN_ORIGINS = (
    "http://evil.example", "https://evil.example", "http://evil.example:PORT", "null", "", "file://", "about:blank",
    "http://127.0.0.1", "http://127.0.0.1:1", "http://127.0.0.1.:PORT", "http://localhost:PORT", "http://[::1]:PORT",
    "http://127.0.0.1:PORT.evil.example", "http://127.0.0.1:PORT@evil.example", "http://evil.example/127.0.0.1:PORT",
    "http://evil.example#127.0.0.1:PORT", "http://127.0.0.1:PORT/", "http://127.0.0.1:PORT http://evil.example",
    "http://127.0.0.1:0PORT", "http://0x7f.1:PORT", "http://127.1:PORT", "http://2130706433:PORT",
    "chrome-extension://abcdefgh", "moz-extension://abcdefgh", "ws://127.0.0.1:PORT", "javascript:alert(1)",
    "http://127.0.0.1%00.evil.example:PORT", "http://127.0.0.1:PORT,http://evil.example",
)  # fmt: skip
FOREIGN_HOSTS = (
    "evil.example", "evil.example:PORT", "127.0.0.1.evil.example:PORT", "127.0.0.1:PORT.evil.example", "0.0.0.0:PORT",
    "127.0.0.1:PORT@evil.example", "localhost.evil.example:PORT", "rebind.evil.example:80", "[::ffff:6.6.6.6]:PORT",
    "169.254.169.254", "", "127.0.0.1:PORT, evil.example",
)  # fmt: skip
FORGED = [(HOST, origin) for origin in FOREIGN_ORIGINS] + [(host, f"http://{host}") for host in FOREIGN_HOSTS]


@pytest.fixture(scope="module")
def visitor(server):
    """A browser that is signed in: its cookies as one header, and its CSRF token."""
    server.user("erika", admin=True)
    with requests.Session() as browser:
        browser.trust_env = False
        form = {"username": "erika", "password": PASSWORD, "csrf_token": token(browser.get(f"{server.url}/login").text)}
        assert browser.post(f"{server.url}/login", data=form).status_code == 200
        csrf = token(browser.get(f"{server.url}/account").text)
        yield "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies), csrf


def token(page: str) -> str:
    return re.search(r'(?:name="csrf_token" value|name="csrf-token" content)="([^"]+)"', page)[1]


def asked(server, method, path, headers, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


def upgraded(server, headers):
    """The status of a websocket's handshake. 101: it was let in."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.putrequest("GET", "/socket.io/?EIO=4&transport=websocket", skip_host=True)
        for name, value in (UPGRADE | headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def sent(server, visitor, host, origin):
    cookies, csrf = visitor
    port = str(server.port)
    return {
        "Host": host.replace("PORT", port), "Origin": origin.replace("PORT", port), "Cookie": cookies,
        "X-CSRFToken": csrf, "Content-Type": "application/json",
    }  # fmt: skip


def test_our_own_page_is_let_in(server, visitor):
    headers = sent(server, visitor, HOST, f"http://{HOST}")
    assert asked(server, "POST", "/api/v1/sessions", headers, b'{"command": ["cat"]}')[0] == 201
    assert upgraded(server, headers) == 101


@pytest.mark.parametrize(("host", "origin"), FORGED)
def test_a_forged_one_is_not(server, visitor, host, origin):
    headers = sent(server, visitor, host, origin)
    before = len(server.api("erika").get("/sessions").json()["sessions"])
    status, body = asked(server, "POST", "/api/v1/sessions", headers, b'{"command": ["cat"]}')
    assert status in (400, 403, 421), body
    assert upgraded(server, headers) in (400, 403, 421)
    if host != HOST:  # a name that leads here today (DNS rebinding) reads nothing either
        status, body = asked(server, "GET", "/api/v1/sessions", headers)
        assert status in (400, 421) and b"sessions" not in body
    assert len(server.api("erika").get("/sessions").json()["sessions"]) == before


def test_there_are_forty():
    assert len(set(FORGED)) == 40


@pytest.mark.parametrize("wrong", ["", "x", "IjAi.aaaa.bbbb"])
def test_no_unsafe_route_is_reached_by_cookie_without_the_page_s_token(server, visitor, wrong):
    session = server.api("erika").start(["cat"])["id"]
    headers = sent(server, visitor, HOST, f"http://{HOST}") | {"X-CSRFToken": wrong}
    unsafe = [row for row in ROUTES if row.method not in SAFE_METHODS]
    for row in unsafe:
        path = re.sub(r"<[^>]*>", "1", row.path.replace("<id>", session))
        status, body = asked(server, row.method, path, headers, b"{}")
        assert status == 403 and b"out of date" in body, (row.method, path, status, body)
    assert server.api("erika").status(session)["state"] == "running"
