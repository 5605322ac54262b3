"""Shutting an account out: whole or in part, at once, with a trace, and never the last administrator."""

from __future__ import annotations

import pytest

from app.models.audit import Audit
from app.models.deed import Deed
from app.models.link import Link
from app.models.login import Login
from app.models.passkey import Passkey
from app.models.reset_link import ResetLink
from app.models.session import Session
from app.models.token import ApiToken
from app.models.user import User
from app.web import logins
from tests.web.conftest import PASSWORD


@pytest.fixture
def admin(world):
    return world.browser("alice")


def test_a_disabled_account_opens_nothing_until_it_is_enabled(world, admin):
    bob, script, bobs = world.browser("bob"), world.script("bob"), world.users["bob"].id
    session = world.session("bob").id
    link, _ = Link.make(session, role="viewer")
    reset = admin.call("POST", "/accounts/bob/reset").json["link"].rpartition("/")[2]
    answer = admin.call("PATCH", "/accounts/bob", json={"disabled": True})
    assert answer.status_code == 200 and answer.json["disabled"]
    assert bob.get("/api/v1/sessions").status_code == 401 and script.call("GET", "/sessions").status_code == 401
    assert world.browser().sign_in("bob").status_code == 401 and ResetLink.whose(reset) is None
    assert Link.roles([link.id]) == {}, "who came by a link of his is out"
    assert world.rooms.closed[-1][-1] == bobs and Session.numbered(session).state == "running"
    login, _ = Login.begin(bobs, "", "")
    assert Login.alive([login.id]) == set(), "one that was on its way in"
    assert admin.call("POST", "/accounts/bob/reset").status_code == 409
    assert admin.call("PATCH", "/accounts/bob", json={"disabled": False}).json["disabled"] is None
    assert script.call("GET", "/sessions").status_code == 200 and world.browser("bob")


def test_what_it_runs_is_ended_when_that_is_asked(world, admin):
    session = world.session("bob").id
    assert admin.call("PATCH", "/accounts/bob", json={"disabled": True, "end_sessions": True}).status_code == 200
    assert ("end", session) in world.rooms.told


def test_no_passkey_no_proxy_and_no_provider_signs_it_in(world, admin):
    admin.call("PATCH", "/accounts/bob", json={"disabled": True})
    with world.app.test_request_context("/"), pytest.raises(Exception, match="disabled"):
        logins.sign_in(User.named("bob"), logins.PASSKEY)


def test_logins_tokens_and_passkeys_each_and_all(world, admin):
    bob, script, bobs = world.browser("bob"), world.script("bob"), world.users["bob"].id
    other, _ = ApiToken.issue(bobs, "other")
    keys = [Passkey.add(bobs, "key", "localhost", f"c{n}", b"k", 0).id for n in range(2)]
    one = admin.call("GET", "/accounts/bob").json
    assert [token["name"] for token in one["tokens"]] == ["test", "other"] and len(one["logins"]) == 1
    assert [key["id"] for key in one["keys"]] == keys and one["running"] == 0
    assert admin.call("DELETE", f"/accounts/bob/tokens/{other.id}").status_code == 204
    assert admin.call("DELETE", f"/accounts/bob/tokens/{other.id}").status_code == 404
    assert world.rooms.closed[-1] == ([], [other.id]) and script.call("GET", "/sessions").status_code == 200
    assert admin.call("DELETE", "/accounts/bob/tokens").status_code == 204
    assert script.call("GET", "/sessions").status_code == 401 and bob.get("/api/v1/sessions").status_code == 200
    assert admin.call("DELETE", "/accounts/bob/logins").status_code == 204
    assert bob.get("/api/v1/sessions").status_code == 401
    assert admin.call("DELETE", f"/accounts/bob/passkeys/{keys[0]}").status_code == 204
    assert [key.id for key in Passkey.of(bobs)] == keys[1:]
    assert admin.call("DELETE", "/accounts/bob/passkeys").status_code == 204 and Passkey.of(bobs) == []
    told = [one["what"] for one in world.browser("bob").call("GET", "/notices").json["notices"]]
    assert told == ["passkeys", "passkeys", "signed-out", "tokens", "tokens"]


def test_an_administrator_is_made_and_unmade_and_signed_out_then(world, admin):
    assert admin.call("PATCH", "/accounts/bob", json={"admin": True}).json["admin"] is True
    bob, theirs = world.browser("bob"), world.session("charlie")
    reason = {"reason": "a runaway build fills the disk"}
    assert bob.call("POST", f"/sessions/{theirs.id}/break-glass", json=reason).status_code == 200
    assert admin.call("PATCH", "/accounts/bob", json={"admin": False}).status_code == 200
    assert bob.get("/api/v1/sessions").status_code == 401 and Session.numbered(theirs.id).glass == {}
    assert world.browser("bob").call("GET", "/accounts").status_code == 403


