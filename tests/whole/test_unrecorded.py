"""Sessions that are not recorded: what scrolled off, and after the end everything, is nowhere in the data directory;
and the screen is exact all the same, whoever is killed."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from app.live.openings import UNRECORDED_LINES
from app.screen.engine import Screen
from app.web.audit import READS
from app.web.gate import PAST as PAST_ROUTES
from tests.support.server import Server
from tests.support.viewer import Viewer

LINES, AT_ONCE = 300_000, 300
# Every line is known, colours and all. It takes some seconds and waits at the end: the last screen can be compared.
FLOOD = f"""
import sys, time, tty
tty.setraw(1)
for first in range(0, {LINES}, {AT_ONCE}):
    lines = (f"\\033[3{{n % 8}};1mline\\033[m {{n}}\\r\\n" for n in range(first, first + {AT_ONCE}))
    print(*lines, sep="", end="", flush=True)
    time.sleep(0.005)
sys.stdin.read(1)
"""
WHOLE = b"".join(b"\x1b[3%d;1mline\x1b[m %d\r\n" % (n % 8, n) for n in range(LINES))
PAST = (
    "output", "history", "history/rows", "history/search?q=a", "download", "commands", "commands/1/output", "timeline",
)  # fmt: skip


def found(directory: Path, secret: str) -> list[str]:
    """The files that have it: journal, saved screens, database, its log, the keeper's log, ..."""
    names = []
    for path in directory.rglob("*"):
        try:
            if path.is_file() and secret.encode() in path.read_bytes():
                names.append(path.name)
        except FileNotFoundError:  # erased this moment
            continue
    return names


def until(fact, seconds: float = 20):
    end = time.monotonic() + seconds
    while not (told := fact()):
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)
    return told


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("data"), HOLDFAST_SNAPSHOT_SECONDS="1")
    yield server.start()
    server.close()


@pytest.mark.parametrize("record", [False, True])  # recorded: the same search finds it
def test_a_secret_is_gone_when_it_scrolled_off_and_after_the_end(server, viewer, record):
    secret, last = f"swordfish-{record}", f"pelican-{record}"
    api = server.api("alice")
    made = api.start(["bash", "--norc", "-i"], record=record)
    session = made["id"]
    assert made["recorded"] is record
    one = viewer(server, "alice")
    one.join(session)
    one.type(f"PS1='$ '; stty -echo; printf '\\e]2;{secret}\\a'; echo {secret}; read x; stty echo\n")
    one.wait_output(b"\a" + secret.encode() + b"\r\n")
    one.type(f"typed-{secret}\n")
    one.type(f"clear; printf '\\e]2;\\a'; seq {UNRECORDED_LINES + 100} 2>&1; echo d''one\n")
    one.wait_output(b"\ndone\r\n")
    if record:
        assert until(lambda: found(server.data_dir, secret))
        assert not found(server.data_dir, "typed-" + secret)  # nowhere at all: the terminal did not echo
    else:
        until(lambda: not found(server.data_dir, secret))
    one.type(f"echo {last}\n")
    one.wait_output(last.encode() + b"\r\n\x1b[?2004l\r" + last.encode() + b"\r\n")
    until(lambda: found(server.data_dir, last))
    noted = api.post(f"/sessions/{session}/annotations", {"text": "of this line"})
    assert noted.status_code == (201 if record else 410), "a note keeps what stands in its line"
    paths = [*PAST, "screen"]
    before = {path: api.get(f"/sessions/{session}/{path}").status_code for path in paths}
    api.call("DELETE", f"/sessions/{session}")
    one.wait(lambda v: v.of("ended"))
    after = {path: api.get(f"/sessions/{session}/{path}").status_code for path in paths}
    late = viewer(server, "alice")
    joined = late.join(session)
    if record:
        assert 410 not in {*before.values(), *after.values()}
        assert last.encode() in joined["snapshot"] and found(server.data_dir, last)
        return
    assert before == dict.fromkeys(PAST, 410) | {"screen": 200} and set(after.values()) == {410}
    assert "not recorded" in api.get(f"/sessions/{session}/output").json()["detail"]
    assert joined["snapshot"] == b"" and joined["status"]["recorded"] is False
    until(lambda: not found(server.data_dir, last))
    until(lambda: len(os.listdir(server.data_dir / "sessions" / session)) == 3)
    files = {path.name: path.stat().st_size for path in (server.data_dir / "sessions" / session).iterdir()}
    assert sorted(size > 0 for name, size in files.items() if not name.endswith(".out")) == [True, True]
    assert [size for name, size in files.items() if name.endswith(".out")] == [0]
    assert api.status(session)["output_bytes"] == joined["offset"] == int(next(iter(sorted(files)))[:20])
    again = api.post(f"/sessions/{session}/again").json()
    assert again["recorded"] is False
    api.call("DELETE", f"/sessions/{again['id']}?forget=true")


