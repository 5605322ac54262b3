"""What a program gets, what it is told, and how its end is told."""

import json
import os
import resource
import stat
import sys
from pathlib import Path

import pytest

from app.keeper import timeline
from app.keeper.client import Full, KeeperClient, Over, Refused, Spec, State, Unknown
from app.keeper.protocol import INPUT_QUEUE_BYTES
from tests.keeper.support import (
    Acknowledged,
    Home,
    Recorder,
    children,
    exists,
    new_id,
    open_files,
    shell,
    wait_until,
)

PROBE = """
import json, os, resource, signal, sys
umask = os.umask(0)
print(json.dumps({
    "env": dict(os.environ), "cwd": os.getcwd(), "umask": umask,
    "fds": sorted(map(int, os.listdir("/proc/self/fd"))),
    "ignored": [int(n) for n in signal.valid_signals() if signal.getsignal(n) == signal.SIG_IGN],
    "blocked": [int(n) for n in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    "size": list(os.get_terminal_size(0)), "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    "leader": os.getsid(0) == os.getpid() == os.tcgetpgrp(0), "tty": os.ttyname(0)}))
"""


def ended(client: KeeperClient, recorder: Recorder, spec: Spec) -> State:
    client.create(spec)
    client.follow(spec.id)
    return recorder.wait_end(spec.id)


def ready(client: KeeperClient, recorder: Recorder, spec: Spec) -> State:
    """Follows a program until its first output."""
    state = client.create(spec)
    client.follow(spec.id)
    recorder.wait(lambda seen: seen.heads.get(spec.id))
    return state


def test_a_program_starts_as_from_a_fresh_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", "postgres://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("LC_TIME", "C")
    monkeypatch.setenv("PYTHONPATH", "/secret")
    home = Home(tmp_path)
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    umask = os.umask(0o027)
    try:
        home.ensure()
    finally:
        os.umask(umask)
    client = KeeperClient(home.keeper, recorder)
    client.start()
    asked = {"EDITOR": "vi", "HOLDFAST_SESSION": "mine", "HOLDFAST_SECRET": "mine"}
    spec = Spec(new_id(), (sys.executable, "-I", "-c", PROBE), str(tmp_path), asked, 31, 117)
    assert ended(client, recorder, spec).exit_code == 0
    found = json.loads(home.output(spec.id))
    environment = found.pop("env")
    assert {"HOME", "USER", "LOGNAME", "SHELL", "PATH"} <= environment.keys()
    assert environment["TERM"] == "xterm-256color"
    assert environment["COLORTERM"] == "truecolor"
    assert environment["HOLDFAST_SESSION"] == spec.id
    assert environment["EDITOR"] == "vi"
    assert environment["LC_TIME"] == "C"
    assert "secret" not in json.dumps(environment)
    assert [name for name in environment if name.startswith("HOLDFAST")] == ["HOLDFAST_SESSION"]
    with open(f"/proc/{client.status().pid}/environ") as own:
        assert "postgres" not in own.read()
    ignored_by_python = [13, 25]  # SIGPIPE, SIGXFSZ
    assert found.pop("ignored") == ignored_by_python
    assert found.pop("fds")[:3] == [0, 1, 2]
    assert found.pop("tty").startswith("/dev/pts/")
    assert found.pop("size") == [117, 31]
    assert found == {"cwd": str(tmp_path), "umask": 0o027, "blocked": [], "files": files, "leader": True}
    client.close()
    home.destroy()


def test_nothing_is_inherited(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    """Asked of the kernel, because a Python program changes some of it at its own start."""
    assert ended(client, recorder, shell("grep Sig /proc/self/status; ls /proc/self/fd")).exit_code == 0
    [session] = [state.id for state in client.sessions()]
    lines = home.output(session).decode().split()
    glibcs_own = 1 << 31 | 1 << 32  # signals 32 and 33: GNU make ignores them in what it starts
    assert int(lines[lines.index("SigIgn:") + 1], 16) & ~glibcs_own == 0
    assert lines[lines.index("SigBlk:") + 1] == "0" * 16
    assert lines[-4:] == ["0", "1", "2", "3"]  # the last is ls's own


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"argv": ("no-such-command",)}, "command"),
        ({"argv": ("/etc/passwd",)}, "command"),
        ({"argv": ("/no/such/command",)}, "command"),
        ({"argv": ("/",)}, "command"),
        ({"argv": ()}, "command"),
        ({"argv": ("",)}, "command"),
        ({"argv": ("sh", "a\0b")}, "command"),
        ({"argv": ("sh", "x" * 40_000)}, "command"),
        ({"cwd": "/no/such/directory"}, "cwd"),
        ({"cwd": "/etc/passwd"}, "cwd"),
        ({"cwd": "relative"}, "cwd"),
        ({"rows": 0}, "rows"),
        ({"rows": 1001}, "rows"),
        ({"cols": -1}, "cols"),
        ({"cols": 1.5}, "cols"),
        ({"env": {"a=b": "c"}}, "env"),
        ({"env": {"a": 1}}, "env"),
        ({"id": "../../../etc"}, "id"),
        ({"id": "ABCDEFGHIJKL"}, "id"),
        ({"label": "x" * 300}, "label"),
    ],
)
def test_what_cannot_be_started(home: Home, client: KeeperClient, changes, field) -> None:
    keeper = client.status().pid
    before = open_files(keeper)
    with pytest.raises(Refused) as refused:
        client.create(shell("true")._replace(**changes))
    assert refused.value.field == field
    assert str(refused.value)
    assert client.sessions() == []
    assert list(home.sessions.iterdir()) == []
    assert children(keeper) == []
    assert open_files(keeper) == before


