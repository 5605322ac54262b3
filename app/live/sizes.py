"""How often a session may change its size. Each change is a record in the timeline, a signal to the program, a
reflow of all the scrollback and a redraw for everybody.

The rule: the first change comes at once, then at most one in RESIZE_SECONDS; the last one asked for always
comes, and whoever was overtaken by it is told the size that holds. Nobody is refused because another asks too much.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from app import green
from app.keeper.client import KeeperError

# A dragged window edge looks smooth so; shells and editors redraw themselves in a few milliseconds.
RESIZE_SECONDS = 0.1
# When so many wait they are told the size that holds already, and not when the next one does.
MOST_WAITING = 100


class Size(NamedTuple):
    rows: int
    cols: int


Done = Callable[[KeeperError | None, Size], None]
Resize = Callable[[str, int, int], object]


@dataclass
class _Session:
    """A session that changed its size of late: what it is to be next, and who waits for that."""

    wanted: Size | None = None
    waiting: list[Done] = field(default_factory=list)
    changed_at: float = 0.0
    holds: Size | None = None


class Sizes:
    """`resize` asks the keeper, and may wait or raise KeeperError."""

    def __init__(self, resize: Resize) -> None:
        self._resize = resize
        self._sessions: dict[str, _Session] = {}

    def ask(self, session: str, size: Size, done: Done) -> None:
        """`done` is called once, now or later."""
        if session in self._sessions:
            known = self._sessions[session]
            known.wanted = size
            if len(known.waiting) >= MOST_WAITING:
                told, known.waiting = known.waiting, []
                for overtaken in told:
                    overtaken(None, known.holds or size)
            known.waiting.append(done)
            return
        known = self._sessions[session] = _Session(size, [done])
        self._change(session, known)  # here, so that what its asker types next comes after it
        green.spawn(self._later, session, known)

    def _later(self, session: str, known: _Session) -> None:
        while True:
            green.sleep(max(0.0, known.changed_at + RESIZE_SECONDS - time.monotonic()))
            if known.wanted is None:
                del self._sessions[session]
                return
            self._change(session, known)

    def _change(self, session: str, known: _Session) -> None:
        size, told, error = known.wanted, known.waiting, None
        known.wanted, known.waiting, known.changed_at = None, [], time.monotonic()
        assert size is not None
        try:
            self._resize(session, *size)
            known.holds = size
        except KeeperError as refused:
            error = refused
        for done in told:
            done(error, size)
