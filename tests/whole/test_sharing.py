"""Roles, links and the door, through a real server."""

from __future__ import annotations

import re

import pytest
import requests
from socketio.exceptions import ConnectionError as Refused

from tests.support.viewer import Viewer


class GuestBrowser:
    """Somebody without an account, with what a link left behind."""

    def __init__(self, server) -> None:
        self.server = server
        self.http = requests.Session()
        self.http.trust_env = False
        self.number = 0

    def open(self, url: str) -> requests.Response:
        answer = self.http.get(url, timeout=10)
        if match := re.search(r"/shared/(\d+)$", answer.url):
            self.number = int(match[1])
        return answer

    def connect(self, session: str, **ask) -> tuple[Viewer, dict]:
        cookie = "; ".join(f"{c.name}={c.value}" for c in self.http.cookies)
        viewer = Viewer(self.server.url, cookie=cookie, link=self.number)
        return viewer, viewer.join(session, **ask)


@pytest.fixture
def guest(server):
    return lambda: GuestBrowser(server)


def link(server, session: str, **wanted) -> dict:
    answer = server.api("alice").post(f"/sessions/{session}/links", wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def give(server, session: str, role: str, **receiver) -> dict:
    answer = server.api("alice").post(f"/sessions/{session}/grants", {"role": role, **receiver})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_roles_are_given_changed_and_taken(server, viewer):
    alice, bob = server.api("alice"), server.api("bob")
    session = alice.start(["cat"])["id"]
    assert bob.get(f"/sessions/{session}/status").status_code == 404
    dashboard = viewer(server, "bob")
    assert dashboard.call("watch", {})["sessions"] == []
    grant = give(server, session, "viewer", user="bob")
    dashboard.wait(lambda v: any(s["id"] == session and s["role"] == "viewer" for s in v.of("status")))
    assert [(s["id"], s["owner"], s["role"]) for s in bob.get("/sessions").json()["sessions"]] == [
        (session, "alice", "viewer")
    ]
    assert bob.post(f"/sessions/{session}/input", {"data": "x"}).status_code == 403
    one = viewer(server, "bob")
    assert one.join(session)["role"] == "viewer"
    assert one.type("x")["error"]["code"] == "forbidden"
    assert alice.call("PATCH", f"/sessions/{session}/grants/{grant['id']}", json={"role": "writer"}).status_code == 204
    one.wait(lambda v: v.of("role") == [{"session": session, "role": "writer"}])
    assert one.type("typed\n")["ok"]
    one.wait_output(b"typed")
    assert bob.call("DELETE", f"/sessions/{session}").status_code == 403
    for path in ("sharing", "grants", "links"):
        assert bob.get(f"/sessions/{session}/{path}").status_code == 403
    assert alice.call("DELETE", f"/sessions/{session}/grants/{grant['id']}").status_code == 204
    one.wait(lambda v: v.of("removed") == [{"session": session, "reason": "taken"}])
    dashboard.wait(lambda v: v.of("forgotten") == [{"session": session}])
    assert one.type("x")["error"]["code"] == "not_found"
    assert one.join(session)["error"]["code"] == "not_found"
    assert bob.get(f"/sessions/{session}/status").status_code == 404


def test_a_guest_comes_by_a_link_watches_and_is_out_when_it_is_taken_back(server, guest):
    session = server.api("alice").start(["cat"])["id"]
    made = link(server, session, label="for Bob")
    one = guest()
    page = one.open(made["url"])
    assert page.status_code == 200 and made["url"].rpartition("/")[2] not in page.url
    watching, joined = one.connect(session)
    assert joined["role"] == "viewer" and joined["status"]["command"] == []
    assert watching.type("x")["error"]["code"] == "forbidden"
    for event in ("watch", "unwatch"):
        assert watching.call(event, {})["error"]["code"] == "forbidden"
    assert one.http.get(f"{server.url}/api/v1/sessions/{session}/status", timeout=10).status_code == 401
    shown = server.api("alice").get(f"/sessions/{session}/sharing").json()
    assert shown["links"][0]["viewers"] == [joined["viewer"]] and shown["here"][0]["link"] == made["id"]
    gone = server.api("alice").call("DELETE", f"/sessions/{session}/links/{made['id']}")
    assert gone.status_code == 204
    watching.wait(lambda v: not v.connected, 2)
    assert one.open(made["url"]).status_code == 410
    assert one.http.get(f"{server.url}/shared/{made['id']}", timeout=10).status_code == 404
    with pytest.raises(Refused):
        one.connect(session)
