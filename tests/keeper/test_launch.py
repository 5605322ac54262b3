"""Starting, finding, upgrading and stopping the keeper; every failure names its cause."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.keeper import address, protocol
from app.keeper.client import KeeperClient, KeeperError, State
from app.keeper.journal import JournalReader
from tests.keeper.support import Home, Recorder, children, counted, exists, new_id, shell, wait_until

ROOT = Path(__file__).parents[2]


def test_found_again(home: Home, client: KeeperClient) -> None:
    pid = client.status().pid
    home.ensure()
    assert client.status().pid == pid


def test_detached_from_who_started_it(home: Home, client: KeeperClient) -> None:
    status = client.status()
    for pid in (status.pid, status.vault_pid):
        assert os.getsid(pid) != os.getsid(0)
        assert os.readlink(f"/proc/{pid}/cwd") == "/"
        assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
        assert os.readlink(f"/proc/{pid}/fd/2") == str(home.keeper / "keeper.log")
    assert status.vault_pid not in children(os.getpid())


def test_many_at_once_start_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    failures: list[KeeperError] = []

    def ensure() -> None:
        try:
            home.ensure(timeout=20)
        except KeeperError as error:
            failures.append(error)

    threads = [threading.Thread(target=ensure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(children(home.vault_pid)) == 1
    home.destroy()


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.keeper.mkdir()
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(home.keeper / address.SOCKET))
    left.close()
    home.ensure()
    home.destroy()


def test_long_paths(tmp_path: Path) -> None:
    home = Home(tmp_path / ("long" * 30) / ("longer" * 20))
    home.ensure()
    client = KeeperClient(home.keeper, Recorder())
    client.start()
    assert client.create(shell("exec sleep 1000")).alive
    client.close()
    home.destroy()


def test_a_lock_held_by_somebody_who_does_not_answer(home: Home, client: KeeperClient) -> None:
    status = client.status()
    os.kill(status.pid, signal.SIGSTOP)
    with pytest.raises(KeeperError, match=rf"process {status.vault_pid}.* does not answer"):
        home.ensure(timeout=1.0)
    os.kill(status.pid, signal.SIGCONT)
    assert client.status().pid == status.pid


def test_a_directory_that_cannot_be_used(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.keeper.write_text("a file")
    with pytest.raises(KeeperError, match=str(home.keeper)):
        home.ensure()


def test_a_keeper_that_cannot_start_tells_why(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.keeper.mkdir()
    (home.keeper / address.SOCKET).mkdir()  # cannot be replaced by a socket
    with pytest.raises(KeeperError, match="keeper.sock"):
        home.ensure()


def test_no_keeper(tmp_path: Path) -> None:
    with pytest.raises(KeeperError, match="no keeper answers"):
        KeeperClient(tmp_path, Recorder()).start(timeout=0.2)


def test_a_keeper_that_does_not_greet(tmp_path: Path) -> None:
    listener = address.listen(tmp_path)
    with pytest.raises(KeeperError, match="no keeper answers"):
        KeeperClient(tmp_path, Recorder()).start(timeout=0.2)
    listener.close()


def test_stop_ends_everything(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    status = client.status()
    civil = client.create(shell("exec sleep 1000"))
    stubborn = client.create(shell("trap '' HUP; echo deaf; sleep 1005"))
    client.follow(stubborn.id)
    recorder.wait(lambda seen: seen.heads.get(stubborn.id))  # a hang-up before the trap would end it
    client.stop(grace=0.3)
    for pid in (civil.pid, stubborn.pid, status.pid, status.vault_pid):
        wait_until(lambda pid=pid: not exists(pid))
    assert not (home.keeper / address.SOCKET).exists()
    home.ensure()
    again = KeeperClient(home.keeper, Recorder())
    again.start()
    ends = {state.id: state.exit_signal for state in again.sessions()}
    assert ends == {civil.id: "SIGHUP", stubborn.id: "SIGKILL"}
    again.close()


def test_after_a_machine_crash_sessions_are_lost(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    state = client.create(shell("stty -opost; seq 1 1000; exec sleep 1000"))
    client.follow(state.id)
    recorder.wait(lambda seen: seen.heads.get(state.id) == len(counted(1000)))
    status = client.status()
    os.kill(status.pid, signal.SIGSTOP)  # so that it does not take the vault's place
    os.kill(status.vault_pid, signal.SIGKILL)
    os.kill(status.pid, signal.SIGKILL)
    client.close()
    wait_until(lambda: not exists(state.pid))
    home.ensure()
    again = KeeperClient(home.keeper, Recorder())
    again.start()
    [lost] = again.sessions()
    assert (lost.id, lost.alive, lost.lost, lost.exit_code, lost.head) == (
        state.id,
        False,
        True,
        None,
        len(counted(1000)),
    )
    assert home.output(state.id) == counted(1000)
    again.forget(state.id)
    again.close()


def test_a_session_killed_in_its_making_leaves_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    half = home.sessions / new_id()
    half.mkdir(parents=True)
    (half / "00000000000000000000.out").touch()
    foreign = home.sessions / "something else"
    foreign.mkdir()
    home.ensure()
    assert list(home.sessions.iterdir()) == [foreign]
    home.destroy()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The keeper's code where it may be broken."""
    target = tmp_path / "code"
    shutil.copytree(ROOT / "app" / "keeper", target / "app" / "keeper", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app" / "__init__.py", target / "app" / "__init__.py")
    return target


def started_from(copy: Path, home: Home) -> KeeperClient:
    """A keeper that runs the copied code."""
    script = (
        "from pathlib import Path; from app.keeper.launch import ensure; "
        f"ensure(Path({str(home.keeper)!r}), sessions_dir=Path({str(home.sessions)!r}), journal_bytes=99999)"
    )
    subprocess.run([sys.executable, "-P", "-c", script], check=True, env={"PYTHONPATH": str(copy)}, cwd="/")
    client = KeeperClient(home.keeper, Recorder())
    client.start()
    return client


def test_an_upgrade_puts_new_code_in_place(copy: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    client = started_from(copy, home)
    before, state = client.status(), client.create(shell("exec cat"))
    file = copy / "app" / "keeper" / "protocol.py"
    file.write_text(file.read_text().replace(f'RELEASE = "{protocol.RELEASE}"', 'RELEASE = "99.9"'))
    after = client.upgrade()
    assert (after.version, after.pid, after.sessions) == ("99.9", before.pid, 1)
    assert after.code != before.code
    assert after.vault_pid == before.vault_pid
    assert client.sessions()[0].pid == state.pid
    client.close()
    home.destroy()


@pytest.mark.parametrize("broken", ["import no_such_module\n", "this is not Python\n"])
def test_an_upgrade_that_cannot_be_loaded_changes_nothing(copy: Path, tmp_path: Path, broken: str) -> None:
    home = Home(tmp_path)
    client = started_from(copy, home)
    before = client.status()
    file = copy / "app" / "keeper" / "session.py"
    good = file.read_text()
    file.write_text(broken + good)
    with pytest.raises(KeeperError, match="cannot be loaded"):
        client.upgrade()
    assert client.status() == before
    file.write_text(good)
    assert client.upgrade().pid == before.pid
    client.close()
    home.destroy()


def test_a_failing_keeper_is_started_with_growing_pauses(copy: Path, tmp_path: Path) -> None:
    """Its code is broken under it, and mended: the program waits, and is there again."""
    home, seen = Home(tmp_path), Recorder()
    started_from(copy, home).close()
    client = KeeperClient(home.keeper, seen)
    client.start()
    state = client.create(shell("exec cat"))
    file = copy / "app" / "keeper" / "server.py"
    good = file.read_text()
    file.write_text("import no_such_module\n")
    os.kill(client.status().pid, signal.SIGKILL)
    wait_until(lambda: "after 0.4 s because it failed at once" in home.log)
    file.write_text(good)
    seen.wait(lambda seen: len(seen.connections) == 2)
    assert client.sessions()[0].pid == state.pid
    assert "keeper killed by signal 9; starting it again with 1 sessions\n" in home.log
    assert "No module named 'no_such_module'" in home.log
    client.close()
    home.destroy()


def test_input_that_waits_goes_through_an_upgrade(
    home: Home, recorder: Recorder, client: KeeperClient, tmp_path
) -> None:
    taken, paste = tmp_path / "taken", os.urandom(200_000).hex().encode()
    state = client.create(
        shell(f"stty raw -echo; echo ready; head -c 1 > /dev/null; cat {tmp_path}/go; exec cat > {taken}")
    )
    os.mkfifo(tmp_path / "go")
    client.follow(state.id)
    recorder.wait(lambda seen: seen.heads.get(state.id))
    client.input(state.id, b"!" + paste, "anna", 1)
    client.upgrade()
    (tmp_path / "go").write_bytes(b"")
    wait_until(lambda: taken.exists() and taken.stat().st_size >= len(paste))
    assert taken.read_bytes() == paste


def test_the_journal_is_read_without_a_keeper(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    state: State = client.create(shell("echo hello"))
    client.follow(state.id)
    recorder.wait_end(state.id)
    client.stop()
    with JournalReader(home.sessions / state.id) as reader:
        assert reader.head() == len("hello\r\n")
        assert reader.read(0, 100) == (0, b"hello\r\n")
