"""This web process among others that share one keeper (HOLDFAST_WORKERS): who leads, and what each tells the rest.

The rule: every worker serves every session, and what must happen once is the leader's: saving, ending what is
over its time, answering device queries. Notes are state, told again whenever somebody comes; a lost one is made good.
Alone, there are no notes and this process leads.
"""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any

from app import green
from app.config import LIMITED
from app.keeper.client import KeeperError, State
from app.keeper.protocol import ACCOUNTS, LIMITS
from app.live.crowds import Crowds
from app.live.errors import Unavailable
from app.live.presence import Elsewhere, Presence, heard, presence_of
from app.live.room import AFTER_SECONDS, Room
from app.words import said

if TYPE_CHECKING:
    from app.live.rooms import Rooms
    from app.live.viewer import Viewer

log = logging.getLogger(__name__)

NOT_EVERYWHERE = said("It is written down, but not every process of the server has heard of it yet. Try again.")

# The first version of the keeper's protocol in which workers can meet.
MEETING = 2
# Comings and goings within this time (seconds) share a note.
TELL_SECONDS = 0.05
# Typing is told at most so often: the moment of the last input has no use to the millisecond.
TYPED_SECONDS = 1.0
# Who holds the size and takes it again is told again at most so often.
HOLDER_SECONDS = 0.1
# Sessions, or viewers in them, in one note: it stays far below the keeper's NOTE_BYTES.
TOLD_AT_ONCE = 200
# Who is to do something before a call may return gets so long (seconds). A worker that is busy for that long is ill.
HEARD_SECONDS = 5.0
# After a new keeper whoever has not come back within so long (its process is gone too) is no longer counted.
RETURN_SECONDS = 5.0


