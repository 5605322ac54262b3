"""What a room does for viewers that need more than the broadcast: who is behind, was resized, or does not look.

The rule: slow is a state, not a queue. A viewer that is behind has left the live room; it gets the visible screen at
its own pace while a flood lasts, then one exact snapshot, and is back. What that costs is shared and bounded.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from app.live import scribe
from app.live.errors import NotThere
from app.live.reader import Reader
from app.live.viewer import ECHO_FRAME_SECONDS, SILENT_SNAPSHOT_SECONDS, WINDOW_BYTES, Viewer

# A snapshot with scrollback is cut to about this, so that one viewer never costs more than a few MiB.
SNAPSHOT_BYTES = 3 << 20
# Making frames takes at most this share of the time, snapshots with scrollback (after resizes, and for who
# returns) that: a screen of 100 x 300 takes 6 ms without, 70 and more with.
FRAME_SHARE, SNAPSHOT_SHARE = 0.15, 0.25
# No output for so long: whatever it was is over, for now, and who is behind gets all of it.
# On a thin line, where "all of it" keeps for a second, a little longer: floods pause to breathe.
QUIET_SECONDS, THIN_QUIET_SECONDS = 0.06, 0.3
# Who looks and who does not is told so late, however often it changes.
NEWS_SECONDS = 0.1
# Who does not look is told of a new title, which its tab shows, so often at most (seconds).
TITLE_SECONDS = 1.0


class Care(Reader):
    """Its turns come from the reader: `_attend` after each of them, and when `_due_in` says."""

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
        bare = self._bare(viewers)
        now = time.monotonic()
        self._snapshot_from = now + (now - began) / SNAPSHOT_SHARE
        # And did not leave meanwhile, nor was left alone.
        here = [viewer for viewer in viewers if self.viewers.get(viewer.id) is viewer and viewer.helped]
        for some, drawn in ((_whole(here), data), (_fresh(here), bare)):
            self._wire.send_all([viewer.sid for viewer in some], "snapshot", self._snapshot_message(drawn))
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
            bare = self._bare(self.viewers.values())
            self._snapshot_from = time.monotonic() + (time.monotonic() - now) / SNAPSHOT_SHARE
            fresh = [viewer.sid for viewer in _fresh(self.viewers.values()) if viewer.live]
            for sid in fresh:
                self._wire.leave(sid, self.session)
            self._wire.broadcast(self.session, "snapshot", self._snapshot_message(data))
            self._wire.send_all(fresh, "snapshot", self._snapshot_message(bare))
            for sid in fresh:
                self._wire.enter(sid, self.session)
            for viewer in self.viewers.values():
                if viewer.live:
                    viewer.took_snapshot(self.offset, now, len(data))

    def _bare(self, viewers: Iterable[Viewer]) -> bytes:
        """The screen alone, where one of these is not to see more."""
        return self.snapshot(0)[1] if _fresh(viewers) else b""

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

    def announce(self) -> None:
        raise NotImplementedError


def _fresh(viewers: Iterable[Viewer]) -> list[Viewer]:
    """Those who see nothing from before their link."""
    return [viewer for viewer in viewers if viewer.fresh_from is not None]


def _whole(viewers: Iterable[Viewer]) -> list[Viewer]:
    return [viewer for viewer in viewers if viewer.fresh_from is None]
