"""The disk is full (a real kernel error: the keeper's file size limit): programs live on, loss is told."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.keeper import timeline
from app.keeper.client import KeeperClient, State
from app.keeper.journal import JournalReader
from app.keeper.output import RING_BYTES
from tests.keeper.support import Home, Recorder, counted, exists, shell, wait_until

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextmanager
def file_limit(client: KeeperClient, size: int) -> Iterator[None]:
    """No file of the keeper's may grow beyond `size` bytes: EFBIG, handled as a full disk is."""
    pid = client.status().pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)


def start(client: KeeperClient, recorder: Recorder, script: str) -> State:
    """A followed session that waits for a line before it runs `script`."""
    state = client.create(shell(f"stty -opost -echo; echo ready; read go; {script}"))
    client.follow(state.id)
    recorder.wait(lambda seen: seen.heads.get(state.id) == len("ready\n"))
    client.input(state.id, b"go\n")
    return state


def pressure(recorder: Recorder, state: State, on: bool) -> None:
    recorder.wait(lambda seen: seen.of_kind("pressure")[-1:] == [(state.id, on)])


def test_what_fits_in_memory_is_written_later(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    whole = b"ready\n" + counted(20_000)
    assert len(whole) < RING_BYTES
    with file_limit(client, 4096):
        state = start(client, recorder, "seq 1 20000; read go")
        pressure(recorder, state, True)
        assert recorder.heads[state.id] <= 4096
    pressure(recorder, state, False)
    recorder.wait(lambda seen: seen.heads[state.id] == len(whole))
    assert home.output(state.id) == whole
    assert not recorder.of_kind("gap")


def test_what_does_not_fit_is_a_gap(home: Home, recorder: Recorder, client, tmp_path: Path) -> None:
    whole, done = b"ready\n" + counted(200_000), tmp_path / "done"
    with file_limit(client, 4096):
        state = start(client, recorder, f"seq 1 200000; touch {done}; read go; exit 5")
        pressure(recorder, state, True)
        wait_until(done.exists)  # the program never waits for the disk
    pressure(recorder, state, False)
    recorder.wait(lambda seen: seen.heads[state.id] == len(whole))
    [(_, start_of_gap, end)] = recorder.of_kind("gap")
    with JournalReader(home.sessions / state.id) as reader:
        assert reader.gaps() == [(start_of_gap, end)]
        assert reader.read(start_of_gap, 10)[0] == end
        assert reader.head() == len(whole)
    assert home.output(state.id, end) == whole[end:]
    with JournalReader(home.sessions / state.id) as reader:
        assert reader.read(0, start_of_gap) == (0, whole[:start_of_gap])
    gaps = [event for event in timeline.read(home.sessions / state.id) if event.kind == "gap"]
    assert [(event.offset, event.until) for event in gaps] == [(start_of_gap, end)]
    client.input(state.id, b"go\n")
    assert recorder.wait_end(state.id).exit_code == 5


@pytest.mark.parametrize("size", [0, 4096])
def test_the_last_words_of_a_program(home: Home, recorder: Recorder, client: KeeperClient, size: int) -> None:
    """A build that filled the disk and died of it: why is what everybody wants to read."""
    state = client.create(shell("stty -opost -echo; echo ready; read go; seq 1 2000; echo disk full >&2; exit 1"))
    client.follow(state.id)
    recorder.wait(lambda seen: seen.heads.get(state.id) == len("ready\n"))
    with file_limit(client, size):
        client.input(state.id, b"go\n")
        pressure(recorder, state, True)
        wait_until(lambda: not exists(state.pid))
        assert state.id not in recorder.over
    assert recorder.wait_end(state.id).exit_code == 1
    assert home.output(state.id) == b"ready\n" + counted(2000) + b"disk full\n"


def test_the_rest_works_meanwhile(recorder: Recorder, client: KeeperClient) -> None:
    with file_limit(client, 4096):
        state = start(client, recorder, "trap 'exit 7' INT; seq 1 2000; while :; do sleep 0.1; done")
        pressure(recorder, state, True)
        client.resize(state.id, 30, 100)
        assert client.status().sessions == 1
        assert (client.sessions()[0].rows, client.sessions()[0].cols) == (30, 100)
        client.signal(state.id, "INT")
    assert recorder.wait_end(state.id).exit_code == 7


def test_a_keeper_killed_meanwhile(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    """What waited in its memory is lost; nothing else is."""
    with file_limit(client, 4096):
        state = start(client, recorder, "seq 1 2000; read go; echo behind; exit 9")
        pressure(recorder, state, True)
        os.kill(client.status().pid, signal.SIGKILL)
        recorder.wait(lambda seen: len(seen.connections) == 2)
        client.input(state.id, b"go\n")
        assert recorder.wait_end(state.id).exit_code == 9
    assert home.output(state.id).startswith(b"ready\n1\n2\n")
    assert home.output(state.id).endswith(b"behind\n")
