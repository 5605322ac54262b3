"""All that can be done with a session, for the HTTP and the Socket.IO edge alike.

The rule: nothing half done. What is refused leaves no row, no program and no file behind.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

from app import green
from app.config import Config
from app.keeper.client import Full as KeeperFull
from app.keeper.client import KeeperError
from app.keeper.client import Over as KeeperOver
from app.keeper.client import Refused as KeeperRefused
from app.keeper.client import Unknown as KeeperUnknown
from app.keeper.client import Withdrawn as KeeperWithdrawn
from app.keeper.journal import JournalReader
from app.live import cast, downloads
from app.live.accounts import Accounts
from app.live.annotation import Annotations
from app.live.deeds import Deeds
from app.live.errors import (
    Forbidden,
    InputFull,
    LaunchRefused,
    LiveError,
    NotKept,
    NotWritable,
    SessionOver,
    Unavailable,
)
from app.live.following import Following
from app.live.launch import Launch
from app.live.launches import Launches
from app.live.lobby import Lobby
from app.live.pictures import Pictures
from app.live.room import Room
from app.live.shares import Shares
from app.live.sizes import Size
from app.live.status import Status, status_of
from app.live.talk import Talk
from app.live.typists import typist
from app.live.uploads import Order, Place, Stored
from app.live.viewer import Viewer
from app.live.views import Form, OutputSlice, ScreenView
from app.live.wire import Wire
from app.live.workers import Workers
from app.models.session import RUNNING, Session
from app.models.user import User
from app.permissions import TYPE, Actor
from app.words import said

log = logging.getLogger(__name__)

# Seconds between HUP and KILL when a session is ended.
END_GRACE_SECONDS = 5.0
# How long an HTTP request waits for the program to read its input. After that the input is still
# queued in order, and will be typed.
TYPE_SECONDS = 5.0


class Rooms(Following):
    """Following, and the operations."""

    def __init__(self, config: Config, wire: Wire, worker: int = 1) -> None:
        super().__init__(config, wire)
        self.workers = Workers(self, worker, config.workers)
        self.launches = Launches(self, wire)
        self.deeds = Deeds(self)
        self.shares = Shares(self)
        self.talk = Talk(self)
        self.annotations = Annotations(self)
        self.lobby = Lobby(self)
        self.pictures = Pictures()
        self.accounts = Accounts(self, wire)

    def start(self) -> None:
        super().start()
        self.deeds.start()
        self.shares.start()
        self.lobby.start()
        self.accounts.start()

    def regain(self) -> None:
        """What other workers said while there was no keeper was lost; before anything that waited is sent."""
        self.sockets.sweep()
        self.shares.settle_all()

    def launch(self, owner: User, order: Launch) -> Session:
        """Starts a program and its session. Raises LaunchRefused (nothing is left behind), NoOsUser, TooMany,
        QuotaUsedUp, Unavailable."""
        return self.launches.begin(owner, order)

    def again(self, session: Session) -> Session:
        return self.launches.again(session)

    def status(self, session: Session) -> Status:
        if session.state == RUNNING:
            self.processes.refresh()
        return status_of(self, session, session.role)

    def statuses(self, sessions: list[Session]) -> list[Status]:
        self.processes.refresh()
        return [status_of(self, session, session.role) for session in sessions]

    def type(self, session: Session, data: bytes, actor: Actor) -> None:
        """Returns when the program's terminal has it, or, queued in order, after TYPE_SECONDS. Whether the actor may
        is asked again when it leaves: a request can be as slow as its sender likes."""
        self._alive(session)
        done, errors = green.Signal(), [None]  # type: tuple[green.Signal, list[KeeperError | None]]

        def answered(error: KeeperError | None) -> None:
            errors[0] = error
            done.set()

        still = partial(self.shares.may, actor, session.id, TYPE)
        self.keeper.input(session.id, data, done=answered, still=still, author=typist(actor.user_id))
        done.wait(TYPE_SECONDS)
        if errors[0] is not None:
            raise live_error(errors[0])
        self.typed(session.id, len(data))

    def typed(self, session_id: str, count: int) -> None:
        if room := self.rooms.get(session_id):
            room.last_input_at = time.time()
            room.tally.input_bytes += count
            self.workers.typed(session_id, count)
            self.changed(session_id)

    def resize(self, session: Session, rows: int, cols: int) -> None:
        """Makes this the session's size; every viewer hears of it from the room."""
        self._alive(session)
        if room := self.rooms.get(session.id):
            self.workers.holds_size(room, None)
        answered, errors = green.Flag(), [None]  # type: tuple[green.Flag, list[KeeperError | None]]

        def done(error: KeeperError | None, size: Size) -> None:
            errors[0] = error
            answered.set()

        self.sizes.ask(session.id, Size(rows, cols), done)
        if not answered.wait(TYPE_SECONDS * 4):
            raise Unavailable(said("The keeper does not answer."))
        if errors[0] is not None:
            raise live_error(errors[0])

    def signal(self, session: Session, name: str) -> None:
        self._alive(session)
        self._ask(self.keeper.signal, session.id, name)

    def end(self, session: Session) -> None:
        """HUP now, KILL after the grace. Ending what has ended is fine."""
        if session.state == RUNNING:
            try:
                self.keeper.end(session.id, END_GRACE_SECONDS)
            except (KeeperUnknown, KeeperOver):
                pass
            except KeeperError as error:
                raise Unavailable(str(error)) from None

    def forget(self, session: Session) -> None:
        """Ends it if need be, and erases journal, snapshots and record."""
        self.end(session)
        room = self.room_of(session) if session.state == RUNNING else self.rooms.get(session.id)
        if room is not None and not room.finished.wait(END_GRACE_SECONDS * 2):
            raise Unavailable(said("The program is still ending. Try again in a moment."))
        try:
            self.keeper.forget(session.id)
        except KeeperUnknown:
            pass  # somebody else was quicker, or its files were deleted by hand before a start
        except KeeperError as error:
            raise live_error(error) from None
        session.erase()  # first: who asks from now on must not have the room made again
        self.workers.say("forgotten", session=session.id, owner=session.owner_id)
        self.forgotten(session.id, session.owner_id)

    def forgotten(self, session_id: str, owner_id: int) -> None:
        """Here or by another worker: its row is erased, and with it all that this process knows of it."""
        room = self.rooms.pop(session_id, None)
        self.records.pop(session_id, None)
        self.known.pop(session_id, None)
        self.histories.forget(session_id)
        self.pictures.forget(session_id)
        if room is not None:
            room.tell("forgotten", {"session": session_id})
            green.spawn(room.close)  # may wait for its reader
        self.thumbnails.forgotten(session_id)
        self.feed.forgotten(session_id, owner_id)

    def screen(self, session: Session, scrollback: int, form: Form) -> ScreenView:
        """The screen now, with so many lines above it, written out by `form` (Capture.text, ansi, cells)."""
        if not session.recorded and session.state != RUNNING:
            raise NotKept
        room = self.room_of(session)
        if room.over:
            green.spawn(self.endings.linger, session.id)
        return ScreenView.of(room, scrollback, form)

    def output(self, session: Session, offset: int, limit: int) -> OutputSlice:
        """Raw output from `offset` on, at most `limit` bytes; begins later where bytes were dropped."""
        reader = JournalReader(self.config.sessions_dir / session.id)
        return OutputSlice.read(reader, offset, limit)

    def download(self, session: Session, format: str, notes: bool = False) -> Iterator[bytes]:
        """All output that there is now, in pieces: `raw`, a recording (`asciicast`), or its rows as `text` or `ansi`.
        `notes`: those on lines as footnotes of the text; a recording has them in any case."""
        directory = self.config.sessions_dir / session.id
        if format == "raw":
            return downloads.raw(directory)
        if format == "asciicast":
            return cast.recording(directory, session.name, self.annotations.marks(session.id))
        by_row = self.annotations.by_row(session.id) if notes else {}
        return downloads.rows(self.histories, session.id, format, by_row)

    def upload(self, session: Session, order: Order) -> Stored:
        """A file into the directory of its foreground program."""
        self._alive(session)
        if self.config.isolation and not session.os_user:  # of level 0, and going on
            raise NotWritable(said("This session runs as the server's own account: no files are put there."))
        return self.uploads.receive(Place(session.pid, session.os_user), order)

    def renamed(self, session: Session) -> None:
        """The row was changed (name, tags, group): watchers hear of it, and who is in the session."""
        labels = {"name": session.name, "tags": session.tags, "group": session.group}
        self.workers.say("named", session=session.id, **labels)
        self.named(session.id, **labels)

    def named(self, session_id: str, name: str, tags: list[str], group: str) -> None:
        """Here or by another worker."""
        record, room = self.records.get(session_id), self.rooms.get(session_id)
        if record is not None:  # not replaced: it may have ended since the changed one was read
            record.name, record.tags, record.group = name, tags, group
        if record is not None and room is not None:
            room.tell_status(status_of(self, record))
        self.changed(session_id)

    def resize_by(self, viewer: Viewer, rows: int, cols: int, done: Callable[[LiveError | None, Size], None]) -> None:
        """The same, by a viewer, who then holds the size. `done` is called when it holds, or a later one does."""
        room = self.rooms.get(viewer.session)
        if room is None or room.over:
            raise SessionOver
        self.workers.holds_size(room, viewer)
        self.sizes.ask(
            viewer.session, Size(rows, cols), lambda error, size: done(live_error(error) if error else None, size)
        )
        self.changed(viewer.session)

    def input_seq(self, session: Session, client: str) -> int:
        """The highest number of this client's input that reached the program."""
        if not client or session.state != RUNNING:
            return 0
        try:
            return self.keeper.input_seq(session.id, client)
        except (KeeperUnknown, KeeperOver):
            return 0
        except KeeperError as error:
            raise live_error(error) from None

    def left(self, room: Room) -> None:
        """A viewer left; nobody needs the room of an ended session for ever."""
        if room.over and not room.viewers:
            green.spawn(self.endings.linger, room.session)

    def logins_revoked(
        self, login_ids: Collection[int] = (), token_ids: Collection[int] = (), user_id: int | None = None
    ) -> None:
        """Closes every open socket of these logins, tokens or this user, and takes back what they typed and has not
        left yet. Returns when that is so in every worker; the log says it when one does not answer."""
        self.sockets.revoke(login_ids, token_ids, user_id)
        self.keeper.withdraw()
        try:
            self.workers.tell_all("revoked", logins=list(login_ids), tokens=list(token_ids), user=user_id)
            self.keeper.settled()
        except (LiveError, KeeperError) as error:
            log.warning("who is signed out may be heard for a moment yet: %s", error)

    def counts(self) -> dict[str, float]:
        """For /metrics."""
        rooms = self.rooms.values()
        return {
            "running": sum(not room.over for room in rooms),
            "viewers": sum(len(room.viewers) for room in rooms),
            "viewers_elsewhere": self.workers.viewers(),
            "worker": self.workers.number,
            "leads": int(self.workers.leads),
            **self.samples.counts(),
            "behind": sum(viewer.behind for room in rooms for viewer in room.viewers.values()),
        }

    def _alive(self, session: Session) -> None:
        room = self.rooms.get(session.id)
        if session.state != RUNNING or (room is not None and room.over):
            raise SessionOver

    def _ask(self, call: Callable[..., Any], *args: object) -> Any:
        try:
            return call(*args)
        except KeeperError as error:
            raise live_error(error) from None


def live_error(error: KeeperError) -> LiveError:
    """What a keeper's refusal means to a user."""
    if isinstance(error, KeeperOver | KeeperUnknown):
        return SessionOver()
    if isinstance(error, KeeperWithdrawn):
        return Forbidden(said("You may not type here any more."))
    if isinstance(error, KeeperFull):
        return InputFull(said("The program does not read its input, and the queue for it is full."))
    if isinstance(error, KeeperRefused):
        return LaunchRefused(error.message, error.field)
    return Unavailable(str(error))
