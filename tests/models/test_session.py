"""Sessions and snapshots; Charlie must see nothing."""

import os

import pytest

from app.models.base import db
from app.models.session import ID, Session, new_id
from app.models.snapshot import KEPT, Snapshot
from app.permissions import NEEDS, ROLES, Actor, allows, role_of


def begin(owner, **fields):
    wanted = {"name": "job", "command": ["true"], "cwd": "/", "rows": 24, "cols": 80} | fields
    return Session.begin(id=new_id(), owner=owner, **wanted)


def actor(user):
    return Actor(user.id, user.name, user.admin)


def test_ids_are_what_the_keeper_accepts():
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000 and all(ID.fullmatch(one) for one in made)


def test_only_the_owner_sees_a_session(people):
    session = begin(people["bob"], tags=["a"], env={"A": "b"})
    seen = Session.seen_by(actor(people["bob"]), session.id)
    assert (seen.owner.name, seen.tags, seen.env, seen.command) == ("bob", ["a"], {"A": "b"}, ["true"])
    for other in ("alice", "charlie"):
        assert Session.seen_by(actor(people[other]), session.id) is None
        assert Session.visible_to(actor(people[other])) == []
    assert Session.seen_by(actor(people["bob"]), "../../etc") is None


def test_a_change_writes_only_what_it_names(people):
    first = begin(people["alice"])
    second = Session.seen_by(actor(people["alice"]), first.id)
    first.change(name="renamed")
    second.change(state="ended", exit_code=3)
    now = Session.numbered(first.id)
    assert (now.name, now.state, now.exit_code) == ("renamed", "ended", 3)
    assert Session.running_of(people["alice"].id) == 0 and Session.in_state("ended") == [now]


def test_the_newest_snapshots_are_kept(people):
    session = begin(people["alice"])
    for offset in (10, 20, 30, 40, 50):
        Snapshot.keep(session.id, offset, 24, 80, b"screen at %d" % offset)
    newest = Snapshot.newest(session.id)
    assert (newest.offset, newest.body) == (50, b"screen at 50")
    assert Snapshot.newest(session.id, at_most=45).offset == 40
    assert Snapshot.newest(session.id, at_most=5) is None
    with db.connection_context():
        assert Snapshot.select().count() == KEPT


def test_forgetting_a_session_forgets_its_snapshots_but_not_its_successor(people):
    session = begin(people["alice"])
    again = begin(people["alice"], restarted_from=session)
    Snapshot.keep(session.id, 1, 24, 80, os.urandom(1000))
    session.erase()
    Snapshot.keep(session.id, 2, 24, 80, b"late")
    with db.connection_context():
        assert Snapshot.select().count() == 0
    assert Session.numbered(session.id) is None
    assert Session.numbered(again.id).restarted_from_id is None


@pytest.mark.parametrize("role", [None, "", "stranger", "admin"])
def test_what_is_not_in_the_table_is_refused(role):
    assert not any(allows(role, need) for need in NEEDS)


def test_each_role_grants_what_the_next_one_grants(people):
    for (_, more), (_, less) in zip(ROLES, ROLES[1:], strict=False):
        assert less < more
    assert ROLES[0] == ("owner", frozenset(NEEDS))
    assert not allows("owner", "fly")
    assert role_of(None, begin(people["alice"])) is None
