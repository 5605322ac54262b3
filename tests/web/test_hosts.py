"""The outermost layer: DNS rebinding and foreign pages end there, before Flask and before Socket.IO."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from app import config as settings
from app.web.hosts import PEER, HostGate


def reached(environ, start_response):
    """Stands for Flask and Socket.IO: whoever gets here has passed."""
    seen = {"X-Scheme": "wsgi.url_scheme", "X-Client": "REMOTE_ADDR", "X-Peer": PEER}
    headers = [(name, environ.get(key, "")) for name, key in seen.items()]
    start_response("200 OK", [("Content-Type", "text/plain"), *headers])
    return [b"reached"]


def gate(tmp_path, **wanted):
    environ = {f"HOLDFAST_{name}": value for name, value in wanted.items()}
    config = settings.load({"HOLDFAST_DATA_DIR": str(tmp_path), "HOLDFAST_SHELL": "/bin/sh", **environ})
    return Client(HostGate(reached, config), Response)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST:8000", "127.0.0.1:8000", "127.8.9.1", "[::1]:8000", "[::1]",
     "term.localhost:8000", "localhost.", "[::ffff:127.0.0.1]:80"],
)  # fmt: skip
def test_loopback_names_pass(tmp_path, host):
    assert gate(tmp_path).get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5",
     "", "localhost@evil.example", "evil.example/localhost", "localhost:8000,evil.example", "127.0.0.1x",
     "[::1].evil.example", "notlocalhost", "[fe80::1]", "0.0.0.0"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/socket.io/?transport=websocket", "/static/x.js", "/livez"])
def test_a_foreign_host_is_refused_everywhere(tmp_path, host, path):
    answer = gate(tmp_path).get(path, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 421
    assert answer.mimetype == "application/problem+json"
    assert "HOLDFAST_ALLOWED_HOSTS" in answer.text


def test_allowed_names_pass(tmp_path):
    client = gate(tmp_path, ALLOWED_HOSTS="term.example.com, box:8443")
    for host, status in {
        "term.example.com": 200,
        "Term.Example.Com:8000": 200,
        "box:8443": 200,
        "box": 421,
        "box:80": 421,
        "x.term.example.com": 421,
    }.items():
        assert client.get("/", headers={"Host": host}).status_code == status, host


def test_the_address_that_the_connection_came_in_on_passes(tmp_path):
    client = gate(tmp_path, HOST="0.0.0.0")
    came_in = {"SERVER_NAME": "192.168.1.5"}
    assert client.get("/", headers={"Host": "192.168.1.5:8000"}, environ_overrides=came_in).status_code == 200
    assert client.get("/", headers={"Host": "192.168.1.6:8000"}, environ_overrides=came_in).status_code == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://localhost:8000", 200), (None, 200), ("http://localhost:3000", 403), ("http://localhost", 403),
     ("http://evil.example", 403), ("null", 403), ("", 403), ("http://127.0.0.1:8000", 403),
     ("http://localhost:8000.evil.example", 403), ("chrome-extension://abc", 403), ("file://", 403)],
)  # fmt: skip
def test_what_can_do_something_must_come_from_our_own_pages(tmp_path, origin, status):
    headers = {"Host": "localhost:8000"} | ({"Origin": origin} if origin is not None else {})
    client = gate(tmp_path)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = client.open("/api/v1/sessions", method=method, headers=headers)
        assert answer.status_code == status, method
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert client.get("/socket.io/", headers=headers | upgrade).status_code == status
    assert client.get("/socket.io/", headers=headers).status_code == status
    assert client.get("/elsewhere", headers=headers | upgrade).status_code == status
    assert client.get("/api/v1/sessions", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_a_browser_that_hides_origin_still_says_from_where(tmp_path, site, status):
    headers = {"Host": "localhost:8000", "Sec-Fetch-Site": site}
    assert gate(tmp_path).post("/logout", headers=headers).status_code == status


def test_a_proxy_with_tls_on_this_machine(tmp_path):
    client = gate(tmp_path, ALLOWED_HOSTS="term.example.com")
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6, 198.51.100.7"}
    local = {"REMOTE_ADDR": "127.0.0.1"}

    def post(origin, host="term.example.com", headers=proxied, environ=local):
        sent = headers | {"Host": host, "Origin": origin}
        return client.post("/login", headers=sent, environ_overrides=environ)

    good = post("https://term.example.com")
    assert (good.status_code, good.headers["X-Scheme"]) == (200, "https")
    assert (good.headers["X-Client"], good.headers["X-Peer"]) == ("198.51.100.7", "127.0.0.1")
    assert post("http://term.example.com").status_code == 403  # a page that somebody on the way has changed
    assert post("https://term.example.com", host="127.0.0.1:8000").status_code == 200  # Host not handed on
    assert post("https://evil.example", host="127.0.0.1:8000").status_code == 403


def test_nobody_else_is_believed_about_where_they_come_from(tmp_path):
    headers = {"Host": "localhost", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}
    answer = gate(tmp_path).get("/", headers=headers, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert (answer.headers["X-Client"], answer.headers["X-Scheme"]) == ("203.0.113.9", "http")


def test_every_response_has_the_security_headers(tmp_path):
    client = gate(tmp_path)
    for answer in (
        client.get("/"),
        client.get("/", headers={"Host": "evil.example"}),
        client.get("/socket.io/"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "camera=()" in answer.headers["Permissions-Policy"]


def test_a_page_runs_only_scripts_with_its_own_nonce(world):
    pages = [world.browser().get("/login") for _ in range(2)]
    nonces = [answer.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0] for answer in pages]
    assert nonces[0] != nonces[1]
    for answer, nonce in zip(pages, nonces, strict=True):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.text.count(f'nonce="{nonce}"') == answer.text.count("<script")
        assert answer.headers["Cache-Control"] == "no-store"
    assert world.browser().get("/static/css/base.css").headers["Cache-Control"] == "no-cache"
