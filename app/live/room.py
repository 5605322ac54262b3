"""A session being followed: its screen, its reader, its viewers.

The rule: past and present meet at one byte. The screen stands at `offset`; all viewers in the Socket.IO
room have been sent exactly the output below `offset`; a joiner gets a snapshot, the bytes since it, and
enters the room, the last two in one step without a yield in between.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app import green
from app.keeper.journal import JournalReader
from app.live.errors import NotThere
from app.live.presence import Elsewhere
from app.live.viewer import WINDOW_BYTES, Viewer
from app.live.wire import Wire
from app.screen.engine import Capture, Screen

# Output fed and broadcast in one turn.
SLICE_BYTES = 64 << 10
# In a flood more at once: fewer turns, and the engine, in its native thread, has the other core.
FLOOD_SLICE_BYTES = 256 << 10
# What the engine parses on the hub: 0.2 to 0.5 ms. More goes to a native thread, which costs 0.1 ms.
INLINE_BYTES = 32 << 10
# In a flood of small writes the reader waits so long (seconds) for more before its next turn: a program that
# prints a line a write would else cost a thousand turns a second, and everybody's keys wait behind them.
FLOOD_PAUSE_SECONDS = 0.004
# A resume may be replayed from the journal up to so much; beyond, a snapshot is smaller.
RESUME_BYTES = 256 << 10
# A snapshot with scrollback is cut to about this, so that one viewer never costs more than a few MiB.
SNAPSHOT_BYTES = 3 << 20
# While a viewer is behind it gets the visible screen so often (seconds), if it has drawn the last one.
FRAME_SECONDS = 0.1
# A feed that took so much of a processor (seconds, for up to INLINE_BYTES; more for more) sends the session's next
# ones to a native thread, for so long (seconds). Not by the wall clock: on a busy machine every feed is long by that.
HEAVY_FEED_SECONDS = 0.005
HEAVY_SECONDS = 10.0
# More output than this within FRAME_SECONDS is a flood: who is behind gets frames until it is over.
FLOOD_BYTES = 64 << 10
# Resizes in quick succession share one redraw.
REDRAW_SECONDS = 0.1


def _fitting(capture: Capture) -> bytes:
    """With all its scrollback, or with less where that would be too large."""
    data, lines = capture.ansi(), 2000
    while len(data) > SNAPSHOT_BYTES and lines:
        data = capture.ansi(lines)
        lines //= 4
    return data


@dataclass(frozen=True)
class Resize:
    offset: int
    rows: int
    cols: int


@dataclass(frozen=True)
class Joined:
    """What a joiner is told. `backlog`: (offset, bytes) to be sent right after, before anything else;
    None: too much, the viewer begins behind."""

    offset: int
    snapshot: bytes | None
    backlog: list[tuple[int, bytes]] | None = field(default_factory=list)


class Room:
    """Follows one session. Made with a screen that stands at `offset`; `run` is its reader."""

    def __init__(self, session: str, screen: Screen, offset: int, reader: JournalReader, wire: Wire) -> None:
        self.session = session
        self.screen = screen
        self.offset = offset
        self.reader = reader
        self.head = offset
        self.viewers: dict[str, Viewer] = {}
        self.size_holder: Viewer | Elsewhere | None = None
        self.size_taken_at = 0.0  # or given up; seconds since 1970: workers compare it
        self.over = False  # ended or lost: nothing more will come
        self.finished = green.Flag()  # and the database knows
        self.caught_up = green.Flag()  # reached the head once, since the room was made
        self.pressure = False  # the disk is full: output waits in the keeper
        self.fresh_from = -1  # every viewer was redrawn here; a resume from at or below needs a snapshot
        self.last_output_at: float | None = None
        self.last_input_at: float | None = None
        self.last_viewer_at: float | None = None
        self.on_replies: Callable[[bytes, int, int], None] = lambda data, start, end: None
        self.on_end: Callable[[], None] = lambda: None
        self.on_change: Callable[[], None] = lambda: None
        self.on_presence: Callable[[], None] = lambda: None
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
        self._redraw_due: float | None = None
        self._redrawn_at = 0.0
        self._snapshots: dict[int | None, bytes] = {}

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
            self._resize(self._marks.popleft())
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
            self._skip(start)
        if not data:
            return self._ending
        self._take(start, data)
        return True

    def _take(self, start: int, data: bytes) -> None:
        replies = self._feed(data)
        self.offset = start + len(data)
        self.last_output_at = time.time()
        self._gauge(len(data))
        self._snapshots.clear()
        if replies:
            self.on_replies(replies, start, self.offset)
        if self.viewers and self._redraw_due is None:
            self._wire.output(self.session, start, data)
            for viewer in self.viewers.values():
                if not viewer.behind:
                    viewer.sent = self.offset
                    if viewer.over_window():
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
        return self.screen.feed(data), time.thread_time() - began

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
            self._window_at, self._window_bytes = now, 0
        self._window_bytes += count
        if self._window_bytes > FLOOD_BYTES:
            self._flooded_at = now

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
        replies = self.screen.resize(mark.rows, mark.cols)
        if replies:
            self.on_replies(replies, self.offset, self.offset)
        self._snapshots.clear()
        self.fresh_from = self.offset
        self._redraw_due = max(time.monotonic(), self._redrawn_at + REDRAW_SECONDS)
        self.on_change()

    def _end(self) -> None:
        self.over = True
        if self._redraw_due is not None:
            self._redraw()
        self.on_end()

    # Viewers that need more than the broadcast.

    def _due_in(self) -> float | None:
        """Seconds until something is to be done for a viewer; None: wait for output."""
        due = [] if self._redraw_due is None else [max(0.0, self._redraw_due - time.monotonic())]
        if any(viewer.behind for viewer in self.viewers.values()):
            due.append(FRAME_SECONDS)
        return min(due) if due else None

    def _attend(self) -> None:
        if self._redraw_due is not None and time.monotonic() >= self._redraw_due:
            self._redraw()
        now = time.monotonic()
        for viewer in [v for v in self.viewers.values() if v.behind]:
            if now - viewer.snapshot_at >= FRAME_SECONDS and viewer.ready_for_more(
                self._wire.queued(viewer.sid), now
            ):
                self._help(viewer, now)

    def _fall_behind(self, viewer: Viewer) -> None:
        viewer.behind = True
        self._wire.leave(viewer.sid, self.session)

    def _help(self, viewer: Viewer, now: float) -> None:
        """A frame while the flood lasts; the exact snapshot, and back into the room, once it is calm."""
        # Calm for this viewer also when it keeps up: less came since its last screen than it may lag behind.
        calm = self.over or not self._flooding() or self.offset - viewer.sent < WINDOW_BYTES
        _, snapshot = self.snapshot() if calm else self.snapshot(0)
        if self.viewers.get(viewer.id) is not viewer:
            return  # it left while the snapshot was written
        self._wire.send(viewer.sid, "snapshot", self._snapshot_message(snapshot, frame=not calm))
        viewer.took_snapshot(self.offset, now)
        if calm:
            viewer.behind = False
            self._wire.enter(viewer.sid, self.session)

    def _redraw(self) -> None:
        """Emulators reflow differently, so after a resize everybody gets the screen as it is here."""
        self._redraw_due = None
        self._redrawn_at = now = time.monotonic()
        holder = self.size_holder.id if self.size_holder else None
        size = {"session": self.session, "rows": self.screen.rows, "cols": self.screen.cols, "viewer": holder}
        self.tell("resized", size)
        for viewer in list(self.viewers.values()):
            if not viewer.behind and viewer.owes_snapshot(self._wire.queued(viewer.sid) - 1):
                self._fall_behind(viewer)
        if any(not viewer.behind for viewer in self.viewers.values()):
            _, data = self.snapshot()
            self._wire.broadcast(self.session, "snapshot", self._snapshot_message(data))
            for viewer in self.viewers.values():
                if not viewer.behind:
                    viewer.took_snapshot(self.offset, now)

    def _snapshot_message(self, data: bytes, frame: bool = False) -> dict[str, object]:
        return {
            "session": self.session, "offset": self.offset, "rows": self.screen.rows,
            "cols": self.screen.cols, "data": data, "frame": frame,
        }  # fmt: skip

    def snapshot(self, scrollback: int | None = None) -> tuple[int, bytes]:
        """The screen as bytes, and the offset at which it stood. Captured at once, written out in a native
        thread (70 ms for 5000 lines of colour), so this may yield; called by the reader itself, the screen
        stands still meanwhile. `scrollback`: lines above, None: as many as fit SNAPSHOT_BYTES. Raises NotThere
        when the session was forgotten."""
        self.settle()
        if self._closed:
            raise NotThere
        at, cached = self.offset, self._snapshots.get(scrollback)
        if cached is not None:
            return at, cached
        capture = self.screen.capture(scrollback)
        data = capture.ansi() if scrollback == 0 else green.offload(_fitting, capture)
        if at == self.offset and self.viewers:
            self._snapshots = {scrollback: data}
        return at, data

    # Joining and leaving.

    def prepare(self, offset: int | None = None) -> Joined:
        """What a joiner will be told. May yield; `admit` has to follow in the same turn."""
        joined = self._resume(offset) if offset is not None else None
        while joined is None:
            at, data = self.snapshot()
            if at == self.offset:
                joined = Joined(at, data)
            elif at > self.fresh_from:
                missing = self._resume(at)
                joined = Joined(at, data, missing.backlog if missing else None)
        return joined

    def admit(self, viewer: Viewer, joined: Joined) -> None:
        """Enters the room. One step with `prepare`'s return and with the acknowledgement that the caller
        sends next: the state at an offset, the backlog, and the room from there on."""
        self._replace(viewer)
        viewer.drawn = joined.offset
        viewer.snapshot_at = time.monotonic()
        if joined.snapshot is not None:
            viewer.snapshot_offset = joined.offset
        self.viewers[viewer.id] = viewer
        if joined.backlog is None:  # more came meanwhile than is worth sending: frames until it is calm
            viewer.sent = joined.offset
            viewer.behind = True
            self._wake.set()
        else:
            viewer.sent = self.offset
            self._wire.enter(viewer.sid, self.session)
        self.on_change()

    def _replace(self, viewer: Viewer) -> None:
        """A client that came back takes the place of the viewer it was, whose connection may not even know
        that it is dead: nobody is counted twice, and who held the size still does."""
        for old in list(self.viewers.values()):
            returned = old.input_client and old.input_client == viewer.input_client
            if returned or old.sid == viewer.sid:
                del self.viewers[old.id]
                self._wire.leave(old.sid, self.session)
                viewer.id = old.id
                if self.size_holder is old:
                    self.size_holder = viewer
        for gone in self.elsewhere():  # its worker hears of the new one and lets it go
            if gone.client and gone.client == viewer.input_client:
                viewer.id = gone.id
                if self.size_holder is not None and self.size_holder.id == gone.id:
                    self.size_holder = viewer

    def moved(self, viewer: Viewer) -> None:
        """Its client has joined in another worker, under the same id."""
        del self.viewers[viewer.id]
        self._wire.leave(viewer.sid, self.session)
        if self.size_holder is viewer:
            self.size_holder = Elsewhere(viewer.id, viewer.user)
        self.on_presence()

    def _resume(self, offset: int) -> Joined | None:
        """The bytes from `offset` on, if they are all there and no redraw came in between."""
        if not self.fresh_from < offset <= self.offset or self.offset - offset > RESUME_BYTES:
            return None
        backlog, at = [], offset
        while at < self.offset:
            start, data = self.reader.read(at, min(SLICE_BYTES, self.offset - at))
            if start != at or not data:
                return None
            backlog.append((start, data))
            at += len(data)
        return Joined(offset, None, backlog)

    def send_backlog(self, viewer: Viewer, joined: Joined) -> None:
        for start, data in joined.backlog or ():
            message = {"session": self.session, "offset": start, "data": data}
            self._wire.send(viewer.sid, "output", message)

    def leave(self, viewer: Viewer) -> None:
        if self.viewers.get(viewer.id) is not viewer:
            return  # it was replaced
        del self.viewers[viewer.id]
        self._wire.leave(viewer.sid, self.session)
        if self.size_holder is viewer:
            self.size_holder, self.size_taken_at = None, time.time()
        self.last_viewer_at = time.time()
        if not self.viewers:
            self._snapshots = {}
        self.announce()
        self.on_change()

    def announce(self) -> None:
        """Tells the room who is here, and the other workers."""
        self.on_presence()
        self.tell_viewers()

    def tell_viewers(self) -> None:
        viewers = [viewer.as_json() for viewer in self.everybody()]
        count = len(viewers) + self.unnamed()
        self.tell("viewers", {"session": self.session, "connected_clients": count, "viewers": viewers})

    def everybody(self) -> list[Viewer | Elsewhere]:
        """The viewers here and elsewhere. One that moved from there to here is listed there for a moment yet."""
        here = {viewer.input_client for viewer in self.viewers.values()} - {""}
        return [*self.viewers.values(), *(one for one in self.elsewhere() if one.client not in here)]

    def tell(self, event: str, message: dict[str, Any]) -> None:
        """To everybody here, those who are behind included: one encoding for the room."""
        self._wire.broadcast(self.session, event, message)
        for viewer in self.viewers.values():
            if viewer.behind:
                self._wire.send(viewer.sid, event, message)

    def drawn(self, viewer: Viewer, offset: int) -> None:
        viewer.drew(offset)
        if viewer.behind and viewer.drawn >= viewer.sent:
            self._wake.set()
