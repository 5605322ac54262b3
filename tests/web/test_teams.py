"""A team is no way around the glass: nobody seats himself, no token seats anybody, and who shared something is told."""

from __future__ import annotations

import pytest

from app.models.team import Team
from app.models.user import User
from app.web import logins
from tests.web.conftest import PASSWORD


@pytest.fixture
def shared(world):
    """Bob's session, in which a team types."""
    session = world.session("bob", name="bob's own")
    Team.begin("night")
    world.browser("bob").call("POST", f"/sessions/{session.id}/grants", json={"team": "night", "role": "writer"})
    return session.id


def members():
    return Team.all_members()["night"]


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/teams", {"name": "day"}), ("DELETE", "/teams/night", None),
    ("PUT", "/teams/night/members/charlie", None), ("DELETE", "/teams/night/members/bob", None),
])  # fmt: skip
def test_no_token_and_no_browser_left_open_changes_a_team(world, shared, monkeypatch, method, path, body):
    Team.named("night").add(world.users["bob"])
    assert world.script("alice").call(method, path, json=body).status_code == 403
    admin = world.browser("alice")
    monkeypatch.setattr(logins, "fresh", lambda who: False)
    asked = admin.call(method, path, json=body)
    assert asked.status_code == 403 and asked.json["reason"] == "prove"
    assert Team.all_members() == {"night": ["bob"]}


def test_nobody_seats_himself(world, shared):
    admin = world.browser("alice")
    refused = admin.call("PUT", "/teams/night/members/alice")
    assert refused.status_code == 403 and "break the glass" in refused.json["detail"]
    assert members() == [] and admin.call("GET", f"/sessions/{shared}/status").status_code == 404


def test_another_administrator_may_and_the_owner_is_told(world, shared):
    User.register("root", PASSWORD, admin=True)
    owner = world.browser("bob")
    assert owner.call("GET", "/notices").json == {"notices": []}
    told = []
    world.rooms.audit.on_notice = told.append
    admin = world.browser("root")
    assert admin.call("PUT", "/teams/night/members/alice").status_code == 204
    assert admin.call("PUT", "/teams/night/members/alice").status_code == 204, "again: nothing is new"
    assert members() == ["alice"] and told == [world.users["bob"].id]
    entries = owner.call("GET", f"/audit?session={shared}").json["entries"]
    assert [(one["action"], one["user"], one["details"]) for one in entries if one["action"] == "team.join"] == [
        ("team.join", "root", {"team": "night", "user": "alice", "role": "writer"})]  # fmt: skip
    [notice] = owner.call("GET", "/notices").json["notices"]
    assert (notice["what"], notice["by"], notice["user"], notice["team"], notice["role"], notice["session"]) == (
        "team", "root", "alice", "night", "writer", shared)  # fmt: skip
    assert notice["name"] == "bob's own" and admin.call("GET", "/notices").json == {"notices": []}


def test_each_browser_puts_a_notice_away_for_itself(world, shared):
    world.browser("alice").call("PUT", "/teams/night/members/charlie")
    mine, other = world.browser("bob"), world.browser("bob")
    [notice] = mine.call("GET", "/notices").json["notices"]
    assert mine.call("DELETE", f"/notices/{notice['number']}").status_code == 204
    assert mine.call("GET", "/notices").json["notices"] == []
    assert other.call("GET", "/notices").json["notices"] == [notice], "not in a stranger's who came in as bob"
    assert world.script("bob").call("GET", "/notices").status_code == 403


def test_whoever_can_become_bob_by_a_link_leaves_a_trace_that_bob_reads(world):
    admin = world.browser("alice")
    assert admin.call("POST", "/accounts/bob/reset").status_code == 201
    bob = world.browser("bob")
    [notice] = bob.call("GET", "/notices").json["notices"]
    assert (notice["what"], notice["by"]) == ("reset-link", "alice")
    [entry] = [one for one in bob.call("GET", "/audit").json["entries"] if one["action"] == "people.reset"]
    assert entry["user"] == "alice"
    assert world.browser("charlie").call("GET", "/notices").json["notices"] == []


def test_nobody_by_that_name_is_a_fault_of_the_field(world, shared):
    answer = world.browser("alice").call("PUT", "/teams/night/members/nobody")
    assert answer.status_code == 404
    assert answer.json["errors"] == [{"field": "user", "message": "there is no such user"}]
    assert members() == []
