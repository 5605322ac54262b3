"""What the keeper's tests share: a data directory, a listener that can be waited for, patterns of output."""

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from app.keeper.client import KeeperClient, KeeperError, Spec, State, ensure
from app.keeper.journal import JournalReader

T = TypeVar("T")
PATIENCE = 20.0  # seconds before a wait for a fact fails the test
JOURNAL_BYTES = 256 << 20
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def shell(script: str, **fields: Any) -> Spec:
    """A session that runs a shell script."""
    return Spec(new_id(), ("/bin/sh", "-c", script), fields.pop("cwd", "/"), **fields)


def counting(last: int) -> Spec:
    """Numbers each line, as fast as the PTY takes them: what is lost, doubled or moved shows."""
    return shell(f"stty -opost; exec seq 1 {last}")


def counted(last: int) -> bytes:
    return b"".join(b"%d\n" % number for number in range(1, last + 1))


class Home:
    """A data directory and the processes that serve it."""

    def __init__(self, path: Path) -> None:
        self.keeper = path / "keeper"
        self.sessions = path / "sessions"

    def ensure(self, journal_bytes: int = JOURNAL_BYTES, timeout: float = 10.0) -> None:
        ensure(self.keeper, sessions_dir=self.sessions, journal_bytes=journal_bytes, timeout=timeout)

    def output(self, session: str, start: int = 0) -> bytes:
        """All output from `start`; fails where some of it is missing."""
        parts = []
        with JournalReader(self.sessions / session) as reader:
            while True:
                found, data = reader.read(start, 1 << 20)
                assert found == start, f"output [{start}, {found}) is missing"
                if not data:
                    return b"".join(parts)
                parts.append(data)
                start += len(data)

    @property
    def log(self) -> str:
        return (self.keeper / "keeper.log").read_text()

    @property
    def vault_pid(self) -> int:
        return int((self.keeper / "lock").read_text())

    def destroy(self) -> None:
        """Ends what is left, politely first."""
        if not (self.keeper / "lock").exists():
            return
        with suppress(KeeperError):
            client = KeeperClient(self.keeper, Recorder())
            client.start(timeout=2.0)
            client.stop(grace=0.0)
            return
        vault = self.vault_pid
        with suppress(ProcessLookupError):
            os.kill(vault, signal.SIGSTOP)
            for pid in children(vault):
                os.kill(pid, signal.SIGKILL)
            os.kill(vault, signal.SIGKILL)


class Recorder:
    """A Listener that remembers everything and can be waited for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.events: list[tuple[Any, ...]] = []
        self.heads: dict[str, int] = {}
        self.over: dict[str, State] = {}
        self.connections: list[list[State]] = []

    def wait(self, what: Callable[["Recorder"], T], patience: float = PATIENCE) -> T:
        """The first true value of `what(self)`."""
        with self._changed:
            found = self._changed.wait_for(lambda: what(self), patience)
            assert found, f"waited {patience} s in vain; the last events: {self.events[-10:]}"
            return found

    def wait_end(self, session: str, patience: float = PATIENCE) -> State:
        return self.wait(lambda seen: seen.over.get(session), patience)

    def of_kind(self, kind: str) -> list[tuple[Any, ...]]:
        return [event[1:] for event in self.events if event[0] == kind]

    def _add(self, *event: Any) -> None:
        self.events.append(event)
        self._changed.notify_all()

    def connected(self, states: list[State]) -> None:
        with self._changed:
            self.connections.append(states)
            self._add("connected", states)

    def disconnected(self) -> None:
        with self._changed:
            self._add("disconnected")

    def head(self, session: str, head: int) -> None:
        with self._changed:
            assert head >= self.heads.get(session, 0), "a head went back"
            self.heads[session] = head
            self._add("head", session, head)

    def resized(self, session: str, offset: int, rows: int, cols: int) -> None:
        with self._changed:
            self._add("resized", session, offset, rows, cols)

    def gap(self, session: str, start: int, end: int) -> None:
        with self._changed:
            self._add("gap", session, start, end)

    def pressure(self, session: str, on: bool) -> None:
        with self._changed:
            self._add("pressure", session, on)

    def oom(self, session: str, killed: int) -> None:
        with self._changed:
            self._add("oom", session, killed)

    def ended(self, state: State) -> None:
        with self._changed:
            self.over[state.id] = state
            self._add("ended", state)


class Acknowledged:
    """`done` callbacks of inputs, to be waited for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.results: list[Any] = []

    def __call__(self, error: KeeperError | None) -> None:
        with self._changed:
            self.results.append(error)
            self._changed.notify_all()

    def wait(self, count: int = 1, patience: float = PATIENCE) -> list[Any]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.results) >= count, patience), self.results
            return self.results


def wait_until(what: Callable[[], T], patience: float = PATIENCE) -> T:
    """For facts that only the kernel knows (a process is gone): looks until `what` holds."""
    deadline = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
    return found


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def exists(pid: int) -> bool:
    """Runs, or at least has not been waited for by anybody who would."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
