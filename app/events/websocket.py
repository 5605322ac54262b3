"""The websocket under Socket.IO, as fast and as strict as it can be made from outside.

The rule: everything that leans on the insides of eventlet's websocket stands here, and
tests/events/test_transport.py pins its version. What is changed, and why (measured, docs/performance.md):

- a client's message is read with one system call and unmasked by one big XOR (eventlet: four calls, and a
  loop over bytes that stopped the server for 271 ms on a 1 MB paste);
- compression happens once a broadcast, without context takeover, and only for viewers that are far away
  (eventlet compresses once a viewer: fan-out fell from 1000 to 50 MB/s);
- a message has a greatest size also when it comes in pieces (eventlet: each piece, but any number of them);
- the kernel holds little that it has not sent, what waits here is counted, and whoever takes it slowly is alive.
"""

from __future__ import annotations

import functools
import socket as sockets
import struct
import time
from collections import deque
from collections.abc import Callable
from statistics import median_high
from typing import Any

from engineio.async_drivers.eventlet import WebSocketWSGI
from eventlet.websocket import ConnectionClosedError, FailedConnectionError, RFC6455WebSocket

from app import green
from app.events.frames import Framed, Message, Sealed

# Taken from the kernel at once: a key press is 60 bytes, a pasted piece 64 KiB.
READ_BYTES = 64 << 10
# A client that sends event upon event keeps the hub for so long (seconds), then it is the others' turn.
TURN_SECONDS = 0.002
# Short messages that wait go together in packets of so many bytes. A client that sends 10,000 keys before it reads
# (Python's does) is owed 10,000 answers at once: 40 bytes each, and 500 more if each were a packet.
ALONG_BYTES, PACKET_BYTES = 1 << 10, 16 << 10
# A message may come in so many pieces; browsers send one, or pieces of 64 KiB and more.
MOST_PIECES = 256
# What the kernel may hold beyond what is under way. By itself it takes up to 4 MB: a minute of a thin line,
# which no newer frame, answer or ping can overtake, and memory that no count of ours sees.
UNSENT_BYTES = 64 << 10
# One measurement of how fast a line is: at least so many bytes of a message that had to wait, in at least so long
# (seconds): the kernel takes some at once, whatever the line. A message of FAST_BYTES that did not take so long
# is proof of a good one: what was measured before were pauses of the client.
SAMPLE_BYTES, SAMPLE_SECONDS = 16 << 10, 0.01
SAMPLES, ENOUGH_SAMPLES = 8, 2
FAST_BYTES = 4 * UNSENT_BYTES
# A path this slow (microseconds, the kernel's smallest round trip) is a real network: compressing pays.
FAR_MICROSECONDS = 5_000
# How long one look at the round trip serves.
FAR_SECONDS = 10.0
# struct tcp_info of Linux: tcpi_min_rtt.
MIN_RTT = struct.Struct("=I"), 148
DEFLATE = {"server_no_context_takeover": True, "client_no_context_takeover": True}
CONTROL, TEXT = 8, 1
# How a Socket.IO event begins (Engine.IO 4, a message; Socket.IO 2, an event): they are taken past engine.io.
EVENT = "42"
OPCODES = frozenset({0, 1, 2, 8, 9, 10})


