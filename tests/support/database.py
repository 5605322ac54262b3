"""An empty database of today without the way there: that is tests/models/test_base.py's, and took each other test as
long as all that it does."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from peewee import SqliteDatabase

from app.models import base


def bound(url: str) -> SqliteDatabase:
    """All models point at a new database there."""
    empty = migrated()
    made = base.bind(url)
    Path(made.database).write_bytes(empty)
    return made


@functools.cache
def migrated() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = f"{place}/holdfast.db"
        base.migrate(base.bind(f"sqlite:///{path}"))
        with closing(sqlite3.connect(path)) as made:
            return made.serialize()
