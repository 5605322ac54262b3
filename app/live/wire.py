"""What the live floor asks of the Socket.IO edge. Handed in, so that rooms know nothing of Flask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol


class Wire(Protocol):
    """A socket is named by its Socket.IO `sid`; a room by the session's id. No call blocks or yields."""

    def output(self, room: str, offset: int, data: bytes) -> None:
        """The `output` event to the room: nearly all there is to send, so it has a way of its own."""
        ...

    def broadcast(self, room: str, event: str, message: dict[str, Any]) -> None: ...

    def send(self, sid: str, event: str, message: dict[str, Any]) -> None: ...

    def send_all(self, sids: Iterable[str], event: str, message: dict[str, Any]) -> None:
        """The same to several sockets: encoded once."""
        ...

    def enter(self, sid: str, room: str) -> None: ...

    def leave(self, sid: str, room: str) -> None: ...

    def queued(self, sid: str) -> int:
        """Bytes for this socket that the kernel has not taken yet."""
        ...

    def rate(self, sid: str) -> float | None:
        """Bytes a second that this socket takes when it has to be waited for; None: that is not known."""
        ...

    def drop(self, sid: str, room: str) -> int | None:
        """Forgets the room's `output` that waits for this socket and was not begun; the offset where it began."""
        ...

    def close(self, sid: str) -> None: ...
