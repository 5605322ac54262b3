"""One client of the keeper: its frames in, its answers and events out.

A head is state and not a message: a client that does not read is told the newest head once it does, and
costs nothing meanwhile. Everything else is bounded by OUT_BYTES. The one rule: no client can make the
keeper wait or grow.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from app.keeper.protocol import Frame, FrameReader, ProtocolError, pack_head

OUT_BYTES = 1 << 20  # answers and events a client may leave unread; then it is cut off
LISTING_BYTES = 64 << 10  # of a list of sessions in memory at a time: it is made as it is read
HEADS_BYTES = 4096  # with so much unread, heads wait: for who does not read they would pile up
LISTINGS = 16  # lists one client may have asked for and not read
READ_BYTES = 64 << 10  # taken from a client in one turn
# That an input was typed is told together with the head that its echo moves, if that comes within this time: on its
# own it would wake the web server (40 to 100 microseconds of ours and of its time) right before the echo does.
HOLD_SECONDS = 0.001


class Owner(Protocol):
    """The keeper, as a connection sees it."""

    def handle(self, connection: "Connection", frame: Frame) -> None: ...
    def head_of(self, session: str) -> int: ...
    def log(self, text: str) -> None: ...
    def gone(self, connection: "Connection") -> None: ...
    def interest(self, connection: "Connection", events: int) -> None: ...
    def later(self, connection: "Connection", seconds: float) -> None: ...  # its flush


class Connection:
    def __init__(self, owner: Owner, stream: socket.socket) -> None:
        self.stream = stream
        stream.setblocking(False)
        self.follows: set[str] = set()
        self.open = True
        self._owner = owner
        self._frames = FrameReader()
        self._out = bytearray()
        self._listings: deque[Iterator[bytes]] = deque()
        self._moved: set[str] = set()
        self._waits = False  # for the socket to take more
        self._held_until = 0.0  # monotonic; until then what is in _out waits for company

    def on_event(self, events: int) -> None:
        if events & select.EPOLLOUT:
            self._waits = False
            self._owner.interest(self, select.EPOLLIN)
            self.flush()
        if self.open and events & ~select.EPOLLOUT:
            self._read()

    def send(self, raw: bytes) -> None:
        """An answer or an event; goes out at the end of the turn."""
        self._held_until = 0.0
        self._append(raw)

    def send_in_company(self, raw: bytes) -> None:
        """An answer nobody is in a hurry for: goes out with whatever comes next, at the latest in HOLD_SECONDS."""
        if not self._out:
            self._held_until = time.monotonic() + HOLD_SECONDS
            self._owner.later(self, HOLD_SECONDS)
        self._append(raw)

    def _append(self, raw: bytes) -> None:
        if len(self._out) + len(raw) > OUT_BYTES:
            self.close(f"a client left {len(self._out)} bytes unread")
        else:
            self._out += raw

    def send_listing(self, frames: Iterator[bytes]) -> None:
        """Any number of frames, made while the client reads them."""
        if len(self._listings) >= LISTINGS:
            self.close("a client asked for lists and read none")
        else:
            self._listings.append(frames)

    def send_event(self, session: str, raw: bytes) -> None:
        """An event that stands at the session's present head: the head is told first."""
        if session in self._moved:
            self._moved.discard(session)
            self.send(pack_head(session, self._owner.head_of(session)))
        self.send(raw)

    def unfollow(self, session: str) -> None:
        self.follows.discard(session)
        self._moved.discard(session)

    def head_moved(self, session: str) -> None:
        self._moved.add(session)

    def flush(self) -> None:
        """Writes what the socket takes; never waits."""
        if self._held_until and not (self._moved or self._listings) and time.monotonic() < self._held_until:
            return
        self._held_until = 0.0
        while self.open and not self._waits:
            self._fill()
            if not self._out:
                return
            try:
                sent = self.stream.send(self._out, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.close()
                return
            if sent < len(self._out):
                self._waits = True
                self._owner.interest(self, select.EPOLLIN | select.EPOLLOUT)
            del self._out[:sent]

    def close(self, why: str = "") -> None:
        if self.open:
            self.open = False
            if why:
                self._owner.log(f"connection closed: {why}")
            self._owner.gone(self)
            self.stream.close()

    def _fill(self) -> None:
        """Time for the next part of a list, and, unless much is unread, for the newest heads."""
        while self._listings and len(self._out) < LISTING_BYTES:
            frame = next(self._listings[0], None)
            if frame is None:
                self._listings.popleft()
            else:
                self._out += frame
        if len(self._out) < HEADS_BYTES:
            for session in self._moved:
                self._out += pack_head(session, self._owner.head_of(session))
            self._moved.clear()

    def _read(self) -> None:
        try:
            data = self.stream.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        try:
            for frame in self._frames.feed(data):
                self._owner.handle(self, frame)
                if not self.open:
                    return
        except ProtocolError as error:
            self.close(f"a client sent {error}")
