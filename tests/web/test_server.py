"""The main flows over HTTP through real processes: web server, keeper, programs."""

import re

import pytest
import requests

from tests.support.server import PASSWORD, Server

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("web") / "data").start()
    yield made
    made.close()


class Page(requests.Session):
    """A browser: cookies, the CSRF token, an Origin."""

    def __init__(self, server):
        super().__init__()
        self.trust_env = False
        self.url = server.url
        self.headers.update({"Origin": server.url, "Accept": "text/html"})

    def csrf(self, path):
        return re.search(r'name="csrf-token" content="([^"]+)"', self.get(self.url + path, timeout=30).text)[1]

    def submit(self, path, form, **fields):
        data = {"csrf_token": self.csrf(form), **fields}
        return self.post(self.url + path, data=data, allow_redirects=False, timeout=30)


def until(api, session, sees, scrollback=0):
    """The screen once it shows that. The server tells of output by offsets: read on from each to the next."""
    offset, whole = 0, b""
    while sees.encode() not in whole:
        answer = api.get(f"/sessions/{session}/output", params={"offset": offset})
        whole += answer.content
        offset = int(answer.headers["Holdfast-Next-Offset"])
        assert api.status(session)["state"] == "running" or sees.encode() in whole, whole
    return whole


def test_the_first_run_link_makes_the_owner(server):
    page = Page(server)
    path = server.setup_url.removeprefix(server.url)
    done = page.submit(path, path, username="olivia", password=PASSWORD)
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert page.get(server.url + "/", timeout=30).status_code == 200
    assert Page(server).get(server.setup_url, timeout=30).status_code == 410
    told = [line for line in server.log if server.setup_url.rpartition("/")[2] in line]
    assert len(told) == 1 and told[0].startswith("Create the owner")


def test_a_session_from_start_to_end(server):
    api = server.api("alice")
    session = api.start("echo ready; read line; echo got $line; read line; exit 3", rows=10, cols=40)
    place = f"/sessions/{session['id']}"
    until(api, session["id"], "ready")
    assert api.post(place + "/input", {"data": "hello\r"}).status_code == 204
    until(api, session["id"], "got hello")
    assert api.post(place + "/resize", {"rows": 20, "cols": 60}).status_code == 204
    status = api.status(session["id"])
    assert (status["rows"], status["cols"], status["state"]) == (20, 60, "running")
    assert "got hello" in api.screen(session["id"])
    assert b"got hello" in api.get(place + "/screen", params={"format": "ansi"}).content
    cells = api.get(place + "/screen", params={"format": "json"}).json()
    assert "got hello" in [line["text"] for line in cells["lines"]]
    whole = api.output(session["id"])
    piece = api.get(place + "/output", params={"offset": 3, "limit": 5})
    assert piece.content == whole[3:8] and piece.headers["Holdfast-Next-Offset"] == "8"
    api.post(place + "/input", {"data": "\r"})
    while (status := api.status(session["id"]))["state"] == "running":
        pass
    assert (status["state"], status["exit_code"], status["alive"]) == ("ended", 3, False)
    assert api.post(place + "/input", {"data": "x"}).status_code == 409
    assert "got hello" in api.screen(session["id"])
    again = api.post(place + "/again")
    assert again.status_code == 201 and again.json()["restarted_from"] == session["id"]
    assert api.call("DELETE", f"/sessions/{again.json()['id']}?forget=true").status_code == 204
    assert api.get(f"/sessions/{again.json()['id']}/status").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [({"cwd": "/no/such/place"}, "cwd"), ({"cwd": "/etc/passwd"}, "cwd"),
     ({"command": ["/no/such/program"]}, "command"), ({"command": ["no-such-program-anywhere"]}, "command")],
)  # fmt: skip
def test_what_cannot_start_leaves_nothing(server, body, field):
    api = server.api("bob")
    answer = api.post("/sessions", body)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field
    assert api.get("/sessions").json()["sessions"] == []


def test_charlie_sees_nothing(server):
    session = server.api("alice").start(["sleep", "600"])
    charlie = server.api("charlie")
    assert charlie.get("/sessions").json()["sessions"] == []
    for path in ("status", "screen", "output"):
        assert charlie.get(f"/sessions/{session['id']}/{path}").status_code == 404
    assert charlie.call("DELETE", f"/sessions/{session['id']}").status_code == 404
    assert charlie.post(f"/sessions/{session['id']}/input", {"data": "x"}).status_code == 404
    assert server.api("alice").status(session["id"])["alive"]
    assert server.api("alice").call("DELETE", f"/sessions/{session['id']}").status_code == 204


def test_a_browser_signs_in_starts_a_session_and_signs_out(server):
    server.user("bob")
    page = Page(server)
    assert page.submit("/login", "/login", username="bob", password="wrong wrong").status_code == 401
    done = page.submit("/login", "/login", username="bob", password=PASSWORD, next="/account")
    assert done.headers["Location"] == "/account"
    bare = page.post(server.url + "/api/v1/sessions", json={}, timeout=30)
    assert bare.status_code == 403
    headers = {"X-CSRFToken": page.csrf("/")}
    made = page.post(server.url + "/api/v1/sessions", json={"command": ["sleep", "600"]}, headers=headers, timeout=30)
    assert made.status_code == 201
    shown = page.get(f"{server.url}/sessions/{made.json()['id']}", timeout=30)
    assert shown.status_code == 200 and made.json()["id"] in shown.text
    place = f"{server.url}{made.headers['Location']}"
    assert page.delete(place, headers=headers, timeout=30).status_code == 204
    assert page.submit("/logout", "/").status_code == 303
    assert page.get(server.url + "/api/v1/sessions", timeout=30).status_code == 401


