"""One joined tab, device or script. The rule: slow is a state, not a queue. What a viewer has been sent
and has not drawn is bounded by WINDOW_BYTES and one snapshot; beyond that it leaves the live room."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

# Output a viewer may be sent beyond what it says it has drawn. 1 MiB is what the contract grants a
# client that never sends `drawn`; a browser draws as much in 50 ms.
WINDOW_BYTES = 1 << 20
# A viewer that never says `drawn` gets at most one snapshot in so many seconds once past its window.
SILENT_SNAPSHOT_SECONDS = 1.0


@dataclass(eq=False)
class Viewer:
    """`sent` and `drawn` are offsets; `client` outlives the connection (numbered input, resume)."""

    sid: str
    session: str
    user: str
    user_id: int
    role: str
    client: str = ""
    rows: int | None = None
    cols: int | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    joined_at: float = field(default_factory=time.time)  # seconds since 1970: workers compare it
    sent: int = 0
    drawn: int = 0
    draws: bool = False
    behind: bool = False
    snapshot_at: float = 0.0
    snapshot_offset: int = 0

    @property
    def input_client(self) -> str:
        """The name under which the keeper counts this viewer's input; scoped, so that nobody can spend
        the sequence numbers of another user's client."""
        return f"{self.user_id}:{self.client}" if self.client else ""

    def drew(self, offset: int) -> None:
        """Takes the viewer's word, within what it was really sent; offsets never go back."""
        self.draws = True
        self.drawn = max(self.drawn, min(offset, self.sent))

    def over_window(self) -> bool:
        return self.sent - self.drawn > WINDOW_BYTES

    def owes_snapshot(self, queued: int) -> bool:
        """Whether an earlier snapshot is still on its way, so that another would only pile up."""
        return self.drawn < self.snapshot_offset if self.draws else queued > 0

    def ready_for_more(self, queued: int, now: float) -> bool:
        """For a viewer behind: whether all it was sent is drawn (or, if it never says so, has left us)."""
        if self.draws:
            return self.drawn >= self.sent
        return queued == 0 and now - self.snapshot_at >= SILENT_SNAPSHOT_SECONDS

    def took_snapshot(self, offset: int, now: float) -> None:
        self.sent = self.snapshot_offset = offset
        self.snapshot_at = now
        if not self.draws:
            self.drawn = offset

    def as_json(self) -> dict[str, object]:
        """The entry of the contract's `viewers` list."""
        return {
            "viewer": self.id, "user": self.user, "role": self.role, "rows": self.rows, "cols": self.cols,
        }  # fmt: skip
