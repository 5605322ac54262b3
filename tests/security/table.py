"""The checked-in matrix: who gets what from each route and event. Read it; it is meant to be read.

Of a route the status (login: is led to the login page; +: the shared session is in an answer about several), of an
event `ok` or the error's code (closed: there is no connection).

`MATRIX=write pytest tests/security/test_matrix.py` writes it anew; `git diff tests/security/` shows what changed."""

from __future__ import annotations

import os
from pathlib import Path

COLUMNS = (
    "owner", "operator", "writer", "viewer", "guest-writer", "guest-viewer", "administrator", "stranger", "revoked",
    "gone-guest", "anonymous",
)  # fmt: skip

Rows = dict[str, dict[str, str]]


def text_of(rows: Rows, what: str) -> str:
    width = max(map(len, rows))
    head = [what.ljust(width), *(column.rjust(max(len(column), 3)) for column in COLUMNS)]
    lines = ["  ".join(head)]
    for name in sorted(rows):
        cells = [rows[name][column].rjust(max(len(column), 3)) for column in COLUMNS]
        lines.append("  ".join([name.ljust(width), *cells]))
    return "\n".join(lines) + "\n"


def compared(rows: Rows, what: str, path: Path) -> list[str]:
    """What differs, one line a cell; a row that one of them lacks differs."""
    text = text_of(rows, what)
    if os.environ.get("MATRIX") == "write":
        path.write_text(text)
    known = {line.split("  ")[0]: line.split("  ", 1)[1].split() for line in path.read_text().splitlines()[1:]}
    found = []
    for name in sorted({*rows, *known}):
        if name not in rows or name not in known:
            found.append(f"{name}: {'is not in the table' if name in rows else 'does not exist any more'}")
            continue
        for column, was in zip(COLUMNS, known[name], strict=True):
            if rows[name][column] != was:
                found.append(f"{name}, {column}: {was} in the table, {rows[name][column]} now")
    return found
