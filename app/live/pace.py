"""How fast a viewer takes what it is sent: its line and its drawing together, or, while it has said too little
for that, its line alone, which the socket knows.

The rule: a pause is not a thin line. Of the last measurements the best counts, and before there are enough
nothing is known, so a viewer is taken for slow only after it was slow several times in a row.
"""

from __future__ import annotations

from collections import deque

# One measurement: at least so many bytes drawn in at least so long (seconds): reports come in bunches.
SAMPLE_BYTES, SAMPLE_SECONDS = 32 << 10, 0.01
SAMPLES, ENOUGH_SAMPLES = 8, 3
# A snapshot's scrollback is cut to what the viewer takes in so long (seconds), and to no less than this.
SNAPSHOT_SECONDS = 1.5
LEAST_SNAPSHOT_BYTES = 128 << 10
# Slower than this (bytes a second) a snapshot with its scrollback takes longer than the eye waits.
THIN_RATE = 4 << 20
# Without a measurement a measured line counts no more after so long (seconds): lines change.
KNOWN_SECONDS = 60.0


class Pace:
    def __init__(self) -> None:
        self._samples: deque[float] = deque(maxlen=SAMPLES)
        self._since: float | None = None  # when the bytes counted now began to be owed
        self._bytes = 0
        self._measured_at = 0.0
        self.line: float | None = None  # bytes a second that its socket takes, where that is known

    def owes(self, now: float) -> None:
        """Something was sent."""
        if self._since is None:
            self._since = now

    def drew(self, count: int, now: float, all_of_it: bool) -> None:
        """Drew so many bytes; `all_of_it`: nothing is owed any more."""
        if self._since is None:
            return
        self._bytes += count
        took = now - self._since
        if self._bytes >= SAMPLE_BYTES and took >= SAMPLE_SECONDS:
            self._samples.append(self._bytes / took)
            self._since, self._bytes, self._measured_at = now, 0, now
        if all_of_it:
            self._since, self._bytes = None, 0

    def rate(self, now: float) -> float | None:
        """Bytes a second; None: not known."""
        if len(self._samples) < ENOUGH_SAMPLES or now - self._measured_at > KNOWN_SECONDS:
            return self.line
        drawn = max(self._samples)
        return drawn if self.line is None else min(drawn, self.line)

    def thin(self, now: float) -> bool:
        """A snapshot with scrollback would keep it waiting."""
        rate = self.rate(now)
        return rate is not None and rate < THIN_RATE

    def snapshot_bytes(self, most: int, now: float) -> int:
        """How large a snapshot may be: `most`, halved until it does not keep this viewer waiting, so that
        viewers of about the same pace can share one."""
        rate = self.rate(now)
        while rate is not None and most > max(LEAST_SNAPSHOT_BYTES, rate * SNAPSHOT_SECONDS):
            most //= 2
        return most
