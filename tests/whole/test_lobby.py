"""Links that ask first, through a real server: who waits sees nothing, and what is answered holds at once."""

from __future__ import annotations

import re
import threading

import pytest
import requests
from socketio.exceptions import ConnectionError as NoConnection

from app.models import lobby
from tests.support.server import PASSWORD
from tests.support.viewer import Viewer
from tests.whole.test_sharing import GuestBrowser, give, link

# Less than a page's question is held (20 s): what comes within it is an answer.
SOON = 15
SECRETS = ("the-name", "the-title", "printed", "the-label")


class Waiter(GuestBrowser):
    """Somebody who opened such a link."""

    def __init__(self, server, url: str) -> None:
        super().__init__(server)
        self.url = url
        self.shown: list[str] = []

    def ask(self, **fields) -> requests.Response:
        page = self.open(self.url)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        answer = self.http.post(self.url, data={"csrf_token": token, **fields}, timeout=10)
        if match := re.search(r"/shared/(\d+)$", answer.url):
            self.number = int(match[1])
        self.shown += [page.text, answer.text]
        return answer

    def answer(self) -> str:
        """Waits for it."""
        answer = self.http.get(f"{self.server.url}/shared/{self.number}/waiting", timeout=40)
        return answer.json()["state"] if answer.ok else str(answer.status_code)

    def later(self) -> list[str]:
        found: list[str] = []
        thread = threading.Thread(target=lambda: found.append(self.answer()), daemon=True)
        thread.start()
        self.thread = thread
        return found

    @property
    def cookie(self) -> str:
        return "; ".join(f"{c.name}={c.value}" for c in self.http.cookies)


@pytest.fixture
def session(server):
    server.user("bob")
    program = "printf '\\033]0;the-title\\007printed\\n'; exec cat"
    session = server.api("alice").start(["bash", "-c", program], name="the-name")["id"]
    while b"printed" not in server.api("alice").output(session):
        pass
    return session


def waiting(server, session: str, name: str = "alice") -> list[dict]:
    return server.api(name).get(f"/sessions/{session}/lobby").json()["waiting"]


def answer(server, session: str, guest: int, method: str = "PUT", name: str = "alice", **body) -> int:
    more = {"json": body} if method == "PUT" else {}
    return server.api(name).call(method, f"/sessions/{session}/lobby/{guest}", **more).status_code


def test_who_waits_is_nobody_until_somebody_lets_it_in(server, session, viewer):
    made = link(server, session, asks=True, label="the-label", role="writer")
    assert made["asks"] is True
    alice = viewer(server, "alice")
    alice.join(session)
    one = Waiter(server, made["url"])
    assert one.ask(name="<b>Ann</b>").url.endswith(f"/shared/{made['id']}")
    alice.wait(lambda v: v.of("lobby") and v.of("lobby")[-1]["waiting"])
    (asks,) = alice.of("lobby")[-1]["waiting"]
    assert (asks["said"], asks["account"], asks["label"], asks["role"]) == ("<b>Ann</b>", None, "the-label", "writer")
    with pytest.raises(NoConnection):
        one.connect(session)
    assert one.http.get(f"{server.url}/sessions/{session}", timeout=10).url.find("/login") > 0
    one.shown.append(one.http.get(f"{server.url}/shared/{made['id']}", timeout=10).text)
    assert not [word for word in (*SECRETS, session) for text in one.shown if word in text]
    status = server.api("alice").status(session)
    assert status["connected_clients"] == 1 and [one["user"] for one in status["viewers"]] == ["alice"]
    assert server.api("alice").get(f"/sessions/{session}/sharing").json()["links"][0]["viewers"] == []
    found = one.later()
    assert answer(server, session, asks["guest"]) == 204
    one.thread.join(SOON)
    assert found == ["in"], "at once"
    alice.wait(lambda v: v.of("lobby")[-1]["waiting"] == [])
    guest, joined = one.connect(session)
    assert joined["role"] == "writer" and guest.type("typed\n")["ok"]
    guest.close()
    again, joined = one.connect(session)
    assert joined["ok"] and "the-name" in one.open(made["url"]).text, "reconnects and reloads"
    assert answer(server, session, asks["guest"]) == 404, "it does not wait any more"
    log = server.api("alice").get("/audit", params={"session": session}).json()["entries"]
    told = {entry["action"]: entry for entry in log}
    assert told["lobby.ask"]["details"]["guest"] == asks["guest"] == told["lobby.let_in"]["details"]["number"]
    # And out again: removed, then taken back, with the same cookie.
    assert server.api("alice").call("DELETE", f"/sessions/{session}/viewers/{joined['viewer']}").status_code == 204
    again.wait(lambda v: not v.connected)
    with pytest.raises(NoConnection):
        one.connect(session)
    assert one.answer() == "404" and one.open(made["url"]).url == made["url"], "it has to ask anew"


def test_refusing_closes_it_and_taking_the_link_back_ends_waiting(server, session, viewer):
    made = link(server, session, asks=True)
    refused, left = Waiter(server, made["url"]), Waiter(server, made["url"])
    refused.ask()
    left.ask(name="left")
    first, second = waiting(server, session)
    found, other = refused.later(), left.later()
    assert answer(server, session, first["guest"], "DELETE") == 204
    refused.thread.join(SOON)
    assert found == ["refused"] and refused.answer() == "refused"
    assert "not let in" in refused.open(made["url"]).text, "nor does the link ask again"
    assert answer(server, session, first["guest"]) == 404
    assert server.api("alice").call("DELETE", f"/sessions/{session}/links/{made['id']}").status_code == 204
    left.thread.join(SOON)
    assert other == ["404"] and waiting(server, session) == []
    assert answer(server, session, second["guest"]) == 404
    for one in (refused, left):
        with pytest.raises(NoConnection):
            one.connect(session)
    log = server.api("alice").get("/audit", params={"session": session}).json()["entries"]
    assert "lobby.refuse" in [entry["action"] for entry in log]


