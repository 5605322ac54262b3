"""Clients that send too much, or ask and never read: what they cost is bounded, and nobody else notices."""

from __future__ import annotations

import json
import os
import socket
import struct

import psutil
import pytest

from benchmarks.wire import BINARY, TEXT, Closed, WebSocket

LINES = ["bash", "-c", r"for i in {1..6000}; do printf '\e[3%dm%075d\e[0m\n' $((i % 8)) $i; done; echo the-end; cat"]


class Client:
    """A bare Socket.IO client, which reads only when told to."""

    def __init__(self, server, name="alice") -> None:
        self.ws = WebSocket(server.port, "/socket.io/?EIO=4&transport=websocket")
        self.next()
        self.ws.send(b'40{"token":"%s"}' % server.user(name).encode())
        assert self.next().startswith(b"40")
        self.count = 0

    def next(self) -> bytes:
        while True:
            for _, payload in self.ws.frames():
                return payload

    def ask(self, event: str, message: object) -> None:
        self.ws.send(b"42%d%s" % (self.count, json.dumps([event, message]).encode()))
        self.count += 1

    def answer(self) -> dict:
        while not (payload := self.next()).startswith((b"43", b"46")):
            pass
        return json.loads(payload[payload.index(b"[") :])[0]

    def closed(self) -> bool:
        """Reads on until the server has ended the connection."""
        try:
            while True:
                self.next()
        except (Closed, ConnectionError):
            return True


@pytest.fixture
def client(server):
    made: list[Client] = []

    def connect(name="alice") -> Client:
        made.append(Client(server, name))
        return made[-1]

    yield connect
    for each in made:
        each.ws.close()


@pytest.fixture
def calm(server, viewer):
    """Somebody else's session goes on, and the server is the same one as before."""
    session = server.api("alice").start(["cat"])["id"]
    other = viewer(server, "alice")
    other.join(session)
    pid = server.process.pid
    yield other
    assert other.type("fine\n")["ok"]
    other.wait(lambda v: v.output.count(b"fine\r\n") >= 2)  # the terminal's echo and the program's
    assert server.process.pid == pid and server.process.poll() is None
    assert not [line for line in server.log if "Traceback" in line]


def memory(server) -> int:
    return psutil.Process(server.process.pid).memory_info().rss


def piece(opcode: int, length: int, final: bool) -> bytes:
    return struct.pack("!BBQI", opcode | (0x80 if final else 0), 0xFF, length, 0)


def test_a_message_in_endless_pieces_ends_the_connection(server, client, calm):
    one, block = client(), b"x" * (1 << 20)
    before = memory(server)
    with pytest.raises((ConnectionError, Closed)):
        one.ws.sock.sendall(piece(TEXT, len(block), False) + block)
        for _ in range(100):
            one.ws.sock.sendall(piece(0, len(block), False) + block)
        one.next()
    assert memory(server) - before < 60 << 20


def test_attachments_together_are_bounded_like_one_message(server, client, calm):
    one, block = client(), b"x" * (5 << 20)
    holes = [{"_placeholder": True, "num": n} for n in range(9)]
    one.ws.send(b"459-" + json.dumps(["input", {"session": "a" * 12, "data": holes}]).encode())
    with pytest.raises((ConnectionError, Closed)):
        for _ in range(9):
            one.ws.send(block, BINARY)
        one.next()


def test_10_mb_in_one_input_event_is_too_large_and_the_connection_stays(server, client, calm):
    session = calm.session
    one = client()
    one.ask("join", {"session": session})
    assert one.answer()["ok"]
    for data in ("y" * (10 << 20), "z" * ((1 << 20) + 1)):
        one.ask("input", {"session": session, "data": data})
        assert one.answer()["error"]["code"] == "too_large"
    one.ws.send(b'451-9["input",{"session":"%s","data":{"_placeholder":true,"num":0}}]' % session.encode())
    one.ws.send(os.urandom(10 << 20), BINARY)
    assert one.answer()["error"]["code"] == "too_large"
    one.ask("input", {"session": session, "data": "small\n"})
    assert one.answer()["ok"]


def test_13_mb_in_one_message_ends_the_connection(server, client, calm):
    one = client()
    try:
        one.ask("input", {"session": calm.session, "data": "y" * (13 << 20)})
        assert one.closed()
    except ConnectionError:
        pass  # closed while we were still sending


def test_who_joins_for_ever_and_never_reads_costs_little(server, client, calm):
    session = server.api("alice").start(LINES)["id"]
    while "the-end" not in server.api("alice").screen(session):
        pass
    one = client()
    before = memory(server)
    for _ in range(100):
        one.ask("join", {"session": session})
    calm.type("between\n")
    calm.wait_output(b"between\r\nbetween\r\n")
    for _ in range(20):  # each takes its turn behind the joins that are served
        server.api("alice").screen(session)
    assert memory(server) - before < 40 << 20
    for _ in range(100):
        assert one.answer()["ok"]


def test_who_asks_for_ever_and_never_reads_is_closed_and_the_room_goes_on(server, client, calm, viewer):
    """What a closed client was still owed must not hold up whoever noticed: a room's reader, and all in it."""
    session = server.api("alice").start(["cat"])["id"]
    quick, one = viewer(server, "alice"), client()
    quick.join(session)
    one.ws.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.ask("join", {"session": session})
    assert one.answer()["ok"]
    with pytest.raises((ConnectionError, AssertionError)):
        one.ws.sock.settimeout(60)
        for _ in range(200_000):
            one.ask("watch", {})
        raise AssertionError("all was taken")
    quick.type("on\n")
    quick.wait_output(b"on\r\non\r\n")
    quick.wait(lambda v: v.viewers["connected_clients"] == 1)


def test_who_lies_about_what_it_drew_is_behind_all_the_same(server, client, calm):
    flood = server.api("alice").start(["sh", "-c", "read x; yes | head -c 12000000; echo the-end; cat"])["id"]
    one = client()
    one.ask("join", {"session": flood})
    assert one.answer()["ok"]
    before = memory(server)
    one.ask("input", {"session": flood, "data": "\n"})
    most, lie = 0, b'42["drawn",{"session":"%s","offset":9223372036854775807}]' % flood.encode()
    while server.api("alice").status(flood)["output_bytes"] < 12_000_000:
        for _ in range(20):
            one.ws.send(lie)
        most = max(most, memory(server) - before)
    assert most < 30 << 20
    while b'"frame":false' not in one.next():
        one.ws.send(lie)  # whatever it claims, in the end it gets all
