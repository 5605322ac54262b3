"""The audit log of a real server: every change and every entry into a session, and never what was typed."""

from __future__ import annotations

import json

import pytest
import requests

from app.web import audit, wiring  # noqa: F401  (fills the table)
from app.web.hosts import SAFE_METHODS
from app.web.routes import ROUTES
from tests.browser.people import eventually


def entries(api, **query):
    answer = api.get("/audit", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


def test_every_route_that_changes_something_is_written_down_or_says_why_not():
    unsafe = {row.name for row in ROUTES if row.method not in SAFE_METHODS}
    assert unsafe >= audit.QUIET.keys(), "a reason for a route that is gone"
    assert {row.name for row in ROUTES} >= audit.READS
    content = {row.name for row in ROUTES if row.method == "GET" and "<id>" in row.path} - audit.READS
    content -= audit.TELLS | {"history_outline", "stats_series"}
    assert content == {"shares_sharing", "shares_grants", "shares_links", "lobby_lobby_list"}, "answers of no output"


def test_a_session_s_life_is_told_to_its_owner_and_to_administrators_and_to_nobody_else(killable, viewer):
    server = killable
    alice, charlie = server.api("alice"), server.api("charlie")
    server.user("root", admin=True)
    root = server.api("root")
    session = alice.start(["cat"], name="job", env={"KEY": "planted-env"})["id"]
    alice.call("PATCH", f"/sessions/{session}", json={"name": "renamed", "tags": ["x"]})
    one = viewer(server, "alice")
    one.join(session)
    one.type("planted-input\n")
    one.wait_output(b"planted-input\r\nplanted-input")
    alice.post(f"/sessions/{session}/input", {"data": "planted-post\n"})
    for _ in range(3):
        alice.get(f"/sessions/{session}/screen")
    assert charlie.get(f"/sessions/{session}/screen").status_code == 404
    alice.post(f"/sessions/{session}/signal", {"signal": "WINCH"})
    alice.post("/sessions/end", {"ids": [session]})
    alice.call("DELETE", f"/sessions/{session}?forget=true")
    found = entries(alice, session=session)
    assert [one["action"] for one in reversed(found)] == [
        "sessions.start", "sessions.change", "session.join", "session.type", "session.read", "sessions.signal",
        "session.end", "sessions.end",
    ]  # fmt: skip
    assert {(one["user"], one["address"]) for one in found} == {("alice", "127.0.0.1")}
    assert all(one["via"].startswith("token ") and one["at"].endswith("Z") for one in found)
    assert found[-2]["details"] == {"name": "renamed", "tags": ["x"]} and found[-3]["details"] == {"role": "owner"}
    assert entries(charlie, session=session) == []
    assert [one["action"] for one in entries(charlie)] == ["token.add", "user.add"], "what was done to him"
    by_hand = entries(root, user="alice", action="session.", limit=500)
    assert {one["action"] for one in by_hand} == {"session.join", "session.type", "session.read", "session.end"}
    assert {one["user"] for one in by_hand} == {"alice"} and entries(root, user="nobody") == []
    assert [one["number"] for one in entries(root, session=session)] == [one["number"] for one in found]
    assert "planted" not in json.dumps(entries(root, limit=500))
    numbers = [one["number"] for one in entries(root, limit=2)]
    assert [one["number"] for one in entries(root, limit=1, before=numbers[0])] == numbers[1:]
    assert server.command("audit", "verify").stdout.startswith(f"{numbers[0]}:")
    exported = [json.loads(line) for line in server.command("audit", "export").stdout.splitlines()]
    assert [one["number"] for one in exported] == list(range(1, numbers[0] + 1))
    assert {"user.add", "token.add"} <= {one["action"] for one in exported if one["via"] == "command"}


def test_no_way_into_another_s_session_is_without_an_entry(server, viewer):
    """Over HTTP nobody joins, and a dashboard draws screens small: each way is written down, once an hour."""
    alice, bob = server.api("alice"), server.api("bob")
    session = alice.start(["cat"])["id"]
    alice.post(f"/sessions/{session}/grants", {"user": "bob", "role": "writer"})
    for who in ("alice", "bob"):
        dashboard = viewer(server, who)
        dashboard.call("watch", {})
        for _ in range(2):
            dashboard.call("peek", {"sessions": [session]})
            dashboard.call("peek", {"sessions": []})

    def ways(user):
        return [one["action"] for one in reversed(entries(alice, session=session)) if one["user"] == user]

    eventually(lambda: ways("bob") == ["session.peek"])
    assert "session.peek" not in ways("alice")
    for _ in range(2):
        assert bob.post(f"/sessions/{session}/input", {"data": "x"}).status_code == 204
    eventually(lambda: ways("bob") == ["session.peek", "session.type"])
    assert alice.get(f"/sessions/{session}/status").ok
    for _ in range(2):
        assert bob.get(f"/sessions/{session}/processes").ok
    eventually(lambda: ways("bob") == ["session.peek", "session.type", "session.read"])
    assert "session.read" not in ways("alice"), "one's own status, which was asked for before"


@pytest.mark.parametrize("query", [
    {"limit": 0}, {"limit": 501}, {"before": 0}, {"session": "../x"}, {"surprise": 1},
    {"user": "x" * 65}, {"action": "x" * 65},
])  # fmt: skip
def test_a_wrong_question_names_the_field(server, query):
    answer = server.api("alice").get("/audit", params=query)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] in query


def test_an_entry_waits_for_a_locked_database_and_the_session_does_not(killable, viewer):
    import sqlite3

    server = killable
    api = server.api("alice")
    session = api.start(["cat"])["id"]
    lock = sqlite3.connect(server.data_dir / "holdfast.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    one = viewer(server, "alice")
    one.join(session)
    one.type("goes on\n")
    one.wait_output(b"goes on\r\ngoes on")
    lock.execute("ROLLBACK")
    while not any(entry["action"] == "session.join" for entry in entries(api, session=session)):
        pass  # each question waits for the server's answer


def test_signing_in_and_failing_to_is_written_down_without_what_was_typed(own_server):
    server = own_server()
    server.command("user", "add", "--password-stdin", "alice", stdin="correct horse battery\n")
    server.user("root", admin=True)
    with requests.Session() as http:
        http.trust_env = False
        for name, password in (("alice", "wrong"), ("planted-secret", "x"), ("alice", "correct horse battery")):
            form = http.get(f"{server.url}/login").text
            csrf = form.partition('name="csrf_token" value="')[2].partition('"')[0]
            http.post(f"{server.url}/login", data={"csrf_token": csrf, "username": name, "password": password})
        page = http.get(f"{server.url}/audit").text
    found = [one for one in entries(server.api("root"), limit=500) if one["action"].startswith("login")]
    assert [(one["action"], one["user"], one["details"].get("user")) for one in reversed(found)] == [
        ("login.failed", "", "alice"), ("login.failed", "", "(no such account)"), ("login", "alice", None),
    ]  # fmt: skip
    assert "planted" not in json.dumps(found)
    assert "<code>login</code>" in page and "login.failed" not in page
