"""Writes the width table in static/js/helpers/widths.js: `python -m tests.screen.make_widths`.

The one rule: the browser's widths are the engine's, character for character; tests/screen/test_widths.py
checks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from app.screen.ghostty import codepoint_width

TABLE = re.compile(r'(?<=const TABLE = ")[^"]*(?=")')
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
CODEPOINTS = 0x110000


def table() -> str:
    """Runs of equal width: "how far from the last run's start, in base 36" and "width", joined by blanks."""
    runs: list[str] = []
    start, width = 0, -1
    for codepoint in range(CODEPOINTS):
        here = codepoint_width(codepoint)
        if here != width:
            runs.append(_base36(codepoint - start) + str(here))
            start, width = codepoint, here
    return " ".join(runs)


def _base36(number: int) -> str:
    digits = DIGITS[number % 36]
    while number := number // 36:
        digits = DIGITS[number % 36] + digits
    return digits


def main() -> None:
    path = Path(__file__).parents[2] / "static/js/helpers/widths.js"
    source = path.read_text()
    path.write_text(TABLE.sub(table(), source, count=1))
    sys.stdout.write(f"{path.name}: {len(table())} bytes of table\n")


if __name__ == "__main__":
    main()
