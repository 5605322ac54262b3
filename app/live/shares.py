"""Who may do what in each session this moment, and what happens when that changes.

The rule: the database is changed first, then every worker brings what is open in line with it, in one step without a
yield; only then does the call return. From then on no byte of whoever lost the right is handed to the keeper: not
one that waits in this process, and not one that is on its way to us.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from app import green
from app.keeper.client import KeeperError
from app.live.errors import Conflict, NotThere, Unavailable
from app.live.presence import Elsewhere
from app.live.room import Room
from app.live.status import status_of
from app.live.viewer import Viewer
from app.models.grant import Grant
from app.models.link import Guest as Guests
from app.models.link import Link
from app.models.login import Login
from app.models.session import Session
from app.models.token import ApiToken
from app.models.user import User
from app.permissions import KEPT_OUT, OWNER, TYPE, VIEWER, WATCH, WRITER, Actor, Guest, allows, role_of
from app.words import said

if TYPE_CHECKING:
    from app.live.rooms import Rooms

log = logging.getLogger(__name__)

# What a command changed, or a note that was lost, is noticed so late (seconds); nothing is asked where nobody is guest.
SWEEP_SECONDS = 15.0
# While a glass is broken, whether it still counts is looked at so often (seconds): one query, none without.
GLASS_SECONDS = 0.5

# Why somebody is out.
TAKEN, PAUSED = "taken", "paused"


class Shares:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._came = green.Signal()

    def start(self) -> None:
        green.spawn(self._sweep_in_turn)
        green.spawn(self._expire_in_turn)
        green.spawn(self._watch_glass_in_turn)

    # What edges call.

    def changed(self, session_id: str, take_back: bool = False) -> None:
        """Something was written about who may what there (`take_back`: and no keyboard is lent any more). Returns when
        it holds everywhere; raises Unavailable when another worker, or the keeper, did not answer (they will follow,
        but nobody knows when)."""
        self.settle(session_id, take_back)
        self._rooms.workers.tell_all("shared", sessions=[session_id], take_back=take_back)
        self._barrier()

    def changed_all(self, session_ids: list[str]) -> None:
        for session_id in session_ids:
            self.settle(session_id)
        self._rooms.workers.tell_all("shared", sessions=session_ids)
        self._barrier()

    def remove(self, session: Session, viewer_id: str) -> None:
        """Shows a viewer the door. A guest is a stranger from now on, and may come by the link again where that still
        holds; an account stays out, whatever teams it is in, until the owner changes that. Raises NotThere."""
        room = self._rooms.rooms.get(session.id)
        viewer = next((one for one in room.everybody() if one.id == viewer_id), None) if room else None
        if viewer is None:
            raise NotThere(said("Nobody of this id is here."))
        if viewer.role == OWNER:
            raise Conflict(said("The owner cannot be shown the door."))
        if viewer.user_id < 0:
            Guests.revoke(-viewer.user_id)
        elif (user := User.numbered(viewer.user_id)) is not None:
            session.break_glass(user.id, None)
            Grant.give(session.id, KEPT_OUT, user=user)
        self.changed(session.id)

    def ask(self, viewer: Viewer, on: bool) -> None:
        """A viewer that may not type asks for the keyboard, or does no more. Raises Conflict, NotThere."""
        room = self._rooms.rooms.get(viewer.session)
        if room is None or room.viewers.get(viewer.id) is not viewer:
            raise NotThere
        if on and viewer.may(TYPE):
            raise Conflict(said("You may type already."))
        viewer.asks = on
        room.news()

    def lend(self, session_id: str, viewer_id: str, on: bool) -> None:
        """Gives a viewer the keyboard until it leaves, or takes it back (or says no to one that asks): returns when
        that holds everywhere. To who may type anyway nothing is lent. Raises NotThere, Unavailable."""
        if viewer_id not in {one.id for one in self.here(session_id)}:
            raise NotThere(said("Nobody of this id is here."))
        self.lent(session_id, viewer_id, on)
        self._rooms.workers.tell_all("lent", session=session_id, viewer=viewer_id, on=on)
        self._barrier()

    def here(self, session_id: str) -> list[Viewer | Elsewhere]:
        """Who is in the session, in every worker."""
        room = self._rooms.rooms.get(session_id)
        return room.everybody() if room is not None else []

    def may(self, actor: Actor, session_id: str, need: str) -> bool:
        """As the database says now; waits for nothing, and does not yield."""
        session = Session.seen_by(actor, session_id)
        return session is not None and allows(session.role, need) and counts(actor)

    def crowded(self, room: Room, guest: Guest) -> bool:
        """Whether as many others are there by the guest's link as it allows; one with several tabs is one."""
        most = Link.most(guest.link)
        others = {one.user_id for one in room.everybody() if one.link == guest.link} - {-guest.id}
        return most is not None and len(others) >= most

    def came(self, actor: Actor) -> None:
        if actor.guest is not None:
            self._came.set()

    # What workers do.

    def lent(self, session_id: str, viewer_id: str, on: bool) -> None:
        """Here, where the viewer may be, or by another worker. Does not yield."""
        room = self._rooms.rooms.get(session_id)
        viewer = room.viewers.get(viewer_id) if room is not None else None
        if room is not None and viewer is not None:
            viewer.asks, viewer.lent = False, on
            room.news()
        self.settle(session_id)

    def settle(self, session_id: str, take_back: bool = False) -> None:
        """Brings what is open here in line with the database. Does not yield."""
        session = Session.numbered(session_id)
        if session is None:
            return
        given = Grant.in_session(session_id)
        if (record := self._rooms.records.get(session_id)) is not None:
            told, record.glass = record.glass, session.glass
            record.locked, record.paused = session.locked, session.paused
            self._tell_glass(record, told)
        if (room := self._rooms.rooms.get(session_id)) is not None:
            guests = Guests.roles([viewer.guest.id for viewer in room.viewers.values() if viewer.guest])
            for viewer in list(room.viewers.values()):
                told = guests.get(viewer.guest.id) if viewer.guest else given.get(viewer.user_id)
                role = role_of(viewer.actor, session, told)
                viewer.lent = viewer.lent and not take_back and role == VIEWER
                self._becomes(room, viewer, WRITER if viewer.lent else role, PAUSED if session.paused else TAKEN)
        self._close_guests(session_id)
        self._rooms.lobby.tell(session_id)
        self._rooms.keeper.withdraw()
        self._rooms.feed.shared(session, given)

    def _tell_glass(self, record: Session, told: dict[str, Any]) -> None:
        room = self._rooms.rooms.get(record.id)
        if room is not None and record.glass != told:
            room.tell_status(status_of(self._rooms, record))

    def settle_all(self) -> None:
        """After news may have been lost."""
        self.end_glass()  # first: what is settled without being written down would come back with the office
        for session_id, room in list(self._rooms.rooms.items()):
            if any(viewer.role != OWNER for viewer in room.viewers.values()):
                self.settle(session_id)

    def end_glass(self) -> None:
        """Where an administrator's hour is over, or he is none any more; dashboards, which are in no room, are told
        there, too."""
        broken = {id: record.glass for id, record in self._rooms.records.items() if record.glass}
        administer = User.administrators({int(one) for glass in broken.values() for one in glass}) if broken else set()
        for session_id, glass in broken.items():
            if any(int(one) not in administer or facts["until"] <= time.time() for one, facts in glass.items()):
                if (session := Session.numbered(session_id)) is not None:
                    session.break_glass(0, None)  # leaves out who is over
                self.settle(session_id)

    def _becomes(self, room: Room, viewer: Viewer, role: str | None, why: str) -> None:
        if role == viewer.role:
            return
        viewer.role = role or ""
        viewer.asks = viewer.asks and not viewer.may(TYPE)
        if allows(role, WATCH):
            room.tell_role(viewer)
            self._rooms.lobby.joined(viewer)
        else:
            room.expel(viewer, why)

    def _close_guests(self, session_id: str) -> None:
        guests = self._rooms.sockets.guests_of(session_id)
        here = Guests.roles(guests) if guests else {}
        self._rooms.sockets.revoke(guest_ids=guests - here.keys())

    def _barrier(self) -> None:
        try:
            self._rooms.keeper.settled()
        except KeeperError as error:
            raise Unavailable(str(error)) from None

    # What nobody says.

    def _expire_in_turn(self) -> None:
        """Links end by themselves. (What is typed later than that is refused by the clock, whatever this does.)"""
        wait: float | None = None
        while True:
            self._came.wait(wait)
            try:
                wait = self._expire()
            except Exception:
                log.exception("what has expired could not be looked up")
                wait = 1.0

    def _expire(self) -> float | None:
        """Seconds until the next link ends; None: there is none."""
        guests = self._rooms.sockets.guests()
        now = time.time()
        for session_id in {guest.session for guest in guests if guest.until is not None and guest.until <= now}:
            self.settle(session_id)
        later = [guest.until - now for guest in guests if guest.until is not None and guest.until > now]
        return max(0.01, min(later)) if later else None

    def _sweep_in_turn(self) -> None:
        while True:
            green.sleep(SWEEP_SECONDS)
            try:
                self.settle_all()
            except Exception:
                log.exception("who may be where could not be looked up; next try in a moment")

    def _watch_glass_in_turn(self) -> None:
        while True:
            green.sleep(GLASS_SECONDS)
            try:
                self.end_glass()
            except Exception:
                log.exception("who still administers could not be looked up; next try in a moment")


def counts(actor: Actor) -> bool:
    """Whether the login or token by which the actor came still does. A guest's cookie is looked at with its link."""
    if actor.login_id is not None:
        return bool(Login.alive([actor.login_id]))
    if actor.token_id is not None:
        return bool(ApiToken.alive([actor.token_id]))
    return actor.guest is not None
