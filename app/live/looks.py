"""What each account has seen of each session, told to all of its dashboards.

The rule: an account has seen what a viewer of it had visible. That is written down when somebody comes, goes, or
turns away, all of it in one transaction at most twice a second; while a viewer looks, the status says so itself."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from app import green
from app.live.status import rfc3339
from app.models.look import Look, Seen

if TYPE_CHECKING:
    from app.live.following import Following
    from app.live.viewer import Viewer
    from app.models.session import Session

log = logging.getLogger(__name__)

# However often somebody comes and goes: one transaction in so long.
WRITE_SECONDS = 0.5


def look_json(look: Look) -> dict[str, Any]:
    return {"offset": look.offset, "bells": look.bells, "at": rfc3339(look.at or None), "pinned": look.pinned}


def looks_json(user_id: int) -> dict[str, dict[str, Any]]:
    return {session_id: look_json(look) for session_id, look in Look.of(user_id).items()}


class Looks:
    def __init__(self, rooms: Following) -> None:
        self._rooms = rooms
        self._due: dict[tuple[int, str], Seen] = {}
        self._wake = green.Signal()

    def start(self) -> None:
        green.spawn(self._run)

    def looked(self, viewer: Viewer) -> None:
        """Somebody came to look, or looked until now."""
        room = self._rooms.rooms.get(viewer.session)
        if room is not None and viewer.guest is None:
            self._due[viewer.user_id, viewer.session] = Seen(room.offset, room.screen.signs.bells, time.time())
            self._wake.set()

    def seen(self, user_id: int, session: Session) -> None:
        """All of it, because the account says so. Returns when it is written."""
        room = self._rooms.rooms.get(session.id)
        offset, bells = (room.head, room.screen.signs.bells) if room else (session.output_bytes, session.bells)
        self._write({(user_id, session.id): Seen(offset, bells, time.time())})

    def pin(self, user_id: int, session: Session, pinned: bool) -> None:
        look = Look.pin(user_id, session.id, pinned)
        if look is not None:
            self._tell(look)

    def told(self, user_id: int, message: dict[str, Any]) -> None:
        """Here or by another worker: the account's dashboards hear of it."""
        self._rooms.feed.looked(user_id, message)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            due, self._due = self._due, {}
            try:
                self._write(due)
            except Exception:
                log.exception("what was seen of %d sessions could not be written down", len(due))
            green.sleep(WRITE_SECONDS)

    def _write(self, due: dict[tuple[int, str], Seen]) -> None:
        for look in Look.saw(due):
            self._tell(look)

    def _tell(self, look: Look) -> None:
        message = {"session": look.session_id, **look_json(look)}
        self._rooms.workers.say("looked", user=look.user_id, look=message)
        self.told(look.user_id, message)
