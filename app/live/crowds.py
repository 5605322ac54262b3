"""How many connections each account, guest and address has in the other web processes (HOLDFAST_WORKERS).

The rule: who comes waits for nobody. Each worker counts its own and tells what has changed, soon; so a limit holds over
all of them, but for those who come to several within TELL_SECONDS. A lost note is made good: all is told again
whenever somebody comes, and the first note of that takes the place of what was told before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from app import green

# Comings and goings within this time (seconds) are counted and told together.
TELL_SECONDS = 0.05
# Who goes without having said who it was is missed so late (seconds), or when somebody else comes or goes.
AGAIN_SECONDS = 15.0
# Of 60 bytes each in one note.
TOLD_AT_ONCE = 1000


class Crowds:
    def __init__(self, say: Callable[..., None]) -> None:
        self.here: Callable[[], Counter[str]] = Counter  # set by who lets connections in
        self._say = say
        self._told: Counter[str] = Counter()
        self._anew = False  # all is to be told, not what is new
        self._others: dict[str, dict[str, int]] = {}
        self._wake = green.Signal()

    def elsewhere(self, key: str) -> int:
        return sum(other.get(key, 0) for other in self._others.values())

    def changed(self) -> None:
        """Somebody came or went here."""
        self._wake.set()

    def came(self) -> None:
        """A worker that has heard nothing yet."""
        self._anew = True
        self._wake.set()

    def away(self, name: str) -> None:
        self._others.pop(name, None)

    def heard(self, name: str, note: dict[str, Any]) -> None:
        known = {} if note["anew"] else self._others.get(name, {})
        self._others[name] = {key: count for key, count in {**known, **note["counts"]}.items() if count}

    def tell_in_turn(self) -> None:
        while True:
            self._wake.wait(AGAIN_SECONDS if self._told else None)
            green.sleep(TELL_SECONDS)
            self._tell()

    def _tell(self) -> None:
        now, anew = self.here(), self._anew
        told, self._told, self._anew = Counter() if anew else self._told, now, False
        news = [key for key in {**told, **now} if told[key] != now[key]]
        for first in range(0, len(news) or int(anew), TOLD_AT_ONCE):
            counts = {key: now[key] for key in news[first : first + TOLD_AT_ONCE]}
            self._say("crowd", counts=counts, anew=anew and first == 0)
