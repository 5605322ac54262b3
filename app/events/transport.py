"""The websocket transport under Socket.IO, as fast and as strict as it can be made from outside.

The rule: everything that leans on the insides of python-socketio, engine.io and eventlet stands here, and
tests/events/test_transport.py pins their versions. What is changed, and why (measured, docs/performance.md):

- events go to our gate in the order they came, and are acknowledged when they are done, not when the
  handler returns;
- frames are built once a broadcast and given to the kernel at once for viewers that are caught up, without
  a queue, a packet object and a green-thread switch each;
- a client's message is read with one system call and unmasked by one big XOR (eventlet: four calls, and a
  loop over bytes that stopped the server for 271 ms on a 1 MB paste); an event is taken from its frame straight
  to the gate, without a packet object of engine.io and one of Socket.IO;
- compression happens once a broadcast, without context takeover, and only for viewers that are far away
  (eventlet compresses once a viewer: fan-out fell from 1000 to 50 MB/s).
"""

from __future__ import annotations

import functools
import json
import logging
import re
import socket as sockets
import struct
import time
from collections.abc import Callable
from typing import Any

import socketio
from engineio.async_drivers.eventlet import WebSocketWSGI
from eventlet.websocket import ConnectionClosedError, FailedConnectionError, RFC6455WebSocket
from socketio import packet

from app.events.frames import Framed, Message, Sealed, output

log = logging.getLogger(__name__)

# One engine.io message from a client; above the limit of one input event, so that this gets a clear answer.
MESSAGE_BYTES = 12 << 20
# Packets that may wait for a client that does not read. Output is bounded by the room's window long before;
# this is for who asks and asks and never takes an answer.
MOST_WAITING = 1000
# Taken from the kernel at once: a key press is 60 bytes, a pasted piece 64 KiB.
READ_BYTES = 64 << 10
# A path this slow (microseconds, the kernel's smallest round trip) is a real network: compressing pays.
FAR_MICROSECONDS = 5_000
# How long one look at the round trip serves.
FAR_SECONDS = 10.0
# struct tcp_info of Linux: tcpi_min_rtt.
MIN_RTT = struct.Struct("=I"), 148
DEFLATE = {"server_no_context_takeover": True, "client_no_context_takeover": True}
CONTROL, TEXT = 8, 1
# Engine.IO 4 message, Socket.IO 2 event; then, in the default namespace, the number of the acknowledgement asked for.
EVENT = "42"
EVENT_HEAD = re.compile(r"42([0-9]{0,15})(?=\[)", re.ASCII)
OPCODES = frozenset({0, 1, 2, 8, 9, 10})

Handle = Callable[[str, object, list[Any], Callable[[dict[str, Any]], None]], None]