def test_operators_let_in_as_what_the_link_gives_and_others_do_not(server, session, viewer):
    grant = give(server, session, "operator", user="bob")
    made = link(server, session, asks=True)
    bob = viewer(server, "bob")
    bob.join(session)
    one = Waiter(server, made["url"])
    one.ask()
    bob.wait(lambda v: v.of("lobby"))
    guest = bob.of("lobby")[-1]["waiting"][0]["guest"]
    assert answer(server, session, guest, name="bob", role="writer") == 403
    assert answer(server, session, guest, name="bob", role="operator") == 422
    path = f"/sessions/{session}/grants/{grant['id']}"
    assert server.api("alice").call("PATCH", path, json={"role": "writer"}).status_code == 204
    assert answer(server, session, guest, name="bob") == 403
    assert server.api("bob").get(f"/sessions/{session}/lobby").status_code == 403
    heard = len(bob.of("lobby"))
    assert answer(server, session, guest, role="writer") == 204, "the owner may give more"
    assert one.connect(session)[1]["role"] == "writer"
    bob.call("watch", {})
    assert len(bob.of("lobby")) == heard


def test_the_lobby_is_bounded_and_a_password_comes_first(server, session):
    made = link(server, session, asks=True, password="a password")
    one = Waiter(server, made["url"])
    assert one.ask(password="wrong").status_code == 401 and waiting(server, session) == []
    assert one.ask(password="a password", name="a\x07b" + "x" * 100).ok
    assert [one["said"] for one in waiting(server, session)] == [""], "no name that could not be shown"
    made = link(server, session, asks=True)
    for _ in range(lobby.MOST_WAITING):
        assert Waiter(server, made["url"]).ask().ok
    assert Waiter(server, made["url"]).ask().status_code == 429
    assert len(waiting(server, session)) == lobby.MOST_WAITING + 1


def test_an_account_that_asks_is_named(server, session, viewer):
    made = link(server, session, asks=True)
    one = Waiter(server, made["url"])
    page = one.http.get(f"{server.url}/login", timeout=10).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    form = {"csrf_token": token, "username": "bob", "password": PASSWORD}
    assert one.http.post(f"{server.url}/login", data=form, timeout=10).ok
    assert one.ask(name="alice").ok
    (asks,) = waiting(server, session)
    assert (asks["said"], asks["account"]) == ("alice", "bob")
    assert one.http.get(f"{server.url}/sessions/{session}", timeout=10).status_code == 404


def test_two_workers(own_server):
    server = own_server(HOLDFAST_WORKERS="2")
    session = server.api("alice").start(["cat"])["id"]
    made = link(server, session, asks=True)
    owners = []
    for _ in range(4):  # some in each process
        owners.append(Viewer(server.url, server.user("alice")))
        owners[-1].join(session)
    one = Waiter(server, made["url"])
    one.ask()
    for owner in owners:
        owner.wait(lambda v: v.of("lobby") and v.of("lobby")[-1]["waiting"])
    found = one.later()
    assert answer(server, session, owners[0].of("lobby")[-1]["waiting"][0]["guest"]) == 204
    one.thread.join(SOON)
    assert found == ["in"]
    for owner in owners:
        owner.wait(lambda v: v.of("lobby")[-1]["waiting"] == [])
        owner.close()


def told(viewer, session: str) -> list:
    """What the dashboard of this viewer heard of the lobby, without what says the same again."""
    heard = [one["lobby_waiting"] for one in viewer.of("status") if one["id"] == session]
    return [one for place, one in enumerate(heard) if place == 0 or one != heard[place - 1]]


def test_dashboards_of_who_may_let_in_hear_how_many_wait(server, session, viewer):
    for name, role in (("olga", "operator"), ("will", "writer")):
        server.user(name)
        give(server, session, role, user=name)
    names = ("alice", "olga", "will")
    dashboards = {name: viewer(server, name) for name in names}
    for name in names:
        (before,) = [one for one in dashboards[name].call("watch", {})["sessions"] if one["id"] == session]
        assert before["lobby_waiting"] == (None if name == "will" else 0)
    one, two = (Waiter(server, link(server, session, asks=True)["url"]) for _ in range(2))
    one.ask()
    for name in ("alice", "olga"):
        dashboards[name].wait(lambda v: 1 in told(v, session))
    two.ask()
    for name in ("alice", "olga"):
        dashboards[name].wait(lambda v: 2 in told(v, session))
    status = {name: server.api(name).status(session)["lobby_waiting"] for name in names}
    assert status == {"alice": 2, "olga": 2, "will": None}
    for guest in waiting(server, session):
        assert answer(server, session, guest["guest"], "DELETE") == 204
    for name in ("alice", "olga"):
        dashboards[name].wait(lambda v: told(v, session)[-1] == 0)
    dashboards["will"].wait(lambda v: v.of("status"))
    assert set(told(dashboards["will"], session)) == {None}


def test_who_waits_is_counted_again_after_a_restart_and_no_more_when_the_link_ends(own_server):
    server = own_server()
    session = server.api("alice").start(["cat"])["id"]
    made = link(server, session, asks=True)
    one = Waiter(server, made["url"])
    one.ask()
    assert server.api("alice").status(session)["lobby_waiting"] == 1
    server.restart()
    assert server.api("alice").status(session)["lobby_waiting"] == 1
    assert server.api("alice").call("DELETE", f"/sessions/{session}/links/{made['id']}").status_code == 204
    assert server.api("alice").status(session)["lobby_waiting"] == 0
