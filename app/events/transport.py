"""The websocket transport under Socket.IO, as fast and as strict as it can be made from outside.

The rule: everything that leans on the insides of python-socketio, engine.io and eventlet stands here, and
tests/events/test_transport.py pins their versions. What is changed, and why (measured, docs/performance.md):
events go to our gate in the order they came, and are acknowledged when they are done, not when the handler
returns; no per-message deflate (it compresses once per viewer); unmasking by one big XOR instead of a loop
over bytes (a 1 MB paste stopped the server for 271 ms).
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import socketio
from engineio.async_drivers.eventlet import WebSocketWSGI
from eventlet.websocket import RFC6455WebSocket
from socketio import packet

log = logging.getLogger(__name__)

# One engine.io message from a client; above the limit of one input event, so that this gets a clear answer.
MESSAGE_BYTES = 12 << 20

Handle = Callable[[str, object, list[Any], Callable[[dict[str, Any]], None]], None]


def unmask(data: bytes, mask: bytes, length: int | None = None, offset: int = 0) -> bytes:
    """RFC 6455, 5.3, over whole integers: 1 MB in 3 ms."""
    n = len(data) if length is None else length
    turn = offset & 3
    mask = bytes(mask)
    key = (mask[turn:] + mask[:turn]) * (n // 4 + 1)
    return (int.from_bytes(data[:n], "little") ^ int.from_bytes(key[:n], "little")).to_bytes(n, "little")


class FastWebSocket(RFC6455WebSocket):
    _apply_mask = staticmethod(unmask)


class PlainWebSocketWSGI(WebSocketWSGI):
    """Refuses compression, and leaves a way from the engine.io socket to its websocket."""

    def _negotiate_permessage_deflate(self, extensions: object) -> None:
        return None

    def _handle_hybi_request(self, environ: dict[str, Any]) -> RFC6455WebSocket:
        websocket = super()._handle_hybi_request(environ)
        websocket.__class__ = FastWebSocket
        self.handler.__self__.websocket = websocket
        return websocket


def install(server: socketio.Server, handle: Handle) -> None:
    """Puts our transport and our gate into a Socket.IO server."""
    server.eio._async = dict(server.eio._async, websocket=PlainWebSocketWSGI)

    def event(eio_sid: str, namespace: str | None, id: int | None, data: list[Any]) -> None:
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        if sid is not None and server.manager.is_connected(sid, namespace or "/"):
            reply = functools.partial(_acknowledge, server, eio_sid, namespace, id)
            handle(sid, data[0] if data else None, data[1:], reply)

    def message(eio_sid: str, data: str | bytes) -> None:
        try:
            server._handle_eio_message(eio_sid, data)
        except Exception as error:
            # Not Socket.IO: nothing of ours is lost by ending the connection, and no traceback is owed.
            log.info("a client sent what is not Socket.IO (%s); closed", type(error).__name__)
            server.eio.disconnect(eio_sid)

    server._handle_event = event
    server.eio.on("message", message)


def _acknowledge(
    server: socketio.Server, eio_sid: str, namespace: str | None, id: int | None, answer: dict[str, Any]
) -> None:
    if id is not None and eio_sid in server.eio.sockets:
        server._send_packet(eio_sid, packet.Packet(packet.ACK, namespace=namespace, id=id, data=[answer]))


class SocketWire:
    """app.live.wire.Wire over a Socket.IO server."""

    def __init__(self, server: socketio.Server) -> None:
        self._server = server

    def broadcast(self, room: str, event: str, message: dict[str, Any]) -> None:
        self._server.emit(event, message, room=room)

    def send(self, sid: str, event: str, message: dict[str, Any]) -> None:
        self._server.emit(event, message, to=sid)

    def enter(self, sid: str, room: str) -> None:
        self._server.manager.enter_room(sid, "/", room)

    def leave(self, sid: str, room: str) -> None:
        self._server.manager.leave_room(sid, "/", room)

    def queued(self, sid: str) -> int:
        socket = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, "/"))
        if socket is None:
            return 0
        # The writer takes all packets at once, then sends one by one under this lock.
        sending = getattr(socket, "websocket", None)
        return socket.queue.qsize() + (1 if sending is not None and sending._sendlock.locked() else 0)

    def close(self, sid: str) -> None:
        self._server.disconnect(sid)
