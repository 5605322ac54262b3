"""Every open socket and who it is. The rule: a socket whose login or token counts no more is not listened to:
at once when this process revokes it, within LOOK_SECONDS when a command did."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from app import green
from app.live.wire import Wire
from app.models import base
from app.models.login import Login
from app.models.token import ApiToken
from app.permissions import Actor, Guest

log = logging.getLogger(__name__)

# What a command changed is noticed so late: a look at a file, none without sockets.
LOOK_SECONDS = 0.5
# What was missed otherwise. One query a sweep.
SWEEP_SECONDS = 15.0
LONGEST_SLEEP = 3_600.0
# Who has more than this to read yet gets no further snapshot, and is looked at again so soon (seconds).
WAITING_BYTES = 1 << 20
WAITING_SECONDS = 0.05


class Sockets:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._actors: dict[str, Actor] = {}
        self._came = green.Signal()
        self.on_revoked: Callable[[str], None] = lambda sid: None
        self.on_command: Callable[[], None] = self.sweep

    def start(self) -> None:
        green.spawn(self._sweep_in_turn)

    def came(self, sid: str, actor: Actor) -> None:
        self._actors[sid] = actor
        if actor.until is not None:
            green.spawn(self._expires, sid, actor, actor.until)
        self._came.set()

    def went(self, sid: str) -> None:
        self._actors.pop(sid, None)

    def _expires(self, sid: str, actor: Actor, until: float) -> None:
        """A token's socket is closed when the token ends, whatever goes over it. Looked at once an hour: a thread that
        sleeps for a year would keep what is long gone."""
        while (left := until - time.time()) > 0:
            green.sleep(min(left, LONGEST_SLEEP))
            if self._actors.get(sid) is not actor:
                return
        if actor.token_id is not None:
            self.revoke(token_ids=[actor.token_id])

    def __contains__(self, sid: str) -> bool:
        return sid in self._actors

    def count(self, user_id: int) -> int:
        return sum(actor.user_id == user_id for actor in self._actors.values())

    def user_ids(self) -> list[int]:
        """Of each open socket."""
        return [actor.user_id for actor in self._actors.values()]

    def reads(self, sid: str) -> bool:
        """Waits until this socket has taken most of what it was sent before: each answer to a join may hold
        SNAPSHOT_BYTES. False: it is gone."""
        while sid in self._actors and self._wire.queued(sid) > WAITING_BYTES:
            green.sleep(WAITING_SECONDS)
        return sid in self._actors

    def came_before(self, sid: str, other: str) -> bool:
        """Of two that are open."""
        return next((one for one in self._actors if one in (sid, other)), other) == sid

    def revoke(
        self, login_ids: Collection[int] = (), token_ids: Collection[int] = (), user_id: int | None = None,
        guest_ids: Collection[int] = (),
    ) -> None:  # fmt: skip
        """Closes the sockets of these logins, tokens, guests or this user; from this call on none is listened to, and
        none is sent any output. Closing may wait for who does not read: nobody else does. Does not yield."""
        for sid, actor in list(self._actors.items()):
            guest = actor.guest.id if actor.guest else None
            revoked = actor.login_id in login_ids or actor.token_id in token_ids or guest in guest_ids
            if revoked or actor.user_id == user_id:
                del self._actors[sid]
                self.on_revoked(sid)
                green.spawn(self._wire.close, sid)

    def guests(self) -> list[Guest]:
        return [actor.guest for actor in self._actors.values() if actor.guest is not None]

    def guests_of(self, session_id: str) -> set[int]:
        return {guest.id for guest in self.guests() if guest.session == session_id}

    def of(self, user_id: int) -> list[str]:
        """The sockets of an account."""
        return [sid for sid, actor in self._actors.items() if actor.user_id == user_id]

    def _sweep_in_turn(self) -> None:
        told, due = base.told_at(), time.monotonic() + SWEEP_SECONDS
        while True:
            if not self._actors:
                self._came.wait()
            green.sleep(LOOK_SECONDS)
            try:
                before, told = told, base.told_at()
                if told != before:
                    self.on_command()
                elif time.monotonic() > due:
                    due = time.monotonic() + SWEEP_SECONDS
                    self.sweep()
            except Exception:
                log.exception("who is still signed in could not be looked up; next try in a moment")

    def sweep(self) -> None:
        logins = {a.login_id for a in self._actors.values() if a.login_id is not None}
        tokens = {a.token_id for a in self._actors.values() if a.token_id is not None}
        gone_logins = logins - Login.alive(logins) if logins else set()
        gone_tokens = tokens - ApiToken.alive(tokens) if tokens else set()
        if gone_logins or gone_tokens:
            self.revoke(gone_logins, gone_tokens)
        if logins:
            Login.still_here(logins)
