"""Programs of other operating-system users, as the keeper sees them; what keeps them apart is in tests/security."""

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from app.keeper import address, protocol, pty
from app.keeper.client import KeeperClient, KeeperError, Refused
from app.keeper.protocol import FrameReader
from tests.keeper.support import Home, Recorder, shell

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root's keeper starts programs as others")


def test_a_keeper_of_an_older_protocol_is_never_asked(tmp_path: Path) -> None:
    """It would skip the field that it does not know, and start the program as itself."""
    listener = address.listen(tmp_path)
    listener.setblocking(True)
    heard: list[int] = []

    def old() -> None:
        stream, _ = listener.accept()
        frames = FrameReader()
        while data := stream.recv(1 << 16):
            for frame in frames.feed(data):
                heard.append(frame.kind)
                if frame.kind == protocol.HELLO:
                    stream.sendall(protocol.pack_json(protocol.WELCOME, frame.request, protocol=2, started_at=1.0))
        stream.close()

    keeper = threading.Thread(target=old)
    keeper.start()
    client = KeeperClient(tmp_path, Recorder())
    client.start()
    with pytest.raises(KeeperError, match="too old to start programs as other users"):
        client.create(shell("true", account="daemon"))
    client.close()
    keeper.join()
    listener.close()
    assert heard == [protocol.HELLO]


def ask(home: Home, kind: int, **fields: object) -> dict[str, object]:
    """One request, as another program might send it; the fields of its answer."""
    frames = FrameReader()
    with address.connect(home.keeper, 10.0) as stream:
        stream.sendall(protocol.pack_json(kind, 7, **fields))
        while data := stream.recv(1 << 16):
            for frame in frames.feed(data):
                if frame.request == 7:
                    return protocol.fields(frame.body) | {"kind": frame.kind}
    raise AssertionError("no answer")


@pytest.mark.parametrize(("kind", "account"), [(protocol.CREATE, "daemon"), (protocol.CREATE_AS, "")])
def test_the_frame_says_whether_a_user_is_named(home: Home, client: KeeperClient, kind: int, account: str) -> None:
    answer = ask(home, kind, **shell("true", account=account)._asdict())
    assert (answer["kind"], answer["code"], answer["field"]) == (protocol.FAILED, "refused", "account")


@root_only
@pytest.mark.parametrize(
    ("account", "says"), [("root", "the operating-system user root is root"), ("no such", "there is no operating")]
)
def test_root_and_strangers_are_refused_and_nothing_is_left(
    home: Home, client: KeeperClient, account: str, says: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        client.create(shell("true", account=account))
    assert refused.value.field == "account"
    assert os.listdir(home.sessions) == [] and client.sessions() == []


@root_only
def test_a_program_of_a_user_survives_what_others_survive(home: Home, client: KeeperClient, recorder: Recorder) -> None:
    program = "trap 'echo $(id -un) heard; exit 5' INT; echo ready; read x; read x"
    started = client.create(shell(program, account="daemon"))
    client.follow(started.id)
    recorder.wait(lambda seen: seen.heads.get(started.id))
    assert os.stat(f"/proc/{started.pid}").st_uid != 0
    os.kill(client.status().pid, signal.SIGKILL)
    recorder.wait(lambda seen: len(seen.connections) == 2)
    client.signal(started.id, "INT")
    client.input(started.id, b"\n\n")
    over = recorder.wait_end(started.id)
    assert over.exit_code == 5 and b"daemon heard" in home.output(started.id)


def test_a_signal_for_a_group_of_another_process_session_is_not_sent() -> None:
    """A terminal names its foreground group by a number, which may have become a stranger's."""
    program = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    master, slave = os.openpty()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "tcgetpgrp", lambda fd: program.pid)
            pty.signal_foreground(master, os.getsid(0), signal.SIGKILL)
            assert program.poll() is None  # KILL is there when kill() returns
            pty.signal_foreground(master, program.pid, signal.SIGTERM)
        assert program.wait(10) == -signal.SIGTERM
    finally:
        program.kill()
        program.wait()
        os.close(master)
        os.close(slave)
