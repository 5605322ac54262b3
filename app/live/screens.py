"""The saved screen of a session that is not recorded: one file beside its journal, not snapshots in the database.

The rule: a newer one takes the place of the older at one stroke, and an older one never that of a newer; so whatever
the journal no longer has, the one file shows. A file can be erased; a database keeps in its free pages and its log what
was in it. All of this runs in native threads.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from app.live.restore import Past

OFFSET_DIGITS = 20
NAME = re.compile(r"([0-9]{20})\.([0-9]{1,4})x([0-9]{1,4})\.screen\Z")


def keep(directory: Path, offset: int, rows: int, cols: int, body: bytes) -> None:
    """Raises OSError: the disk is full, or the session was erased meanwhile."""
    before, name = _names(directory), f"{offset:020d}.{rows}x{cols}.screen"
    if before and before[-1][:OFFSET_DIGITS] > name[:OFFSET_DIGITS]:
        return  # of a worker that led before us, and had read further
    fresh = directory / f"{offset:020d}.screen.new"
    with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags | os.O_CLOEXEC, 0o600)) as file:
        file.write(body)
    os.replace(fresh, directory / name)
    for old in before:
        if old != name:
            (directory / old).unlink(missing_ok=True)


def newest(directory: Path) -> Past | None:
    while names := _names(directory):
        offset, rows, cols = map(int, NAME.match(names[-1]).groups())  # type: ignore[union-attr]
        try:
            return Past(offset, rows, cols, (directory / names[-1]).read_bytes())
        except FileNotFoundError:  # a newer one has taken its place
            continue
    return None


def _names(directory: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(directory) if NAME.match(name))
    except FileNotFoundError:
        return []
