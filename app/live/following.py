"""Following every session the keeper holds: one room each, whoever is or is not looking.

The rule: the keeper's word is the truth. Rows in the database follow it; a session is `lost` only when
the keeper, asked, does not know it and its timeline has no end.
"""

from __future__ import annotations

import logging
import time
from weakref import WeakSet

from app import green
from app.config import Config
from app.keeper import timeline
from app.keeper.client import KeeperClient, KeeperError, State, ensure
from app.live.answers import Answers
from app.live.auditor import Auditor
from app.live.bookkeeper import Bookkeeper
from app.live.commands import Commands
from app.live.endings import Endings
from app.live.errors import NotThere, Unavailable
from app.live.feed import Feed
from app.live.history.histories import Histories
from app.live.lobby import Lobby
from app.live.looks import Looks
from app.live.machine import MachineLook
from app.live.openings import Openings
from app.live.processes import ProcessTable
from app.live.reader import Overtaken
from app.live.room import Room
from app.live.samples import Samples
from app.live.sizes import Sizes
from app.live.sockets import Sockets
from app.live.status import status_of
from app.live.thumbnails import Thumbnails
from app.live.uploads import Uploads
from app.live.wire import Wire
from app.live.workers import Workers
from app.models.session import RUNNING, Session
from app.words import said

log = logging.getLogger(__name__)

# A reader that failed begins again after so long, from snapshot and journal.
REPAIR_SECONDS = 2.0
# A keeper that its vault did not bring back within so long is gone for good, and a new one is started.
KEEPER_GONE_SECONDS = 5.0
# The keeper gives a program's start 10 s, and asks for it are repeated for 15: a row that is younger may be one whose
# program another worker is starting this moment.
LAUNCH_SECONDS = 30.0
# Who asks for a session whose program is being started elsewhere waits so long; asked so often (seconds).
LAUNCHING_SECONDS, LAUNCHING_PAUSE = 2.0, 0.05


