"""What happens in the open when something about an account has changed. The rule: the database is changed first; what
is done here holds in every web process when it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.live.errors import Conflict, Unavailable
from app.live.several import end_all
from app.live.wire import Wire
from app.models import notice, ways_in
from app.models.audit import Audit
from app.models.session import RUNNING, Session
from app.models.user import User
from app.models.ways_in import Ended
from app.words import said

if TYPE_CHECKING:
    from app.live.rooms import Rooms


LAST = said("This is the last administrator who may sign in. Make another one first.")


class Accounts:
    def __init__(self, rooms: Rooms, wire: Wire) -> None:
        self._rooms = rooms
        self._wire = wire
        self._newest = 0

    def start(self) -> None:
        self._newest = Audit.newest()
        self._rooms.audit.on_notice = self.notice
        self._rooms.sockets.on_command = self.commanded

    def revoke(self, user: User, logins: bool = False, tokens: bool = False, passkeys: bool = False) -> None:
        self._out(ways_in.revoke(user.id, logins, tokens, passkeys))

    def disable(self, user: User, end: bool = False) -> None:
        """From now on no byte from it is accepted and none is sent to it; `end`: what it runs is ended, too. Raises
        Conflict."""
        self._shut(user)
        if end:
            end_all(self._rooms, self._own(user, running=True), forget=False)

    def enable(self, user: User) -> None:
        """Password, passkeys and tokens that were not revoked count again."""
        ways_in.enable(user.id)

    def administer(self, user: User, on: bool) -> None:
        """Raises Conflict."""
        try:
            ended = ways_in.administer(user.id, on)
        except ways_in.LastAdministrator:
            raise Conflict(LAST) from None
        self._out(ended, None if on else user.id)

    def delete(self, user: User, end: bool = False) -> None:
        """With all its sessions; those that run only if asked to `end` them. Raises Conflict, Unavailable."""
        running = len(self._own(user, running=True))
        if running and not end:
            raise Conflict(said("%(name)s runs %(count)s sessions. End them first.", name=user.name, count=running))
        self._shut(user)  # nothing new begins while what is there is ended
        left = end_all(self._rooms, self._own(user), forget=True).left
        try:
            if not left:
                ways_in.delete(user.id)
        except ways_in.StillRuns:
            left = {"": ""}
        if left:
            raise Unavailable(said("The account is disabled, and sessions of it are still ending. Try again."))

    def _forget_deleted(self) -> None:
        """The sessions of an account that was deleted."""
        open_here = {session_id: record.owner_id for session_id, record in self._rooms.records.items()}
        for session_id in open_here.keys() - Session.existing(open_here):
            self._rooms.forgotten(session_id, open_here[session_id])

    def _shut(self, user: User) -> None:
        try:
            ended = ways_in.disable(user.id)
        except ways_in.LastAdministrator:
            raise Conflict(LAST) from None
        self._out(ended, user.id)

    def _out(self, ended: Ended, user_id: int | None = None) -> None:
        """Everything that an account has open by what was ended (`user_id`: everything at all). The one place for
        it."""
        self._rooms.logins_revoked(ended.logins, ended.tokens, user_id)
        if ended.sessions:
            self._rooms.shares.changed_all(list(dict.fromkeys(ended.sessions)))

    def _own(self, user: User, running: bool = False) -> list[Session]:
        mine = [Session.numbered(session_id) for session_id in Session.ids_of(user.id)]
        return [one for one in mine if one is not None and (one.state == RUNNING or not running)]

    def notice(self, user_id: int) -> None:
        """The account has a notice to read: its pages, wherever they are connected, ask for it."""
        self._rooms.workers.say("notice", user=user_id)
        self.told(user_id)

    def told(self, user_id: int) -> None:
        self._wire.send_all(self._rooms.sockets.of(user_id), "notice", {})

    def commanded(self) -> None:
        """A command has changed something: accounts, logins, tokens, teams. (Each web process sees that by itself.)"""
        self._rooms.regain()
        self._forget_deleted()
        before, self._newest = self._newest, Audit.newest()
        for user_id in notice.owners_since(before):
            self.told(user_id)
