"""Slows guessing down. The rule: nobody is locked out. Whoever fails too often waits, longer each time, but
never long; and a device or address that signed in before is counted apart from strangers, so that
somebody who hammers on an account cannot keep its owner out."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Failures that cost nothing, by what is counted. A stranger's own address is slowed first; the whole account,
# when guesses come from many addresses; a whole address, when it tries many accounts. Codes are tried by who knows
# the password.
FREE = {"known": 5, "stranger": 5, "account": 30, "address": 20, "code": 5}
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
# Failures are forgotten after so long without another.
MEMORY_SECONDS = 3_600.0
# Bounds the memory; to push one entry out, that many guesses at 100 ms of hashing each are needed.
MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class Key:
    kind: str
    value: str


@dataclass
class Tally:
    failures: int = 0
    last: float = 0.0
    until: float = 0.0


class Throttle:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.workers = 1  # web processes, each of which counts what reaches it: each grants its part
        self._tallies: OrderedDict[Key, Tally] = OrderedDict()

    def enter(self, keys: Iterable[Key]) -> float:
        """Seconds to wait, or 0 and the attempt counts as failed until `passed`: a hundred attempts in
        parallel must not all slip through before the first has failed. Refused attempts do not count."""
        now = self._clock()
        tallies = [self._tally(key, now) for key in keys]
        wait = max((tally.until - now for tally in tallies), default=0.0)
        if wait > 0:
            return wait
        for key, tally in zip(keys, tallies, strict=True):
            tally.failures += 1
            tally.last = now
            excess = tally.failures - self._free(key)
            if excess > 0:
                tally.until = now + min(FIRST_WAIT_SECONDS * 2 ** min(excess - 1, 30), LONGEST_WAIT_SECONDS)
        return 0.0

    def passed(self, keys: Iterable[Key]) -> None:
        """The attempt was right. It clears only what is this visitor's own: else somebody with an account
        could sign in now and then to go on guessing at the others."""
        for key in keys:
            if key.kind in ("known", "stranger", "code"):
                self._tallies.pop(key, None)
            elif (tally := self._tallies.get(key)) is not None:
                tally.failures = max(0, tally.failures - 1)
                tally.until = 0.0 if tally.failures <= self._free(key) else tally.until

    def _free(self, key: Key) -> int:
        return max(1, FREE[key.kind] // self.workers)

    def _tally(self, key: Key, now: float) -> Tally:
        tally = self._tallies.get(key)
        if tally is None or now - tally.last > MEMORY_SECONDS:
            tally = self._tallies[key] = Tally()
        self._tallies.move_to_end(key)
        while len(self._tallies) > MOST_ENTRIES:
            self._tallies.popitem(last=False)
        return tally
