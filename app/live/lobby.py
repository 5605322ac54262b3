"""Who waits to be let in, told to who may let in, and the answer, told to who waits. The rule: what counts is the
database; a word that is lost is made good by the next look of the page that waits, or at the next join."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app import green
from app.live.errors import Forbidden, NotThere
from app.live.status import rfc3339
from app.live.viewer import Viewer
from app.models import lobby
from app.models.session import Session
from app.permissions import ADMIT, OWNER, VIEWER
from app.words import said

if TYPE_CHECKING:
    from app.live.rooms import Rooms

# A page that waits is answered after so long at the latest, and asks again.
HOLD_SECONDS = 20.0
# Beside every word: so often what is written down is looked at (a link that ends says nothing).
LOOK_SECONDS = 2.0


class Lobby:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._bell = green.Bell()
        self._told: dict[str, list[dict[str, Any]]] = {}  # by session: who was told to wait, where anybody was
        self._counts: dict[str, int] = {}  # by session: how many wait, where anybody does
        self._counting = False
        self._turn: dict[int, int] = {}  # by guest: which of its questions is the newest
        self._turns = itertools.count(1)

    def start(self) -> None:
        """Those who waited while the server was away still do, perhaps."""
        for session_id, number in lobby.counts().items():
            self._count(session_id, number)

    def count(self, session_id: str) -> int:
        """How many wait, from memory: every status says it."""
        return self._counts.get(session_id, 0)

    def waiting(self, session_id: str) -> list[dict[str, Any]]:
        return [waiting_json(one) for one in lobby.waiting(session_id)]

    def let_in(self, session: Session, guest_id: int, role: str | None) -> str:
        """As what; at most as what the link gives, unless the owner says otherwise. Raises Forbidden, NotThere."""
        one = next((one for one in lobby.waiting(session.id) if one.guest == guest_id), None)
        if one is None:
            raise NotThere(said("Nobody of this number waits (any more)."))
        if role not in (None, VIEWER, one.role) and session.role != OWNER:
            raise Forbidden(said("Only the owner may give more than the link gives."))
        given = role or one.role
        if not lobby.let_in(session.id, guest_id, given):
            raise NotThere(said("Nobody of this number waits (any more)."))
        self.changed(session.id)
        return given

    def refuse(self, session_id: str, guest_id: int) -> None:
        if not lobby.refuse(session_id, guest_id):
            raise NotThere(said("Nobody of this number waits (any more)."))
        self.changed(session_id)

    def changed(self, session_id: str) -> None:
        """Somebody came, left or was answered: here and in the other workers."""
        self._rooms.workers.say("lobby", session=session_id)
        self.tell(session_id, True)

    def tell(self, session_id: str, changed: bool = False) -> None:
        """Who waits there; nobody asks the database where nobody waited, or hears it, and nothing has `changed`."""
        self._bell.ring()
        room = self._rooms.rooms.get(session_id)
        heard = room is not None and any(viewer.may(ADMIT) for viewer in room.viewers.values())
        if not heard:
            self._told.pop(session_id, None)
        if not (heard or changed or session_id in self._counts):
            return
        found = self.waiting(session_id)
        self._count(session_id, len(found))
        if room is None or not heard:
            return
        if found != self._told.pop(session_id, []):
            room.tell_lobby(found)
        if found:
            self._told[session_id] = found

    def joined(self, viewer: Viewer) -> None:
        """Who may let in hears who waits, if anybody does."""
        room = self._rooms.rooms.get(viewer.session)
        if room is not None and viewer.may(ADMIT) and (found := self.waiting(viewer.session)):
            self._told[viewer.session] = found
            room.tell_lobby(found)

    def answer(self, guest_id: int, session_id: str, state: Callable[[], str | None]) -> str | None:
        """Waits for the answer to a page that asked, for at most HOLD_SECONDS; `state()` is what is written down. A
        page that asks anew takes the place of its last question."""
        turn = self._turn[guest_id] = next(self._turns)
        lobby.seen(guest_id)
        until = time.monotonic() + HOLD_SECONDS
        try:
            while (now := state()) == lobby.WAITING and self._turn.get(guest_id) == turn:
                if (left := until - time.monotonic()) <= 0:
                    break
                self._bell.wait(min(left, LOOK_SECONDS))
        finally:
            if self._turn.get(guest_id) == turn:
                del self._turn[guest_id]
        if now == lobby.WAITING:
            green.spawn(self._gone, guest_id, session_id)
        elif now != lobby.IN:
            self.changed(session_id)
        return now

    def _count(self, session_id: str, number: int) -> None:
        if number == self.count(session_id):
            return
        if number:
            self._counts[session_id] = number
        else:
            del self._counts[session_id]
        self._rooms.feed.dirty(session_id)
        if not self._counting:
            self._counting = True
            green.spawn(self._count_again)

    def _count_again(self) -> None:
        """A link that ends says nothing, nor does a worker that dies with who waited there."""
        try:
            while self._counts:
                green.sleep(lobby.GONE_SECONDS)
                for session_id in list(self._counts):
                    self.tell(session_id)
        finally:
            self._counting = False

    def _gone(self, guest_id: int, session_id: str) -> None:
        """A page that does not ask again was closed: who may let in need not see it any more."""
        green.sleep(lobby.GONE_SECONDS + 1)
        if guest_id not in self._turn:
            self.changed(session_id)


def waiting_json(one: lobby.Waiting) -> dict[str, Any]:
    return {
        "guest": one.guest, "said": one.said, "account": one.account or None, "link": one.link, "label": one.label,
        "role": one.role, "asked_at": rfc3339(one.asked_at),
    }  # fmt: skip
