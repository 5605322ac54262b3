"""The keeper's clients, taken together: who may connect, who follows what, who is told.

The one rule: events reach a follower in the order in which they happened, heads at the latest when a
turn ends.
"""

import os
import select
import socket
import struct
from typing import Protocol

from app.keeper.connection import Connection
from app.keeper.log import log
from app.keeper.loop import Loop
from app.keeper.protocol import Frame

CONNECTIONS = 128  # 64 web processes, commands; beyond it somebody leaks them
ACCEPT_PAUSE_SECONDS = 1.0  # after running out of descriptors
_PEER = struct.Struct("3i")  # struct ucred: pid, uid, gid


class Keeper(Protocol):
    """The keeper, as its reception sees it."""

    def handle(self, connection: Connection, frame: Frame) -> None: ...
    def head_of(self, session: str) -> int: ...
    def gone(self, connection: Connection) -> None: ...


class Reception:
    def __init__(self, keeper: Keeper, loop: Loop, listener: int) -> None:
        self._keeper, self._loop = keeper, loop
        self._listener = socket.socket(fileno=listener)
        self._connections: set[Connection] = set()
        self._moved: set[str] = set()

    def open(self) -> None:
        """From now on clients are let in."""
        self._loop.watch(self._listener.fileno(), select.EPOLLIN, self._accept)

    def moved(self, session: str) -> None:
        """Its head did; the followers learn it with the next event or at the end of the turn."""
        self._moved.add(session)

    def event(self, session: str, raw: bytes, last: bool = False) -> None:
        """To the followers, behind the head at which it happened. After the `last` there are none."""
        self._tell_moved()
        for connection in list(self._connections):
            if session in connection.follows:
                connection.send_event(session, raw)
                if last:
                    connection.unfollow(session)

    def tell(self) -> None:
        """The end of every turn: what is in the journals by now is told."""
        self._tell_moved()
        for connection in list(self._connections):
            connection.flush()

    def _tell_moved(self) -> None:
        for session in self._moved:
            for connection in self._connections:
                if session in connection.follows:
                    connection.head_moved(session)
        self._moved.clear()

    # Owner of the connections

    def handle(self, connection: Connection, frame: Frame) -> None:
        self._keeper.handle(connection, frame)

    def head_of(self, session: str) -> int:
        return self._keeper.head_of(session)

    def log(self, text: str) -> None:
        log(f"keeper: {text}")

    def interest(self, connection: Connection, events: int) -> None:
        self._loop.change(connection.stream.fileno(), events)

    def later(self, connection: Connection, seconds: float) -> None:
        self._loop.after(seconds, connection.flush)

    def gone(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._loop.forget(connection.stream.fileno())
        self._keeper.gone(connection)

    def _accept(self, _: int) -> None:
        try:
            stream, _address = self._listener.accept()
        except BlockingIOError:
            return
        except OSError as error:  # out of descriptors: the listener would wake us again at once, for ever
            self.log(f"cannot accept a connection: {error}")
            self._loop.forget(self._listener.fileno())
            self._loop.after(ACCEPT_PAUSE_SECONDS, self.open)
            return
        refused = "another user's" if not _is_ours(stream) else ""
        if not refused and len(self._connections) >= CONNECTIONS:
            refused = "too many"
        if refused:
            self.log(f"a connection was refused: {refused}")
            stream.close()
            return
        connection = Connection(self, stream)
        self._connections.add(connection)
        self._loop.watch(stream.fileno(), select.EPOLLIN, connection.on_event)


def _is_ours(stream: socket.socket) -> bool:
    """The other end is the same account, or root."""
    _, uid, _ = _PEER.unpack(stream.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return uid in (os.geteuid(), 0)
