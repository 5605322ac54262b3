"""When an administrator's hour is over, his dashboard is told so, though he is in no room."""

from __future__ import annotations

import time

import pytest

from app import config as settings
from app.live.rooms import Rooms
from app.models import base
from app.models.session import Session, new_id
from app.models.user import User
from app.permissions import Actor
from tests.support.database import bound


class ToldWire:
    def __init__(self):
        self.told = []

    def send(self, sid, event, message):
        self.told.append((sid, event, message.get("session") or message.get("id")))

    def __getattr__(self, name):
        return lambda *args: 0


@pytest.fixture
def live(tmp_path):
    config = settings.load({"HOLDFAST_DATA_DIR": str(tmp_path), "HOLDFAST_SHELL": "/bin/sh"})
    bound(config.database_url)
    return Rooms(config, ToldWire())


def test_the_end_of_the_hour_ends_watching_on_a_dashboard(live):
    owner, admin = User.register("bob", "a good password"), User.register("root", "a good password", admin=True)
    session = Session.begin(id=new_id(), owner=owner, name="job", command=["cat"], cwd="/", rows=24, cols=80)
    facts = {"name": "root", "role": "viewer", "reason": "a full disk"}
    session.break_glass(admin.id, facts | {"until": time.time() + 60})
    live.records[session.id] = session
    who = Actor(admin.id, "root", True)
    assert [status.id for status in live.feed.watch("admin", who)] == [session.id]
    live.shares.end_glass()
    assert live._wire.told == []
    session.break_glass(admin.id, facts | {"until": time.time() - 1})
    live.shares.end_glass()
    assert ("admin", "forgotten", session.id) in live._wire.told
    assert Session.numbered(session.id).glass == {} and Session.seen_by(who, session.id) is None


def test_what_ended_with_the_office_does_not_come_back_with_it(live):
    """Whichever look is the first to see that he is no administrator any more."""
    owner, admin = User.register("bob", "a good password"), User.register("root", "a good password", admin=True)
    session = Session.begin(id=new_id(), owner=owner, name="job", command=["cat"], cwd="/", rows=24, cols=80)
    facts = {"name": "root", "role": "viewer", "reason": "a full disk"}
    live.records[session.id] = session.break_glass(admin.id, facts | {"until": time.time() + 60})
    administers(admin, False)
    live.shares.settle_all()
    administers(admin, True)
    live.shares.end_glass()
    assert Session.numbered(session.id).glass == {}


def administers(user, on):
    """Done by another process, which tells nobody."""
    with base.db.connection_context():
        User.update(admin=on).where(User.id == user.id).execute()
