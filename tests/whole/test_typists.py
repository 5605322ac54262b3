"""Who typed, as the timeline has it: never what, nor how much."""

from __future__ import annotations

import itertools

import pytest

from tests.support.viewer import Viewer
from tests.whole.test_sharing import GuestBrowser, give, link

SHELL = "stty -echo; echo ready; cat >/dev/null"


def typed(server, session: str, **ask) -> dict:
    answer = server.api("alice").get(f"/sessions/{session}/timeline", params=ask)
    assert answer.status_code == 200, answer.text
    return answer.json()


def authors(server, session: str) -> list[str]:
    return [one["author"] for one in typed(server, session)["typed"]][::-1]


@pytest.fixture
def session(server):
    server.user("bob")
    session = server.api("alice").start(["bash", "-c", SHELL])["id"]
    while b"ready" not in server.api("alice").output(session):
        pass
    return session


def test_every_author_is_kept_and_nothing_of_what_they_typed(server, session, viewer):
    give(server, session, "writer", user="bob")
    alice, bob = viewer(server, "alice"), viewer(server, "bob")
    alice.join(session, client="c" * 64)
    bob.join(session)
    guest_browser = GuestBrowser(server)
    guest_browser.open(link(server, session, role="writer")["url"])
    guest: Viewer = guest_browser.connect(session, client="phone")[0]
    assert alice.type("hunter2", 1)["ok"], "a long name of a client, with numbers"
    assert bob.type("x")["ok"], "neither"
    assert guest.type("y", 1)["ok"]
    assert alice.type("\x1b[I", 2)["ok"] and alice.type("\x1b[O", 3)["ok"], "a window's focus is nobody's typing"
    assert server.api("bob").post(f"/sessions/{session}/input", {"data": "over HTTP"}).status_code == 204
    assert alice.type("z" * 5000, 4)["ok"]
    name = next(one["user"] for one in alice.viewers["viewers"] if one["user"].startswith("Guest"))
    assert authors(server, session) == ["alice", "bob", name, "bob", "alice"]
    (newest, *_, first) = typed(server, session)["typed"]
    head = len(server.api("alice").output(session))
    assert (first["from"], first["to"], first["guest"], newest["from"]) == (head, head, False, head)
    assert set(first) == {"author", "guest", "from", "to", "began_at", "ended_at"}
    page = typed(server, session, limit=2)
    assert page["more"] and page["typed"][0] == newest
    rest = typed(server, session, before=page["typed"][-1]["began_at"])
    assert [*page["typed"], *rest["typed"]] == typed(server, session)["typed"] and not rest["more"]
    assert server.api("carol").get(f"/sessions/{session}/timeline").status_code == 404
    guest.close()


def test_it_survives_restarts_and_says_who_typed_a_command(killable, viewer):
    server = killable
    server.user("bob")
    session = server.api("alice").start(["bash", "-i"])["id"]
    give(server, session, "writer", user="bob")
    alice, bob = Viewer(server.url, server.user("alice")), Viewer(server.url, server.user("bob"))
    for one in (alice, bob):
        one.join(session, client="page")

    def commands() -> list[dict]:
        return server.api("alice").get(f"/sessions/{session}/commands").json()["commands"]

    while not server.api("alice").get(f"/sessions/{session}/commands").json()["at_prompt"]:
        pass
    count = itertools.count(1)
    typed_by = ((alice, "echo one"), (bob, "echo two"), (bob, "echo three"), (alice, "echo 4"))
    for number, (one, text) in enumerate(typed_by):
        assert one.type(text, next(count))["ok"]
        other = bob if one is alice else alice
        if number == 3:  # somebody else presses Enter
            assert other.type("\n", next(count))["ok"]
        else:
            assert one.type("\n", next(count))["ok"]
        while len(commands()) <= number or commands()[0]["ended_at"] is None:
            pass
    expected = [("echo 4", "bob"), ("echo three", "bob"), ("echo two", "bob"), ("echo one", "alice")]
    assert [(one["text"], one["typed_by"]) for one in commands()] == expected
    for one in (alice, bob):
        one.close()
    server.restart()
    assert [(one["text"], one["typed_by"]) for one in commands()] == expected
    assert server.command("keeper", "upgrade").returncode == 0
    assert server.api("alice").post(f"/sessions/{session}/input", {"data": "x"}).status_code == 204
    assert authors(server, session)[-1] == "alice"
