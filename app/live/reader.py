"""The reader of a room: output from the journal to the screen and to the viewers in the room.

The rule: the screen stands at `offset`, and all viewers in the Socket.IO room have been sent exactly the output
below it. Nobody's slowness is waited for: what viewers need beyond the broadcast is care.py's.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app import green
from app.keeper.journal import JournalReader
from app.live.marks import Marks
from app.live.presence import Elsewhere
from app.live.tally import Tally
from app.live.viewer import FRAME_SECONDS, WINDOW_BYTES, Viewer
from app.live.wire import Wire
from app.models.command import Ran
from app.screen.engine import Screen

# Output fed and broadcast in one turn.
SLICE_BYTES = 64 << 10
# In a flood more at once: fewer turns, and the engine, in its native thread, has the other core.
FLOOD_SLICE_BYTES = 256 << 10
# What the engine parses on the hub: 0.2 to 0.5 ms. More goes to a native thread, which costs 0.1 ms.
INLINE_BYTES = 32 << 10
# In a flood of small writes the reader waits so long (seconds) for more before its next turn: a program that
# prints a line a write would else cost a thousand turns a second, and everybody's keys wait behind them.
FLOOD_PAUSE_SECONDS = 0.004
# A feed that took so much of a processor (seconds, for up to INLINE_BYTES; more for more) sends the session's next
# ones to a native thread, for so long (seconds). Not by the wall clock: on a busy machine every feed is long by that.
HEAVY_FEED_SECONDS = 0.005
HEAVY_SECONDS = 10.0
# More output than this within FRAME_SECONDS is a flood: who is behind gets frames until it is over.
FLOOD_BYTES = 64 << 10
# Resizes in quick succession share one redraw.
REDRAW_SECONDS = 0.1


class Overtaken(Exception):
    """What comes next is not kept any more: the screen has to be made anew from the saved one."""


@dataclass(frozen=True)
class Resize:
    offset: int
    rows: int
    cols: int


class Reader:
    """Follows one session. Made with a screen that stands at `offset`; `run` is the green thread."""

    def __init__(self, session: str, screen: Screen, offset: int, reader: JournalReader, wire: Wire) -> None:
        self.session = session
        self.screen = screen
        self.offset = offset
        self.reader = reader
        self.head = offset
        self.tally = Tally(offset)
        self.viewers: dict[str, Viewer] = {}
        self.size_holder: Viewer | Elsewhere | None = None
        self.size_taken_at = 0.0  # or given up; a time as Viewer.since: workers compare it
        self.size_told = False  # the others know that it is this holder
        self.recorded = True  # else the journal drops what others have read, be we behind or not
        self.oom_kills = 0  # of its processes, for the session's memory limit
        self.over = False  # ended or lost: nothing more will come
        self.finished = green.Flag()  # and the database knows
        self.caught_up = green.Flag()  # reached `present` once
        self.present = offset  # how far the journal was when the room was made: in a flood the head runs ahead
        self.pressure = False  # the disk is full: output waits in the keeper
        self.fresh_from = -1  # every viewer was redrawn here; a resume from at or below needs a snapshot
        self.last_output_at: float | None = None
        self.last_input_at: float | None = None
        self.last_viewer_at: float | None = None
        self.on_replies: Callable[[bytes, int, int], None] = lambda data, start, end: None
        self.on_end: Callable[[], None] = lambda: None
        self.on_change: Callable[[], None] = lambda: None
        self.on_title: Callable[[], None] = lambda: None
        self.on_presence: Callable[[], None] = lambda: None
        self.on_commands: Callable[[list[Ran]], None] = lambda ran: None
        self.marks = Marks()
        self._ran: list[Ran] = []  # what the last feed said about commands
        self.elsewhere: Callable[[], list[Elsewhere]] = list  # viewers in other workers
        self.unnamed: Callable[[], int] = int  # how many more there are
        self._wire = wire
        self._marks: deque[Resize] = deque()
        self._wake = green.Signal()
        self._asleep = False  # the reader, with nothing to do
        self._failed: Exception | None = None
        self._ending = False
        self._closed = False
        self._flooded_at = 0.0
        self._busy: green.Flag | None = None  # a feed is under way in a native thread
        self._heavy_until = 0.0
        self._window_at, self._window_bytes = 0.0, 0
        self._rate = 0.0  # bytes of output a second, of late
        self._redraw_due: float | None = None
        self._redrawn_at = 0.0
        self._news_due: float | None = None
        self._typist: tuple[str, float] = "", 0.0  # a viewer's id, and when it was last told that it types
        self._title, self._title_at = "", 0.0
        self._snapshots: dict[tuple[int | None, int], bytes] = {}
        self._shared: tuple[int, bytes, int, float] | None = None  # for joiners: offset, bytes, `_resizes`, when
        self.writing = green.Semaphore(1)  # one captured screen at a time is written out: each holds some MiB
        self._resizes = 0
        self._took_at = 0.0
        self._frame_from = self._snapshot_from = 0.0  # not before, to keep their share of the time

    # What the keeper says; called in the order it was said.

    def head_moved(self, head: int) -> None:
        if head <= self.head:
            return
        self.head = head
        if self._may_take_at_once():
            try:
                self._advance()
            except Exception as error:
                self._failed = error  # the reader's to report
        if self.offset < head or self._needs_reader():
            self._wake.set()

    def _may_take_at_once(self) -> bool:
        """A few bytes for a reader that sleeps are taken where the news of them is heard: a key's echo, one turn of
        the hub earlier. Only where nothing can yield: the keeper's connection must not wait for a session."""
        return (
            self._asleep and not (self._marks or self._ending or self._closed or self._flooding())
            and self._feeds_inline(self.head - self.offset)
        )  # fmt: skip

    def _needs_reader(self) -> bool:
        return self._failed is not None or self._due_in() is not None

    def resized(self, offset: int, rows: int, cols: int) -> None:
        self._marks.append(Resize(offset, rows, cols))
        self._wake.set()

    @property
    def size_due(self) -> tuple[int, int]:
        """The size once every resize we heard of is done."""
        last = self._marks[-1] if self._marks else self.screen
        return last.rows, last.cols

    def ending(self, head: int) -> None:
        self.head = max(self.head, head)
        self._ending = True
        self._wake.set()

    def under_pressure(self, on: bool) -> None:
        self.pressure = on
        self.tell("pressure", {"session": self.session, "on": on})

    # The reader.

    def run(self) -> None:
        """The green-thread reader: follow, feed, broadcast; sleeps when there is nothing to do. It goes on
        after the end, for viewers that have yet to catch up, until the room is closed."""
        while not self._closed:
            before = self.offset
            if self._advance():
                hurried = self.offset - before < SLICE_BYTES and self._flooding()
                green.sleep(FLOOD_PAUSE_SECONDS if hurried else 0)
            else:
                self._asleep = True
                self._wake.wait(self._due_in())
                self._asleep = False
            if self._failed is not None:
                raise self._failed
            if not self._closed:
                self._attend()

    def close(self) -> None:
        """Stops the reader and frees the screen. The session itself is not touched."""
        self._closed = True
        self._wake.set()
        self.settle()
        self.screen.close()

    def _advance(self) -> bool:
        """Takes one slice of output, or one resize at its place. False: there is nothing to take."""
        if self._marks and self._marks[0].offset <= self.offset:
            self._resize(self._marks[0])
            self._marks.popleft()  # only now: `size_due` is asked while the screen takes its time
            return True
        stop = min(self.head, self.offset + (FLOOD_SLICE_BYTES if self._flooding() else SLICE_BYTES))
        if self._marks:
            stop = min(stop, self._marks[0].offset)
        if stop <= self.offset:
            self.caught_up.set()
            if self._ending and not self.over and self.offset >= self.head:
                self._end()
            return False
        start, data = self.reader.read(self.offset, stop - self.offset)
        if not data and self._ending:  # all was written before the end was told: what is not there is gone
            start = stop
        if start > self.offset:
            if data and not self.recorded:
                raise Overtaken
            self._skip(start)
        if not data:
            return self._ending
        self._take(start, data)
        return True

    def _take(self, start: int, data: bytes) -> None:
        replies = self._feed(data)
        self.offset = start + len(data)
        if self.offset >= self.present:
            self.caught_up.set()
        self.tally.output(start, data)
        self.last_output_at = time.time()
        self._gauge(len(data))
        self._took_at = time.monotonic()
        self._snapshots.clear()
        if replies:
            self.on_replies(replies, start, self.offset)
        if self._ran:
            ran, self._ran = self._ran, []
            self.on_commands(ran)
        if self.viewers and self._redraw_due is None:
            self._wire.output(self.session, start, data)
            now = time.monotonic()
            for viewer in self.viewers.values():
                if viewer.live:
                    viewer.took_output(self.offset, now)
                    # Its word for what it drew is not all: what the kernel has not taken it cannot have drawn.
                    if viewer.over_window(now) or self._wire.queued(viewer.sid) > WINDOW_BYTES:
                        self._fall_behind(viewer)
        self.on_change()

    def _feed(self, data: bytes) -> bytes:
        """On the hub what is short; in a native thread what is long, or comes from a program whose output
        takes the engine long (a flood of full resets, a thousand links): it slows only its own session."""
        if self._feeds_inline(len(data)):
            replies, cost = self._timed_feed(data)
        else:
            self._busy = green.Flag()
            try:
                replies, cost = green.offload(self._timed_feed, data)
            finally:
                self._busy.set()
                self._busy = None
        if cost > HEAVY_FEED_SECONDS * max(1.0, len(data) / INLINE_BYTES):
            self._heavy_until = time.monotonic() + HEAVY_SECONDS
        return replies

    def _feeds_inline(self, count: int) -> bool:
        return count <= INLINE_BYTES and time.monotonic() >= self._heavy_until

    def _timed_feed(self, data: bytes) -> tuple[bytes, float]:
        """The replies, and the processor time that they cost this thread, in seconds."""
        began = time.thread_time()
        self._ran += self.marks.take(self.offset, data, lambda _: time.time())
        return self.screen.feed(data, self.offset), time.thread_time() - began

    @property
    def closed(self) -> bool:
        """Its session was forgotten, or ended long ago: there is no screen any more."""
        return self._closed

    def settle(self) -> None:
        """Waits until the screen stands at `offset`. To be called right before the screen is read from
        outside the reader; nothing may yield between the two."""
        while self._busy is not None:
            self._busy.wait(HEAVY_SECONDS)

    def _flooding(self) -> bool:
        return time.monotonic() - self._flooded_at < FRAME_SECONDS

    def _gauge(self, count: int) -> None:
        now = time.monotonic()
        if now - self._window_at > FRAME_SECONDS:
            self._rate = (self._rate_now(now) + self._rate) / 2
            self._window_at, self._window_bytes = now, 0
        self._window_bytes += count
        if self._window_bytes > FLOOD_BYTES:
            self._flooded_at = now

    def _rate_now(self, now: float) -> float:
        return self._window_bytes / max(now - self._window_at, FRAME_SECONDS)

    def _skip(self, start: int) -> None:
        """Bytes were lost (disk full, or dropped before we came): the parser starts afresh behind them."""
        self.tell("gap", {"session": self.session, "start": self.offset, "end": start})
        self.screen.replay(b"\x18")  # CAN: whatever sequence was cut off is over
        self.offset = start
        self._snapshots.clear()
        self._redraw_due = time.monotonic()

    def _resize(self, mark: Resize) -> None:
        if (mark.rows, mark.cols) == (self.screen.rows, self.screen.cols):
            return
        self._resizes += 1
        replies = self._reflowed(mark.rows, mark.cols)
        if replies:
            self.on_replies(replies, self.offset, self.offset)
        self._snapshots.clear()
        self.fresh_from = self.offset
        self._redraw_due = max(time.monotonic(), self._redrawn_at + REDRAW_SECONDS)
        self.on_change()

    def _reflowed(self, rows: int, cols: int) -> bytes:
        """In a native thread: 27 ms for 5000 lines from one column to a thousand."""
        self._busy = green.Flag()
        try:
            return green.offload(self.screen.resize, rows, cols)
        finally:
            self._busy.set()
            self._busy = None

    def _end(self) -> None:
        self.over = True
        if self._redraw_due is not None:
            self._redraw()
        self.on_end()

    # For the classes above this one, in care.py and room.py.

    def _due_in(self) -> float | None:
        """Seconds until something is to be done for a viewer; None: wait for output, or for what viewers say."""
        raise NotImplementedError

    def _attend(self) -> None:
        """Does what is due for viewers."""
        raise NotImplementedError

    def _fall_behind(self, viewer: Viewer) -> None:
        raise NotImplementedError

    def _redraw(self) -> None:
        raise NotImplementedError

    def tell(self, event: str, message: dict[str, Any]) -> None:
        raise NotImplementedError
