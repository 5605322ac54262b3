"""What happens in the open when something about an account has changed. The rule: the database is changed first; what
is done here holds in every web process when it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.live.wire import Wire
from app.models import notice
from app.models.audit import Audit

if TYPE_CHECKING:
    from app.live.rooms import Rooms


class Accounts:
    def __init__(self, rooms: Rooms, wire: Wire) -> None:
        self._rooms = rooms
        self._wire = wire
        self._newest = 0

    def start(self) -> None:
        self._newest = Audit.newest()
        self._rooms.audit.on_notice = self.notice
        self._rooms.sockets.on_command = self.commanded

    def notice(self, user_id: int) -> None:
        """The account has a notice to read: its pages, wherever they are connected, ask for it."""
        self._rooms.workers.say("notice", user=user_id)
        self.told(user_id)

    def told(self, user_id: int) -> None:
        self._wire.send_all(self._rooms.sockets.of(user_id), "notice", {})

    def commanded(self) -> None:
        """A command has changed something: accounts, logins, tokens, teams. (Each web process sees that by itself.)"""
        self._rooms.regain()
        before, self._newest = self._newest, Audit.newest()
        for user_id in notice.owners_since(before):
            self.told(user_id)
