"""A session being followed: its screen, its reader, its viewers.

The rule: past and present meet at one byte. All viewers in the Socket.IO room have been sent exactly the output below
`offset`; a joiner gets a snapshot, the bytes since it, and enters the room, the last two in one step without a yield
in between. The floors of this class: reader.py (output in), care.py (slow viewers), and here who is in it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from app.live.care import NEWS_SECONDS, SNAPSHOT_BYTES, Care
from app.live.errors import NotThere
from app.live.listing import View
from app.live.presence import Elsewhere
from app.live.reader import SLICE_BYTES
from app.live.status import Status
from app.live.viewer import Viewer
from app.permissions import ADMIT

# The least by which one word on who holds the size is later than another (seconds).
AFTER_SECONDS = 1e-6
# A resume may be replayed from the journal up to so much; beyond, a snapshot is smaller.
RESUME_BYTES = 256 << 10
# In a flood joiners share a snapshot that is no older (seconds).
SHARED_SECONDS = 1.0
# That somebody still types is news to the others after so long (seconds); that somebody else does, at once.
TYPES_SECONDS = 5.0
# What a terminal says when its window gets or loses the focus: nobody typed that.
FOCUS_REPORTS = (b"\x1b[I", b"\x1b[O")
# So many viewers hear of news as soon as may be; twice as many half as often, for everybody is told of everybody.
FEW_VIEWERS = 10


@dataclass(frozen=True)
class Joined:
    """What a joiner is told. `backlog`: (offset, bytes) to be sent right after, before anything else;
    None: too much, the viewer begins behind."""

    offset: int
    snapshot: bytes | None
    backlog: list[tuple[int, bytes]] | None = field(default_factory=list)


class Room(Care):
    """Follows one session; made, and run, as Reader says."""

    # Joining and leaving.

    def prepare(self, offset: int | None = None, fresh_from: int | None = None) -> Joined:
        """What a joiner will be told; of one that was not recorded and has ended, nothing. May yield; `admit` has to
        follow in the same turn. `fresh_from`: it gets the screen without what is above it, and no output from before
        that offset."""
        if self.over and not self.recorded:
            return Joined(self.offset, None if offset == self.offset else b"")
        resumes = offset is not None and offset >= (fresh_from or 0)
        joined = self._resume(offset) if offset is not None and resumes else None
        while joined is None:
            at, data, resizes = self._for_joiner() if fresh_from is None else (*self.snapshot(0), self._resizes)
            if resizes != self._resizes:
                continue  # drawn at a size that holds no more
            missing = self._resume(at) if at < self.offset else Joined(at, None)
            joined = Joined(at, data, missing.backlog if missing else None)
        return joined

    def _for_joiner(self) -> tuple[int, bytes, int]:
        """A snapshot with scrollback, its offset, and the count of resizes it was made at. Who waited while one was
        made for others takes that one: in a flood each would else be another, and many joiners would hold up
        everybody."""
        asked_at = time.monotonic()
        with self.writing:
            if self._shared is not None:
                at, data, resizes, made_at = self._shared
                fresh = made_at >= asked_at or (self._flooding() and asked_at - made_at < SHARED_SECONDS)
                if resizes == self._resizes and fresh:
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

    def before(self, viewer: Viewer) -> list[Viewer]:
        """Who it was here before: by the same connection, or the same client by another one."""
        client = viewer.input_client
        return [
            old for old in self.viewers.values() if old.sid == viewer.sid or (client and old.input_client == client)
        ]

    def before_elsewhere(self, viewer: Viewer) -> list[Elsewhere]:
        """The same client, in other workers."""
        return [one for one in self.elsewhere() if one.client and one.client == viewer.input_client]

    def _replace(self, viewer: Viewer) -> None:
        """A client that came back takes the place of the viewer it was, whose connection may not even know
        that it is dead: nobody is counted twice, and who held the size still does."""
        for old in self.before(viewer):
            del self.viewers[old.id]
            self._wire.leave(old.sid, self.session)
            viewer.id = old.id
            if self.size_holder is old:
                self.size_holder = viewer
        for gone in self.before_elsewhere(viewer):  # its worker hears of the new one and lets it go
            viewer.id = gone.id
            if self.size_holder is not None and self.size_holder.id == gone.id:
                self.size_holder = viewer
                self.size_told = False
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

    def expel(self, viewer: Viewer, why: str = "taken") -> None:
        """It has no role here any more: no output that waits in this process leaves for it. Does not yield."""
        self._wire.drop(viewer.sid, self.session)
        self.leave(viewer)
        self._wire.send(viewer.sid, "removed", {"session": self.session, "reason": why})

    def tell_role(self, viewer: Viewer) -> None:
        self._wire.send(viewer.sid, "role", {"session": self.session, "role": viewer.role})
        self.news()

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
        self.news()

    def sees(self, viewer: Viewer, view: View | None, rows: int | None = None, cols: int | None = None) -> None:
        """What the viewer has scrolled to, for who follows it, and its window. Raises NotThere as `look` does."""
        if self.viewers.get(viewer.id) is not viewer:
            raise NotThere
        seen = view, rows or viewer.rows, cols or viewer.cols
        if seen != (viewer.view, viewer.rows, viewer.cols):
            viewer.view, viewer.rows, viewer.cols = seen
            self.news()

    def typed_by(self, viewer: Viewer, data: bytes) -> None:
        viewer.typed_at = time.monotonic()
        if data in FOCUS_REPORTS:
            return
        viewer.last_typed_at = now = time.time()
        typist, told_at = self._typist
        if typist != viewer.id or now - told_at >= TYPES_SECONDS:
            self._typist = viewer.id, now
            if len(self.everybody()) > 1:
                self.news()

    def news(self) -> None:
        """Something about who is here is to be told soon, with whatever else is news by then."""
        pause = NEWS_SECONDS * max(1.0, (len(self.viewers) + len(self.elsewhere())) / FEW_VIEWERS)
        self._news_due = self._news_due or time.monotonic() + pause
        self._wake.set()

    def announce(self) -> None:
        """Tells the room who is here, and the other workers."""
        self._news_due = None
        self.on_presence()
        self.tell_viewers()

    def tell_viewers(self) -> None:
        viewers = [viewer.as_json() for viewer in self.everybody()]
        count = len(viewers) + self.unnamed()
        holder = self.held_by()
        self.tell(
            "viewers",
            {
                "session": self.session, "connected_clients": count, "viewers": viewers,
                "size_holder": holder.user if holder else None, "size_holder_viewer": holder.id if holder else None,
            },
        )  # fmt: skip

    def held_by(self) -> Viewer | Elsewhere | None:
        """Who holds the size, as people are told: one that nobody looks at does not count."""
        if self.size_holder is None:
            return None
        name = self.size_holder.id
        holder = next((one for one in self.everybody() if one.id == name), self.size_holder)
        return None if holder.hidden else holder

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

    def tell_from(self, offset: int, event: str, message: dict[str, Any]) -> None:
        """To everybody here to whom output from that offset on is shown."""
        if all((viewer.fresh_from or 0) <= offset for viewer in self.viewers.values()):
            self.tell(event, message)
        else:
            seeing = [viewer.sid for viewer in self.viewers.values() if (viewer.fresh_from or 0) <= offset]
            self._wire.send_all(seeing, event, message)

    def tell_lobby(self, waiting: list[dict[str, Any]]) -> None:
        """Who waits to be let in, to who may let in."""
        sids = [viewer.sid for viewer in self.viewers.values() if viewer.may(ADMIT)]
        self._wire.send_all(sids, "lobby", {"session": self.session, "waiting": waiting})

    def tell_accounts(self, event: str, message: dict[str, Any]) -> None:
        """To everybody here but guests."""
        if not any(viewer.guest for viewer in self.viewers.values()):
            self.tell(event, message)
        else:
            self._wire.send_all([viewer.sid for viewer in self.viewers.values() if not viewer.guest], event, message)

    def tell_status(self, status: Status, hidden: bool = False) -> None:
        """To everybody here, or to who does not look: to each with its role, to guests without what is not theirs."""
        kinds: dict[tuple[str, bool], list[str]] = {}
        for viewer in self.viewers.values():
            if viewer.hidden or not hidden:
                kinds.setdefault((viewer.role, viewer.guest is not None), []).append(viewer.sid)
        for (role, guest), sids in kinds.items():
            self._wire.send_all(sids, "status", status.seen_as(role, guest))

    def drawn(self, viewer: Viewer, offset: int) -> None:
        viewer.drew(offset, time.monotonic())
        if viewer.behind and not viewer.waits_for_drawn():
            self._wake.set()
