"""What an API token may: scopes, one session, an end. Every route and every event, by default nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app import scopes
from app.events import gate as events
from app.events import sessions
from app.models import base
from app.models.token import ApiToken
from app.permissions import Actor
from app.web.routes import API, EVERY_NEED, LOOK, NOTHING, ROUTES


def script(world, *powers, session=None, user="alice", **more):
    made = world.script(user)
    made.token = ApiToken.issue(world.users[user].id, "", powers, session, **more)[1]
    return made


def test_every_need_of_routes_and_events_has_a_scope_or_is_for_no_token():
    assert sessions
    for need in EVERY_NEED | {event.needs for event in events.TABLE.values()}:
        covered = need in scopes.NEVER or need in scopes.ALWAYS or scopes.scope_of(need) in scopes.SCOPES
        assert covered, f"app/scopes.py has no row for {need!r}: no token may do it"


def test_what_is_not_in_the_table_is_refused():
    token = Actor(1, "alice", True, token_id=1, scopes=scopes.FULL)
    assert not scopes.allows(token, "fly") and not scopes.allows(token, "browser login")
    assert scopes.allows(Actor(1, "alice", True, login_id=1), "fly"), "that is for the gate to say, not for a scope"


@pytest.mark.parametrize("row", [row for row in ROUTES if row.need != NOTHING], ids=lambda row: row.name)
def test_each_route_lets_in_the_scope_that_covers_it_and_no_other(world, row):
    session = world.session("alice")
    path = re.sub(r"<[^>]+>", "1", row.path.replace("<id>", session.id))
    wanted = scopes.scope_of(row.need, row.method)
    for power in scopes.SCOPES:
        closed = scopes.closed({power})
        answer = script(world, power).open(
            path,
            method=row.method,
            headers={"Authorization": f"Bearer {ApiToken.issue(world.users['alice'].id, '', {power})[1]}"},
            environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
        )
        if wanted not in closed:
            assert answer.status_code == 403 and not world.rooms.told, (row.path, power)
        else:
            assert "scopes" not in answer.text, (row.path, power)
            world.rooms.told.clear()


def test_a_token_for_one_session_sees_nothing_else(world):
    mine, other = world.session("alice"), world.session("alice")
    only = script(world, "write", session=mine.id)
    assert only.call("GET", f"/sessions/{mine.id}/status").status_code == 200
    assert only.call("POST", f"/sessions/{mine.id}/input", json={"data": "x"}).status_code == 204
    assert only.call("GET", f"/sessions/{other.id}/status").status_code == 404
    assert only.call("POST", f"/sessions/{other.id}/input", json={"data": "x"}).status_code == 404
    for row in ROUTES:
        if row.need not in (NOTHING, LOOK) and "<id>" not in row.path:
            path = re.sub(r"<[^>]+>", "1", row.path)
            assert only.call(row.method, path.removeprefix(API), json={}).status_code in (403, 404), row.path
    assert [told[1] for told in world.rooms.told] == [mine.id]


def test_reading_is_not_writing(world):
    session = world.session("alice")
    reader = script(world, "read")
    assert reader.call("GET", "/sessions").status_code == 200
    for method, path, body in (
        ("POST", "/sessions", {}), ("POST", f"/sessions/{session.id}/input", {"data": "x"}),
        ("DELETE", f"/sessions/{session.id}", None), ("PATCH", f"/sessions/{session.id}", {"name": "x"}),
        ("PATCH", f"/sessions/{session.id}/look", {"seen": True}), ("PATCH", "/preferences", {"language": "zh"}),
    ):  # fmt: skip
        answer = reader.call(method, path, json=body)
        assert answer.status_code == 403 and "write" in answer.json["detail"], path
    assert world.rooms.told == []


def test_figures_from_afar_are_for_the_admin_scope_of_an_administrator(world):
    afar = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}
    for user, powers, status in (("alice", ("admin",), 200), ("alice", ("write",), 403), ("bob", ("admin",), 403)):
        token = script(world, *powers, user=user).token
        answer = world.script(user).open("/metrics", headers={"Authorization": f"Bearer {token}"}, **afar)
        assert answer.status_code == status, (user, powers)


def test_an_expired_token_is_as_good_as_none(world):
    soon = script(world, "write", expires_at=base.now() + 60)
    assert soon.call("GET", "/sessions").status_code == 200
    with base.db.connection_context():
        ApiToken.update(expires_at=base.now() - 1).where(ApiToken.expires_at.is_null(False)).execute()
    assert soon.call("GET", "/sessions").status_code == 401
    listed = world.browser("alice").call("GET", "/tokens").json["tokens"]
    assert [one["expired"] for one in listed if one["expires_at"]] == [True]


def test_tokens_are_ordered_with_scopes_session_and_end(world):
    browser, session = world.browser("alice"), world.session("alice")
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    made = browser.call(
        "POST", "/tokens", json={"name": "ci", "scopes": ["write"], "session": session.id, "expires_at": later}
    )
    assert made.status_code == 201, made.text
    assert made.json["scopes"] == ["read", "write"] and made.json["session"] == session.id and not made.json["expired"]
    assert browser.call("POST", "/tokens", json={"name": "old way"}).json["scopes"] == ["read", "write"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["root"]}, "scopes.0"),
        ({"session": "aaaaaaaaaaaa"}, "session"),
        ({"session": "../../x"}, "session"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": 5}, "expires_at"),
    ],
)
def test_a_bad_order_names_its_field_and_makes_nothing(world, body, field):
    browser = world.browser("alice")
    answer = browser.call("POST", "/tokens", json=body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert browser.call("GET", "/tokens").json == {"tokens": []}


def test_nobody_makes_a_token_for_what_is_not_his(world):
    hers = world.session("alice")
    bob = world.browser("bob")
    assert bob.call("POST", "/tokens", json={"session": hers.id}).json["errors"][0]["field"] == "session"
    assert bob.call("POST", "/tokens", json={"scopes": ["admin"]}).json["errors"][0]["field"] == "scopes"


def heard(actor, event, ask):
    """What the gate of events answers to that actor."""
    said = []
    caller = events.Caller("sid", actor)
    events.dispatch(None, caller, event, [ask], said.append)
    return said[0]["error"]["code"] if not said[0]["ok"] else "ok"


def test_events_pass_by_the_same_scopes(world, monkeypatch):
    done = []
    for name, event in list(events.TABLE.items()):
        monkeypatch.setitem(
            events.TABLE,
            name,
            event._replace(handler=lambda rooms, caller, ask, reply: done.append(1) or reply({"ok": True})),
        )
    mine, other = "a" * 12, "b" * 12
    asks = {"input": {"data": "x"}, "resize": {"rows": 5, "cols": 5}, "drawn": {"offset": 1}, "look": {"visible": True},
            "say": {"text": "hello"}, "ask": {"on": True}, "annotate": {"text": "hello"}, "unannotate": {"number": 1},
            "reannotate": {"text": "hello", "number": 1}, "picture": {"offset": 1}}  # fmt: skip

    def ask(name, session):
        if name in ("watch", "unwatch"):
            return {}
        if name == "peek":
            return {"sessions": [session]}
        return {"session": session} | asks.get(name, {})

    def actor(*powers, **more):
        return Actor(1, "alice", False, token_id=1, scopes=scopes.closed(powers), **more)

    for name, event in events.TABLE.items():
        wanted = scopes.scope_of(event.needs)
        assert heard(actor("write"), name, ask(name, mine)) == "ok", name
        assert heard(actor("read"), name, ask(name, mine)) == ("ok" if wanted == "read" else "forbidden"), name
        assert heard(actor("admin"), name, ask(name, mine)) == "forbidden", name
        only = actor("write", only_session=mine)
        general = name in ("watch", "unwatch", "peek")
        assert heard(only, name, ask(name, mine)) == ("forbidden" if general else "ok"), name
        assert heard(only, name, ask(name, other)) == ("forbidden" if general else "not_found"), name
        assert heard(actor("write", until=base.now() - 1), name, ask(name, mine)) == "forbidden", name
        assert heard(actor("write", until=base.now() + 60), name, ask(name, mine)) == "ok", name
