"""The database and how to reach it. The rules: every use stands inside `db.connection_context()` (one
connection a green thread), and every write goes through `written`, off the hub, in one transaction."""

from __future__ import annotations

import fcntl
import functools
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

from peewee import DatabaseProxy, Model, PeeweeException, SqliteDatabase, _ConnectionState
from playhouse.migrations import Runner

from app import green

P = ParamSpec("P")
T = TypeVar("T")

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# A writer holds the lock for some milliseconds (a snapshot: 25); so long means that something is wrong.
BUSY_SECONDS = 10
# Green threads use the database in turn, native ones (20) side by side; more than that never at once.
IDLE_CONNECTIONS = 24
# SQLite has one writer at a time; more that wait for it would take the native threads (20) from everybody else
# while another process has the database locked.
WRITERS_AT_ONCE = 4

db = DatabaseProxy()
_turns = green.Semaphore(WRITERS_AT_ONCE)


class Record(Model):
    class Meta:
        database = db
        legacy_table_names = False


class Tidy(sqlite3.Connection):
    """Knows its cursors. One that was not read to its end keeps the connection in the past: the next user
    of the connection would not see what others have written since."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *args: Any, **kwargs: Any) -> sqlite3.Cursor:  # type: ignore[override]
        made = super().cursor(*args, **kwargs)
        self._cursors.add(made)
        return made

    def tidy(self) -> None:
        for cursor in list(self._cursors):
            cursor.close()
        self._cursors.clear()


class Reused(SqliteDatabase):
    """Keeps closed connections for the next use: opening one takes a millisecond of the hub, which is
    what a keystroke's whole way takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, check_same_thread=False, factory=Tidy, **kwargs)
        # The hub and native threads take it: a green lock would wake its waiter in the wrong thread.
        self._lock = green.native_lock()
        self._idle: list[Any] = []

    # Which connection is whose. peewee keeps it in a threading.local; eventlet's own, which swaps one shared
    # __dict__, gave native threads and the hub one another's ("Attempting to close database while transaction is
    # open", once in some thousand requests). A context variable is each green and each native thread's own.
    @property
    def _state(self) -> _ConnectionState:
        state = self._own.get(None)
        if state is None:
            state = _ConnectionState()
            self._own.set(state)
        return state

    @_state.setter
    def _state(self, _: object) -> None:
        """By peewee's constructor."""
        self._own: ContextVar[_ConnectionState | None] = ContextVar("connection")

    def _connect(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return super()._connect()  # type: ignore[misc]

    def _close(self, conn: Tidy) -> None:
        conn.tidy()
        if len(self._idle) < IDLE_CONNECTIONS and not conn.in_transaction:
            self._idle.append(conn)
        else:
            super()._close(conn)  # type: ignore[misc]


class NewerDatabase(Exception):
    """The database was migrated by a newer version of Holdfast than this one."""


def now() -> float:
    """Every time in the database is such a count of seconds since 1970, UTC."""
    return time.time()


def bind(url: str) -> SqliteDatabase:
    """Points all models at the SQLite file of `url`, created private if it is not there yet."""
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Created here, because SQLite would give it the umask's mode; -wal and -shm files copy it. Never opened
    # when it is there: closing any descriptor of it drops all locks that SQLite holds in this process, and
    # the next process to close it would then delete our WAL (seen: rows that nobody else could read).
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": "normal"}
    database = Reused(str(path), pragmas=pragmas, timeout=BUSY_SECONDS, autoconnect=False)
    # It logs statements with their values, hashes included; and native threads must not log.
    logging.getLogger("peewee").disabled = True
    db.initialize(database)
    return database


def migrate(database: SqliteDatabase, directory: Path = MIGRATIONS) -> list[str]:
    """Applies what is missing, and answers its names. Of two processes at once the second waits, then
    finds nothing to do. A file lock, not a transaction around it all: the runner must be outside of one
    to switch foreign keys off, else rebuilding a table would delete what refers to it."""
    runner = Runner(database, str(directory))
    with _alone(Path(f"{database.database}.migrating")), database.connection_context():
        unknown = [row.name for row in runner.status() if row.path is None]
        if unknown:
            raise NewerDatabase(
                f"the database has {', '.join(unknown)}, which this version does not know: it was used by a"
                " newer Holdfast. Start that one, or restore the backup from before the upgrade"
            )
        return runner.up() if any(not row.applied for row in runner.status()) else []


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Not the database file itself: closing that would drop SQLite's own locks in this process."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def tell_server() -> None:
    """A command changed what a server that runs has to follow at once."""
    Path(f"{db.obj.database}.told").touch(0o600)


def told_at() -> int:
    """When a command last said so; no more than a look at a file."""
    try:
        return os.stat(f"{db.obj.database}.told").st_mtime_ns
    except OSError:
        return 0


def reachable() -> bool:
    """Whether the database answers."""
    try:
        with db.connection_context():
            db.execute_sql("SELECT 1")
    except PeeweeException:
        return False
    return True


def written(function: Callable[P, T]) -> Callable[P, T]:
    """Runs a write off the hub (waiting for SQLite's lock would stop every session's echo), on a
    connection of its own, in a transaction that takes the write lock at its start."""

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with db.connection_context(), db.atomic("IMMEDIATE"):
            return function(*args, **kwargs)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        with _turns if green.patched() else nullcontext():
            return green.offload(functools.partial(run, *args, **kwargs))

    return wrapper


def noted(function: Callable[P, None]) -> Callable[P, None]:
    """A write that nobody waits for and whose loss hurts nobody: when somebody was last seen."""
    write = written(function)

    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with suppress(PeeweeException):
            write(*args, **kwargs)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        if green.patched():
            green.spawn(functools.partial(run, *args, **kwargs))
        else:
            run(*args, **kwargs)

    return wrapper
