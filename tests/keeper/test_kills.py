"""Whoever is killed, and whenever: no program dies, no byte is lost or repeated, no key typed twice."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.keeper.client import KeeperClient
from tests.keeper.support import (
    Acknowledged,
    Home,
    Recorder,
    counted,
    counting,
    exists,
    shell,
    wait_until,
)

TRIES = int(os.environ.get("KEEPER_KILLS", "20"))  # more for a soak
LINES = 400_000  # a flood of 2.7 MB
WHOLE = counted(LINES)


def kill_keeper(client: KeeperClient) -> None:
    os.kill(client.status().pid, signal.SIGKILL)


def kill_vault(client: KeeperClient) -> None:
    os.kill(client.status().vault_pid, signal.SIGKILL)


def upgrade(client: KeeperClient) -> None:
    client.upgrade()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Segments of 256 KiB, so that kills also hit their changes."""
    home = Home(tmp_path)
    home.ensure(journal_bytes=4 << 20)
    yield home
    home.destroy()


@pytest.mark.parametrize("blow", [kill_keeper, kill_vault, upgrade])
def test_a_flood_survives(home: Home, recorder: Recorder, client: KeeperClient, blow) -> None:
    for _ in range(TRIES):
        state = client.create(counting(LINES))
        client.follow(state.id)
        strike = random.randrange(len(WHOLE) // 2)
        recorder.wait(lambda seen, id=state.id, strike=strike: seen.heads.get(id, 0) > strike)
        connections = len(recorder.connections)
        blow(client)
        recorder.wait(lambda seen, before=connections: len(seen.connections) > before)
        over = recorder.wait_end(state.id)
        assert (over.exit_code, over.exit_signal) == (0, None)
        assert home.output(state.id) == WHOLE
        assert over.head == len(WHOLE) == recorder.heads[state.id]
        client.forget(state.id)


def test_blows_in_a_row(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    """The program's parent changes from keeper to vault to init; its exit code still comes."""
    state = client.create(shell("stty -opost; read go; seq 1 1000; read go; exit 42"))
    client.follow(state.id)
    for blow in (kill_keeper, kill_vault, upgrade, kill_vault, kill_keeper, kill_keeper):
        connections = len(recorder.connections)
        blow(client)
        recorder.wait(lambda seen, before=connections: len(seen.connections) > before)
        assert [state.alive for state in client.sessions()] == [True]
    client.input(state.id, b"go\ngo\n")
    assert recorder.wait_end(state.id).exit_code == 42
    assert home.output(state.id).endswith(counted(1000))


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_an_end_while_no_keeper_runs(recorder: Recorder, client: KeeperClient, name: str) -> None:
    state = client.create(shell("exec sleep 1000"))
    keeper, vault = client.status().pid, client.status().vault_pid
    os.kill(vault, signal.SIGSTOP)  # so that nobody starts the next keeper yet
    os.kill(keeper, signal.SIGKILL)
    recorder.wait(lambda seen: seen.of_kind("disconnected"))
    os.kill(state.pid, signal.Signals[name])
    wait_until(lambda: not exists(state.pid))
    os.kill(vault, signal.SIGCONT)
    client.follow(state.id)
    over = recorder.wait_end(state.id)
    assert (over.exit_code, over.exit_signal) == (None, name)


def test_input_is_typed_once(home: Home, recorder: Recorder, client: KeeperClient, tmp_path) -> None:
    """Numbered lines go in while keeper after keeper is killed; the program reads each of them once."""
    taken = tmp_path / "taken"
    state = client.create(shell(f"stty raw -echo; : > {taken}; echo ready; exec cat > {taken}"))
    client.follow(state.id)
    recorder.wait(lambda seen: seen.heads.get(state.id))
    typed, lines = Acknowledged(), 0
    for _ in range(TRIES):
        connections, keeper = len(recorder.connections), client.status().pid
        for number in range(200):
            client.input(state.id, b"%d\n" % (lines + number), "anna", lines + number + 1, typed)
        lines += 200
        typed.wait(lines - random.randrange(200))
        os.kill(keeper, signal.SIGKILL)
        recorder.wait(lambda seen, before=connections: len(seen.connections) > before)
    assert typed.wait(lines) == [None] * lines
    assert client.input_seq(state.id, "anna") == lines
    client.input(state.id, b"again\n", "anna", lines, typed)
    assert typed.wait(lines + 1)[-1] is None
    wait_until(lambda: taken.stat().st_size == sum(len(b"%d\n" % number) for number in range(lines)))
    assert taken.read_bytes() == b"".join(b"%d\n" % number for number in range(lines))


def test_a_paste_is_typed_once(home: Home, recorder: Recorder, client: KeeperClient, tmp_path) -> None:
    """A megabyte in one input, the keeper killed in its middle."""
    taken, paste = tmp_path / "taken", os.urandom(500_000).hex().encode()
    state = client.create(shell(f"stty raw -echo; : > {taken}; echo ready; exec cat > {taken}"))
    client.follow(state.id)
    recorder.wait(lambda seen: seen.heads.get(state.id))
    typed = Acknowledged()
    keeper = client.status().pid
    client.input(state.id, paste, "anna", 1, typed)
    wait_until(lambda: taken.stat().st_size > 100_000)
    os.kill(keeper, signal.SIGKILL)
    assert typed.wait() == [None]
    wait_until(lambda: taken.stat().st_size >= len(paste))
    assert taken.read_bytes() == paste
