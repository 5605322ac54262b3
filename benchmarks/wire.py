"""A websocket client of a hundred lines on a blocking socket. The rule: it must never be what is measured, so
it copies as little as Python lets it, masks with zeros and knows nothing but whole frames."""

from __future__ import annotations

import base64
import os
import socket
import struct
from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
# One `recv`: what a loopback socket holds at once.
RECV_BYTES = 256 << 10
# A peer silent for so long (seconds) is taken for dead. In the kernel, so that no `poll` precedes each recv.
SILENCE_SECONDS = 60


class Closed(Exception):
    """The server ended the connection."""


def connected(port: int, silence: float = SILENCE_SECONDS) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=silence)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(None)
    limit = struct.pack("ll", int(silence), 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    return sock


class WebSocket:
    def __init__(self, port: int, path: str, headers: dict[str, str] | None = None) -> None:
        self.sock = connected(port)
        self.received = 0
        self.drained = True  # the last recv took all there was
        self._chunk = bytearray(RECV_BYTES)
        self._view = memoryview(self._chunk)
        self._held = bytearray()
        lines = [
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in (headers or {}).items()), "", "",
        ]  # fmt: skip
        self.sock.sendall("\r\n".join(lines).encode())
        while b"\r\n\r\n" not in self._held:
            self._fill()
        head, _, rest = bytes(self._held).partition(b"\r\n\r\n")
        if b" 101 " not in head.splitlines()[0]:
            raise Closed(head.splitlines()[0].decode())
        self._held = bytearray(rest)
        self._unread = bool(rest)

    def fileno(self) -> int:
        return self.sock.fileno()

    def send(self, payload: bytes, opcode: int = TEXT) -> None:
        size = len(payload)
        if size < 126:
            head = struct.pack("!BBI", 0x80 | opcode, 0x80 | size, 0)
        elif size < 65536:
            head = struct.pack("!BBHI", 0x80 | opcode, 0xFE, size, 0)
        else:
            head = struct.pack("!BBQI", 0x80 | opcode, 0xFF, size, 0)
        self.sock.sendall(head + payload)

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """One recv, then every whole frame that is here now; perhaps none. Who takes only the first finds the
        others at the next call, which then needs no recv."""
        if not self._unread:
            self._fill()
        self._unread = True
        held, at, end = self._held, 0, len(self._held)
        try:
            while end - at >= 2:
                size, body = held[at + 1], at + 2
                if size == 126 and end - at >= 4:
                    size, body = int.from_bytes(held[at + 2 : at + 4], "big"), at + 4
                elif size == 127 and end - at >= 10:
                    size, body = int.from_bytes(held[at + 2 : at + 10], "big"), at + 10
                elif size >= 126:
                    break
                if end - body < size:
                    break
                opcode = held[at] & 15
                with memoryview(held) as view:
                    payload = bytes(view[body : body + size])
                at = body + size
                if opcode == PING:
                    self.send(payload, PONG)
                elif opcode == CLOSE:
                    raise Closed(repr(payload))
                else:
                    yield opcode, payload
            self._unread = False
        finally:  # also when the caller wanted just one
            del held[:at]

    def _fill(self) -> None:
        try:
            got = self.sock.recv_into(self._chunk)
        except BlockingIOError:
            raise TimeoutError(f"nothing came for {SILENCE_SECONDS} s") from None
        if not got:
            raise Closed("end of stream")
        self.received += got
        self.drained = got < RECV_BYTES
        self._held += self._view[:got]

    def close(self) -> None:
        self.sock.close()
