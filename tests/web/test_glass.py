"""An administrator comes into another's session with a reason that its owner reads, and in no other way."""

from __future__ import annotations

import time

import pytest

from app.models.base import db
from app.models.session import Session
from app.models.token import ApiToken
from app.models.user import User
from app.permissions import Actor, role_of
from app.web import glass, logins

REASON = {"reason": "a runaway build fills the disk"}


@pytest.fixture
def theirs(world):
    return world.session("bob", command=["secret-program"], cwd="/secret-place", title="secret title").id


def seen(world, name, session_id):
    user = world.users[name]
    return Session.seen_by(Actor(user.id, user.name, user.admin), session_id)


def test_an_administrator_is_a_stranger_until_the_glass_is_broken(world, theirs):
    admin = world.browser("alice")
    assert admin.call("GET", f"/sessions/{theirs}/status").status_code == 404
    answer = admin.call("POST", f"/sessions/{theirs}/break-glass", json=REASON)
    assert answer.status_code == 200 and answer.json["role"] == "viewer" and answer.json["name"] == "alice"
    assert seen(world, "alice", theirs).role == "viewer"
    assert admin.call("GET", f"/sessions/{theirs}/status").status_code == 200
    assert admin.call("POST", f"/sessions/{theirs}/input", json={"data": "x"}).status_code == 403
    assert [one["id"] for one in admin.call("GET", "/sessions").json["sessions"]] == [theirs]
    assert admin.call("POST", f"/sessions/{theirs}/break-glass", json=REASON | {"role": "writer"}).status_code == 200
    assert admin.call("POST", f"/sessions/{theirs}/input", json={"data": "x"}).status_code == 204
    assert admin.call("PATCH", f"/sessions/{theirs}", json={"name": "mine"}).status_code == 403
    assert seen(world, "charlie", theirs) is None, "nobody else"
    other = world.session("bob").id
    assert seen(world, "alice", other) is None, "no other session"


def test_it_is_written_down_with_the_reason_and_the_owner_reads_it(world, theirs):
    world.browser("alice").call("POST", f"/sessions/{theirs}/break-glass", json=REASON)
    owner = world.browser("bob")
    entry = owner.call("GET", f"/audit?session={theirs}").json["entries"][0]
    assert (entry["action"], entry["user"], entry["details"]) == (
        "session.break_glass", "alice", REASON | {"role": "viewer"})  # fmt: skip
    shown = owner.call("GET", f"/sessions/{theirs}/sharing").json["glass"]
    assert [(one["name"], one["reason"], one["role"]) for one in shown] == [("alice", REASON["reason"], "viewer")]


def test_the_owner_ends_it(world, theirs):
    admin, owner = world.browser("alice"), world.browser("bob")
    number = admin.call("POST", f"/sessions/{theirs}/break-glass", json=REASON).json["id"]
    assert admin.call("DELETE", f"/sessions/{theirs}/break-glass/{number}").status_code == 403
    assert owner.call("DELETE", f"/sessions/{theirs}/break-glass/{number + 99}").status_code == 404
    assert owner.call("DELETE", f"/sessions/{theirs}/break-glass/{number}").status_code == 204
    assert seen(world, "alice", theirs) is None
    assert owner.call("GET", f"/sessions/{theirs}/sharing").json["glass"] == []
    assert owner.call("DELETE", f"/sessions/{theirs}/break-glass/{number}").status_code == 404


def test_it_ends_after_an_hour_and_obeys_the_lock_and_the_pause(world, theirs, monkeypatch):
    admin, owner = world.browser("alice"), world.browser("bob")
    admin.call("POST", f"/sessions/{theirs}/break-glass", json=REASON | {"role": "writer"})
    owner.call("PATCH", f"/sessions/{theirs}/sharing", json={"locked": True})
    assert seen(world, "alice", theirs).role == "viewer"
    owner.call("PATCH", f"/sessions/{theirs}/sharing", json={"locked": False, "paused": True})
    assert seen(world, "alice", theirs) is None
    owner.call("PATCH", f"/sessions/{theirs}/sharing", json={"paused": False})
    assert seen(world, "alice", theirs).role == "writer"
    later = time.time() + glass.GLASS_SECONDS
    monkeypatch.setattr("time.time", lambda: later)
    assert seen(world, "alice", theirs) is None


