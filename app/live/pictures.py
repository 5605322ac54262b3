"""Pictures in a session's output, for who looks at its screen: read from the journal, kept for the next viewer.

The rule: one is read at a time, in a native thread, and what is kept has a bound.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from app import green
from app.keeper.journal import JournalReader
from app.live.errors import NoPicture
from app.live.views import OutputSlice
from app.screen.picture_data import SPREAD_BYTES, Found, extract
from app.screen.picture_sizes import PICTURE_BYTES
from app.screen.pictures import HEAD
from app.screen.placing import SCHEME

if TYPE_CHECKING:
    from pathlib import Path

    from app.live.room import Room
    from app.live.viewer import Viewer

__all__ = ["PICTURE_BYTES", "Pictures", "may_see"]

# In one answer. On a thin line whatever is larger would hold up the output behind it.
PART_BYTES = 128 << 10
# Everybody who is there asks for a new picture at about the same time, in parts.
KEPT_BYTES = 32 << 20
ENTRY_BYTES = 256  # of one that is kept, beside its data
# Whether a picture begins there at all.
HEAD_BYTES = 256
# Questions of one connection that wait for their answers; a page asks two at a time.
MOST_WAITING = 8


class Pictures:
    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], Found] = OrderedDict()
        self._bytes = 0
        self._reading = green.Semaphore(1)
        self._waiting: Counter[str] = Counter()

    def ask(self, sid: str) -> bool:
        """Whether this connection may ask now; who may says `answered` later."""
        free = self._waiting[sid] < MOST_WAITING
        self._waiting[sid] += free
        return free

    def answered(self, sid: str) -> None:
        self._waiting[sid] -= 1
        if not self._waiting[sid]:
            del self._waiting[sid]

    def part(self, directory: Path, offset: int, start: int) -> tuple[str, int, bytes]:
        """Its kind, how many bytes it has, and those from `start` on."""
        found = self._of(directory, offset)
        if found is None:
            raise NoPicture
        return found.kind, len(found.data), found.data[start : start + PART_BYTES]

    def forget(self, session: str) -> None:
        for key in [key for key in self._kept if key[0] == session]:
            self._drop(key)

    def _of(self, directory: Path, offset: int) -> Found | None:
        key = directory.name, offset
        with self._reading:
            found = self._kept.get(key)
            if found is None:
                found = green.offload(_read, directory, offset)
                if found is None:
                    return None  # not yet, perhaps
                self._kept[key] = found
                self._bytes += _weight(found)
            self._kept.move_to_end(key)
            while self._bytes > KEPT_BYTES:
                self._drop(next(iter(self._kept)))
            return found

    def _drop(self, key: tuple[str, int]) -> None:
        self._bytes -= _weight(self._kept.pop(key))


def may_see(room: Room, viewer: Viewer, offset: int) -> bool:
    """A link "from now on only" shows what came since it was made, and what still stands on the screen."""
    if viewer.fresh_from is None or offset >= viewer.fresh_from:
        return True
    return f"{SCHEME}:{offset}/".encode() in room.snapshot(0)[1]


def _weight(found: Found) -> int:
    return ENTRY_BYTES + len(found.data)


def _read(directory: Path, offset: int) -> Found | None:
    with JournalReader(directory) as reader:
        start, data = reader.read(offset, HEAD_BYTES)
        if start != offset or not HEAD.match(data):
            return None
        return extract(OutputSlice.read(reader, offset, SPREAD_BYTES).data)
