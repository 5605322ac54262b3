"""Does what was asked for later when its time has come. The rule: the server waits, not the page that asked: a page
that is left, closed or killed must not take what it promised with it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app import green
from app.live.errors import TooMany
from app.live.several import end_all, may_end
from app.models.base import now
from app.models.deed import Deed
from app.permissions import Actor
from app.words import said

if TYPE_CHECKING:
    from app.live.rooms import Rooms

log = logging.getLogger(__name__)

# Of one account at a time: a person has one or two; a script that makes more has no use for taking them back.
MOST_WAITING = 50
# After the keeper or the database failed us.
RETRY_SECONDS = 5.0


class Deeds:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._wake = green.Signal()

    def start(self) -> None:
        self._wake.set()  # a server before this one may have left some
        green.spawn(self._run)

    def later(self, actor: Actor, ids: list[str], forget: bool, seconds: float) -> Deed:
        """Raises TooMany."""
        if len(Deed.waiting(actor.user_id)) >= MOST_WAITING:
            raise TooMany(said("%(count)s ends are waiting already, which is the limit.", count=MOST_WAITING))
        deed = Deed.later(actor.user_id, ids, forget, seconds)
        self._wake.set()
        return deed

    def undo(self, actor: Actor, deed_id: str) -> bool:
        """Whether it could still be taken back, and was the actor's."""
        return any(deed.id == deed_id and deed.take() for deed in Deed.waiting(actor.user_id))

    def _run(self) -> None:
        wait: float | None = None
        while True:
            self._wake.wait(wait)
            try:
                wait = self._do_due()
            except Exception:
                log.exception("what was asked for later could not be done yet")
                wait = RETRY_SECONDS

    def _do_due(self) -> float | None:
        """Seconds until the next one; None: there is none."""
        for deed in Deed.waiting():
            if deed.due > now():
                return deed.due - now()
            if deed.take():
                self._do(deed)
        return None

    def _do(self, deed: Deed) -> None:
        """As the account that asked, with the role that it has by now."""
        actor = Actor(deed.user_id, deed.user.name, deed.user.admin)
        sessions = may_end(actor, deed.sessions, deed.forget)
        outcome = end_all(self._rooms, sessions, deed.forget)
        action = "session.forget" if deed.forget else "session.end"
        self._rooms.audit.ended(actor, action, [one for one in sessions if one.id in outcome.done], "")
        for session_id, why in outcome.left.items():
            log.warning("session %s was to be ended and is left: %s", session_id, why)