def test_who_administers_no_more_has_nothing_of_it_nor_has_a_token_for_less(world, theirs):
    admin, owner = world.browser("alice"), world.browser("bob")
    admin.call("POST", f"/sessions/{theirs}/break-glass", json=REASON)
    for scopes, status in ((["read", "write"], 404), (["read", "admin"], 200)):
        script = world.script("alice")
        script.token = ApiToken.issue(world.users["alice"].id, "", scopes)[1]
        assert script.call("GET", f"/sessions/{theirs}/status").status_code == status
        assert len(script.call("GET", "/sessions").json["sessions"]) == (status == 200)
    with db.connection_context():
        User.update(admin=False).where(User.name == "alice").execute()
    assert admin.call("GET", f"/sessions/{theirs}/status").status_code == 404
    assert admin.call("GET", "/sessions").json["sessions"] == []
    assert owner.call("GET", f"/sessions/{theirs}/sharing").json["glass"] == []
    assert owner.call("GET", f"/sessions/{theirs}/status").json["glass"] == []


def test_what_was_given_counts_on_when_it_is_more_and_afterwards(world, theirs):
    owner, admin = world.browser("bob"), world.browser("alice")
    owner.call("POST", f"/sessions/{theirs}/grants", json={"user": "alice", "role": "operator"})
    number = admin.call("POST", f"/sessions/{theirs}/break-glass", json=REASON).json["id"]
    assert seen(world, "alice", theirs).role == "operator"
    owner.call("DELETE", f"/sessions/{theirs}/break-glass/{number}")
    assert seen(world, "alice", theirs).role == "operator"


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": "too short"}, "reason"), ({"reason": "x" * 301}, "reason"),
     ({"reason": " " * 20}, "reason"), ({"reason": "long enough\x1b]0;"}, "reason"),
     ({"reason": "a" + " " * 20}, "reason"), (REASON | {"role": "operator"}, "role"), (REASON | {"x": 1}, "x")],
)  # fmt: skip
def test_a_bad_reason_is_named_and_opens_nothing(world, theirs, body, field):
    answer = world.browser("alice").call("POST", f"/sessions/{theirs}/break-glass", json=body)
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == field
    assert seen(world, "alice", theirs) is None and Session.numbered(theirs).glass == {}


def test_who_may_not(world, theirs, monkeypatch):
    path = f"/sessions/{theirs}/break-glass"
    assert world.browser("charlie").call("POST", path, json=REASON).status_code == 403
    assert world.script("alice").call("POST", path, json=REASON).status_code == 403, "a token may not"
    admin = world.browser("alice")
    assert admin.call("POST", "/sessions/aaaaaaaaaaaa/break-glass", json=REASON).status_code == 404
    assert admin.call("POST", "/sessions/no-id/break-glass", json=REASON).status_code == 404
    mine = world.session("alice").id
    assert admin.call("POST", f"/sessions/{mine}/break-glass", json=REASON).status_code == 409
    monkeypatch.setattr(logins, "fresh", lambda who: False)
    answer = admin.call("POST", path, json=REASON)
    assert answer.status_code == 403 and answer.json["reason"] == "prove"
    assert Session.numbered(theirs).glass == {}


def test_metadata_and_nothing_else(world, theirs):
    admin = world.browser("alice")
    answer = admin.call("GET", "/admin/sessions")
    assert [set(one) for one in answer.json["sessions"]] == [
        {"id", "owner", "state", "created_at", "output_bytes", "memory_bytes"}]  # fmt: skip
    assert "secret" not in answer.text and answer.json["sessions"][0]["owner"] == "bob"
    assert world.browser("bob").call("GET", "/admin/sessions").status_code == 403


def test_a_guest_whose_number_is_an_administrators_gets_nothing_by_it(world, theirs):
    """Guests' numbers count below nought; and the table does not look at the glass for them."""
    session = Session.numbered(theirs)
    session.break_glass(1, {"name": "alice", "role": "writer", "reason": "because I can", "until": time.time() + 60})
    assert role_of(Actor(-1, "Guest 1", False), session) is None
