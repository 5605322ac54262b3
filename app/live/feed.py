"""The dashboard's feed: watchers get the status of what changed, at most once a second a session.

The rule: a watcher hears only of sessions it may see, and an idle server sends and computes nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from app import green
from app.live.status import Status, status_of
from app.live.wire import Wire
from app.models.session import Session
from app.permissions import OWNER, Actor, role_of

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
        self._roles: dict[str, dict[str, str]] = {}  # of each watcher in the sessions of others
        self._dirty: set[str] = set()
        self._wake = green.Signal()

    def start(self) -> None:
        green.spawn(self._run)

    def watch(self, sid: str, actor: Actor) -> list[Status]:
        """From now on this socket hears of changes; answers with how things are."""
        self._rooms.processes.refresh()
        seen = Session.visible_to(actor)
        self._watchers[sid] = actor
        self._roles[sid] = {one.id: one.role for one in seen if one.role and one.owner_id != actor.user_id}
        return [status_of(self._rooms, session, session.role) for session in seen]

    def unwatch(self, sid: str) -> None:
        self._watchers.pop(sid, None)
        self._roles.pop(sid, None)
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
        for sid in self._watchers:
            if self._role(sid, session_id, owner_id) is not None:
                self._gone(sid, session_id)

    def shared(self, session: Session, given: dict[int, str]) -> None:
        """Who may what there has changed, perhaps. `given`: by user id. Does not yield."""
        for sid, actor in self._watchers.items():
            if actor.user_id == session.owner_id:
                continue
            before, now = self._roles[sid].get(session.id), role_of(actor, session, given.get(actor.user_id))
            if now is None and before is not None:
                self._gone(sid, session.id)
            elif now is not None and now != before:
                self._roles[sid][session.id] = now
        self.dirty(session.id)

    def _gone(self, sid: str, session_id: str) -> None:
        self._roles[sid].pop(session_id, None)
        self._rooms.thumbnails.unsee(sid, session_id)
        self._wire.send(sid, "forgotten", {"session": session_id})

    def _role(self, sid: str, session_id: str, owner_id: int) -> str | None:
        """As `watch` and `shared` settled it: asking the database for each change of each session would be dear."""
        return OWNER if self._watchers[sid].user_id == owner_id else self._roles[sid].get(session_id)

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
            roles: dict[str, list[str]] = {}
            for sid in self._watchers:
                if (role := self._role(sid, session_id, session.owner_id)) is not None:
                    roles.setdefault(role, []).append(sid)
            status = status_of(self._rooms, session)
            for role, may in roles.items():
                self._wire.send_all(may, "status", status.seen_as(role))
