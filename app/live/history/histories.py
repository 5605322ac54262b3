"""The histories in use: one index a session, few at a time, and who may work when.

The rule: nobody waits long for somebody else. Reading a long journal takes turns of a fraction of a second, a request
answers after two seconds with what there is, and one search at a time runs in this process.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from app import green
from app.live.errors import Crowded, Unavailable
from app.live.history import pages
from app.live.history.anchors import Anchor, anchor
from app.live.history.index import Index, View
from app.live.history.replay import Dropped
from app.live.history.search import Found, Wanted, search
from app.words import said

T = TypeVar("T")

# Indexes kept, 1.5 MB each at most; the one used longest ago goes first.
MOST_INDEXES = 8
# An index nobody asked for goes after so long (seconds).
KEPT_SECONDS = 300.0
# One request reads on in a long journal for so long (seconds), in turns of:
WORK_SECONDS = 2.0
TURN_SECONDS = 0.25
# Requests that wait for a turn, of all sessions together and of one: to read (0.25 s at most), to search (2 s). More
# are told to come back.
MOST_WAITING, READERS_WAITING, SEARCHES_WAITING = 64, 16, 4
# The journal may drop rows while they are read; who tries so often in vain meets a flood.
TRIES = 3


class Turns:
    """So many at a time, and a bounded queue behind them, of which no session's readers take all."""

    def __init__(self, at_once: int, each: int) -> None:
        self._free = green.Semaphore(at_once)
        self._each = each
        self._waiting: Counter[str] = Counter()

    @contextmanager
    def turn(self, session_id: str) -> Iterator[None]:
        waiting = self._waiting
        if waiting[session_id] >= self._each or waiting.total() >= MOST_WAITING:
            raise Crowded(said("Too many are reading histories just now. Try again in a moment."))
        waiting[session_id] += 1
        try:
            self._free.acquire()
        finally:
            waiting[session_id] -= 1
            if not waiting[session_id]:
                del waiting[session_id]
        try:
            yield
        finally:
            self._free.release()


class Histories:
    def __init__(self, sessions_dir: Path) -> None:
        self._sessions_dir = sessions_dir
        self._indexes: OrderedDict[str, Index] = OrderedDict()
        self._used: dict[str, float] = {}
        self._indexing = Turns(1, READERS_WAITING)
        self._paging = Turns(2, READERS_WAITING)
        self._searching = Turns(1, SEARCHES_WAITING)

    def outline(self, session_id: str, offset: int | None) -> pages.Outline:
        return self._read(session_id, lambda view, directory: pages.outline(directory, view, offset))

    def rows_of(self, session_id: str, offsets: Collection[int]) -> tuple[str, dict[int, int]]:
        """The numbering, and in which of its rows the cursor stood at these offsets."""

        def call(view: View, directory: Path) -> tuple[str, dict[int, int]]:
            return view.history, pages.rows_of(directory, view, offsets)

        return self._read(session_id, call)

    def anchor(self, session_id: str, offset: int | None, up: int) -> Anchor | None:
        """Of the line so many rows above the cursor's at that offset (None: the newest); None: it is not kept."""
        return self._read(session_id, lambda view, directory: anchor(directory, view, offset, up))

    def page(self, session_id: str, start: int, count: int, format: str) -> pages.Page:
        def call(view: View, directory: Path) -> pages.Page:
            return pages.page(directory, view, start, count, format)

        return self._read(session_id, call, rows=start + count)

    def search(self, session_id: str, wanted: Wanted) -> Found:
        until = time.monotonic() + WORK_SECONDS

        def call(view: View, directory: Path) -> Found:
            return search(directory, view, wanted, max(until - time.monotonic(), TURN_SECONDS))

        return self._read(session_id, call, self._searching)

    def forget(self, session_id: str) -> None:
        self._indexes.pop(session_id, None)
        self._used.pop(session_id, None)

    def _read(
        self,
        session_id: str,
        call: Callable[[View, Path], T],
        turns: Turns | None = None,
        rows: int | None = None,
    ) -> T:
        """`rows`: the call needs no more of the index than reaches so far."""
        for _ in range(TRIES):
            view = self._view(session_id, rows)
            try:
                with (turns or self._paging).turn(session_id):
                    return green.offload(call, view, self._sessions_dir / session_id)
            except Dropped:
                continue
        raise Unavailable(said("The history is being overwritten faster than it can be read. Try again in a moment."))

    def _view(self, session_id: str, rows: int | None) -> View:
        index, until = self._index(session_id), time.monotonic() + WORK_SECONDS
        while True:
            with self._indexing.turn(session_id):
                view = green.offload(index.extend, TURN_SECONDS)
            enough = rows is not None and view.tip.row >= rows
            if view.complete or enough or time.monotonic() >= until:
                return view

    def _index(self, session_id: str) -> Index:
        if not self._indexes:
            green.spawn(self._expire)
        index = self._indexes.get(session_id)
        if index is None:
            index = self._indexes[session_id] = Index(self._sessions_dir / session_id)
        self._indexes.move_to_end(session_id)
        self._used[session_id] = time.monotonic()
        while len(self._indexes) > MOST_INDEXES:
            self.forget(next(iter(self._indexes)))
        return index

    def _expire(self) -> None:
        """Runs while there are indexes."""
        while self._indexes:
            green.sleep(KEPT_SECONDS / 4)
            for session_id, used in list(self._used.items()):
                if time.monotonic() - used > KEPT_SECONDS:
                    self.forget(session_id)
