"""Socket.IO over our websockets (websocket.py): what goes to whom, built once, and what may wait.

The rule: everything that leans on the insides of python-socketio and engine.io stands here, and
tests/events/test_transport.py pins their versions. What is changed, and why (measured, docs/performance.md):

- events go to our gate in the order they came, and are acknowledged when they are done, not when the
  handler returns;
- frames are built once a broadcast and given to the kernel at once for viewers that are caught up, without
  a queue, a packet object and a green-thread switch each;
- an event is taken from its frame straight to the gate, without a packet object of engine.io and one of Socket.IO;
- what waits for a client is counted in bytes, and bounded.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

import socketio
from socketio import packet

from app.events.frames import Message, Sealed, output
from app.events.websocket import FastWebSocketWSGI

log = logging.getLogger(__name__)

# One engine.io message from a client; above the limit of one input event, so that this gets a clear answer.
MESSAGE_BYTES = 12 << 20
# What may wait in this process for a client that does not read. Lawfully that is a window of output and a
# snapshot; a client for which more piles up (it asks and asks and never takes an answer) is closed.
MOST_WAITING_BYTES = 6 << 20
# The same in messages, each of which costs some hundred bytes besides its own.
MOST_WAITING = 2000

# Engine.IO 4 message, Socket.IO 2 event; in the default namespace the number of the acknowledgement asked for follows.
EVENT_HEAD = re.compile(r"42([0-9]{0,15})(?=\[)", re.ASCII)

Handle = Callable[[str, object, list[Any], Callable[[dict[str, Any]], None]], None]


def install(server: socketio.Server, handle: Handle, closed_to: Callable[[dict[str, Any]], bool]) -> None:
    """Puts our transport and our gate into a Socket.IO server."""
    server.eio._async = dict(server.eio._async, websocket=FastWebSocketWSGI)

    def take_event(eio_sid: str, text: str) -> bool:
        if eio_sid in server._binary_packet:
            return False  # an attachment is due
        match = EVENT_HEAD.match(text)
        try:
            data = json.loads(text[match.end() :]) if match else None
        except (ValueError, RecursionError):
            return False
        if not isinstance(data, list) or match is None:
            return False
        event(eio_sid, None, int(match[1]) if match[1] else None, data)
        return True

    def connect(eio_sid: str, environ: dict[str, Any]) -> Any:
        return False if closed_to(environ) else server._handle_eio_connect(eio_sid, environ)

    def event(eio_sid: str, namespace: str | None, id: int | None, data: list[Any]) -> None:
        sid = server.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        if sid is not None and server.manager.is_connected(sid, namespace or "/"):
            reply = functools.partial(_acknowledge, server, eio_sid, namespace, id)
            handle(sid, data[0] if data else None, data[1:], reply)

    def message(eio_sid: str, data: str | bytes) -> None:
        try:
            attached = getattr(server._binary_packet.get(eio_sid), "attachments", ())
            if sum(map(len, attached)) + len(data) > MESSAGE_BYTES:
                raise ValueError("an event that is too large")
            server._handle_eio_message(eio_sid, data)
        except Exception as error:
            # Not Socket.IO: nothing of ours is lost by ending the connection, and no traceback is owed.
            log.info("a client sent what is not Socket.IO (%s); closed", type(error).__name__)
            abandon(server, eio_sid)

    server._handle_event = event
    server.eio.take_event = take_event
    server.eio.on("connect", connect)
    server.eio.on("message", message)


def abandon(server: socketio.Server, eio_sid: str) -> None:
    """Ends a connection at once. engine.io's own `disconnect` waits until a client that reads nothing has read
    all that waits for it, and with it waits whoever called: a room's reader, and so everybody in the room."""
    connection = server.eio.sockets.get(eio_sid)
    if connection is not None:
        connection.close(wait=False, abort=True, reason=server.eio.reason.SERVER_DISCONNECT)
        if (websocket := getattr(connection, "websocket", None)) is not None:
            websocket.abort()


def _acknowledge(
    server: socketio.Server, eio_sid: str, namespace: str | None, id: int | None, answer: dict[str, Any]
) -> None:
    if id is not None:
        deliver(server, eio_sid, encoded(packet.Packet(packet.ACK, namespace=namespace, id=id, data=[answer])))


def encoded(socketio_packet: packet.Packet) -> Message:
    parts = socketio_packet.encode()
    return Message(parts if isinstance(parts, list) else [parts])


def deliver(server: socketio.Server, eio_sid: str, message: Message, room: str = "", offset: int = 0) -> None:
    """To the kernel at once if nothing is waiting before it, else into the queue, in order. Never blocks.
    `room`, `offset`: see Sealed."""
    connection = server.eio.sockets.get(eio_sid)
    websocket = getattr(connection, "websocket", None)
    if connection is None or websocket is None or connection.closed:
        return
    frame, sent = websocket.fitting(message), 0
    if websocket.waiting + len(frame) > MOST_WAITING_BYTES or connection.queue.qsize() > MOST_WAITING:
        log.info("a client asks and never reads; closed")
        abandon(server, eio_sid)
        return
    if not connection.queue.qsize() and websocket.idle():
        try:
            sent = websocket.send_now(frame)
        except OSError:
            return  # its reader will notice and clean up
    if sent < len(frame) and (sent or room or not websocket.sent_along(frame)):
        worth = max(1.0, message.size / len(frame))
        rest = Sealed(memoryview(frame)[sent:], worth=worth) if sent else Sealed(frame, room, offset, worth)
        websocket.await_turn(rest)
        connection.queue.put(rest)


class SocketWire:
    """app.live.wire.Wire over a Socket.IO server."""

    def __init__(self, server: socketio.Server) -> None:
        self._server = server

    def output(self, room: str, offset: int, data: bytes) -> None:
        self._to_room(room, output(room, offset, data), offset)

    def broadcast(self, room: str, event: str, message: dict[str, Any]) -> None:
        self._to_room(room, _event(event, message))

    def _to_room(self, room: str, message: Message, offset: int | None = None) -> None:
        members = self._server.manager.rooms.get("/", {}).get(room)
        for eio_sid in list(members.values()) if members else ():
            if offset is None:
                deliver(self._server, eio_sid, message)
            else:
                deliver(self._server, eio_sid, message, room, offset)

    def send(self, sid: str, event: str, message: dict[str, Any]) -> None:
        self.send_all([sid], event, message)

    def send_all(self, sids: Iterable[str], event: str, message: dict[str, Any]) -> None:
        whole = _event(event, message)
        for sid in sids:
            eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
            if eio_sid is not None:
                deliver(self._server, eio_sid, whole)

    def enter(self, sid: str, room: str) -> None:
        self._server.manager.enter_room(sid, "/", room)

    def leave(self, sid: str, room: str) -> None:
        self._server.manager.leave_room(sid, "/", room)

    def queued(self, sid: str) -> int:
        websocket = getattr(self._connection(sid), "websocket", None)
        return websocket.waiting if websocket is not None else 0

    def rate(self, sid: str) -> float | None:
        websocket = getattr(self._connection(sid), "websocket", None)
        return websocket.rate() if websocket is not None else None

    def drop(self, sid: str, room: str) -> int | None:
        websocket = getattr(self._connection(sid), "websocket", None)
        return websocket.drop(room) if websocket is not None else None

    def close(self, sid: str) -> None:
        self._server.disconnect(sid)

    def _connection(self, sid: str) -> Any:
        return self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, "/"))


def _event(event: str, message: dict[str, Any]) -> Message:
    return encoded(packet.Packet(packet.EVENT, namespace="/", data=[event, message]))
