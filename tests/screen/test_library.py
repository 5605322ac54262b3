"""The engine's declarations are compiled once, and a directory that nobody may write to costs time only."""

import os
import subprocess
import sys

import pytest

SEEN = """
import sys
sys.modules.update(dict.fromkeys(BLOCKED))
from app.screen.engine import Screen
screen = Screen(2, 10)
screen.feed("h\u00e9".encode())
print(screen.capture().text().strip())
"""


def seen(cache, blocked=()):
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache), "PYTHONIOENCODING": "utf-8"}
    code = SEEN.replace("BLOCKED", repr(blocked))
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_declarations_are_parsed_once(tmp_path):
    assert seen(tmp_path).stdout == "h\u00e9\n"
    [kept] = tmp_path.rglob("ghostty_*.py")
    before = kept.stat().st_mtime_ns
    again = seen(tmp_path, blocked=("cffi", "pycparser"))  # what parses them is not even asked for
    assert again.stdout == "h\u00e9\n", again.stderr
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("place", ["/proc/holdfast", "/dev/null"])
def test_where_nothing_can_be_kept_it_works_all_the_same(place):
    there = seen(place)
    assert there.stdout == "h\u00e9\n", there.stderr
