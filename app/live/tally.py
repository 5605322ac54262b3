"""What went through a session: lines of output, bytes of input, and how much comes just now.

The rule: a line is counted once, whoever followed the session when it came: what this process did not see, it counts
in the journal."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

# The rate is a mean over about so long (seconds), in which what is older fades.
RATE_SECONDS = 5.0
# Lines that nobody counted are counted in at most so much of the journal's end: some 20 ms in a native thread.
RECOUNT_BYTES = 128 << 20
RECOUNT_PIECE = 1 << 20

Read = Callable[[int, int], tuple[int, bytes]]


class Tally:
    """`counted_to`: lines in the output below this offset are counted."""

    def __init__(self, offset: int = 0, lines: int = 0, input_bytes: int = 0) -> None:
        self.counted_to = offset
        self.lines = lines
        self.input_bytes = input_bytes
        self._rate = 0.0
        self._rate_at = time.monotonic()

    def output(self, start: int, data: bytes) -> None:
        end = start + len(data)
        if end <= self.counted_to:
            return
        self.lines += data.count(b"\n", max(0, self.counted_to - start))
        self.counted_to = end
        now = time.monotonic()
        self._rate = self.rate(now) + len(data) / RATE_SECONDS
        self._rate_at = now

    def rate(self, now: float | None = None) -> float:
        """Bytes of output a second."""
        passed = (time.monotonic() if now is None else now) - self._rate_at
        return self._rate * math.exp(-passed / RATE_SECONDS)


def recounted(read: Read, offset: int, until: int) -> int:
    """Lines in the output from `offset` to `until`, as far as the journal still has it."""
    lines, at = 0, max(offset, until - RECOUNT_BYTES)
    while at < until:
        start, data = read(at, min(RECOUNT_PIECE, until - at))
        if not data or start >= until:
            break
        lines += data.count(b"\n", 0, until - start)
        at = start + len(data)
    return lines
