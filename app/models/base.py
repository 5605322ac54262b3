"""The database and how to reach it. The rules: every use stands inside `db.connection_context()` (one
connection a green thread), and every write goes through `written`, off the hub, in one transaction."""

from __future__ import annotations

import fcntl
import functools
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from peewee import DatabaseProxy, Model, PeeweeException, SqliteDatabase
from playhouse.migrations import Runner

from app import green

P = ParamSpec("P")
T = TypeVar("T")

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# A writer holds the lock for some milliseconds (a snapshot: 25); so long means that something is wrong.
BUSY_SECONDS = 10

db = DatabaseProxy()


class Record(Model):
    class Meta:
        database = db
        legacy_table_names = False


class NewerDatabase(Exception):
    """The database was migrated by a newer version of Holdfast than this one."""


def now() -> float:
    """Every time in the database is such a count of seconds since 1970, UTC."""
    return time.time()


def bind(url: str) -> SqliteDatabase:
    """Points all models at the SQLite file of `url`, created private if it is not there yet."""
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Created here, because SQLite would give it the umask's mode; -wal and -shm files copy it.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": "normal"}
    database = SqliteDatabase(str(path), pragmas=pragmas, timeout=BUSY_SECONDS, autoconnect=False)
    # Taken by the hub and by native threads alike: a green lock would wake its waiter in the wrong thread.
    database._lock = green.native_lock()  # type: ignore[attr-defined]
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
        return green.offload(functools.partial(run, *args, **kwargs))

    return wrapper