def test_the_screen_is_exact_whoever_is_killed(own_server):
    server = own_server(HOLDFAST_SNAPSHOT_SECONDS="1")
    api = server.api("alice")
    session = api.start([sys.executable, "-c", FLOOD], record=False, rows=30)["id"]
    directory = server.data_dir / "sessions" / session
    for third in (1, 2):
        until(lambda api=api, third=third: api.status(session)["output_bytes"] > third * len(WHOLE) // 4, 60)
        until(lambda: not (directory / f"{0:020d}.out").exists())
        pid = int(re.search(r"pid\D+(\d+)", server.command("keeper", "status").stdout)[1])
        os.kill(pid, signal.SIGKILL)
        server.restart()
        api = server.api("alice")
        watching = Viewer(server.url, server.user("alice"))
        assert watching.join(session)["ok"]
    watching.wait(lambda v: v.offset == len(WHOLE), 60)
    assert not watching.broken
    shown = api.get(f"/sessions/{session}/screen", params={"format": "ansi", "scrollback": 5000}).content
    known = Screen(30, 80, UNRECORDED_LINES)
    known.replay(WHOLE)
    assert shown == known.capture(5000).ansi()
    until(lambda: not [path for path in directory.glob("*.out") if path.stat().st_size])
    watching.close()


def test_an_end_that_no_server_saw_and_a_lost_machine(own_server):
    server = own_server(HOLDFAST_SNAPSHOT_SECONDS="1")
    api = server.api("alice")
    ended = api.start(["bash", "-c", "echo sword''fish; read x; exit 3"], record=False)["id"]
    lost = api.start(["bash", "-c", "echo peli''can; read x"], record=False)["id"]
    for session, text in ((ended, "swordfish"), (lost, "pelican")):
        until(lambda session=session, text=text: text in api.screen(session))
    api.post(f"/sessions/{ended}/input", {"data": "\n"})
    server.kill()
    status = server.command("keeper", "status").stdout
    pids = [int(pid) for pid in re.findall(r"^(?:vault )?pid\s+(\d+)", status, re.M)]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            os.kill(pid, number)
    server.start()
    api = server.api("alice")
    until(lambda: api.status(lost)["state"] == "lost")
    until(lambda: api.status(ended)["exit_code"] == 3)
    until(lambda: not found(server.data_dir, "swordfish") + found(server.data_dir, "pelican"))


def test_each_route_that_answers_what_was_said_knows_of_such_sessions():
    """A new one that reads must be in PAST, or be named here with its reason."""
    shown = {"pages_session", "pages_session_text", "sessions_screen"}  # the screen as it is; after the end nothing
    people = {"talk_chat", "annotation_listing"}  # what people wrote
    assert shown | people <= READS
    assert READS - shown - people <= PAST_ROUTES


def test_where_every_session_is_recorded(own_server):
    api = own_server(HOLDFAST_RECORD="always").api("alice")
    refused = api.post("/sessions", {"command": ["cat"], "record": False})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "record"
    assert api.get("/sessions").json()["sessions"] == []
