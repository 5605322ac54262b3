"""The keeper: owns every PTY. One process, one loop, no thread, no lock.

Requests come in through requests.py, sessions tell what happens through the Host methods. The one rule:
nothing here waits for anybody, neither for a program nor for a client.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.keeper import handover, protocol, pty, record, requests
from app.keeper.cells import Leftovers
from app.keeper.company import Company
from app.keeper.connection import Connection
from app.keeper.errors import KeeperError, Over, Refused, Unknown
from app.keeper.handover import Handover, Held
from app.keeper.journal import Journal, JournalReader, repair, wipe
from app.keeper.log import log, trace
from app.keeper.loop import Loop
from app.keeper.protocol import Frame, KeeperStatus, Spec, State
from app.keeper.reception import Reception
from app.keeper.record import Record
from app.keeper.session import Session, state_of
from app.keeper.spawning import Spawning
from app.keeper.succession import TRIAL, Succession, fingerprint

# After the end of a session that is not recorded, for those to read the last of it who did not say that they have.
WIPE_SECONDS = 10.0
RESTORE_SECONDS = 1.0  # between attempts to open a session whose disk fails
STOP_MOST_SECONDS = 5.0  # beyond the grace, for programs that even KILL does not end at once


class Keeper:
    def __init__(self, given: Handover) -> None:
        self.loop = Loop()
        self.settings = given.settings
        self.leftovers = Leftovers(self.loop)
        self.company = Company()
        self._given = given
        self._started_at = time.time()
        self._code = fingerprint()
        self._sessions_dir = Path(given.settings.sessions_dir)
        self._live: dict[str, Session] = {}
        self._ended: dict[str, State] = {}
        self._unreleased: dict[str, Session] = {}  # ended, but the disk is too full to write that down
        self._unserved: dict[str, Held] = {}
        self._starting: dict[str, Spawning] = {}
        self._reception = Reception(self, self.loop, given.listener)
        self._ready: set[Session] = set()
        self._stopping: Callable[[], None] | None = None
        self.succession = Succession(self, given.control)

    def run(self) -> None:
        for name, held in self._given.sessions.items():
            self._restore(name, held)
        self._read_past()
        self._reception.open()
        self.succession.ready()
        if self._given.exec_at:
            gap = (time.monotonic() - self._given.exec_at) * 1000
            log(f"keeper: new code in place, {len(self._live)} sessions waited {gap:.0f} ms")
            self.succession.renew_vault()
        while True:
            self.loop.turn(busy=bool(self._ready))
            for session in list(self._ready):
                if not self._pump(session):
                    self._ready.discard(session)
            self._reception.tell()

    # What requests need

    def find(self, session: str) -> Session:
        """A session whose program runs. Raises Unknown, or Over for one that has ended."""
        if session in self._live:
            return self._live[session]
        if session in self._ended:
            raise Over("the program has ended")
        raise Unknown("no such session")

    def states(self) -> list[State]:
        return [session.state() for session in self._live.values()] + list(self._ended.values())

    def last_input(self, session: str, client: str) -> int:
        return 0 if session in self._ended else self.find(session).last_input(client)

    def queued_input(self, session: str, client: str) -> int:
        return 0 if session in self._ended else self.find(session).queued_input(client)

    def state_of(self, session: str) -> State:
        return self._ended[session] if session in self._ended else self.find(session).state()

    def create(self, spec: Spec, answer: Callable[[State | KeeperError], None]) -> None:
        """Starts a program; asked again under the same id (after a reconnect) it tells of the first."""
        past = self._ended.get(spec.id)
        if past and past.lost and not past.head:  # a keeper died at its start: the program never ran
            self.forget(spec.id)
        if spec.id in self._live or spec.id in self._ended:
            answer(self.state_of(spec.id))
        elif spec.id in self._starting:
            self._starting[spec.id].waiting.append(answer)
        elif self._stopping:
            raise Refused("", "the keeper is ending all sessions")
        else:
            self._starting[spec.id] = Spawning(self, spec, self._started)
            self._starting[spec.id].waiting.append(answer)

    def forget(self, session: str) -> None:
        if session in self._live:  # not where only its record waits for room: erasing it makes room
            raise Refused("session", "its program still runs")
        if session not in self._ended:
            raise Unknown("no such session")
        with suppress(FileNotFoundError):
            record.erase(self._sessions_dir / session)
        del self._ended[session]

    def discard(self, session: str, offset: int) -> None:
        """Of a session that is not recorded: what it wrote below `offset`, or, when it has ended, all of it."""
        if session in self._live:
            self._live[session].discard(offset)
        elif session not in self._ended:
            raise Unknown("no such session")
        elif self._ended[session].recorded:
            raise Refused("session", "it is recorded")
        else:
            self._wipe(session)

    def _wipe(self, session: str) -> None:
        if session in self._ended:  # not forgotten meanwhile
            try:
                wipe(self._sessions_dir / session, self._ended[session].head, (record.NAME,))
            except FileNotFoundError:  # erased by hand
                return
            except OSError as error:
                log(f"keeper: what session {session} wrote cannot be erased now: {error}")
                self.loop.after(WIPE_SECONDS, lambda: self._wipe(session))

    def status(self) -> KeeperStatus:
        return KeeperStatus(protocol.RELEASE, os.getpid(), self._started_at, len(self._live), os.getppid(), self._code)

    def stop(self, grace: float, done: Callable[[], None]) -> None:
        """Ends every session, then keeper and vault."""
        self._stopping = done
        for session in self._live.values():
            session.end(grace)
        self.loop.after(grace + STOP_MOST_SECONDS, self._leave)
        self._leave_when_empty()

    # Parent of a Spawning

    def keep(self, session: str, held: Held) -> None:
        self.succession.keep(session, held)

    def drop(self, session: str) -> None:
        self.succession.drop(session)

    def _started(self, start: Spawning, error: KeeperError | None) -> None:
        del self._starting[start.id]
        if error is None:
            session = Session(self, start.directory, start.saved, start.held, start.journal)
            self._live[session.id] = session
            session.start()
        for answer in start.waiting:
            answer(error or session.state())
        if self._stopping and error is None:
            session.end(0.0)

    # Host of the sessions

    def ready(self, session: Session) -> None:
        self._ready.add(session)

    def moved(self, session: Session) -> None:
        self._reception.moved(session.id)

    def resized(self, session: Session, rows: int, cols: int) -> None:
        self._reception.event(session.id, protocol.pack_resized(session.id, session.head, rows, cols))

    def gap(self, session: Session, start: int, end: int) -> None:
        self._reception.event(session.id, protocol.pack_gap(session.id, start, end))

    def pressure(self, session: Session, on: bool) -> None:
        log(f"keeper: session {session.id}: " + ("the disk takes no output" if on else "the disk takes output again"))
        self._reception.event(session.id, protocol.pack_pressure(session.id, on))

    def oom(self, session: Session) -> None:
        told = protocol.pack_json(protocol.OOM, 0, session=session.id, killed=session.state().oom_kills)
        self._reception.event(session.id, told)

    def ended(self, session: Session) -> None:
        self._reception.event(session.id, protocol.pack_state(protocol.ENDED, 0, session.state()), last=True)
        del self._live[session.id]
        self._unreleased[session.id] = session
        self._ended[session.id] = session.state()
        if not session.state().recorded:
            self.loop.after(WIPE_SECONDS, lambda: self._wipe(session.id))
        self._leave_when_empty()

    def released(self, session: Session) -> None:
        del self._unreleased[session.id]
        self.succession.drop(session.id)

    def _pump(self, session: Session) -> bool:
        try:
            return session.pump()
        except Exception:
            log(f"keeper: session {session.id}: {trace()}")
            return False

    # Heir

    def exited(self, pid: int, status: int) -> None:
        for session in list(self._live.values()):
            if session.pid == pid:
                session.exited(status)

    def handover(self) -> Handover:
        running = [*self._live.values(), *self._unreleased.values()]
        held = {session.id: session.held() for session in running}
        held |= {name: start.held for name, start in self._starting.items()}
        return self._given._replace(ready=-1, sessions=held | self._unserved)

    def _restore(self, name: str, held: Held) -> None:
        """A session whose program went on while no keeper ran."""
        directory = self._sessions_dir / name
        saved = record.load(directory)
        self._unserved.pop(name, None)
        if saved is None or not saved.open:  # erased by hand; or a keeper was killed just before this
            self.succession.drop(name)
            for fd in held.fds:
                os.close(fd)
            return
        try:
            journal = Journal(directory, self.settings.journal_bytes, pty.size(held.fds.master))
            session = Session(self, directory, saved, held, journal)
        except OSError as error:  # its disk is in trouble: the program lives on until that is over
            log(f"keeper: session {name} cannot be served now: {error}")
            self._unserved[name] = held
            self.loop.after(RESTORE_SECONDS, lambda: self._restore(name, held))
            return
        self._live[name] = session
        session.start()

    def _read_past(self) -> None:
        """The sessions that ended before, and those that a machine crash ended: these become lost."""
        os.makedirs(self._sessions_dir, mode=0o700, exist_ok=True)
        for directory in self._sessions_dir.iterdir():
            name = directory.name
            if name in self._live or name in self._unserved or not protocol.SESSION_ID.fullmatch(name):
                continue
            saved = record.load(directory)
            with suppress(OSError):
                if saved is None and not JournalReader(directory).head():
                    record.erase(directory)  # killed in the middle of its creation
                elif saved is not None:
                    self._ended[name] = state_of(self._closed(directory, saved))
                    self.leftovers.add([path for path in saved.cell if os.path.isdir(path)])
                    if not saved.recorded:
                        self._wipe(name)

    def _closed(self, directory: Path, saved: Record) -> Record:
        if saved.open:
            saved = saved._replace(open=False, head=repair(directory), exit_code=None, exit_signal=None, ended_at=None)
            record.save(directory, saved)
        return saved

    # What the reception asks

    def handle(self, connection: Connection, frame: Frame) -> None:
        requests.handle(self, connection, frame)

    def gone(self, connection: Connection) -> None:
        self.company.gone(connection)

    def head_of(self, session: str) -> int:
        if session in self._live:
            return self._live[session].head
        return self._ended[session].head if session in self._ended else 0

    # The end

    def _leave_when_empty(self) -> None:
        if self._stopping and not self._live:
            self._leave()

    def _leave(self) -> None:
        self.leftovers.leave()  # who asked for the end finds nothing left
        if self._stopping:
            self._stopping()
        self._reception.tell()
        self.succession.stop()
        os._exit(0)


def main() -> None:
    if sys.argv[1] == TRIAL:
        return
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Keeper(handover.take(int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
