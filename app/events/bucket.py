"""How fast one connection may ask. The rule: a token bucket, and once it is empty nothing is taken until it has a
second's worth again: a script that sends one numbered input after another must not get every tenth through."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.limits import EVENTS_A_SECOND, EVENTS_AT_ONCE

# `drawn` asks for nothing, is not acknowledged, and comes with every piece of a flood.
COSTS = {"drawn": 0.1}


class Bucket:
    def __init__(
        self, rate: float = EVENTS_A_SECOND, most: float = EVENTS_AT_ONCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._most, self._clock = rate, most, clock
        self._left, self._at = float(most), clock()
        self._empty = False

    def takes(self, event: object) -> bool:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        cost = COSTS.get(event, 1.0) if isinstance(event, str) else 1.0
        self._empty = self._left < (self._rate if self._empty else cost)
        if not self._empty:
            self._left -= cost
        return not self._empty
