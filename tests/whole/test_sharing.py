"""Roles, links and the door, through a real server."""

from __future__ import annotations

import re

import pytest
import requests
from socketio.exceptions import ConnectionError as Refused

from tests.support.viewer import Viewer
from tests.whole.test_revoked import signed_in


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
    log: list[dict] = []
    while [entry["action"] for entry in log][:1] != ["session.join"]:  # nobody's join waits for its entry
        log = server.api("alice").get("/audit", params={"session": session}).json()["entries"]
    assert [entry["action"] for entry in log][:2] == ["session.join", "link.enter"]
    assert log[0]["via"] == f"link {made['id']}" and log[0]["user"].startswith("Guest")
    assert joined["role"] == "viewer" and joined["status"]["command"] == []
    assert watching.type("x")["error"]["code"] == "forbidden"
    for event in ("watch", "unwatch"):
        assert watching.call(event, {})["error"]["code"] == "forbidden"
    assert one.http.get(f"{server.url}/api/v1/sessions/{session}/status", timeout=10).status_code == 401
    shown = server.api("alice").get(f"/sessions/{session}/sharing").json()
    assert shown["links"][0]["viewers"] == [joined["viewer"]] and shown["here"][0]["link"] == made["id"]
    gone = server.api("alice").call("DELETE", f"/sessions/{session}/links/{made['id']}")
    assert gone.status_code == 204
    watching.wait(lambda v: not v.connected)
    assert one.open(made["url"]).status_code == 410
    assert one.http.get(f"{server.url}/shared/{made['id']}", timeout=10).status_code == 404
    with pytest.raises(Refused):
        one.connect(session)


def test_from_now_on_only_shows_the_screen_and_nothing_above_it(server, guest, viewer):
    """Not at the join, not after a resize, not to who falls behind, and not to who says that it was there before."""
    alice = server.api("alice")
    program = "for i in $(seq 1 200); do echo before-$i-; done; read go; echo after; exec cat"
    session = alice.start(["bash", "-c", program])["id"]
    owner = viewer(server, "alice")
    owner.join(session)
    owner.wait(lambda v: b"before-200-" in v.output or alice.status(session)["output_lines"] >= 200)
    made = link(server, session, fresh=True, role="writer")
    alice.post(f"/sessions/{session}/input", {"data": "\n"})
    one = guest()
    one.open(made["url"])
    watching, joined = one.connect(session, client="c")
    assert b"before-200-" in joined["snapshot"] and b"before-100-" not in joined["snapshot"]
    _, again = one.connect(session, client="c", offset=1000)
    assert again["snapshot"] is not None and b"before-100-" not in again["snapshot"]
    third, _ = one.connect(session)
    assert third.call("resize", {"session": session, "rows": 100, "cols": 80})["error"]["code"] == "forbidden"
    assert alice.post(f"/sessions/{session}/resize", {"rows": 20, "cols": 80}).status_code == 204
    third.wait(lambda v: v.snapshots)
    assert all(b"before-100-" not in snapshot["data"] for snapshot in third.snapshots)
    owner.wait(lambda v: any(b"before-100-" in snapshot["data"] for snapshot in v.snapshots))
    for path in ("output", "screen?scrollback=9", "history", "history/rows?from=0", "history/search?q=e", "download"):
        assert one.http.get(f"{server.url}/api/v1/sessions/{session}/{path}", timeout=10).status_code == 401


def test_a_link_with_a_password_asks_for_it_and_slows_guessing(server, guest):
    session = server.api("alice").start(["cat"])["id"]
    made = link(server, session, password="open sesame")
    one = guest()
    page = one.open(made["url"])
    assert page.status_code == 200 and not one.number and "Secret" not in page.text
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]

    def say(password: str) -> requests.Response:
        form = {"csrf_token": token, "password": password}
        return one.http.post(made["url"], data=form, headers={"Origin": server.url}, timeout=20)

    assert say("open barley").status_code == 401
    assert re.search(r"/shared/\d+$", say("open sesame").url)
    # The waits double from one second; on a busy machine to ask takes longer than the first ones.
    told = [say("wrong").status_code]
    while told[-1] == 401 and len(told) < 15:
        told.append(say("wrong").status_code)
    assert len(told) > 1 and told[-1] == 429, told
    assert one.http.post(made["url"], data={"password": "open sesame"}, timeout=20).status_code == 403


def test_a_link_lets_in_as_many_as_it_says(server, guest):
    session = server.api("alice").start(["cat"])["id"]
    made = link(server, session, most_viewers=1)
    one, other = guest(), guest()
    one.open(made["url"]), other.open(made["url"])
    first, joined = one.connect(session)
    assert joined["ok"]
    assert one.connect(session)[1]["ok"], "one guest with two tabs is one"
    second, refused = other.connect(session)
    assert refused["error"]["code"] == "forbidden"
    first.close()
    for viewer in server.api("alice").get(f"/sessions/{session}/sharing").json()["here"]:
        server.api("alice").call("DELETE", f"/sessions/{session}/viewers/{viewer['viewer']}")
    assert second.join(session)["ok"]


def test_a_link_ends_by_itself(server, guest):
    session = server.api("alice").start(["cat"])["id"]
    made = link(server, session, role="writer", expires_seconds=3)  # he has to come in before
    one = guest()
    one.open(made["url"])
    watching, joined = one.connect(session)
    assert joined["ok"] and watching.type("before\n")["ok"]
    watching.wait(lambda v: not v.connected)
    assert one.open(made["url"]).status_code == 410