def test_host_and_origin_are_checked_for_the_websocket_too(server):
    plain = requests.Session()
    plain.trust_env = False
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    for path in ("/", "/socket.io/?EIO=4&transport=websocket", "/static/css/base.css"):
        assert plain.get(server.url + path, headers={"Host": "evil.example"}, timeout=30).status_code == 421
    foreign = upgrade | {"Origin": "http://evil.example"}
    path = "/socket.io/?EIO=4&transport=websocket"
    assert plain.get(server.url + path, headers=foreign, timeout=30).status_code == 403
    token = {"Authorization": f"Bearer {server.user('alice')}", "Origin": "http://evil.example"}
    assert plain.post(server.url + "/api/v1/sessions", json={}, headers=token, timeout=30).status_code == 403


def test_bodies_that_are_not_what_they_should_be(server):
    api = server.api("alice")
    session = api.start(["cat"])
    place = f"/sessions/{session['id']}/input"
    assert api.call("POST", place, data=b"{", headers=JSON).status_code == 400
    assert api.call("POST", place, data=b'{"data":"x"}', headers={"Content-Type": "text/plain"}).status_code == 415
    assert api.call("POST", place, data=b"x" * (7 << 20), headers=JSON).status_code == 413
    chunked = iter([b'{"rows": 30,', b' "cols": 90}'])
    answer = api.call("POST", f"/sessions/{session['id']}/resize", data=chunked, headers=JSON)
    assert answer.status_code == 204 and api.status(session["id"])["cols"] == 90
    assert api.call("DELETE", f"/sessions/{session['id']}?forget=true").status_code == 204


def test_health(server):
    plain = requests.Session()
    plain.trust_env = False
    assert plain.get(server.url + "/livez", timeout=30).text == "ok\n"
    assert plain.get(server.url + "/readyz", timeout=30).json() == {"database": "ok", "keeper": "ok"}
    assert "holdfast_sessions_running" in plain.get(server.url + "/metrics", timeout=30).text
    assert "Traceback" not in "".join(server.log)


def test_history_of_a_session_by_pages(server):
    api = server.api("alice")
    session = api.start("seq 1 3000; printf '%0100d' 7; printf '\\nlast: '; read line", rows=10, cols=40)
    place = f"/sessions/{session['id']}/history"
    whole = until(api, session["id"], "last: ")
    there = api.get(place, params={"offset": len(whole)}).json()
    assert (there["first"], there["end"], there["head"]) == (0, 3004, len(whole))
    assert (there["complete"], there["cursor_row"]) == (True, 3003)
    page = api.get(place + "/rows", params={"from": 2998, "count": 4, "format": "text"}).json()
    assert (page["from"], page["to"], page["cols"], page["history"]) == (2998, 3002, 40, there["history"])
    assert page["data"].split("\n") == ["2999", "3000", "0" * 40, "0" * 40]
    assert (page["wrapped"], page["continues"]) == ([2, 3], False)
    ansi = api.get(place + "/rows", params={"from": 3002}).json()
    assert (ansi["data"], ansi["continues"], ansi["to"]) == ("0" * 19 + "7\r\nlast: ", True, 3004)
    beyond = api.get(place + "/rows", params={"from": 9999}).json()
    assert (beyond["from"], beyond["to"], beyond["data"]) == (9999, 9999, "")
    found = api.get(place + "/search", params={"q": "07"}).json()
    assert found["hits"][0] == {"row": 3002, "col": 18, "length": 2}
    found = api.get(place + "/search", params={"q": "LAST", "after": 100}).json()
    assert (found["hits"], found["more"]) == ([{"row": 3003, "col": 0, "length": 4}], False)
    for field, query in {
        "q": {"q": ""}, "limit": {"q": "x", "limit": 501}, "after": {"q": "x", "before": 1, "after": 1},
        "before": {"q": "x", "before": -1}, "case": {"q": "x", "case": "perhaps"},
    }.items():  # fmt: skip
        answer = api.get(place + "/search", params=query)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    for query in ({}, {"from": -1}, {"from": 0, "count": 0}, {"from": 0, "count": 2001}, {"from": 0, "format": "x"}):
        answer = api.get(place + "/rows", params=query)
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json"), query
        assert answer.json()["errors"][0]["field"] == (list(query) or ["from"])[-1]
    assert api.get(place, params={"offset": 10**6}).json()["cursor_row"] is None
    assert server.api("charlie").get(place).status_code == 404
    api.post(f"/sessions/{session['id']}/input", {"data": "over\r"})
    while api.status(session["id"])["state"] == "running":
        pass
    ended = api.get(place + "/rows", params={"from": 3003, "format": "text"}).json()
    assert (ended["data"], ended["history"]) == ("last: over", there["history"])
    api.call("DELETE", f"/sessions/{session['id']}", params={"forget": True})
    assert api.get(place).status_code == 404