def unmask(data: bytes, mask: bytes) -> bytes:
    """RFC 6455, 5.3, over whole integers: 1 MB in 3 ms."""
    n = len(data)
    key = mask * (n // 4 + 1)
    return (int.from_bytes(data, "little") ^ int.from_bytes(key[:n], "little")).to_bytes(n, "little")


class FastWebSocket(RFC6455WebSocket):
    """Reads through a buffer; takes events past engine.io; sends frames that are built already as they are."""

    _read = b""
    _read_at = 0
    _drained = False  # the kernel had no more when we last looked: to look again at once would be in vain
    _event: Callable[[str], bool] = staticmethod(lambda text: False)  # takes a Socket.IO event; False: it is none
    _far = False
    _far_until = 0.0

    def _get_bytes(self, count: int) -> bytes:
        if len(self._read) - self._read_at < count:
            pieces, have = [self._read[self._read_at :]], len(self._read) - self._read_at
            while have < count:
                if self._drained:
                    self.socket._read_trampoline()
                piece = self.socket.recv(READ_BYTES)
                self._drained = len(piece) < READ_BYTES
                if not piece:
                    raise ConnectionClosedError
                pieces.append(piece)
                have += len(piece)
            self._read, self._read_at = b"".join(pieces), 0
        begin = self._read_at
        self._read_at += count
        return self._read[begin : self._read_at]

    def wait(self) -> Any:
        """The next message that is not an event; None: the connection is over."""
        while (message := super().wait()) is not None:
            if type(message) is not str or not message.startswith(EVENT) or not self._event(message):
                return message
        return None

    def _recv_frame(self, message: Any = None) -> Any:
        """RFC 6455, 5.2: the checks of eventlet's, over our buffer."""
        first, second = self._get_bytes(2)
        final, opcode, length = first & 0x80, first & 15, second & 127
        if first & 0x30 or (first & 0x40 and "permessage-deflate" not in self.extensions):
            raise FailedConnectionError(1002, "reserved bits are set")
        if opcode not in OPCODES or not second & 0x80:
            raise FailedConnectionError(1002, "an unknown opcode, or a frame that is not masked")
        if opcode & CONTROL and (not final or length > 125):
            raise FailedConnectionError(1002, "a control frame is in one piece and short")
        if not opcode & CONTROL and bool(opcode) == bool(message):
            raise FailedConnectionError(1002, "a message begins in another, or goes on before it began")
        if length > 125:
            length = int.from_bytes(self._get_bytes(2 if length == 126 else 8), "big")
        if length > self.max_frame_length:
            raise FailedConnectionError(1009, f"a frame has at most {self.max_frame_length} bytes")
        mask = self._get_bytes(4)
        if not message or opcode & CONTROL:
            decoder = self.UTF8Decoder() if opcode == TEXT else None
            inflate = self._get_permessage_deflate_dec(first & 0x40)
            message = self.Message(opcode, self.max_frame_length, decoder=decoder, decompressor=inflate)
        message.push(unmask(self._get_bytes(length), mask) if length else b"", final=bool(final))
        return message

    def _get_permessage_deflate_enc(self) -> None:
        """What goes out compressed was compressed once for all (frames.py)."""
        return

    def send(self, message: Any, **kw: Any) -> None:
        if isinstance(message, Framed):
            self._send(message)
        else:
            super().send(message, **kw)

    def fitting(self, message: Message) -> Framed:
        """The frames that suit this viewer's path."""
        if "permessage-deflate" not in self.extensions:
            return message.plain
        now = time.monotonic()
        if now > self._far_until:
            self._far, self._far_until = round_trip(self.socket.fd) > FAR_MICROSECONDS, now + FAR_SECONDS
        return message.deflated if self._far else message.plain


def round_trip(connection: sockets.socket) -> int:
    """Microseconds, the smallest of late, which delayed acknowledgements do not lengthen; 0: not known."""
    layout, at = MIN_RTT
    try:
        info = connection.getsockopt(sockets.IPPROTO_TCP, sockets.TCP_INFO, at + layout.size)
        return int(layout.unpack_from(info, at)[0])
    except (OSError, struct.error):
        return 0


class FastWebSocketWSGI(WebSocketWSGI):
    """Agrees to shared compression only, and leaves a way from the engine.io socket to its websocket."""

    def _negotiate_permessage_deflate(self, extensions: dict[str, Any] | None) -> dict[str, bool] | None:
        for offer in (extensions or {}).get("permessage-deflate", []):
            if offer.get("server_max_window_bits", "15") in (True, "15"):
                return dict(DEFLATE)
        return None

    def _handle_hybi_request(self, environ: dict[str, Any]) -> RFC6455WebSocket:
        websocket = super()._handle_hybi_request(environ)
        websocket.__class__ = FastWebSocket
        connection = self.handler.__self__
        connection.websocket = websocket
        websocket._event = functools.partial(connection.server.take_event, connection.sid)
        return websocket


def install(server: socketio.Server, handle: Handle) -> None:
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
    server.eio.take_event = take_event
    server.eio.on("message", message)


def _acknowledge(
    server: socketio.Server, eio_sid: str, namespace: str | None, id: int | None, answer: dict[str, Any]
) -> None:
    if id is not None:
        deliver(server, eio_sid, encoded(packet.Packet(packet.ACK, namespace=namespace, id=id, data=[answer])))


def encoded(socketio_packet: packet.Packet) -> Message:
    parts = socketio_packet.encode()
    return Message(parts if isinstance(parts, list) else [parts])


def deliver(server: socketio.Server, eio_sid: str, message: Message) -> None:
    """To the kernel at once if nothing is waiting before it, else into the queue, in order. Never blocks."""
    connection = server.eio.sockets.get(eio_sid)
    websocket = getattr(connection, "websocket", None)
    if connection is None or websocket is None or connection.closed:
        return
    frame = websocket.fitting(message)
    if connection.queue.qsize() > MOST_WAITING:
        log.info("a client asks and never reads; closed")
        server.eio.disconnect(eio_sid)
        return
    sent = 0
    if not connection.queue.qsize() and not websocket._sendlock.locked():
        try:
            sent = websocket.socket.fd.send(frame)
        except BlockingIOError:
            pass
        except OSError:
            return  # its reader will notice and clean up
    if not sent:
        connection.queue.put(Sealed(frame))
    elif sent < len(frame):
        connection.queue.put(Sealed(memoryview(frame)[sent:]))


class SocketWire:
    """app.live.wire.Wire over a Socket.IO server."""

    def __init__(self, server: socketio.Server) -> None:
        self._server = server

    def output(self, room: str, offset: int, data: bytes) -> None:
        self._to_room(room, output(room, offset, data))

    def broadcast(self, room: str, event: str, message: dict[str, Any]) -> None:
        self._to_room(room, encoded(packet.Packet(packet.EVENT, namespace="/", data=[event, message])))

    def _to_room(self, room: str, message: Message) -> None:
        members = self._server.manager.rooms.get("/", {}).get(room)
        for eio_sid in list(members.values()) if members else ():
            deliver(self._server, eio_sid, message)

    def send(self, sid: str, event: str, message: dict[str, Any]) -> None:
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        if eio_sid is not None:
            whole = packet.Packet(packet.EVENT, namespace="/", data=[event, message])
            deliver(self._server, eio_sid, encoded(whole))

    def enter(self, sid: str, room: str) -> None:
        self._server.manager.enter_room(sid, "/", room)

    def leave(self, sid: str, room: str) -> None:
        self._server.manager.leave_room(sid, "/", room)

    def queued(self, sid: str) -> int:
        connection = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, "/"))
        if connection is None:
            return 0
        # The writer takes all packets at once, then sends one by one under this lock.
        sending = getattr(connection, "websocket", None)
        return connection.queue.qsize() + (1 if sending is not None and sending._sendlock.locked() else 0)

    def close(self, sid: str) -> None:
        self._server.disconnect(sid)
