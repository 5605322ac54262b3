"""A server that sends canned bytes: `python -m benchmarks.canned KIND MEGABYTES LISTENER`. The rule: it does nothing
per event but `sendall` of bytes made beforehand, so that a client against it shows its own limit."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import sys

from benchmarks import jobs
from benchmarks.jobs import KEY

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# Output in one event: what this server sends in a flood.
EVENT_BYTES = 64 << 10
SESSION = "0123456789ab"


def frame(payload: bytes, opcode: int = 1) -> bytes:
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x80 | opcode, size) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


def output(kind: str, data: bytes) -> bytes:
    """One event of output, as the server of this kind would send it."""
    text = data.decode().replace("\r\n", "\\r\\n").encode()
    if kind == "terminado":
        return frame(b'["stdout", "%s"]' % text)
    if kind == "wetty":
        return frame(b'42["data","%s"]' % text)
    head = b'451-["output",{"session":"%s","offset":1234567,"data":{"_placeholder":true,"num":0}}]'
    return frame(head % SESSION.encode()) + frame(data, 2)


def greeting(kind: str, connection: socket.socket) -> None:
    if kind == "wetty":
        hear(connection)
        connection.sendall(frame(b'42["login"]'))
    elif kind == "holdfast":
        connection.sendall(frame(b'0{"sid":"x"}'))
        hear(connection)
        connection.sendall(frame(b'40{"sid":"x"}'))
        hear(connection)
        connection.sendall(frame(b'461-0[{"ok":true,"offset":0,"snapshot":{}}]') + frame(b"snapshot", 2))


def hear(connection: socket.socket) -> bytes:
    """One message of the client; it is small, so it comes whole, perhaps with the next ones."""
    return connection.recv(65536)


def serve(kind: str, megabytes: int, listener: socket.socket) -> None:
    connection = listener.accept()[0]
    listener.close()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = b""
    while b"\r\n\r\n" not in request:
        request += hear(connection)
    key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    greeting(kind, connection)
    line = (jobs.LINE % (0, 0, 0)).replace("\n", "\r\n").encode()
    many = output(kind, line * (EVENT_BYTES // len(line))) * 16
    echo, done = output(kind, KEY.encode()), output(kind, jobs.DONE)
    while asked := hear(connection):
        # Text is masked with zeros: what was typed can be read as it came.
        if b"~" in asked:
            connection.sendall(echo)
        elif b"\\n" in asked:
            for _ in range(megabytes * 1_000_000 // len(many) + 1):
                connection.sendall(many)
            connection.sendall(done)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[3])) as given:
        serve(sys.argv[1], int(sys.argv[2]), given)