def unmask(data: bytes, mask: bytes) -> bytes:
    """RFC 6455, 5.3, over whole integers: 1 MB in 3 ms."""
    n = len(data)
    key = mask * (n // 4 + 1)
    return (int.from_bytes(data, "little") ^ int.from_bytes(key[:n], "little")).to_bytes(n, "little")


class FastWebSocket(RFC6455WebSocket):
    """Reads through a buffer; takes events past engine.io; sends frames that are built already as they are."""

    waiting = 0  # bytes of `queued`, which are in engine.io's queue or in its writer's hands
    queued: deque[Sealed]
    take_event: Callable[[str], bool]  # False: it is none
    _aborted = False
    _read = b""
    _read_at = 0
    _turn_until = 0.0
    _drained = False  # the kernel had no more when we last looked: to look again at once would be in vain
    _far = False
    _far_until = 0.0
    _taken_at = 0.0  # when a client with bytes waiting last took some
    _samples: deque[float]

    def _get_bytes(self, count: int) -> bytes:
        if len(self._read) - self._read_at < count:
            pieces, have = [self._read[self._read_at :]], len(self._read) - self._read_at
            while have < count:
                piece = self._piece()
                if not piece:
                    raise ConnectionClosedError
                pieces.append(piece)
                have += len(piece)
            self._read, self._read_at = b"".join(pieces), 0
        begin = self._read_at
        self._read_at += count
        return self._read[begin : self._read_at]

    def _piece(self) -> bytes:
        """Silence ends a connection, but not while its client is busy taking what we send."""
        while not self._aborted:
            try:
                if self._drained:
                    self.socket._read_trampoline()
                    self._turn_until = time.monotonic() + TURN_SECONDS
                piece: bytes = self.socket.recv(READ_BYTES)
                self._drained = len(piece) < READ_BYTES
                return piece
            except TimeoutError:
                if time.time() - self._taken_at > self.socket.gettimeout():
                    raise
        return b""

    def wait(self) -> Any:
        """The next message that is not an event; None: the connection is over."""
        while (message := super().wait()) is not None:
            if type(message) is not str or not message.startswith(EVENT) or not self.take_event(message):
                return message
            if time.monotonic() > self._turn_until:
                green.sleep(0)
                self._turn_until = time.monotonic() + TURN_SECONDS
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
        pieces = message.data if message and not opcode & CONTROL else []
        if len(pieces) > MOST_PIECES or sum(map(len, pieces)) + length > self.max_frame_length:
            raise FailedConnectionError(1009, f"a message has at most {self.max_frame_length} bytes")
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
        """Called by engine.io's writer, which may wait here."""
        if not isinstance(message, Sealed):
            super().send(message, **kw)
            return
        self.queued.popleft()
        if message.frame:
            self._send(message.frame, message.worth)
            self.waiting -= len(message.frame)

    def await_turn(self, sealed: Sealed) -> None:
        self.queued.append(sealed)
        self.waiting += len(sealed.frame)

    def sent_along(self, frame: Framed) -> bool:
        """Whether it goes in one packet with what waits last; it goes after that, so before whatever comes next."""
        last = self.queued[-1] if self.queued else None
        if last is None or last.room or not last.frame:
            return False
        if len(frame) > ALONG_BYTES or len(last.frame) > PACKET_BYTES:
            return False
        last.frame = b"".join((last.frame, frame))
        self.waiting += len(frame)
        return True

    def drop(self, room: str) -> int | None:
        """Forgets the output of this room that waits and was not begun; the offset from which on it was."""
        found = [sealed for sealed in self.queued if sealed.room == room and sealed.frame]
        for sealed in found:
            self.waiting -= len(sealed.frame)
            sealed.frame = b""  # the empty packet keeps its place in engine.io's queue
        return found[0].offset if found else None

    def _send(self, frame: bytes | memoryview, worth: float = 1.0) -> None:
        """`worth`: how many bytes one of these stands for, where they are compressed."""
        left, taken, began = memoryview(frame), 0, time.time()
        with self._sendlock:
            begun = began
            while left:
                count = self.socket.send(left)
                left, taken, self._taken_at = left[count:], taken + count, time.time()
                if taken >= SAMPLE_BYTES and self._taken_at - begun >= SAMPLE_SECONDS:
                    self._samples.append(taken * worth / (self._taken_at - begun))
                    begun, taken = self._taken_at, 0
        if len(frame) >= FAST_BYTES and self._taken_at - began < SAMPLE_SECONDS:
            self._samples.clear()

    def rate(self) -> float | None:
        """Bytes a second that the client took of what had to wait; None: too little had to."""
        return median_high(self._samples) if len(self._samples) >= ENOUGH_SAMPLES else None

    def send_now(self, frame: Framed) -> int:
        """How much of it the kernel takes at once. Raises OSError when the client is gone."""
        try:
            return int(self.socket.fd.send(frame))
        except BlockingIOError:
            return 0

    def idle(self) -> bool:
        """Nothing of ours waits, so that what is sent now comes next."""
        return not self.waiting and not self._sendlock.locked()

    def abort(self) -> None:
        """Ends the connection at once, with all that waits, also what the client still sends."""
        self._aborted = True
        try:
            self.socket.shutdown(sockets.SHUT_RDWR)
        except OSError:
            pass  # it has ended already

    def still_there(self, connection: Any, check: Callable[[], bool]) -> bool:
        """engine.io counts from when a ping was queued; behind a snapshot on a thin line it is not even sent."""
        if connection.last_ping:
            connection.last_ping = max(connection.last_ping, self._taken_at)
        return check()

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
        websocket.queued, websocket._samples = deque(), deque(maxlen=SAMPLES)
        try:
            websocket.socket.fd.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        except (OSError, AttributeError):
            pass  # not TCP, or not Linux: the kernel holds what it likes
        connection = self.handler.__self__
        connection.websocket = websocket
        websocket.take_event = functools.partial(connection.server.take_event, connection.sid)
        connection.check_ping_timeout = functools.partial(
            websocket.still_there, connection, connection.check_ping_timeout
        )
        return websocket


