"""session.json: what must be known of a session when no process holds it any more.

The one rule: it is replaced at one stroke, so it is never half written.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

NAME = "session.json"


class Record(NamedTuple):
    """`open`: the program runs, or its exit has not been fully told. Times in seconds since 1970.

    Open, but held by no process = the machine went away under it. `kill_at`: end() promised a KILL then.
    `recorded`: False: nothing that it wrote is kept when it is not needed any more to show its screen.
    `cell`: directories of its control group (cells.py). `oom_kills`: of its processes; `out_of_memory`: so ended the
    program itself.
    """

    id: str
    argv: list[str]
    cwd: str
    label: str
    rows: int
    cols: int
    pid: int
    created_at: float
    open: bool = True
    head: int = 0
    exit_code: int | None = None
    exit_signal: str | None = None
    ended_at: float | None = None
    kill_at: float | None = None
    last_output_at: float | None = None
    last_input_at: float | None = None
    recorded: bool = True
    cell: list[str] = []  # noqa: RUF012 - never changed in place
    oom_kills: int = 0
    out_of_memory: bool = False


def save(directory: Path, record: Record) -> None:
    """Raises OSError when there is no room; the old record then still stands."""
    fresh = directory / (NAME + ".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(fd, "wb") as file:
        file.write(json.dumps(record._asdict()).encode())
    os.replace(fresh, directory / NAME)


def load(directory: Path) -> Record | None:
    """None when there is none, or none that can be read."""
    try:
        found = json.loads((directory / NAME).read_bytes())
        return Record(**{name: found[name] for name in Record._fields if name in found})
    except (OSError, ValueError, TypeError):
        return None


def erase(directory: Path) -> None:
    """The whole session, journal and all. The record goes first: what is half erased is no session."""
    (directory / NAME).unlink(missing_ok=True)
    for name in os.listdir(directory):
        (directory / name).unlink(missing_ok=True)
    directory.rmdir()