class Workers:
    """The others, as they told. `leads`: this process does what is to be done once."""

    def __init__(self, rooms: Rooms, number: int, count: int) -> None:
        self.number = number
        self.alone = count == 1
        self.leads = self.alone
        self.term = 0  # how many times this one came to lead
        self.crowds = Crowds(self.say)
        self._rooms = rooms
        self._name = f"{number}-{secrets.token_hex(6)}"
        self._others: dict[str, dict[str, Presence]] = {}
        self._dirty: set[str] = set()
        self._typed: dict[str, int] = {}  # bytes, since it was told
        self._wake, self._typing = green.Signal(), green.Signal()
        self._unseen: set[str] = set()  # of the others, since the keeper's connection broke
        self._names: set[str] = set()  # of the others that attend
        self._count = 0
        self._unheard: dict[int, set[str]] = {}  # who has not done yet what a numbered note says
        self._heard = green.Bell()

    def start(self) -> None:
        """Raises KeeperError when the keeper is too old for what the settings ask, and cannot be upgraded."""
        level, known = self._rooms.config.isolation, self._rooms.keeper.protocol
        if (level and known < ACCOUNTS) or (level >= LIMITED and known < LIMITS):
            self._upgrade(f"HOLDFAST_ISOLATION={level}")
        if not self.alone:
            if self._rooms.keeper.protocol < MEETING:
                self._upgrade("HOLDFAST_WORKERS above 1")
            self._rooms.keeper.attend(self._name, self)
            green.spawn(self._tell_in_turn)
            green.spawn(self._tell_typing)
            green.spawn(self.crowds.tell_in_turn)

    def _upgrade(self, wish: str) -> None:
        try:
            self._rooms.keeper.upgrade()
        except KeeperError as error:
            raise KeeperError(
                f"{wish} needs a keeper of this version, and the one that runs cannot be upgraded: {error}"
            ) from None

    # What this worker says.

    def changed(self, session_id: str) -> None:
        """Who is in the session: told soon."""
        if not self.alone:
            self._dirty.add(session_id)
            self._wake.set()

    def typed(self, session_id: str, count: int) -> None:
        if not self.alone:
            self._typed[session_id] = self._typed.get(session_id, 0) + count
            self._typing.set()

    def say(self, what: str, **fields: Any) -> None:
        """Now, and before whatever the keeper is asked next."""
        if not self.alone:
            self._rooms.keeper.note(**{"is": what, "from": self._name}, **fields)

    def tell_all(self, what: str, **fields: Any) -> None:
        """Says it and returns when all have done it, and the keeper has read what they sent it before. Raises
        Unavailable when one does not say so: it will know later, as after any note that was lost."""
        if self.alone:
            return
        if not self._rooms.keeper_connected:
            raise Unavailable(NOT_EVERYWHERE)
        self._count += 1
        number, until = self._count, time.monotonic() + HEARD_SECONDS
        self._unheard[number] = set(self._names)
        self.say(what, number=number, **fields)
        try:
            while self._unheard[number] and (left := until - time.monotonic()) > 0:
                self._heard.wait(left)
            if self._unheard[number]:
                raise Unavailable(NOT_EVERYWHERE)
        finally:
            del self._unheard[number]

    def _done(self, name: str, number: int | None = None) -> None:
        for one in [number] if number is not None else list(self._unheard):
            self._unheard.get(one, set()).discard(name)
        self._heard.ring()

    def _confirm(self, note: dict[str, Any]) -> None:
        try:
            self._rooms.keeper.settled()
        except KeeperError as error:
            log.warning("the keeper does not say that it has read everything: %s", error)
            return
        self.say("done", to=note["from"], number=note["number"])

    def holds_size(self, room: Room, viewer: Viewer | None) -> None:
        """Told at once: the others must know when the keeper tells them of the new size. But who drags a window's
        corner takes the size a hundred times a second."""
        now = time.monotonic()
        if room.size_holder is viewer and room.size_told and now - room.size_taken_at < HOLDER_SECONDS:
            return
        room.size_holder, room.size_taken_at, room.size_told = viewer, now, True
        room.news()
        self._tell([room.session])

    def _tell_in_turn(self) -> None:
        while True:
            self._wake.wait()
            green.sleep(TELL_SECONDS)
            due, self._dirty = self._dirty, set()
            self._tell(sorted(due), TELL_SECONDS)

    def _tell_typing(self) -> None:
        while True:
            self._typing.wait()
            due, self._typed = self._typed, {}
            self._tell(sorted(due), TELL_SECONDS)
            for first in range(0, len(due), TOLD_AT_ONCE):
                self.say("typed", sessions=dict(list(due.items())[first : first + TOLD_AT_ONCE]))
            green.sleep(TYPED_SECONDS)

    def _tell(self, sessions: list[str], pause: float = 0.0) -> None:
        """A thousand sessions take a few notes, with pauses in which the others can read them."""
        batch: list[dict[str, Any]] = []
        size = 0
        for session_id in sessions:
            if (room := self._rooms.rooms.get(session_id)) is None:
                continue
            presence = presence_of(room)
            batch.append(presence.as_note())
            size += 1 + len(presence.viewers)
            if size > TOLD_AT_ONCE:
                self.say("presence", sessions=batch)
                batch, size = [], 0
                green.sleep(pause)
        if batch:
            self.say("presence", sessions=batch)

    # Who is elsewhere.

    def elsewhere(self, session_id: str) -> list[Elsewhere]:
        """The session's viewers in other workers, as far as they were named."""
        found = [other[session_id].viewers for other in self._others.values() if session_id in other]
        return [viewer for viewers in found for viewer in viewers]

    def unnamed(self, session_id: str) -> int:
        """How many there are beside these."""
        found = [other[session_id] for other in self._others.values() if session_id in other]
        return sum(presence.total - len(presence.viewers) for presence in found)

    def viewers(self) -> int:
        """Of all sessions in the other workers."""
        return sum(presence.total for other in self._others.values() for presence in other.values())

    def adopted(self, room: Room) -> None:
        """A room was made: what was told of its session before."""
        for other in self._others.values():
            if room.session in other:
                heard(room, other[room.session])

    # What the keeper says of the others (keeper.client.Peers).

    def leading(self) -> None:
        log.info("worker %d leads", self.number)
        self.leads = True
        self.term += 1
        self._rooms.leading()

    def disconnected(self) -> None:
        self.leads = self.alone
        self._unseen = set(self._others)
        self._names.clear()

    def connected(self) -> None:
        if self._unseen:
            green.spawn(self._drop_unseen)

    def _drop_unseen(self) -> None:
        green.sleep(RETURN_SECONDS)
        unseen, self._unseen = self._unseen, set()
        for name in unseen:
            self.away(name)

    def came(self, name: str) -> None:
        """It has heard nothing yet: all that there is to say is said again."""
        self._unseen.discard(name)
        self._names.add(name)
        self.crowds.came()
        for room in self._rooms.rooms.values():
            if room.viewers or room.size_taken_at or room.last_viewer_at or room.last_input_at:
                self._dirty.add(room.session)
        self._wake.set()

    def away(self, name: str) -> None:
        self._names.discard(name)
        self.crowds.away(name)
        self._done(name)
        for session_id, presence in self._others.pop(name, {}).items():
            if room := self._rooms.rooms.get(session_id):
                room.last_viewer_at = time.time()
                if room.size_holder is not None and room.size_holder.id in {one.id for one in presence.viewers}:
                    room.size_holder, room.size_taken_at = None, room.size_taken_at + AFTER_SECONDS
            self._presence_changed(session_id)

    def noted(self, note: dict[str, Any]) -> None:
        match note["is"]:
            case "presence":
                for told in note["sessions"]:
                    self._hear(note["from"], Presence.of_note(told))
            case "crowd":
                self.crowds.heard(note["from"], note)
            case "typed":
                for session_id, count in note["sessions"].items():
                    if room := self._rooms.rooms.get(session_id):
                        room.tally.input_bytes += count
            case "launched":
                self._rooms.launches.elsewhere(State(**{**note["state"], "argv": tuple(note["state"]["argv"])}))
            case "named":
                self._rooms.named(note["session"], note["name"], note["tags"], note.get("group", ""))
            case "looked":
                self._rooms.looks.told(note["user"], note["look"])
            case "forgotten":
                self._rooms.forgotten(note["session"], note["owner"])
            case "revoked":
                self._rooms.sockets.revoke(note["logins"], note["tokens"], note["user"])
                self._rooms.keeper.withdraw()
            case "notice":
                self._rooms.accounts.told(note["user"])
            case "shared":
                for session_id in note["sessions"]:
                    self._rooms.shares.settle(session_id, note.get("take_back", False))
            case "lent":
                self._rooms.shares.lent(note["session"], note["viewer"], note["on"])
            case "said":
                self._rooms.talk.told(note["message"])
            case "writes":
                self._rooms.talk.writes(note["who"])
            case "lobby":
                self._rooms.lobby.tell(note["session"], True)
            case "annotated":
                self._rooms.annotations.told(note["event"], note["message"], note["offset"])
            case "done":
                if note["to"] == self._name:
                    self._done(note["from"], note["number"])
                return
        if "number" in note:
            green.spawn(self._confirm, note)

    def _hear(self, name: str, presence: Presence) -> None:
        mine = self._others.setdefault(name, {})
        if presence.viewers:
            mine[presence.session] = presence
        else:
            mine.pop(presence.session, None)
        if room := self._rooms.rooms.get(presence.session):
            heard(room, presence)
        self._presence_changed(presence.session)

    def _presence_changed(self, session_id: str) -> None:
        if room := self._rooms.rooms.get(session_id):
            room.tell_viewers()
        self._rooms.changed(session_id)
