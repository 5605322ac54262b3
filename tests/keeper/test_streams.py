"""Output and input of one PTY without a keeper around them, also where the kernel cannot splice."""

import fcntl
import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.keeper.errors import Full
from app.keeper.inputs import SLOTS, InputQueue, InputTable
from app.keeper.journal import Journal, JournalReader
from app.keeper.output import TURN_BYTES, Output
from app.keeper.protocol import INPUT_QUEUE_BYTES
from tests.keeper.support import Acknowledged

Pipe = tuple[int, int]


@pytest.fixture
def pty() -> Iterator[Pipe]:
    """(master, slave), raw: bytes go through as they are."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    os.set_blocking(slave, False)
    yield master, slave
    for fd in (master, slave):
        os.close(fd)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    ends = os.pipe2(os.O_NONBLOCK)
    yield ends
    for fd in ends:
        os.close(fd)


def read_all(fd: int) -> bytes:
    found = b""
    while True:
        try:
            found += os.read(fd, 1 << 16)
        except BlockingIOError:
            return found


@pytest.mark.parametrize("splices", [True, False])
def test_output(tmp_path: Path, pty: Pipe, pipe: Pipe, splices: bool) -> None:
    master, slave = pty
    output = Output(master, pipe, Journal(tmp_path, 1 << 20), splices)
    written = b""
    for size in (1, 10, 4000, 100, 3000):
        part = os.urandom(size)
        os.write(slave, part)
        written += part
        pumped = output.pump()
        assert pumped.moved == size <= TURN_BYTES
        assert not pumped.hung_up
    assert not output.pump().more
    assert JournalReader(tmp_path).read(0, 1 << 20) == (0, written)


def test_many_small_writes_in_a_small_pipe(tmp_path: Path, pty: Pipe, pipe: Pipe) -> None:
    """An account with very many pipes gets tiny ones: a full pipe must not be taken for an empty PTY."""
    fcntl.fcntl(pipe[1], fcntl.F_SETPIPE_SZ, 4096)
    output = Output(pty[0], pipe, Journal(tmp_path, 1 << 20))
    for _ in range(50):
        for _ in range(20):
            os.write(pty[1], b"x")
        while output.pump().more:
            pass
    assert JournalReader(tmp_path).head() == 1000


@pytest.mark.parametrize("splices", [True, False])
def test_input(tmp_path: Path, pty: Pipe, pipe: Pipe, splices: bool) -> None:
    """More than the terminal takes at once; each is acknowledged only when it is all in."""
    master, slave = pty
    queue, typed = InputQueue(master, pipe, tmp_path / "inputs", splices), Acknowledged()
    paste = os.urandom(200_000)
    queue.offer("anna", 1, paste, typed)
    queue.offer("anna", 1, paste, typed)  # sent again while it waits: typed once, acknowledged twice
    queue.offer("bert", 7, b"behind", typed)
    taken = b""
    while True:
        more, blocked = queue.pump()
        if blocked:
            assert typed.results == []
        taken += read_all(slave)
        if not more and not blocked:
            break
    assert taken == paste + b"behind"
    assert typed.results == [None] * 3
    assert (queue.last("anna"), queue.last("bert"), queue.last("carl")) == (1, 7, 0)
    queue.close()


def test_input_is_bounded(tmp_path: Path, pty: Pipe, pipe: Pipe) -> None:
    queue, typed = InputQueue(pty[0], pipe, tmp_path / "inputs"), Acknowledged()
    queue.offer("", 0, bytes(INPUT_QUEUE_BYTES), typed)
    queue.offer("anna", 1, b"x", typed)
    assert [type(error) for error in typed.results] == [Full]
    queue.fail(Full("over"))
    queue.offer("anna", 1, b"x", typed)  # what was refused may come again
    queue.pump()
    assert typed.results[-1] is None
    assert read_all(pty[1]) == b"x"


@pytest.mark.parametrize("staged", [True, False])
def test_a_kill_around_the_write(tmp_path: Path, pty: Pipe, pipe: Pipe, staged: bool) -> None:
    """The keeper died after it noted its intent: just before, or just after the bytes were in the pipe."""
    table = InputTable(tmp_path / "inputs")
    table.intend("anna", 5, 3, True)
    if staged:
        os.write(pipe[1], b"abc")
    table.close()
    queue, typed = InputQueue(pty[0], pipe, tmp_path / "inputs"), Acknowledged()
    queue.offer("anna", 5, b"abc", typed)  # the client had no answer
    while queue.pump()[0]:
        pass
    assert typed.results == [None]
    assert read_all(pty[1]) == b"abc"
    assert queue.last("anna") == 5


def test_the_idlest_typist_is_forgotten_first(tmp_path: Path) -> None:
    table = InputTable(tmp_path / "inputs")
    names = [f"typist-{number}" for number in range(SLOTS)]
    for name in (*names, names[0], "one more"):
        table.intend(name, 9, 1, True)
        table.commit()
    assert table.last(names[0]) == 9
    assert table.last(names[1]) == 0
    assert table.last("one more") == 9
    assert all(table.last(name) == 9 for name in names[2:])
    assert table.last("typist") == table.last("ypist-3") == table.last("") == 0


def test_a_table_without_a_file(tmp_path: Path) -> None:
    """A full disk at the first key: the numbers are kept in memory."""
    table = InputTable(tmp_path / "missing" / "inputs")
    table.intend("anna", 3, 1, True)
    table.commit()
    assert table.last("anna") == 3
