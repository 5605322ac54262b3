"""The transport leans on the insides of three libraries; a new version has to be looked at first."""

import importlib.metadata as metadata
import json
import os
import socket
import zlib

import pytest
import socketio
import websocket
from hypothesis import given
from hypothesis import strategies as st

from tests.support.server import Server

LOOKED_AT = {"python-socketio": "5.18.1", "python-engineio": "4.15.1", "eventlet": "0.41.3"}


@pytest.mark.parametrize("package", LOOKED_AT)
def test_the_versions_the_transport_was_made_for(package):
    assert metadata.version(package) == LOOKED_AT[package], (
        "read app/events/transport.py and websocket.py beside the new version's source, then change this number"
    )


def plainly_unmasked(data: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


@given(st.binary(max_size=70), st.binary(min_size=4, max_size=4))
def test_unmasking_is_what_rfc_6455_says(data, mask):
    from app.events.websocket import unmask

    assert unmask(data, mask) == plainly_unmasked(data, mask)


def test_unmasking_a_large_message():
    from app.events.websocket import unmask

    data, mask = os.urandom(100_003), os.urandom(4)
    assert unmask(data, mask) == plainly_unmasked(data, mask)


def frames_of(data: bytes) -> list[tuple[int, bool, bytes]]:
    """(opcode, compressed, payload) of each unmasked frame."""
    found = []
    while data:
        length, at = data[1] & 127, 2
        if length > 125:
            size = 2 if length == 126 else 8
            length, at = int.from_bytes(data[2 : 2 + size], "big"), 2 + size
        found.append((data[0] & 15, bool(data[0] & 0x40), data[at : at + length]))
        data = data[at + length :]
    return found


def inflated(payload: bytes) -> bytes:
    return zlib.decompressobj(-15).decompress(payload + b"\0\0\xff\xff")


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_an_output_message_is_what_socket_io_says(size):
    from app.events.frames import output

    data = os.urandom(size // 2) + b"x" * (size - size // 2)
    text, binary = frames_of(output("abcdefghijkl", 77, data).plain)
    event = socketio.packet.Packet(encoded_packet=text[2].decode().removeprefix("4"))
    assert event.add_attachment(binary[2])
    assert event.data == ["output", {"session": "abcdefghijkl", "offset": 77, "data": data}]
    assert (text[0], binary[0]) == (1, 2) and not text[1] and not binary[1]


def test_compressed_frames_hold_the_same():
    from app.events.frames import output

    message = output("abcdefghijkl", 77, b"line of output\r\n" * 4000)
    plain, small = frames_of(message.plain), frames_of(message.deflated)
    assert [inflated(p) if compressed else p for _, compressed, p in small] == [p for _, _, p in plain]
    assert small[1][1] and not small[0][1], "a short text is not worth it"
    assert len(message.deflated) < len(message.plain) / 10
    assert message.deflated is message.deflated, "made once for all viewers"


class Raw:
    """A websocket that offers compression, read frame by frame."""

    def __init__(self, server):
        self.ws = websocket.create_connection(
            server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
            timeout=10,
            header=["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"],
        )
        self.extensions = self.ws.headers.get("sec-websocket-extensions", "")
        self.read = self.ws.sock.makefile("rb")
        self.frame()
        self.ws.send("40" + json.dumps({"token": server.user("alice")}))
        self.frame()

    def frame(self) -> tuple[int, bool, bytes]:
        first, length = self.read.read(2)
        if length > 125:
            length = int.from_bytes(self.read.read(2 if length == 126 else 8), "big")
        return first & 15, bool(first & 0x40), self.read.read(length)

    def output(self, session: str, text: bytes) -> list[bool]:
        """Joins, reads until the text was seen; whether each binary frame of 512 bytes or more was compressed."""
        self.ws.send("420" + json.dumps(["join", {"session": session}]))
        seen, flags = b"", []
        while text not in seen:
            opcode, compressed, payload = self.frame()
            if opcode == 2:
                data = inflated(payload) if compressed else payload
                seen += data
                if len(data) >= 512:
                    flags.append(compressed)
        return flags


# As the server, but every viewer counts as far away.
FAR = "import wsgi; from app.events import websocket; websocket.FAR_MICROSECONDS = -1; wsgi.main()"
LINES = ["bash", "-c", "seq 1 2000; echo the-end; cat"]


def test_who_is_near_gets_plain_frames(server):
    raw = Raw(server)
    assert "server_no_context_takeover" in raw.extensions
    assert raw.output(server.api("alice").start(LINES)["id"], b"the-end") != []
    assert not any(raw.output(server.api("alice").start(LINES)["id"], b"the-end"))


def test_who_is_far_gets_compressed_ones(tmp_path):
    server = Server(tmp_path / "data")
    server.program = ("-c", FAR)
    server.start()
    try:
        flags = Raw(server).output(server.api("alice").start(LINES)["id"], b"the-end")
        assert flags and all(flags)
    finally:
        server.close()


def test_the_round_trip_on_this_machine_is_short():
    from app.events.websocket import FAR_MICROSECONDS, round_trip

    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as one, listener.accept()[0] as other:
            one.sendall(b"x")
            other.recv(1)
            other.sendall(b"y")
            one.recv(1)
            assert 0 < round_trip(one) < FAR_MICROSECONDS
    assert round_trip(socket.socket(socket.AF_UNIX)) == 0
