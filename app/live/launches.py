"""Starting sessions. The rule: a row, a program and a room, or none of the three; what the keeper started without our
hearing of it is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import green
from app.keeper.client import KeeperError, State
from app.keeper.client import Refused as KeeperRefused
from app.keeper.client import Unknown as KeeperUnknown
from app.keeper.journal import JournalReader
from app.live import quota
from app.live.errors import LaunchRefused, TooMany, Unavailable
from app.live.launch import Launch, RunsAs, argv_of, directory_for, name_of, runs_as, spec_for
from app.live.room import Room
from app.live.wire import Wire
from app.models.session import RUNNING, Enough, Session, new_id
from app.models.user import User
from app.screen.engine import Screen
from app.words import said

if TYPE_CHECKING:
    from app.live.following import Following

# A program that was perhaps started is ended when the keeper answers again; asked so often (seconds).
UNDO_SECONDS = 1.0


class Launches:
    def __init__(self, rooms: Following, wire: Wire) -> None:
        self._rooms = rooms
        self._wire = wire

    def begin(self, owner: User, order: Launch) -> Session:
        """Starts a program and its session. Raises LaunchRefused (nothing is left behind), NoOsUser, TooMany,
        QuotaUsedUp, Unavailable."""
        quota.check(self._rooms.config, owner)
        runs = runs_as(owner, self._rooms.config.isolation, self._rooms.config.shell)
        session_id = new_id()
        self._rooms.launching.add(session_id)
        try:
            session = self._row_for(session_id, owner, order, runs)
            # Held until the room exists: the row can be seen already, and who opens it waits here.
            with self._rooms.openings.turn(session_id):
                return self._launched(session, order, runs)
        finally:
            self._rooms.launching.discard(session_id)

    def again(self, session: Session) -> Session:
        """The same command in the same directory, as a new session linked to the old; as the operating-system user
        that its owner has now, which need not be the one of then."""
        command = session.command_text or session.command
        order = Launch(
            name=session.name,
            command=command,
            cwd=session.cwd,
            env=session.env,
            shell_integration=session.shell_integration is not False,
            rows=session.rows,
            cols=session.cols,
            tags=session.tags,
            group=session.group,
            restarted_from=session.id,
        )
        return self.begin(session.owner, order)

    def _row_for(self, session_id: str, owner: User, order: Launch, runs: RunsAs) -> Session:
        argv = argv_of(order.command, runs.shell)
        try:
            return Session.begin(
                self._rooms.config.max_sessions,
                id=session_id,
                owner=owner,
                name=name_of(order, argv),
                command=argv,
                command_text=order.command if isinstance(order.command, str) else None,
                cwd=directory_for(order, runs),
                os_user=runs.account or None,
                env=order.env,
                shell_integration=order.shell_integration,
                tags=order.tags,
                group=order.group,
                rows=order.rows,
                cols=order.cols,
                restarted_from=order.restarted_from,
            )
        except Enough:
            raise TooMany(
                said("You have %(count)s running sessions, which is the limit.", count=self._rooms.config.max_sessions)
            ) from None

    def _launched(self, session: Session, order: Launch, runs: RunsAs) -> Session:
        rooms = self._rooms
        label = f"{session.owner.name}/{session.name}"
        try:
            spec = spec_for(session.id, order, runs, label, rooms.config.shell_integration)
            state = rooms.keeper.create(spec)
        except KeeperRefused as refused:
            session.erase()
            raise LaunchRefused(refused.message, refused.field) from None
        except KeeperError as error:
            green.spawn(self._undo, session.id)
            session.erase()
            raise Unavailable(str(error)) from None
        rooms.known[session.id] = state
        rooms.workers.say("launched", state=state._asdict())
        screen = Screen(order.rows, order.cols, rooms.config.scrollback_lines)
        room = Room(session.id, screen, 0, JournalReader(rooms.config.sessions_dir / session.id), self._wire)
        room.caught_up.set()  # it has no past
        rooms.adopt(room, session)
        rooms.keeper.follow(session.id)
        if ended := rooms.endings.told(session.id):
            room.ending(ended.head)
        green.spawn(rooms.run, room)
        rooms.changed(session.id)
        session.change(pid=state.pid, created_at=state.created_at)
        return session

    def _undo(self, session_id: str) -> None:
        """The keeper did not answer in time, and may yet start the program: it must not run unrecorded."""
        while True:
            try:
                self._rooms.keeper.end(session_id, 0.0)
                self._rooms.keeper.forget(session_id)
                return
            except KeeperUnknown:
                return
            except KeeperError:
                green.sleep(UNDO_SECONDS)

    def elsewhere(self, state: State) -> None:
        """By another worker."""
        self._rooms.known.setdefault(state.id, state)
        green.spawn(self._follow, state.id)

    def _follow(self, session_id: str) -> None:
        session = Session.numbered(session_id)
        if session is not None and session.state == RUNNING:
            self._rooms.follow(session)
            self._rooms.changed(session_id)
