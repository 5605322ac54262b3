"""Screens written out, in native threads. The rule: few at a time in the whole process. They are pure Python,
so more at once are not faster: they only fight with one another, and with the hub, for the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app import green
from app.screen.engine import Capture

AT_ONCE = 2
_turns = green.Semaphore(AT_ONCE)


def write(form: Callable[..., Any], capture: Capture, *args: Any) -> Any:
    """`form(capture, ...)`, once it is its turn. A capture holds some MiB: whoever calls bounds how many wait."""
    with _turns:
        return green.offload(form, capture, *args)


def fitting(capture: Capture, most: int) -> bytes:
    """At most about so many bytes: with all its scrollback, or with the part that fits."""
    data, lines = capture.ansi(), capture.lines
    while len(data) > most and lines:
        lines = int(min(lines, data.count(b"\n")) * most / len(data) * 0.95)
        data = capture.ansi(lines)
    return data