@pytest.mark.parametrize("change", [{"admin": False}, {"disabled": True}, None])
def test_an_enabled_administrator_is_always_left(world, admin, change):
    User.register("root", PASSWORD, admin=True)
    root = world.browser("root")
    assert admin.call("PATCH", "/accounts/root", json={"disabled": True}).status_code == 200
    method = "DELETE" if change is None else "PATCH"
    for name in ("alice",):  # a disabled one does not count
        answer = admin.call(method, f"/accounts/{name}", json=change)
        assert answer.status_code == 409, answer.text
    assert root.get("/api/v1/sessions").status_code == 401
    alice = User.named("alice")
    assert alice.admin and alice.disabled_at is None and admin.call("GET", "/accounts").status_code == 200


def test_deleting_takes_sessions_only_when_asked_and_keeps_names_in_the_log(world, admin):
    charlie, session = world.users["charlie"].id, world.session("charlie").id
    refused = admin.call("DELETE", "/accounts/charlie")
    assert refused.status_code == 409 and "1 sessions" in refused.json["detail"]
    assert User.named("charlie").disabled_at is None, "a refusal changes nothing"
    world.browser("charlie")
    assert admin.call("DELETE", "/accounts/charlie?end_sessions=true").status_code == 204
    assert User.named("charlie") is None and Session.numbered(session) is None
    assert ("forget", session) in world.rooms.told
    assert {"charlie"} == {entry.user for entry in Audit.all() if entry.user_id == charlie}
    again = admin.call("POST", "/accounts", json={"name": "charlie"})
    assert again.status_code == 201 and User.named("charlie").id > charlie, "nobody reads another's entries"


def test_a_new_account_sets_its_password_by_a_link(world, admin):
    made = admin.call("POST", "/accounts", json={"name": "dave", "admin": True})
    assert made.status_code == 201 and made.json["admin"] and not made.json["password"]
    path = "/reset/" + made.json["link"].rpartition("/")[2]
    assert world.browser().submit(path, password=PASSWORD).status_code == 303
    assert world.browser("dave").call("GET", "/accounts").status_code == 200
    for body, field in (({"name": "dave"}, "username"), ({"name": "No Name"}, "username"), ({}, "name")):
        refused = admin.call("POST", "/accounts", json=body)
        assert refused.status_code == 422 and refused.json["errors"][0]["field"] == field


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/accounts", {"name": "eve"}), ("PATCH", "/accounts/bob", {"disabled": True}),
    ("DELETE", "/accounts/bob", None), ("DELETE", "/accounts/bob/logins", None),
    ("DELETE", "/accounts/bob/tokens", None), ("DELETE", "/accounts/bob/passkeys", None),
])  # fmt: skip
def test_each_needs_an_administrator_s_browser_and_a_proof(world, admin, monkeypatch, method, path, body):
    assert world.script("alice").call(method, path, json=body).status_code == 403
    assert world.browser("bob").call(method, path, json=body).status_code == 403
    monkeypatch.setattr(logins, "fresh", lambda who: False)
    assert admin.call(method, path, json=body).json["reason"] == "prove"


@pytest.mark.parametrize("change", [{"disabled": True}, None])
def test_nobody_shuts_himself_out_by_mistake(world, admin, change):
    User.register("root", PASSWORD, admin=True)
    assert admin.call("PATCH" if change else "DELETE", "/accounts/alice", json=change).status_code == 409
    assert admin.call("GET", "/accounts").status_code == 200


def test_what_it_asked_for_later_is_not_done_any_more(world, admin):
    session = world.session("bob").id
    order = {"ids": [session], "after_seconds": 60}
    assert world.browser("bob").call("POST", "/sessions/end", json=order).json["deed"]
    admin.call("PATCH", "/accounts/bob", json={"disabled": True})
    assert Deed.waiting() == []


def test_a_token_that_does_not_administer_reads_no_one_else_s_entries(world, admin):
    world.browser("bob")
    script = world.script("alice")
    everything = {entry["user"] for entry in script.call("GET", "/audit").json["entries"]}
    script.token = ApiToken.issue(world.users["alice"].id, scopes={"read", "write"})[1]
    assert "bob" in everything
    assert {entry["user"] for entry in script.call("GET", "/audit").json["entries"]} == {"alice"}
