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
from app.live import scribe
from app.live.errors import NotThere
from app.live.presence import Elsewhere
from app.live.viewer import ECHO_FRAME_SECONDS, FRAME_SECONDS, SILENT_SNAPSHOT_SECONDS, WINDOW_BYTES, Viewer
from app.live.wire import Wire
from app.screen.engine import Screen

# The least by which one word on who holds the size is later than another (seconds).
AFTER_SECONDS = 1e-6
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
# Making frames takes at most this share of the time, snapshots with scrollback (after resizes, and for who
# returns) that: a screen of 100 x 300 takes 6 ms without, 70 and more with.
FRAME_SHARE, SNAPSHOT_SHARE = 0.15, 0.25
# A feed that took so much of a processor (seconds, for up to INLINE_BYTES; more for more) sends the session's next
# ones to a native thread, for so long (seconds). Not by the wall clock: on a busy machine every feed is long by that.
HEAVY_FEED_SECONDS = 0.005
HEAVY_SECONDS = 10.0
# More output than this within FRAME_SECONDS is a flood: who is behind gets frames until it is over.
FLOOD_BYTES = 64 << 10
# No output for so long: whatever it was is over, for now, and who is behind gets all of it.
# On a thin line, where "all of it" keeps for a second, a little longer: floods pause to breathe.
QUIET_SECONDS, THIN_QUIET_SECONDS = 0.06, 0.3
# Who looks and who does not is told so late, however often it changes.
NEWS_SECONDS = 0.1
# Who does not look is told of a new title, which its tab shows, so often at most (seconds).
TITLE_SECONDS = 1.0
# Resizes in quick succession share one redraw.
REDRAW_SECONDS = 0.1
# Joiners share a snapshot that is no older (seconds), if no more output came since than can be sent after it.
SHARED_SECONDS = 1.0


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
        self.on_title: Callable[[], None] = lambda: None
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
        self._rate = 0.0  # bytes of output a second, of late
        self._redraw_due: float | None = None
        self._redrawn_at = 0.0
        self._news_due: float | None = None
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
        self._took_at = time.monotonic()
        self._snapshots.clear()
        if replies:
            self.on_replies(replies, start, self.offset)
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
        return self.screen.feed(data), time.thread_time() - began

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

    # Viewers that need more than the broadcast.

    def _due_in(self) -> float | None:
        """Seconds until something is to be done for a viewer; None: wait for output, or for what viewers say."""
        due = [] if self._redraw_due is None else [max(0.0, self._redraw_due - time.monotonic())]
        if any(viewer.helped and not viewer.waits_for_drawn() for viewer in self.viewers.values()):
            due.append(QUIET_SECONDS / 2)
        if self._news_due is not None:
            due.append(max(0.0, self._news_due - time.monotonic()))
        if self._title_is_news():
            due.append(max(0.0, self._title_at + TITLE_SECONDS - time.monotonic()))
        return min(due) if due else None

    def _attend(self) -> None:
        if self._redraw_due is not None and time.monotonic() >= self._redraw_due:
            self._redraw()
        now = time.monotonic()
        self._tell_news(now)
        late = [viewer for viewer in self.viewers.values() if viewer.helped]
        ready = [viewer for viewer in late if viewer.ready_for_more(self._wire.queued(viewer.sid), now)]
        for viewer in ready:
            viewer.pace.line = self._wire.rate(viewer.sid)
        returning = [viewer for viewer in ready if self._may_return(viewer, now)]
        frames = [viewer for viewer in ready if self._frame_due(viewer, now, viewer in returning)]
        if frames and now >= self._frame_from:
            self._give_frames(frames, now)
        sizes = {viewer: viewer.pace.snapshot_bytes(SNAPSHOT_BYTES, now) for viewer in returning}
        for most in set(sizes.values()):
            self._bring_back([viewer for viewer in returning if sizes[viewer] == most], most)

    def _tell_news(self, now: float) -> None:
        if self._news_due is not None and now >= self._news_due:
            self.announce()
        if self._title_is_news() and now >= self._title_at + TITLE_SECONDS:
            self._title, self._title_at = self.screen.signs.title, now
            self.on_title()

    def _title_is_news(self) -> bool:
        return self.screen.signs.title != self._title and any(viewer.hidden for viewer in self.viewers.values())

    def _fall_behind(self, viewer: Viewer) -> None:
        self._wire.leave(viewer.sid, self.session)
        dropped = self._wire.drop(viewer.sid, self.session) if viewer.draws else None
        viewer.fell_behind(time.monotonic(), dropped)

    def _may_return(self, viewer: Viewer, now: float) -> bool:
        """Whether the exact snapshot is due: it is calm, or calm for a viewer of this pace, which means that no
        more output would overtake the snapshot than may be owed."""
        if self.head - self.offset >= WINDOW_BYTES and not self.over:
            return False  # it only looks calm: we were held up ourselves, by writing a snapshot out
        written = any(scrollback is None for scrollback, _ in self._snapshots)
        if now < self._snapshot_from and not written:
            return False
        if self.over or now - self._took_at > (THIN_QUIET_SECONDS if viewer.pace.thin(now) else QUIET_SECONDS):
            return True
        if (rate := viewer.pace.rate(now)) is not None:
            coming = self._rate * viewer.pace.snapshot_bytes(SNAPSHOT_BYTES, now) / rate
        elif viewer.draws:
            coming = 0.0 if viewer.prompt or not self._flooding() else WINDOW_BYTES
        else:
            coming = self._rate * SILENT_SNAPSHOT_SECONDS
        return coming < WINDOW_BYTES / 2 and (not self._flooding() or now >= viewer.return_from)

    def _frame_due(self, viewer: Viewer, now: float, returning: bool) -> bool:
        """Who gets all it missed gets a frame first only where that takes long."""
        if returning and not viewer.pace.thin(now):
            return False
        return (viewer.stale or viewer.sent < self.offset) and now - viewer.snapshot_at >= viewer.frame_seconds(now)

    def _give_frames(self, viewers: list[Viewer], now: float) -> None:
        """The visible screen, made once for all whose turn it is."""
        _, data = self.snapshot(0)
        took = time.monotonic() - now
        self._frame_from = now + max(ECHO_FRAME_SECONDS, took / FRAME_SHARE)
        message = self._snapshot_message(data, frame=True)
        self._wire.send_all([viewer.sid for viewer in viewers], "snapshot", message)
        for viewer in viewers:
            viewer.took_snapshot(self.offset, now, len(data), frame=True)

    def _bring_back(self, viewers: list[Viewer], most: int) -> None:
        """The exact snapshot, and into the room again."""
        began = time.monotonic()
        _, data = self.snapshot(most=most)
        now = time.monotonic()
        self._snapshot_from = now + (now - began) / SNAPSHOT_SHARE
        # And did not leave meanwhile, nor was left alone.
        here = [viewer for viewer in viewers if self.viewers.get(viewer.id) is viewer and viewer.helped]
        self._wire.send_all([viewer.sid for viewer in here], "snapshot", self._snapshot_message(data))
        for viewer in here:
            viewer.took_snapshot(self.offset, now, len(data))
            viewer.returned(now)
            self._wire.enter(viewer.sid, self.session)

    def _redraw(self) -> None:
        """Emulators reflow differently, so after a resize everybody gets the screen as it is here: at once with
        its scrollback, or, where resizes come one upon another, frames until they are over."""
        self._redraw_due = None
        self._redrawn_at = now = time.monotonic()
        holder = self.size_holder.id if self.size_holder else None
        size = {"session": self.session, "rows": self.screen.rows, "cols": self.screen.cols, "viewer": holder}
        for viewer in self.viewers.values():
            owes = now < self._snapshot_from or viewer.owes_snapshot(self._wire.queued(viewer.sid))
            if viewer.live and owes:
                self._fall_behind(viewer)
            viewer.stale = viewer.behind
        self.tell("resized", size)
        if any(viewer.live for viewer in self.viewers.values()):
            _, data = self.snapshot()
            self._snapshot_from = time.monotonic() + (time.monotonic() - now) / SNAPSHOT_SHARE
            self._wire.broadcast(self.session, "snapshot", self._snapshot_message(data))
            for viewer in self.viewers.values():
                if viewer.live:
                    viewer.took_snapshot(self.offset, now, len(data))

    def _snapshot_message(self, data: bytes, frame: bool = False) -> dict[str, object]:
        return {
            "session": self.session, "offset": self.offset, "rows": self.screen.rows,
            "cols": self.screen.cols, "data": data, "frame": frame,
        }  # fmt: skip

    def snapshot(self, scrollback: int | None = None, most: int = SNAPSHOT_BYTES) -> tuple[int, bytes]:
        """The screen as bytes, and the offset at which it stood. Captured at once, written out in a native
        thread (70 ms for 5000 lines of colour), so this may yield; called by the reader itself, the screen
        stands still meanwhile. `scrollback`: lines above, None: as many as fit `most` bytes. Raises NotThere
        when the session was forgotten."""
        if scrollback == 0:
            return self._written(scrollback, most)
        with self.writing:
            return self._written(scrollback, most)

    def _written(self, scrollback: int | None, most: int) -> tuple[int, bytes]:
        self.settle()
        if self._closed:
            raise NotThere
        at, size, cached = self.offset, self._resizes, self._snapshots.get((scrollback, most))
        if cached is not None:
            return at, cached
        capture = self.screen.capture(scrollback)
        data = capture.ansi() if scrollback == 0 else scribe.write(scribe.fitting, capture, most)
        if (at, size) == (self.offset, self._resizes) and self.viewers:
            self._snapshots[scrollback, most] = data
        return at, data

    # Joining and leaving.

    def prepare(self, offset: int | None = None) -> Joined:
        """What a joiner will be told. May yield; `admit` has to follow in the same turn."""
        joined = self._resume(offset) if offset is not None else None
        while joined is None:
            at, data, resizes = self._for_joiner()
            if resizes != self._resizes:
                continue  # drawn at a size that holds no more
            missing = self._resume(at) if at < self.offset else Joined(at, None)
            joined = Joined(at, data, missing.backlog if missing else None)
        return joined

    def _for_joiner(self) -> tuple[int, bytes, int]:
        """A snapshot with scrollback, its offset, and the count of resizes it was made at. Who waited while one was
        made for others takes that one: in a flood each would else be another, and many joiners would hold up
        everybody."""
        with self.writing:
            if self._shared is not None:
                at, data, resizes, made_at = self._shared
                good = at == self.offset or (self._flooding() and time.monotonic() - made_at < SHARED_SECONDS)
                if resizes == self._resizes and good:
                    return at, data, resizes
            resizes = self._resizes
            at, data = self._written(None, SNAPSHOT_BYTES)
            self._shared = (at, data, resizes, time.monotonic())
            return at, data, resizes

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
                    self.size_taken_at += 2 * AFTER_SECONDS  # also should that worker see it leave, not move

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
            # Given up right after it was taken, in the workers' order: its client may have taken it anew elsewhere.
            self.size_holder, self.size_taken_at = None, self.size_taken_at + AFTER_SECONDS
        self.last_viewer_at = time.time()
        if not self.viewers:
            self._snapshots, self._shared = {}, None
        self.announce()
        self.on_change()

    def look(self, viewer: Viewer, visible: bool) -> None:
        """Somebody looks at this viewer, or nobody does any more. Looked at again it gets what it missed, if that
        is little and was not redrawn; else it is as one that fell behind: one exact snapshot when it is calm.
        Raises NotThere when another connection has taken its place."""
        if self.viewers.get(viewer.id) is not viewer:
            raise NotThere
        if viewer.hidden != visible:
            return
        viewer.looked(visible)
        missed = self._resume(viewer.sent) if visible and not viewer.behind else None
        if missed is not None:
            self.send_backlog(viewer, missed)
            viewer.took_output(self.offset, time.monotonic())
            self._wire.enter(viewer.sid, self.session)
        elif visible:
            viewer.behind = True
        else:
            self._wire.leave(viewer.sid, self.session)
        self._news_due = self._news_due or time.monotonic() + NEWS_SECONDS
        self._wake.set()

    def announce(self) -> None:
        """Tells the room who is here, and the other workers."""
        self._news_due = None
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
        """To everybody here, those who are behind or hidden included: one encoding for the room."""
        self._wire.broadcast(self.session, event, message)
        away = [viewer.sid for viewer in self.viewers.values() if not viewer.live]
        if away:
            self._wire.send_all(away, event, message)

    def tell_hidden(self, event: str, message: dict[str, Any]) -> None:
        self._wire.send_all([viewer.sid for viewer in self.viewers.values() if viewer.hidden], event, message)

    def drawn(self, viewer: Viewer, offset: int) -> None:
        viewer.drew(offset, time.monotonic())
        if viewer.behind and not viewer.waits_for_drawn():
            self._wake.set()