def test_the_owner_shows_somebody_the_door_locks_and_pauses(server, viewer, guest):
    alice, bob = server.api("alice"), server.api("bob")
    session = alice.start(["cat"])["id"]
    give(server, session, "operator", user="bob")
    one = viewer(server, "bob")
    joined = one.join(session)

    def moderate(**facts) -> None:
        answer = alice.call("PATCH", f"/sessions/{session}/sharing", json=facts)
        assert answer.status_code == 200 and answer.json().items() >= facts.items(), answer.text

    moderate(locked=True)
    assert one.type("x")["error"]["code"] == "forbidden"
    assert bob.call("DELETE", f"/sessions/{session}").status_code == 403
    assert alice.post(f"/sessions/{session}/input", {"data": "owner\n"}).status_code == 204
    moderate(locked=False)
    assert one.type("x\n")["ok"]
    moderate(paused=True)
    one.wait(lambda v: v.of("removed") == [{"session": session, "reason": "paused"}])
    assert bob.get(f"/sessions/{session}/status").status_code == 404
    moderate(paused=False)
    joined = one.join(session)
    assert joined["role"] == "operator"
    assert alice.call("DELETE", f"/sessions/{session}/viewers/{joined['viewer']}").status_code == 204
    one.wait(lambda v: v.of("removed")[1:] == [{"session": session, "reason": "taken"}])
    assert bob.get(f"/sessions/{session}/status").status_code == 404
    assert [grant["role"] for grant in alice.get(f"/sessions/{session}/grants").json()["grants"]] == ["none"]
    mine = viewer(server, "alice").join(session)["viewer"]
    assert alice.call("DELETE", f"/sessions/{session}/viewers/{mine}").status_code == 409
    assert alice.call("DELETE", f"/sessions/{session}/viewers/nobody").status_code == 404


def test_a_team_comes_and_goes_with_its_members(server, viewer):
    server.user("root", admin=True)
    admin, alice, bob = signed_in(server, "root"), server.api("alice"), server.api("bob")
    session = alice.start(["cat"])["id"]
    teams = f"{server.url}/api/v1/teams"
    assert bob.get("/teams").status_code == 403
    assert admin.post(teams, json={"name": "night"}).status_code == 201
    assert admin.post(teams, json={"name": "night"}).status_code == 422
    give(server, session, "writer", team="night")
    assert bob.get(f"/sessions/{session}/status").status_code == 404
    owner = viewer(server, "alice")
    assert admin.put(f"{teams}/night/members/bob").status_code == 204
    owner.wait(lambda v: v.of("notice"))
    assert {"name": "night", "members": ["bob"]} in admin.get(teams).json()["teams"]
    one = viewer(server, "bob")
    assert one.join(session)["role"] == "writer"
    assert admin.delete(f"{teams}/night/members/bob").status_code == 204
    one.wait(lambda v: v.of("removed"))
    assert bob.get(f"/sessions/{session}/status").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [("grants", {"role": "viewer"}, "body"), ("grants", {"user": "nobody", "role": "viewer"}, "user"),
     ("grants", {"user": "alice", "role": "viewer"}, "user"), ("grants", {"team": "none", "role": "viewer"}, "team"),
     ("grants", {"user": "bob", "role": "owner"}, "role"), ("links", {"role": "operator"}, "role"),
     ("links", {"expires_seconds": 0}, "expires_seconds"), ("links", {"most_viewers": 0}, "most_viewers"),
     ("links", {"password": "abc"}, "password"), ("links", {"label": "x" * 61}, "label"),
     ("links", {"colour": "red"}, "colour")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_its_field(server, path, body, field):
    session = shared_session(server)
    answer = server.api("alice").post(f"/sessions/{session}/{path}", body)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field, answer.text
    assert server.api("alice").get(f"/sessions/{session}/{path}").json()[path] == []


def shared_session(server) -> str:
    if not hasattr(server, "shared_session"):
        server.user("bob")
        server.shared_session = server.api("alice").start(["cat"])["id"]
    return server.shared_session


def test_the_secrets_of_links_and_guests_are_in_no_file_and_no_log(server, guest):
    session = server.api("alice").start(["cat"])["id"]
    made = link(server, session, password="open sesame")
    one = guest()
    one.open(made["url"])
    plain = link(server, session)
    one.open(plain["url"])
    secrets = [made["url"].rpartition("/")[2], plain["url"].rpartition("/")[2], "open sesame"]
    secrets += [cookie.value for cookie in one.http.cookies if "guest" in cookie.name]
    assert len(secrets) == 4
    cookie = next(cookie for cookie in one.http.cookies if "guest" in cookie.name)
    assert "HttpOnly" in cookie._rest and cookie._rest["SameSite"] == "Lax" and cookie.name.endswith(f"_{plain['id']}")
    files = [path for path in server.data_dir.rglob("*") if path.is_file() and path.suffix != ".sock"]
    assert any(path.name.endswith(".db") or "sqlite" in path.name for path in files), files
    for secret in secrets:
        assert not [path for path in files if secret.encode() in path.read_bytes()], secret
        assert secret not in "".join(server.log)
