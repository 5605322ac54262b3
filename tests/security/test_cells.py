"""HOLDFAST_ISOLATION=2: each session in a control group of its own, with limits; what uses up its memory is killed and
named, and nobody else notices."""

from __future__ import annotations

import os
import shlex
import signal
from pathlib import Path

import psutil
import pytest

from app.keeper import cells
from app.keeper.cells import Limits, NoCells
from tests.browser.people import eventually
from tests.security.os_users import isolated_server, needs_root, os_users
from tests.support.viewer import Viewer

MEMORY, TASKS = 96 << 20, 48
EATER = ["perl", "-e", "push @held, 'x' x (1 << 20) while 1"]


def needs_cells() -> None:
    try:
        cells.try_out(Limits(MEMORY, 100, TASKS))
    except (NoCells, OSError) as error:
        pytest.skip(f"needs control groups that this process may make: {error}")


@pytest.fixture(scope="module")
def limited():
    needs_root()
    needs_cells()
    settings = {"HOLDFAST_ISOLATION": "2", "HOLDFAST_SESSION_MEMORY": str(MEMORY), "HOLDFAST_SESSION_CPU": "60",
                "HOLDFAST_SESSION_TASKS": str(TASKS)}  # fmt: skip
    with os_users("alice") as [alice], isolated_server(**settings) as server:
        server.user("alice")
        assert server.command("user", "map", "alice", alice.name).returncode == 0
        yield server


def cell_of(server, session: str) -> list[Path]:
    found = server.python("-c", f"""
import sys; from pathlib import Path; from app.keeper import record
print(*record.load(Path({str(server.data_dir)!r}) / "sessions" / {session!r}).cell)""")
    return [Path(path) for path in found.stdout.split()]


def members(paths: list[Path]) -> set[int]:
    return {int(pid) for pid in (paths[0] / "cgroup.procs").read_text().split()}


def test_memory_that_is_used_up_is_the_end_of_that_session_and_named(limited):
    api = limited.api("alice")
    other = api.start(["cat"])["id"]
    eats = api.start(EATER)
    assert eats["memory_limit"] == MEMORY
    watching = Viewer(limited.url, limited.user("alice"))
    watching.join(eats["id"])
    eventually(lambda: api.status(eats["id"])["state"] == "ended")
    status = api.status(eats["id"])
    assert (status["exit_signal"], status["end_reason"]) == ("SIGKILL", "out_of_memory")
    watching.wait(lambda v: v.of("ended"))
    assert watching.of("ended")[0]["end_reason"] == "out_of_memory"
    killed = api.start(["sleep", "1000"])
    os.kill(killed["pid"], signal.SIGKILL)  # by somebody: nobody says that it was for memory
    eventually(lambda: api.status(killed["id"])["state"] == "ended")
    status = api.status(killed["id"])
    assert (status["exit_signal"], status["end_reason"], status["oom_kills"]) == ("SIGKILL", None, 0)
    assert api.status(other)["alive"]
    watching.close()


def test_a_child_that_is_killed_for_memory_is_told_and_its_shell_goes_on(limited):
    api = limited.api("alice")
    session = api.start(["bash", "--norc", "-i"])["id"]
    watching = Viewer(limited.url, limited.user("alice"))
    watching.join(session)
    watching.type(f"{shlex.join(EATER)}; echo the shell lives\n")
    watching.wait_output(b"\r\nthe shell lives")
    watching.wait(lambda v: any(one["oom_kills"] == 1 for one in v.of("status")))
    status = api.status(session)
    assert status["alive"] and status["oom_kills"] == 1 and status["end_reason"] is None
    api.call("DELETE", f"/sessions/{session}")
    watching.wait(lambda v: v.of("ended"))
    assert api.status(session)["end_reason"] is None and api.status(session)["oom_kills"] == 1
    watching.close()


def test_a_fork_bomb_hurts_nobody_else_and_leaves_nothing(limited):
    api = limited.api("alice")
    other = api.start(["cat"])["id"]
    bomb = api.start(["bash", "-c", "bomb() { bomb | bomb & }; bomb; sleep 1000"])["id"]
    paths = cell_of(limited, bomb)
    eventually(lambda: int((paths[1 if len(paths) > 1 else 0] / "pids.current").read_text()) >= TASKS - 4)
    api.post(f"/sessions/{other}/input", {"data": "still here\n"})
    eventually(lambda: api.screen(other).count("still here") == 2)
    api.call("DELETE", f"/sessions/{bomb}")
    eventually(lambda: api.status(bomb)["state"] == "ended")
    eventually(lambda: not any(path.exists() for path in paths))
    api.call("DELETE", f"/sessions/{other}")


def test_limits_hold_for_what_leaves_the_terminal_and_through_kills_and_upgrades(limited):
    api = limited.api("alice")
    session = api.start(["bash", "-c", "setsid sleep 1000 & echo $!; exec cat"])
    eventually(lambda: api.screen(session["id"]).strip().isdigit())
    hidden = psutil.Process(int(api.screen(session["id"])))
    paths = cell_of(limited, session["id"])
    assert members(paths) == {session["pid"], hidden.pid}
    vault = psutil.Process(int((limited.data_dir / "keeper/lock").read_text()))
    [keeper] = [one for one in vault.children() if "app.keeper.server" in one.cmdline()]
    assert keeper.pid not in members(paths)
    keeper.kill()
    assert limited.command("keeper", "upgrade").returncode == 0
    limited.restart()
    api = limited.api("alice")
    assert members(paths) == {session["pid"], hidden.pid}
    later = api.start(EATER)["id"]  # cells are made as before
    eventually(lambda: api.status(later)["end_reason"] == "out_of_memory")
    os.kill(session["pid"], signal.SIGTERM)
    eventually(lambda: api.status(session["id"])["state"] == "ended")
    psutil.wait_procs([hidden], 10)  # it had no terminal any more, and goes with its session
    assert not hidden.is_running()
    eventually(lambda: not any(path.exists() for path in paths))


def test_the_start_says_the_limits_and_a_keeper_that_stops_leaves_no_cell(limited):
    assert any(f"Each within {MEMORY >> 20} MiB, 60 % of a processor, {TASKS} tasks" in line for line in limited.log)
    api = limited.api("alice")
    session = api.start(["bash", "-c", "trap '' HUP; setsid sleep 1000 & exec cat"])["id"]
    paths = cell_of(limited, session)
    assert all(path.exists() for path in paths) and paths
    assert limited.command("stop", "--yes").returncode == 0
    assert not any(path.exists() for path in paths)
