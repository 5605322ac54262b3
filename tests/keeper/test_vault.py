"""The vault by itself, where a real one cannot be brought to the instant in question."""

import json
import os
import signal
import socket
from pathlib import Path

from app.keeper.handover import Fds, Handover, Settings, expose, give, take
from app.keeper.vault import Vault
from tests.keeper.support import Home, Recorder, exists, shell, wait_until


def test_the_last_words_of_a_keeper_count(tmp_path: Path) -> None:
    """It dies with a message of ours unread: the kernel then reports a reset before what it had sent."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    settings = Settings(str(tmp_path), str(tmp_path), 1, 0, 1)
    handler = signal.getsignal(signal.SIGCHLD)
    try:
        vault = Vault(Handover(settings, -1, lock, control=ours.detach()))
        assert vault._control
        vault._control.send(b"unread")
        fds = [os.open("/dev/null", os.O_RDONLY) for _ in Fds._fields]
        socket.send_fds(theirs, [json.dumps({"op": "keep", "session": "a" * 12, "pid": 1}).encode()], fds)
        theirs.close()
        vault._listen()
        assert list(vault._held) == ["a" * 12]
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, handler)


def test_a_handover_is_what_was_given(tmp_path: Path) -> None:
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    settings = Settings(str(tmp_path), str(tmp_path), 5, 0o22, 1024)
    given = Handover(settings, lock, lock, control=-1, keeper_pid=7)
    paper = give(given)
    expose(given, paper)
    assert os.get_inheritable(lock)
    assert take(paper) == given
    assert not os.get_inheritable(lock)
    os.close(lock)


def test_stop_with_programs_that_are_the_vaults_children(home: Home, recorder: Recorder, client) -> None:
    client.create(shell("exec sleep 1000"))
    status = client.status()
    os.kill(status.pid, signal.SIGKILL)
    recorder.wait(lambda seen: len(seen.connections) == 2)
    client.stop(grace=0)
    wait_until(lambda: not exists(status.vault_pid))
    assert not (home.keeper / "keeper.sock").exists()
