"""One joined tab, device or script. The rule: slow is a state, not a queue. What a viewer has been sent
and has not drawn is bounded by WINDOW_BYTES and one snapshot; beyond that it leaves the live room."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import deque
from dataclasses import dataclass, field

from app.live.listing import Device, View, listed
from app.live.pace import Pace
from app.live.typists import typist
from app.permissions import RESIZE, Actor, Guest, allows

# Output a viewer may be sent beyond what it says it has drawn. 1 MiB is what the contract grants a
# client that never sends `drawn`; a browser draws as much in 50 ms.
WINDOW_BYTES = 1 << 20
# Who says what it draws is behind also when it is so late (seconds) with more than so many bytes: on a thin
# line a window of output would be many seconds old.
LATE_SECONDS = 0.75
LATE_BYTES = 64 << 10
# A viewer that never says `drawn` gets at most one snapshot in so many seconds once past its window.
SILENT_SNAPSHOT_SECONDS = 1.0
# While a viewer is behind it gets the visible screen so often (seconds); if it drew the last one within
# PROMPT_SECONDS, more often; for a moment after its own input, to show the echo, as often as it can.
FRAME_SECONDS = 0.1
PROMPT_SECONDS = PROMPT_FRAME_SECONDS = 0.04
ECHO_SECONDS, ECHO_FRAME_SECONDS = 0.3, 0.015
# On a long line frames may follow one another before the first is reported: together so large, or as much as the
# line takes in so long (seconds).
FLYING_BYTES, FLYING_SECONDS = 16 << 10, 0.1
FLYING_MOST = 3
# Back in the room and behind again within this time (seconds): the next way back takes twice as long.
RELAPSE_SECONDS = 5.0
RETURN_SECONDS, MOST_RETURN_SECONDS = 0.5, 30.0


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
    device: Device = "desktop"
    guest: Guest | None = None
    id: str = ""
    joined_at: float = field(default_factory=time.time)  # seconds since 1970, for people
    # Seconds since the machine's start, one clock for all processes: workers compare it, and nobody sets it back.
    since: float = field(default_factory=time.monotonic)
    sent: int = 0
    drawn: int = 0
    draws: bool = False
    behind: bool = False
    hidden: bool = False  # nobody looks: it is listed and told the news, and gets no output, frame or snapshot
    stale: bool = False  # behind, and the session was resized since its last snapshot
    snapshot_at: float = 0.0
    snapshot_offset: int = 0
    typed_at: float = 0.0
    writes_at: float = 0.0  # when it was told last that it writes a message; monotonic
    last_typed_at: float | None = None  # seconds since 1970, for people; `typed_at` is monotonic
    view: View | None = None  # None: at the bottom
    asks: bool = False  # for the keyboard
    lent: bool = False  # may only watch, and has the keyboard until it leaves or the owner takes it back
    pace: Pace = field(default_factory=Pace)
    return_from: float = 0.0  # no exact snapshot before, while a flood goes on
    _returned_at: float = 0.0
    _return_seconds: float = RETURN_SECONDS
    _flying: deque[tuple[int, int, float, bool]] = field(default_factory=deque)  # offset, bytes, when, frame
    _before_frames: int = 0  # what was sent before the first frame that flies
    prompt: bool = False  # drew its last frame within PROMPT_SECONDS
    _late_mark: tuple[int, float] | None = None  # an offset, and since when it is owed

    def __post_init__(self) -> None:
        """A client that comes back after its connection was seen to end is listed under the id it had: to others it
        was away, and is not somebody new."""
        if not self.id:
            name = f"{self.session} {self.input_client}"
            self.id = hashlib.sha256(name.encode()).hexdigest()[:12] if self.client else secrets.token_hex(6)

    @property
    def actor(self) -> Actor:
        return Actor(self.user_id, self.user, False, guest=self.guest)

    @property
    def link(self) -> int:
        """The number of the share link that it came by; 0: it did not."""
        return self.guest.link if self.guest else 0

    @property
    def fresh_from(self) -> int | None:
        """Nothing that was written below this offset is shown to it, but for what still stands on the screen."""
        return self.guest.fresh_from if self.guest else None

    def may(self, need: str) -> bool:
        """Settled at the join and whenever that changes; a link's end is looked at each time, by the clock."""
        over = self.guest is not None and self.guest.until is not None and self.guest.until <= time.time()
        alone = self.fresh_from is not None and need == RESIZE  # a higher window would show lines from above the screen
        return allows(self.role, need) and not over and not alone

    @property
    def input_client(self) -> str:
        """The name under which the keeper counts this viewer's input; scoped, so that nobody can spend
        the sequence numbers of another user's client, and that the timeline has who typed (app/live/typists.py)."""
        return typist(self.user_id, self.client) if self.client else ""

    @property
    def live(self) -> bool:
        """In the Socket.IO room: gets the output as it comes."""
        return not self.behind and not self.hidden

    @property
    def helped(self) -> bool:
        """Gets frames, and the exact snapshot that brings it back."""
        return self.behind and not self.hidden

    def looked(self, visible: bool) -> None:
        """A hidden page draws a thousand times slower, or not at all: that says nothing about it once it is shown."""
        self.hidden = not visible
        self._late_mark = None
        self.pace = Pace()

    def took_output(self, offset: int, now: float) -> None:
        self.sent = offset
        self.pace.owes(now)
        if self._late_mark is None:
            self._late_mark = offset, now

    def drew(self, offset: int, now: float) -> None:
        """Takes the viewer's word, within what it was really sent; offsets never go back."""
        self.draws = True
        offset = min(offset, self.sent)
        if offset <= self.drawn:
            return
        count, base = 0, self.drawn
        while self._flying and self._flying[0][0] <= offset:
            base, size, sent_at, frame = self._flying.popleft()
            count += size
            self.prompt = frame and now - sent_at < PROMPT_SECONDS
        self.drawn = offset
        self.pace.drew(count + offset - base, now, offset == self.sent)
        if self._late_mark is not None and offset >= self._late_mark[0]:
            self._late_mark = (self.sent, now) if offset < self.sent else None

    def over_window(self, now: float) -> bool:
        """A snapshot under way counts for itself: only the output after it is measured here."""
        owed = self.sent - max(self.drawn, self.snapshot_offset)
        late = self._late_mark is not None and now - self._late_mark[1] > LATE_SECONDS
        return owed > WINDOW_BYTES or (self.draws and late and owed > LATE_BYTES)

    def fell_behind(self, now: float, dropped: int | None) -> None:
        """`dropped`: from where on output that had not left yet was forgotten."""
        self.behind = True
        self._late_mark = None
        if dropped is not None:
            self.sent = max(self.drawn, dropped)
        again = now - self._returned_at < RELAPSE_SECONDS
        self._return_seconds = min(self._return_seconds * 2, MOST_RETURN_SECONDS) if again else RETURN_SECONDS
        self.return_from = now + self._return_seconds

    def returned(self, now: float) -> None:
        self.behind = False
        self._returned_at = now

    def owes_snapshot(self, queued: int) -> bool:
        """Whether an earlier snapshot is still on its way, so that another would only pile up."""
        return queued > 0 or (self.draws and self.drawn < self.snapshot_offset)

    def waits_for_drawn(self) -> bool:
        """Nothing can be done for it before it says more; then it is looked at, and not before."""
        if not self.draws or self.drawn >= self.sent:
            return False
        frames = bool(self._flying) and all(frame for _, _, _, frame in self._flying)
        if not frames or self.drawn < self._before_frames:
            return True
        most = max(FLYING_BYTES, (self.pace.line or 0.0) * FLYING_SECONDS)
        return len(self._flying) >= FLYING_MOST or sum(size for _, size, _, _ in self._flying) >= most

    def ready_for_more(self, queued: int, now: float) -> bool:
        """For a viewer behind: whether all it was sent is drawn (or, if it never says so, has left us)."""
        if queued or self.waits_for_drawn():
            return False
        return self.draws or now - self.snapshot_at >= SILENT_SNAPSHOT_SECONDS

    def frame_seconds(self, now: float) -> float:
        """How long after its last frame the next one is due."""
        if now - self.typed_at < ECHO_SECONDS:
            return ECHO_FRAME_SECONDS
        return PROMPT_FRAME_SECONDS if self.prompt else FRAME_SECONDS

    def took_snapshot(self, offset: int, now: float, size: int, frame: bool = False) -> None:
        if offset > self.drawn:
            if not self._flying:
                self._before_frames = self.sent
            self._flying.append((offset, size, now, frame))
            self.pace.owes(now)
        self.sent = offset
        self.stale = False
        if not frame:
            self.snapshot_offset = offset
        self.snapshot_at = now
        if not self.draws:
            self.drawn = offset
            self._flying.clear()

    def as_json(self) -> dict[str, object]:
        return listed(self)
