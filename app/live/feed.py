"""The dashboard's feed: watchers get the status of what changed, at most once a second a session.

The rule: a watcher hears only of sessions it may see, and an idle server sends and computes nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from app import green
from app.live.status import Status, status_of
from app.live.wire import Wire
from app.models.session import Session
from app.permissions import WATCH, Actor, allows, role_of

if TYPE_CHECKING:
    from app.live.following import Following

log = logging.getLogger(__name__)

# The contract: at most once a second a session.
FEED_SECONDS = 1.0


class Feed:
    def __init__(self, rooms: Following, wire: Wire) -> None:
        self._rooms = rooms
        self._wire = wire
        self._watchers: dict[str, Actor] = {}
        self._dirty: set[str] = set()
        self._wake = green.Signal()

    def start(self) -> None:
        green.spawn(self._run)

    def watch(self, sid: str, actor: Actor) -> list[Status]:
        """From now on this socket hears of changes; answers with how things are."""
        self._watchers[sid] = actor
        self._rooms.processes.refresh()
        return [status_of(self._rooms, session) for session in Session.visible_to(actor)]

    def unwatch(self, sid: str) -> None:
        self._watchers.pop(sid, None)
        self._rooms.thumbnails.peek(sid, ())

    def watches(self, sid: str) -> bool:
        return sid in self._watchers

    def looked(self, user_id: int, message: dict[str, Any]) -> None:
        """To all dashboards of one account."""
        mine = [sid for sid, actor in self._watchers.items() if actor.user_id == user_id]
        self._wire.send_all(mine, "looked", message)

    def dirty(self, session_id: str) -> None:
        if self._watchers:
            self._dirty.add(session_id)
            self._wake.set()

    def forgotten(self, session_id: str, owner_id: int) -> None:
        """It exists no more: told at once, since there is no status left to ask for."""
        self._dirty.discard(session_id)
        erased = Session(id=session_id, owner=owner_id)
        for sid, actor in self._watchers.items():
            if allows(role_of(actor, erased), WATCH):
                self._wire.send(sid, "forgotten", {"session": session_id})

    def _run(self) -> None:
        while True:
            self._wake.wait()
            try:
                self._tell()
            except Exception:
                log.exception("the feed missed a turn")
            green.sleep(FEED_SECONDS)

    def _tell(self) -> None:
        dirty, self._dirty = self._dirty, set()
        self._rooms.processes.refresh()
        for session_id in dirty:
            session = self._rooms.records.get(session_id) or Session.numbered(session_id)
            if session is None:
                continue
            status = status_of(self._rooms, session).as_json()
            may = [sid for sid, actor in self._watchers.items() if allows(role_of(actor, session), WATCH)]
            self._wire.send_all(may, "status", status)
