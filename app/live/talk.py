"""What people in a session say to one another. The rule: who may watch may talk; a message is kept first and then told,
here and by the other workers; that somebody writes one is told and kept nowhere."""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any

from app.live.errors import Crowded, NotThere
from app.live.status import rfc3339
from app.live.viewer import Viewer
from app.models.message import Message
from app.models.session import Session
from app.permissions import WATCH, Actor
from app.words import said

if TYPE_CHECKING:
    from app.live.rooms import Rooms

# Messages of one person in one session: so many in a burst, then one in so long (seconds). More is a script, not talk.
BURST, EACH_SECONDS = 8, 1.5
# That somebody writes is told at most so often (seconds); pages forget it by themselves after 6.
TYPING_SECONDS = 2.0
# Persons whose rate is remembered, 100 bytes each; whoever was silent for longest is forgotten first.
MOST_PERSONS = 10_000


class Talk:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._rates: OrderedDict[tuple[str, int], float] = OrderedDict()

    def say(self, session: str, actor: Actor, text: str, viewer: Viewer | None = None) -> int:
        """Keeps and tells it; its number. `viewer`: the one by which it is said, who may until it is written. Raises
        Crowded, NotThere."""
        self.count(session, actor.user_id)
        made = Message.add(
            session, partial(self._may, viewer), user_id=actor.user_id, author=actor.name,
            guest=actor.guest is not None, offset=self._offset(session), text=text,
        )  # fmt: skip
        if made is None:
            raise NotThere
        told = message_json(made) | {"session": session, "viewer": viewer.id if viewer else None}
        self._rooms.workers.say("said", message=told)
        self.told(told)
        return made.number

    def told(self, message: dict[str, Any]) -> None:
        """Here, or by another worker."""
        if room := self._rooms.rooms.get(message["session"]):
            room.tell("said", message)

    def types(self, viewer: Viewer) -> None:
        """The viewer is writing a message."""
        now = time.monotonic()
        if now - viewer.writes_at < TYPING_SECONDS:
            return
        viewer.writes_at = now
        who = {"session": viewer.session, "viewer": viewer.id, "user": viewer.user}
        self._rooms.workers.say("writes", who=who)
        self.writes(who)

    def writes(self, who: dict[str, Any]) -> None:
        if room := self._rooms.rooms.get(who["session"]):
            room.tell("typing", who)

    def page(self, session_id: str, actor: Actor, before: int | None, limit: int) -> dict[str, Any]:
        """The newest first, and whether there are older ones."""
        found = Message.page(session_id, before, limit + 1, since_of(actor))
        return {"messages": [message_json(one) for one in found[:limit]], "more": len(found) > limit}

    def _may(self, viewer: Viewer | None) -> bool:
        return viewer is None or (viewer.may(WATCH) and viewer.sid in self._rooms.sockets)

    def _offset(self, session_id: str) -> int:
        if room := self._rooms.rooms.get(session_id):
            return room.offset
        session = Session.numbered(session_id)
        return session.output_bytes if session is not None else 0

    def count(self, session_id: str, user_id: int) -> None:
        """One more, by this person. By the moment at which all that was said is paid for: it may lie so far ahead as a
        burst lasts. Raises Crowded."""
        key, now = (session_id, user_id), time.monotonic()
        due = max(self._rates.get(key, now), now) + EACH_SECONDS
        if due > now + BURST * EACH_SECONDS:
            raise Crowded(said("That is a lot at once. Wait a moment."))
        self._rates[key] = due
        self._rates.move_to_end(key)
        if len(self._rates) > MOST_PERSONS:
            self._rates.popitem(last=False)


def since_of(actor: Actor) -> float | None:
    """A guest of a link that shows nothing from before sees no messages from before either."""
    guest = actor.guest
    return guest.made_at if guest is not None and guest.fresh_from is not None else None


def message_json(message: Message) -> dict[str, Any]:
    return {
        "number": message.number, "author": message.author, "guest": message.guest, "at": rfc3339(message.at),
        "offset": message.offset, "text": message.text,
    }  # fmt: skip
