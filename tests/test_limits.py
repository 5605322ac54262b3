"""docs/limits.md is the table of every limit: each with its name, value, unit, reason and where it is. A value that is
not the code's fails, and so does a constant of the code that looks like a limit and has no row.

WRITE_LIMITS=1 writes the values anew."""

from __future__ import annotations

import ast
import importlib
import os
import re
from pathlib import Path

from app.config import SETTINGS
from app.events import asks
from app.web import bodies

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/limits.md"
ROW = re.compile(
    r"\| (?P<name>[^|]+) \| (?P<value>[^|]*) \| (?P<unit>[^|]+) \| (?P<why>[^|]+) \| `(?P<where>[^`]+)` \|"
)
LOOKS_LIKE_ONE = re.compile(
    r"MOST_\w+|\w+_MOST|MAX_\w+|LONGEST_\w+|\w+_LIMIT|KEPT|KEPT_\w+|\w+_CHARACTERS|\w+_LENGTHS?"
)
# How something is done, and not how much of it somebody may have: nobody can make these matter by asking for more.
NO_LIMITS = {
    "app/keeper/environment.py:KEPT", "app/keeper/environment.py:KEPT_PREFIX", "app/live/deputy.py:PIECE_MOST",
    "app/live/history/histories.py:KEPT_SECONDS", "app/live/history/histories.py:MOST_INDEXES",
    "app/live/history/index.py:MOST_BYTES", "app/live/history/index.py:MOST_CHECKPOINTS",
    "app/live/history/search.py:MOST_STEP_BYTES", "app/live/sockets.py:LONGEST_SLEEP",
    "app/live/viewer.py:FLYING_MOST", "app/live/viewer.py:MOST_RETURN_SECONDS", "app/permissions.py:KEPT_OUT",
    "app/screen/scrollback.py:KEPT_BYTES", "app/screen/scrollback.py:MOST_TEXT_BYTES",
}  # fmt: skip
# The same limit again, where another floor or a command needs it.
AGAIN = {
    "app/token_commands.py:LONGEST_LABEL", "app/token_commands.py:LONGEST_TOKEN_SECONDS",
    "app/events/asks.py:OFFSET_MOST", "app/live/listing.py:NUMBERING_MOST", "app/session_commands.py:LONGEST_LABEL",
    "app/session_commands.py:MOST_TAGS", "app/web/guests.py:LONGEST_COOKIE", "app/web/guests.py:LONGEST_PASSWORD",
    "app/web/pages.py:LONGEST_PASSWORD", "app/web/wiring.py:MOST_BODY_BYTES",
}  # fmt: skip


def rows():
    found = [match.groupdict() for match in ROW.finditer(DOCUMENT.read_text())]
    assert len(found) > 100
    return found


def value_of(where: str) -> object:
    if where.startswith("HOLDFAST_"):
        return next(setting.default for setting in SETTINGS if setting.name == where)
    module, _, name = where.rpartition(":")
    if not module:  # a field of what may be asked
        model, field = where.split(".")
        return longest(getattr(bodies, model, None) or getattr(asks, model), field)
    found = getattr(importlib.import_module(module.removesuffix(".py").replace("/", ".")), name)
    if hasattr(found, "__metadata__"):  # a text that pydantic bounds
        return next(one.max_length for one in found.__metadata__[0].metadata if hasattr(one, "max_length"))
    return found


def longest(model, field: str) -> int:
    return model.model_json_schema()["properties"][field].get("maxLength") or next(
        way["maxLength"] for way in model.model_json_schema()["properties"][field]["anyOf"] if "maxLength" in way
    )


def written(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(written, value))
    return f"{float(str(value)):,.0f}"


def test_every_row_says_what_the_code_does():
    text = DOCUMENT.read_text()
    for row in rows():
        now = written(value_of(row["where"]))
        assert row["why"].strip() and row["unit"].strip()
        if os.environ.get("WRITE_LIMITS"):
            text = re.sub(r"\| [^|]* (\| [^|]+ \| [^|]+ \| `" + re.escape(row["where"]) + "`)", rf"| {now} \1", text)
        else:
            assert row["value"].strip() == now, row
    DOCUMENT.write_text(text) if os.environ.get("WRITE_LIMITS") else None


def test_names_are_told_apart():
    names = [(row["name"], row["unit"]) for row in rows()]
    assert len(names) == len(set(names))


def test_no_limit_is_without_a_row():
    listed = {row["where"] for row in rows()}
    found = set()
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign):
                names = [one.id for one in ast.walk(node.targets[0]) if isinstance(one, ast.Name)]
                found |= {f"{path.relative_to(ROOT)}:{name}" for name in names if LOOKS_LIKE_ONE.fullmatch(name)}
    assert found - listed - NO_LIMITS - AGAIN == set(), "give it a row in docs/limits.md"
    assert (NO_LIMITS | AGAIN) - found == set(), "gone from the code"
