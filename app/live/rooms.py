"""Every session this process follows, and all that can be done with one.

The rule: the keeper's word is the truth. Rows in the database follow it; a session is `lost` only when
the keeper, asked, does not know it and its timeline has no end.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

from app import green
from app.config import Config
from app.keeper import timeline
from app.keeper.client import KeeperClient, KeeperError, State
from app.keeper.client import Full as KeeperFull
from app.keeper.client import Over as KeeperOver
from app.keeper.client import Refused as KeeperRefused
from app.keeper.client import Unknown as KeeperUnknown
from app.keeper.journal import JournalReader
from app.live.bookkeeper import Bookkeeper
from app.live.errors import InputFull, LaunchRefused, SessionOver, TooMany, Unavailable
from app.live.feed import Feed
from app.live.launch import Launch, argv_of, directory_for, name_of, spec_for
from app.live.processes import ProcessTable
from app.live.restore import Past, end_of, first_size, restore
from app.live.room import Room
from app.live.status import Status, status_of
from app.live.viewer import Viewer
from app.live.views import OutputSlice, ScreenView
from app.live.wire import Wire
from app.models.session import ENDED, LOST, RUNNING, Session, new_id
from app.models.snapshot import Snapshot
from app.models.user import User
from app.permissions import Actor
from app.screen.engine import Screen

log = logging.getLogger(__name__)

# Seconds between HUP and KILL when a session is ended.
END_GRACE_SECONDS = 5.0
# A program's query is answered late at most so long after a restart; after that it stopped waiting.
ANSWER_SECONDS = 5.0
# Screens rebuilt at once at a start; more would only fight for the two native threads that help.
RESTORES_AT_ONCE = 2
# The room of an ended session is kept so long after its last viewer.
LINGER_SECONDS = 30.0
# How long an HTTP request waits for the program to read its input. After that the input is still
# queued in order, and will be typed.
TYPE_SECONDS = 5.0
# Under this name the keeper numbers our answers to device queries (by offset), so that none is typed twice.
ANSWERER = "screen"


class Rooms:
    """The registry. One in each web process; also the keeper client's listener."""

    def __init__(self, config: Config, wire: Wire) -> None:
        self.config = config
        self.keeper = KeeperClient(config.keeper_dir, self)
        self.keeper_connected = False
        self.processes = ProcessTable()
        self.rooms: dict[str, Room] = {}
        self.records: dict[str, Session] = {}
        self.came: dict[str, Actor] = {}  # every open socket and who it is; gone from here, it may nothing
        self.books = Bookkeeper(self, config.snapshot_seconds, config.session_lifetime)
        self.feed = Feed(self, wire)
        self._wire = wire
        self._ended: dict[str, State] = {}
        self._opening: dict[str, green.Semaphore] = {}
        self._restores = green.Semaphore(RESTORES_AT_ONCE)

    def start(self) -> None:
        """Connects to the keeper and follows every running session. Returns at once."""
        self.keeper.start()
        self.books.start()
        self.feed.start()

    # The keeper's word (keeper.client.Listener).

    def connected(self, states: list[State]) -> None:
        self.keeper_connected = True
        green.spawn(self._reconcile, states)

    def disconnected(self) -> None:
        self.keeper_connected = False

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

    def ended(self, state: State) -> None:
        self._ended[state.id] = state
        if room := self.rooms.get(state.id):
            room.ending(state.head)

    # Following.

    def _reconcile(self, states: list[State]) -> None:
        known = {state.id: state for state in states}
        for session in Session.in_state(RUNNING):
            state = known.get(session.id)
            if state is None:
                self._gone(session)
                continue
            if not state.alive:
                self._ended[session.id] = state
            room = self.rooms.get(session.id)
            if room is None:
                green.spawn(self._follow, session)
            else:
                room.head_moved(state.head)
                if not state.alive:
                    room.ending(state.head)

    def _follow(self, session: Session) -> None:
        try:
            self.room_of(session)
        except (KeeperError, OSError):
            log.exception("session %s cannot be followed", session.id)

    def room_of(self, session: Session) -> Room:
        """The session's room, made if need be: from its snapshot and journal, in a native thread."""
        room = self.rooms.get(session.id)
        if room is not None:
            return room
        lock = self._opening.setdefault(session.id, green.Semaphore(1))
        with lock:
            room = self.rooms.get(session.id)
            if room is None:
                with self._restores:
                    room = self._restored(session)
            self._opening.pop(session.id, None)
        return room

    def _restored(self, session: Session) -> Room:
        running = session.state == RUNNING
        state = self._state_of(session) if running else None
        directory = self.config.sessions_dir / session.id
        until = self._answered(session, state) if state else None
        past = self._past(session, until)
        done = green.offload(restore, directory, past, until, self.config.scrollback_lines)
        room = Room(session.id, done.screen, done.offset, JournalReader(directory), self._wire)
        room.fresh_from = done.fresh_from
        room.last_output_at = state.last_output_at if state else session.last_output_at
        self._adopt(room, session)
        if state is None:
            room.over = True
        else:
            self.keeper.follow(session.id)
            room.head_moved(state.head)
            for event in timeline.read(directory, done.offset):
                if event.kind == "resize":
                    room.resized(event.offset, *event.size)
            if ended := self._ended.get(session.id):
                room.ending(ended.head)
        green.spawn(self._run, room)
        return room

    def _state_of(self, session: Session) -> State | None:
        if session.id in self._ended:
            return self._ended[session.id]
        for state in self.keeper.sessions():
            if state.id == session.id:
                return state
        self._gone(session)
        return None

    def _answered(self, session: Session, state: State) -> int:
        """Up to where device queries are answered: below, the past is only replayed."""
        fresh = state.last_output_at is not None and time.time() - state.last_output_at < ANSWER_SECONDS
        return min(state.head, self.keeper.input_seq(session.id, ANSWERER)) if fresh else state.head

    def _past(self, session: Session, until: int | None) -> Past:
        directory = self.config.sessions_dir / session.id
        snapshot = Snapshot.newest(session.id, until)
        if snapshot is not None and (
            snapshot.offset >= JournalReader(directory).oldest() or session.state != RUNNING
        ):
            return Past(snapshot.offset, snapshot.rows, snapshot.cols, snapshot.body)
        rows, cols = first_size(directory) or (session.rows, session.cols)
        return Past(0, rows, cols)

    def _adopt(self, room: Room, session: Session) -> None:
        self.rooms[session.id] = room
        self.records[session.id] = session
        room.on_change = lambda: self.changed(session.id)
        room.on_end = lambda: self._finish(session.id)
        room.on_replies = lambda data, offset: self.keeper.input(session.id, data, ANSWERER, offset)

    def _run(self, room: Room) -> None:
        try:
            room.run()
        except Exception:
            log.exception("the reader of session %s stopped; the next joiner starts it again", room.session)
            for viewer in list(room.viewers.values()):
                self._wire.close(viewer.sid)
            self.rooms.pop(room.session, None)

    def _gone(self, session: Session) -> None:
        """The keeper does not know it: it ended while nobody looked, or it went down with the machine."""
        end = end_of(self.config.sessions_dir / session.id)
        if end is None:
            session.erase()  # the server stopped between the row and the program: it never began
            return
        session.change(
            state=ENDED if end.exited else LOST,
            ended_at=end.at,
            output_bytes=end.offset,
            exit_code=end.code,
            exit_signal=end.signal,
        )
        self.changed(session.id)

    def _finish(self, session_id: str) -> None:
        state, room = self._ended[session_id], self.rooms[session_id]
        record = self.records[session_id]
        self.books.save(room, record)
        record.change(
            state=ENDED, ended_at=state.ended_at, exit_code=state.exit_code, exit_signal=state.exit_signal
        )
        self._wire.broadcast(
            session_id,
            "ended",
            {"session": session_id, "exit_code": state.exit_code, "exit_signal": state.exit_signal},
        )
        self._ended.pop(session_id, None)
        self.changed(session_id)
        green.spawn(self.linger, session_id)

    def linger(self, session_id: str) -> None:
        """Frees the room of an ended session some time after its last viewer."""
        green.sleep(LINGER_SECONDS)
        room = self.rooms.get(session_id)
        if room is not None and room.over and not room.viewers:
            del self.rooms[session_id]
            self.records.pop(session_id, None)
            room.close()

    def changed(self, session_id: str) -> None:
        self.books.dirty(session_id)
        self.feed.dirty(session_id)

    # What can be done.

    def launch(self, owner: User, order: Launch) -> Session:
        """Starts a program and its session. Raises LaunchRefused (nothing is left behind), TooMany,
        Unavailable."""
        if Session.running_of(owner.id) >= self.config.max_sessions:
            raise TooMany(f"You have {self.config.max_sessions} running sessions, which is the limit.")
        argv = argv_of(order.command, self.config.shell)
        session = Session.begin(
            id=new_id(),
            owner=owner,
            name=name_of(order, argv),
            command=argv,
            command_text=order.command if isinstance(order.command, str) else None,
            cwd=directory_for(order),
            env=order.env,
            tags=order.tags,
            rows=order.rows,
            cols=order.cols,
            restarted_from=order.restarted_from,
        )
        try:
            state = self.keeper.create(
                spec_for(session.id, order, self.config.shell, f"{owner.name}/{session.name}")
            )
        except KeeperRefused as refused:
            session.erase()
            raise LaunchRefused(refused.message, refused.field) from None
        except KeeperError as error:
            session.erase()
            raise Unavailable(str(error)) from None
        session.change(pid=state.pid, created_at=state.created_at)
        screen = Screen(order.rows, order.cols, self.config.scrollback_lines)
        room = Room(session.id, screen, 0, JournalReader(self.config.sessions_dir / session.id), self._wire)
        self._adopt(room, session)
        self.keeper.follow(session.id)
        if ended := self._ended.get(session.id):
            room.ending(ended.head)
        green.spawn(self._run, room)
        self.changed(session.id)
        return session

    def again(self, session: Session) -> Session:
        """The same command in the same directory, as a new session linked to the old."""
        command = session.command_text or session.command
        order = Launch(
            name=session.name,
            command=command,
            cwd=session.cwd,
            env=session.env,
            rows=session.rows,
            cols=session.cols,
            tags=session.tags,
            restarted_from=session.id,
        )
        return self.launch(session.owner, order)

    def status(self, session: Session) -> Status:
        if session.state == RUNNING:
            self.processes.refresh()
        return status_of(self, session)

    def statuses(self, sessions: list[Session]) -> list[Status]:
        self.processes.refresh()
        return [status_of(self, session) for session in sessions]

    def type(self, session: Session, data: bytes) -> None:
        """Returns when the program's terminal has it, or, queued in order, after TYPE_SECONDS."""
        done, result = green.Signal(), []

        def answered(error: KeeperError | None) -> None:
            result.append(error)
            done.set()

        self._alive(session)
        self.keeper.input(session.id, data, done=answered)
        done.wait(TYPE_SECONDS)
        self.typed(session.id)
        if result and result[0] is not None:
            raise live_error(result[0])

    def typed(self, session_id: str) -> None:
        if room := self.rooms.get(session_id):
            room.last_input_at = time.time()
            self.changed(session_id)

    def resize(self, session: Session, rows: int, cols: int) -> None:
        """Makes this the session's size; every viewer hears of it from the room."""
        self._alive(session)
        self._ask(self.keeper.resize, session.id, rows, cols)

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
        room = self.rooms.get(session.id)
        self.end(session)
        if room is not None and not room.over:
            ended = green.Signal()
            finish = room.on_end
            room.on_end = lambda: (finish(), ended.set())  # type: ignore[func-returns-value]
            ended.wait(END_GRACE_SECONDS + 2)
        try:
            self.keeper.forget(session.id)
        except KeeperError as error:
            raise live_error(error) from None
        room = self.rooms.pop(session.id, None)
        self.records.pop(session.id, None)
        if room is not None:
            self._wire.broadcast(session.id, "forgotten", {"session": session.id})
            room.close()
        session.erase()
        self.feed.forgotten(session)

    def screen(self, session: Session, scrollback: int = 0) -> ScreenView:
        """The screen now, with so many lines above it."""
        room = self.room_of(session)
        if room.over:
            green.spawn(self.linger, session.id)
        return ScreenView(room.screen, room.offset, scrollback)

    def output(self, session: Session, offset: int, limit: int) -> OutputSlice:
        """Raw output from `offset` on, at most `limit` bytes; begins later where bytes were dropped."""
        reader = JournalReader(self.config.sessions_dir / session.id)
        return OutputSlice.read(reader, offset, limit)

    def renamed(self, session: Session) -> None:
        """The row was changed (name, tags): watchers hear of it."""
        if session.id in self.records:
            self.records[session.id] = session
        self.changed(session.id)

    def resize_by(self, viewer: Viewer, rows: int, cols: int) -> None:
        """The same, by a viewer, who then holds the size."""
        room = self.rooms.get(viewer.session)
        if room is None or room.over:
            raise SessionOver
        room.size_holder = viewer
        self._ask(self.keeper.resize, viewer.session, rows, cols)
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
            green.spawn(self.linger, room.session)

    def logins_revoked(
        self, login_ids: Collection[int] = (), token_ids: Collection[int] = (), user_id: int | None = None
    ) -> None:
        """Closes every open socket of these logins, tokens or this user; from this call on none of them
        is listened to."""
        for sid, actor in list(self.came.items()):
            if actor.login_id in login_ids or actor.token_id in token_ids or actor.user_id == user_id:
                del self.came[sid]
                self._wire.close(sid)

    def counts(self) -> dict[str, int]:
        """For /metrics."""
        rooms = self.rooms.values()
        return {
            "running": sum(not room.over for room in rooms),
            "viewers": sum(len(room.viewers) for room in rooms),
            "behind": sum(viewer.behind for room in rooms for viewer in room.viewers.values()),
        }

    def _alive(self, session: Session) -> None:
        room = self.rooms.get(session.id)
        if session.state != RUNNING or (room is not None and room.over):
            raise SessionOver

    def _ask(self, call, *args):  # type: ignore[no-untyped-def]
        try:
            return call(*args)
        except KeeperError as error:
            raise live_error(error) from None


def live_error(error: KeeperError) -> Exception:
    """What a keeper's refusal means to a user."""
    if isinstance(error, KeeperOver | KeeperUnknown):
        return SessionOver()
    if isinstance(error, KeeperFull):
        return InputFull("The program does not read its input, and the queue for it is full.")
    if isinstance(error, KeeperRefused):
        return LaunchRefused(error.message, error.field)
    return Unavailable(str(error))