def test_a_script_that_is_not_executable(client: KeeperClient, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("echo hello\n")
    with pytest.raises(Refused, match="not executable"):
        client.create(Spec(new_id(), (str(script),), "/"))
    script.chmod(0o700)
    with pytest.raises(Refused, match="not a program"):
        client.create(Spec(new_id(), (str(script),), "/"))


def test_the_same_session_asked_for_twice_is_one(client: KeeperClient) -> None:
    spec = shell("exec sleep 1000")
    assert client.create(spec).pid == client.create(spec).pid
    assert client.status().sessions == 1


@pytest.mark.parametrize(
    ("script", "code", "name"),
    [
        ("exit 0", 0, None),
        ("exit 255", 255, None),
        ("kill -TERM $$", None, "SIGTERM"),
        ("kill -34 $$", None, "SIGRTMIN"),
    ],
)
def test_ends(recorder: Recorder, client: KeeperClient, home: Home, script, code, name) -> None:
    over = ended(client, recorder, shell(script))
    assert (over.exit_code, over.exit_signal, over.alive, over.lost) == (code, name, False, False)
    assert over.created_at <= over.ended_at
    with pytest.raises(Over):
        client.resize(over.id, 10, 10)
    with pytest.raises(Over):
        client.signal(over.id, "INT")
    typed = Acknowledged()
    client.input(over.id, b"x", done=typed)
    assert isinstance(typed.wait()[0], Over)
    assert client.sessions() == [over]
    assert [event.kind for event in timeline.read(home.sessions / over.id)][-1] == "end"


def test_the_last_output_comes_before_the_end(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    over = ended(client, recorder, shell("stty -opost; seq 1 50000"))
    kinds = [event[0] for event in recorder.events if event[0] in ("head", "ended")]
    assert kinds[-1] == "ended"
    assert home.output(over.id).endswith(b"49999\n50000\n")
    assert over.head == recorder.heads[over.id] == len(home.output(over.id))


def test_a_background_job_does_not_keep_a_session_open(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    over = ended(client, recorder, shell("trap '' HUP; (while echo x; do :; done) & exit 4"))
    assert over.exit_code == 4


def test_a_terminal_that_nobody_has_open_for_a_while(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    script = "stty -opost; exec </dev/null >/dev/null 2>&1; sleep 0.2; echo back >/dev/tty; sleep 0.2; exit 6"
    over = ended(client, recorder, shell(script))
    assert over.exit_code == 6
    assert home.output(over.id) == b"back\n"


def test_end_of_a_stubborn_program(recorder: Recorder, client: KeeperClient) -> None:
    """It ignores HUP, and so does what it left in the background."""
    state = ready(client, recorder, shell("trap '' HUP; sleep 1001 & sleep 1002 & echo $!; wait"))
    jobs = children(state.pid)
    assert len(jobs) == 2
    client.end(state.id, grace=0.2)
    assert recorder.wait_end(state.id).exit_signal == "SIGKILL"
    for pid in jobs:
        wait_until(lambda pid=pid: not exists(pid))


def test_end_of_a_civil_program(recorder: Recorder, client: KeeperClient) -> None:
    state = ready(client, recorder, shell("trap 'echo bye; exit 3' HUP; echo ready; while :; do sleep 0.02; done"))
    client.end(state.id, grace=30)
    assert recorder.wait_end(state.id).exit_code == 3
    client.end(state.id, grace=30)  # once more is no error


def test_a_background_job_gets_its_grace(recorder: Recorder, client: KeeperClient) -> None:
    """The program dies of HUP at once; what it left behind is killed when the grace is over."""
    state = ready(client, recorder, shell("(trap '' HUP; exec sleep 1003) & echo ready; wait"))
    [job] = children(state.pid)
    client.end(state.id, grace=0.5)
    assert recorder.wait_end(state.id).exit_signal == "SIGHUP"
    wait_until(lambda: not exists(job))


def test_signals_reach_the_foreground(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    state = ready(client, recorder, Spec(new_id(), ("bash", "--norc", "-i"), "/"))
    typed = Acknowledged()
    client.input(state.id, b"sleep 1004; echo slept=$?\n", done=typed)
    typed.wait()
    job = wait_until(lambda: children(state.pid))[0]
    wait_until(lambda: b"sleep" in Path(f"/proc/{job}/cmdline").read_bytes()[:5])
    client.signal(state.id, "INT")
    wait_until(lambda: not exists(job))
    assert client.sessions()[0].alive
    client.signal(state.id, "sigkill")
    assert recorder.wait_end(state.id).exit_signal == "SIGKILL"


@pytest.mark.parametrize("name", ["", "NOPE", "9", "SIGSIGINT", "INT\n"])
def test_signals_that_do_not_exist(client: KeeperClient, name: str) -> None:
    state = client.create(shell("exec sleep 1000"))
    with pytest.raises(Refused) as refused:
        client.signal(state.id, name)
    assert refused.value.field == "signal"


def test_resizes(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    state = ready(client, recorder, shell("trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done"))
    offset = client.resize(state.id, 40, 120)
    assert offset == len("ready\r\n")
    recorder.wait(lambda seen: seen.heads[state.id] == offset + len("40 120\r\n"))
    assert recorder.of_kind("resized") == [(state.id, offset, 40, 120)]
    assert client.resize(state.id, 40, 120) >= offset  # no change, no event
    assert recorder.of_kind("resized") == [(state.id, offset, 40, 120)]
    events = timeline.read(home.sessions / state.id)
    assert [(event.offset, event.size) for event in events if event.kind == "resize"] == [
        (0, (24, 80)),
        (offset, (40, 120)),
    ]
    for rows, cols, field in ((0, 80, "rows"), (24, 1001, "cols"), (True, 80, "rows"), ("24", 80, "rows")):
        with pytest.raises(Refused) as refused:
            client.resize(state.id, rows, cols)
        assert refused.value.field == field
    assert (client.sessions()[0].rows, client.sessions()[0].cols) == (40, 120)


def test_input_is_full_and_others_are_not_kept_waiting(recorder: Recorder, client: KeeperClient) -> None:
    deaf = ready(client, recorder, shell("stty raw -echo; echo ready; exec sleep 1000"))
    echoing = ready(client, recorder, shell("stty -echo; echo ready; exec cat"))
    typed = Acknowledged()
    part = b"x" * (INPUT_QUEUE_BYTES // 4)
    for _ in range(6):
        client.input(deaf.id, part, done=typed)
    assert all(isinstance(error, Full) for error in typed.wait(1))
    heard = Acknowledged()
    client.input(echoing.id, b"hello\n", done=heard)
    assert heard.wait() == [None]
    recorder.wait(lambda seen: seen.heads[echoing.id] == len("ready\r\nhello\r\n"))
    client.input(deaf.id, b"x" * (INPUT_QUEUE_BYTES + 1), done=heard)
    assert isinstance(heard.wait(2)[1], Full)
    client.end(deaf.id, grace=0)
    results = typed.wait(6)
    assert {type(error) for error in results} == {Full, Over}


def test_unknown_sessions(client: KeeperClient) -> None:
    typed = Acknowledged()
    client.input("a" * 12, b"x", done=typed)
    assert isinstance(typed.wait()[0], Unknown)
    for call in (
        lambda: client.resize("a" * 12, 10, 10),
        lambda: client.signal("a" * 12, "INT"),
        lambda: client.end("a" * 12, 1.0),
        lambda: client.forget("../.."),
        lambda: client.input_seq("", "anna"),
    ):
        with pytest.raises(Unknown):
            call()


def test_forget(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    state = ready(client, recorder, shell("echo ready; read go"))
    with pytest.raises(Refused):
        client.forget(state.id)
    client.input(state.id, b"\n")
    recorder.wait_end(state.id)
    client.forget(state.id)
    assert client.sessions() == []
    assert list(home.sessions.iterdir()) == []
    with pytest.raises(Unknown):
        client.forget(state.id)


def test_nothing_leaks(recorder: Recorder, client: KeeperClient) -> None:
    """Descriptors of keeper and vault, and zombies, after sessions came and went."""
    status = client.status()
    before = open_files(status.pid), open_files(status.vault_pid)
    for _ in range(20):
        state = client.create(shell("echo hello; exec cat"))
        client.follow(state.id)
        client.input(state.id, b"\4", "anna", 1)
        recorder.wait_end(state.id)
        client.forget(state.id)
    wait_until(lambda: (open_files(status.pid), open_files(status.vault_pid)) == before)
    assert children(status.pid) == []


def test_files_are_private(home: Home, recorder: Recorder, client: KeeperClient) -> None:
    state = ready(client, recorder, shell("echo ready; exec cat"))
    client.input(state.id, b"x", "anna", 1)
    for path in (home.keeper, home.sessions, home.sessions / state.id):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    files = [*home.keeper.iterdir(), *(home.sessions / state.id).iterdir()]
    assert {"keeper.sock", "lock", "keeper.log", "session.json"} <= {path.name for path in files}
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
