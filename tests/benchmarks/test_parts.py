"""What the figures rest on: whole frames however they are cut, the right rows, a failure that ends nothing else."""

import socket
import threading

import pytest

from benchmarks import report
from benchmarks.budgets import Budget
from benchmarks.canned import frame
from benchmarks.groups.bulk import seq_size
from benchmarks.harness import SMOKE, Bench
from benchmarks.wire import BINARY, TEXT, Closed, WebSocket


def server(pieces: list[bytes]) -> int:
    """A websocket server that sends these pieces, one segment each, once the client has said something."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection = listener.accept()[0]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frame(b"with the head"))
        for piece in pieces:
            connection.recv(65536)
            connection.sendall(piece)
        connection.close()
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def test_frames_come_whole_however_they_are_cut():
    sizes = [0, 1, 125, 126, 65535, 65536, 300_000]
    stream = b"".join(frame(b"x" * size, BINARY) for size in sizes)
    cuts = [stream[:1], stream[1:3], stream[3:200], stream[200:70_000], stream[70_000:]]
    ws = WebSocket(server(cuts), "/")
    assert list(ws.frames()) == [(TEXT, b"with the head")]
    found = []
    for _ in cuts:
        ws.send(b"next")
        found += ws.frames()
    with pytest.raises(Closed):
        while True:
            found += ws.frames()
    assert [(opcode, len(payload)) for opcode, payload in found] == [(BINARY, size) for size in sizes]


def test_who_takes_only_the_first_frame_finds_the_others_next():
    ws = WebSocket(server([frame(b"one") + frame(b"two")]), "/")
    assert next(ws.frames()) == (TEXT, b"with the head")
    assert list(ws.frames()) == []
    ws.send(b"go")
    for opcode, payload in ws.frames():
        assert (opcode, payload) == (TEXT, b"one")
        break
    assert list(ws.frames()) == [(TEXT, b"two")]


@pytest.mark.parametrize("lines", [1, 9, 10, 1000, 12345])
def test_the_size_of_a_sequence(lines):
    assert seq_size(lines) == sum(len(f"{i}\n") for i in range(1, lines + 1))


def test_a_peer_that_fails_is_reported_and_ends_nothing_else(tmp_path, capsys):
    bench = Bench(SMOKE, ["good", "bad"], tmp_path)

    def measure(name: str) -> int:
        if name == "bad":
            raise OSError("no such luck")
        return 1

    assert bench.interleaved(["good", "bad"], 5, measure) == {"good": [1] * 5, "bad": []}
    assert [failure["what"] for failure in bench.failures] == ["bad", "bad"], "given up after the second time"


def test_what_takes_too_long_is_a_failure(tmp_path, capsys):
    bench = Bench(SMOKE, [], tmp_path)
    ours, theirs = socket.socketpair()
    assert bench.attempt("silence", lambda: ours.recv(1), seconds=0.1) is None
    assert "more than" in bench.failures[0]["why"]
    theirs.close()


def test_a_section_is_replaced_and_the_others_stay():
    text = "by hand\n<!-- generated: one -->\n{}\n<!-- end -->\n<!-- generated: two -->\nkept\n<!-- end -->\n"
    assert report.replaced(text.format("old"), "one", "new") == text.format("new")
    with pytest.raises(ValueError, match="three"):
        report.replaced(text, "three", "")


@pytest.mark.parametrize(
    ("budget", "value", "verdict"),
    [
        (Budget("a", 10, "ms", lambda raw: 0), 10, "met"),
        (Budget("a", 10, "ms", lambda raw: 0), 25, "**missed: 2.5 times the budget**"),
        (Budget("a", 0, "", lambda raw: 0), 3, "**missed by 3**"),
        (Budget("a", 90, "%", lambda raw: 0, at_least=True), 85, "**missed by 5 %**"),
    ],
)
def test_what_a_budget_says(budget, value, verdict):
    assert budget.verdict(value) == verdict


def test_what_was_not_measured_is_said_and_not_guessed():
    assert Budget("a", 1, "s", lambda raw: raw["idle"]["found"]["holdfast"]).measured({"idle": {"found": None}}) is None