class Following:
    """The registry of rooms, and the keeper client's listener. One in each web process."""

    workers: Workers  # set by Rooms, which can do what the others tell
    lobby: Lobby  # the same

    def __init__(self, config: Config, wire: Wire) -> None:
        self.config = config
        self.keeper = KeeperClient(config.keeper_dir, self)
        self.keeper_connected = False
        self.processes = ProcessTable()
        self.machine = MachineLook(config.data_dir)
        self.samples = Samples(self, self.machine)
        self.rooms: dict[str, Room] = {}
        self.records: dict[str, Session] = {}
        self.sizes = Sizes(self.keeper.resize)
        self.sockets = Sockets(wire)
        self.sockets.on_revoked = self._socket_revoked
        self.answers: WeakSet[Answers] = WeakSet()  # of the rooms
        self.books = Bookkeeper(self, config.snapshot_seconds, config.session_lifetime, config.journal_bytes)
        self.commands = Commands(self, config.sessions_dir)
        self.feed = Feed(self, wire)
        self.audit = Auditor()
        self.looks = Looks(self)
        self.thumbnails = Thumbnails(self, wire)
        self.histories = Histories(config.sessions_dir)
        self.uploads = Uploads()
        self._wire = wire
        self.known: dict[str, State] = {}  # as the keeper said when we connected, or at the start
        self.endings = Endings(self)
        self.launching: set[str] = set()  # rows whose program may not have begun yet
        self.openings = Openings(self, wire)

    def start(self) -> None:
        """Connects to the keeper and follows every running session. Returns at once."""
        self.keeper.start()
        self.workers.start()
        self.books.start()
        self.commands.start()
        self.feed.start()
        self.audit.start()
        self.looks.start()
        self.thumbnails.start()
        self.samples.start()
        self.sockets.start()

    # The keeper's word (keeper.client.Listener).

    def connected(self, states: list[State]) -> None:
        self.keeper_connected = True
        self.regain()
        # At once: what is launched from now on is added to this list, not to an older one.
        self.known = {state.id: state for state in states}
        for state in states:
            room = self.rooms.get(state.id)
            if room is not None and state.alive and room.size_due != (state.rows, state.cols):
                self._missed_resizes(room, state)
        self.workers.connected()
        green.spawn(self._reconcile)

    def leading(self) -> None:
        """This process does from now on what is done once."""
        self.books.leading()
        self.commands.leading()
        for answers in list(self.answers):
            answers.leading()

    def _missed_resizes(self, room: Room, state: State) -> None:
        """The news of a resize died with a keeper, which had noted it. Here, before any later news."""
        for event in timeline.read(self.config.sessions_dir / state.id, room.offset):
            if event.kind == "resize":
                room.resized(event.offset, *event.size)
        if room.size_due != (state.rows, state.cols):  # the room is past the place already
            room.resized(room.offset, state.rows, state.cols)

    def disconnected(self) -> None:
        self.keeper_connected = False
        self.workers.disconnected()
        green.spawn(self._bring_back)

    def _bring_back(self) -> None:
        """Keeper and vault both gone: what ran is lost, but new sessions must be possible."""
        green.sleep(KEEPER_GONE_SECONDS)
        while not self.keeper_connected:
            try:
                ensure(
                    self.config.keeper_dir,
                    sessions_dir=self.config.sessions_dir,
                    journal_bytes=self.config.journal_bytes,
                )
            except (KeeperError, OSError) as error:
                log.error("no keeper: %s", error)
            green.sleep(KEEPER_GONE_SECONDS)

    def head(self, session: str, head: int) -> None:
        if room := self.rooms.get(session):
            room.head_moved(head)

    def resized(self, session: str, offset: int, rows: int, cols: int) -> None:
        if room := self.rooms.get(session):
            room.resized(offset, rows, cols)

    def gap(self, session: str, start: int, end: int) -> None:
        log.warning("session %s: output %d to %d was lost, the disk was full", session, start, end)

    def pressure(self, session: str, on: bool) -> None:
        if room := self.rooms.get(session):
            room.under_pressure(on)
            self.changed(session)

    def oom(self, session: str, killed: int) -> None:
        record, room = self.records.get(session), self.rooms.get(session)
        if record is not None and room is not None:
            room.oom_kills = killed  # written down with the rest of the row, soon
            room.tell_status(status_of(self, record))
        self.changed(session)

    def ended(self, state: State) -> None:
        self.endings.tell(state)

    # Following.

    def _reconcile(self) -> None:
        """Brings every row that says `running` in line with the keeper's word; one that fails stops no other."""
        running = Session.in_state(RUNNING)
        if not self.workers.alone:
            self._missed_notes({session.id: session for session in running})
        for session in running:
            if session.id in self.launching:
                continue  # a row before its program: the keeper may be asked for it this moment
            try:
                self._reconcile_one(session)
            except Exception:
                log.exception("session %s could not be brought in line with the keeper", session.id)

    def _missed_notes(self, running: dict[str, Session]) -> None:
        """What other workers did to sessions while there was no keeper to tell us."""
        for session_id, record in list(self.records.items()):
            session = running.get(session_id) or Session.numbered(session_id)
            if session is None:
                self.forgotten(session_id, record.owner_id)
            elif (labels := (session.name, session.tags, session.group)) != (record.name, record.tags, record.group):
                self.named(session_id, *labels)

    def _reconcile_one(self, session: Session) -> None:
        state, room = self.known.get(session.id), self.rooms.get(session.id)
        if state is None or state.lost:
            if not self.workers.alone and time.time() - session.created_at < LAUNCH_SECONDS:
                green.spawn(self._look_again, session.id)
            else:
                self.endings.gone(session)
        elif not state.alive:
            self.ended(state)
            if room is None:
                self.endings.write(session, state)
        elif room is None:
            green.spawn(self.follow, session)
        else:
            room.head_moved(state.head)

    def _look_again(self, session_id: str) -> None:
        """Its worker may be starting it yet, or died before it could: then nobody else will clear its row away."""
        green.sleep(LAUNCH_SECONDS)
        session = Session.numbered(session_id)
        if session is None or session.state != RUNNING or not self.keeper_connected:
            return  # a new connection to the keeper brings it in line
        if (state := self.keeper.state(session_id)) is not None:
            self.known[session_id] = state
        self._reconcile_one(session)

    def follow(self, session: Session) -> None:
        try:
            self.room_of(session)
        except Exception:
            log.exception("session %s cannot be followed", session.id)

    def room_of(self, session: Session) -> Room:
        return self.openings.room_of(session)

    def state_of(self, session: Session) -> State:
        """As the keeper said. One that another worker starts is known to the keeper before we are told of it."""
        until = time.monotonic() + LAUNCHING_SECONDS
        while (state := self.known.get(session.id)) is None:
            if self.keeper_connected and not self.workers.alone:
                state = self.keeper.state(session.id)
            if state is not None:
                self.known[session.id] = state
            elif self.workers.alone or not self.keeper_connected or time.monotonic() > until:
                raise Unavailable(said("The keeper does not answer just now. Try again in a moment."))
            else:
                green.sleep(LAUNCHING_PAUSE)
        return state

    def adopt(self, room: Room, session: Session) -> None:
        self.rooms[session.id] = room
        self.records[session.id] = session
        room.on_change = lambda: self.changed(session.id)
        room.on_title = lambda: room.tell_status(status_of(self, session), hidden=True)
        room.on_commands = lambda ran: self.commands.noted(room, ran)
        room.on_end = lambda: self.endings.finish(session.id)
        answers = Answers(self, room)
        self.answers.add(answers)
        room.on_replies = answers.replied
        room.on_presence = lambda: self.workers.changed(session.id)
        room.elsewhere = lambda: self.workers.elsewhere(session.id)
        room.unnamed = lambda: self.workers.unnamed(session.id)
        self.workers.adopted(room)

    def run(self, room: Room) -> None:
        try:
            room.run()
        except NotThere:
            pass  # forgotten in the middle of a redraw
        except Exception as error:
            if isinstance(error, Overtaken):
                log.info("session %s: its output went before it was read here; its screen is made anew", room.session)
            else:
                log.exception("the reader of session %s stopped; it is started again", room.session)
            for viewer in list(room.viewers.values()):
                self._wire.close(viewer.sid)
            self.rooms.pop(room.session, None)
            green.sleep(0 if isinstance(error, Overtaken) else REPAIR_SECONDS)
            if (session := Session.numbered(room.session)) is not None and session.state == RUNNING:
                self.follow(session)

    # What can be done with sessions is in rooms.py.

    def regain(self) -> None:
        raise NotImplementedError

    def end(self, session: Session) -> None:
        raise NotImplementedError

    def named(self, session_id: str, name: str, tags: list[str], group: str) -> None:
        raise NotImplementedError

    def forgotten(self, session_id: str, owner_id: int) -> None:
        raise NotImplementedError

    def _socket_revoked(self, sid: str) -> None:
        """Whoever was there by this socket is out of every room, this moment."""
        for room in self.rooms.values():
            for viewer in [one for one in room.viewers.values() if one.sid == sid]:
                viewer.role = ""
                room.expel(viewer)

    def changed(self, session_id: str) -> None:
        self.books.dirty(session_id)
        self.commands.dirty(session_id)
        self.feed.dirty(session_id)
        self.thumbnails.dirty(session_id)
