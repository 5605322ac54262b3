"""What survives what: kill -9 of the web server and of the keeper, in mid-flood and in mid-word."""

from __future__ import annotations

import os
import re
import signal

import psutil

from tests.support.viewer import Viewer

COUNT = ["bash", "-c", "i=0; while :; do echo line-$((i++)); done"]


def lines_without_gap(output: bytes) -> int:
    """How many whole `line-N` lines; fails on a lost, repeated or torn one."""
    lines = output.split(b"\r\n")[:-1]
    numbers = [int(re.fullmatch(rb"line-(\d+)", line)[1]) for line in lines]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return len(numbers)


def test_kill_of_the_web_server_loses_nothing(killable):
    server = killable
    api = server.api("alice")
    counting = api.start(COUNT)
    typing = api.start(["cat"])["id"]
    before = Viewer(server.url, server.user("alice"))
    before.join(counting["id"])
    before.wait(lambda v: len(v.output) > 100_000)
    server.restart()
    status = api.status(counting["id"])
    assert status["alive"] and status["pid"] == counting["pid"]
    after = Viewer(server.url, server.user("alice"))
    joined = after.join(counting["id"], offset=before.offset)
    assert joined["ok"]
    after.wait(lambda v: len(v.output) > 100_000 or len(v.snapshots) > 1)
    assert not after.broken
    other = Viewer(server.url, server.user("alice"))
    other.join(typing)
    other.type("still here\n")
    other.wait_output(b"still here\r\nstill here\r\n")
    api.call("DELETE", f"/sessions/{counting['id']}")
    after.wait(lambda v: v.of("ended"))
    whole = api.output(counting["id"])
    assert lines_without_gap(whole[: whole.rindex(b"\r\n") + 2]) > 1000
    for one in (after, other):
        one.close()


def test_the_screen_after_a_restart_is_the_screen_before(own_server):
    server = own_server(HOLDFAST_SNAPSHOT_SECONDS="1")
    api = server.api("alice")
    session = api.start(["bash", "--norc"], rows=30, cols=100)["id"]
    one = Viewer(server.url, server.user("alice"))
    one.join(session)
    one.type("PS1='$ '; seq 1 200; printf '\\e[1;31mred\\e[0m \\e]2;my title\\a'; echo d''one\n")
    one.wait(lambda v: re.search(rb"done\r\n(\x1b\[\?2004h)?\$ ", v.output))
    whole = {"format": "ansi", "scrollback": 500}
    snapshot = api.get(f"/sessions/{session}/screen", params=whole)
    one.close()
    server.restart()
    again = api.get(f"/sessions/{session}/screen", params=whole)
    assert again.content == snapshot.content
    assert api.status(session)["title"] == "my title"


def test_kill_of_the_keeper_is_not_even_noticed(killable):
    server = killable
    api = server.api("alice")
    session = api.start(COUNT)["id"]
    one = Viewer(server.url, server.user("alice"))
    one.join(session)
    one.wait(lambda v: len(v.output) > 50_000)
    for _ in range(3):
        pid = int(re.search(r"pid\D+(\d+)", server.command("keeper", "status").stdout)[1])
        os.kill(pid, signal.SIGKILL)
        mark = one.offset
        one.wait(lambda v, mark=mark: v.offset > mark + 100_000)
    assert api.status(session)["alive"]
    assert not one.broken
    one.close()
    api.call("DELETE", f"/sessions/{session}")
    whole = api.output(session)
    assert lines_without_gap(whole[: whole.rindex(b"\r\n") + 2]) > 1000


def test_a_lost_session_keeps_its_screen_and_runs_again(killable):
    """All processes die at once, as with the machine."""
    server = killable
    api = server.api("alice")
    session = api.start(["bash", "-c", "echo first; seq 1 100; cat"], cwd="/tmp")
    one = Viewer(server.url, server.user("alice"))
    one.join(session["id"])
    while "\n100\n" not in api.screen(session["id"]):
        pass  # typed earlier, it would be echoed among the numbers
    one.type("last words\n")
    one.wait_output(b"last words\r\nlast words\r\n")
    one.close()
    kill_keeper_and_vault(server, session["pid"])
    server.restart()
    watcher = Viewer(server.url, server.user("alice"))
    joined = watcher.join(session["id"])
    assert joined["status"]["state"] == "lost" and not joined["status"]["alive"]
    assert b"first" in joined["snapshot"] and b"last words" in joined["snapshot"]
    assert watcher.type("x")["error"]["code"] == "ended"
    again = api.post(f"/sessions/{session['id']}/again")
    assert again.status_code == 201
    anew = again.json()
    assert (anew["command"], anew["cwd"]) == (session["command"], "/tmp")
    assert anew["restarted_from"] == session["id"] and anew["alive"]
    watcher.close()


def kill_keeper_and_vault(server, program: int) -> None:
    status = server.command("keeper", "status").stdout
    keeper = psutil.Process(int(re.search(r"^pid\s+(\d+)", status, re.M)[1]))
    killed = [keeper.parent(), keeper, psutil.Process(program)]
    for process in killed:
        process.suspend()  # else one of them brings another back
    for process in killed:
        process.kill()
    psutil.wait_procs(killed, 10)


def test_without_keeper_and_vault_the_running_server_starts_new_ones(killable):
    server = killable
    api = server.api("alice")
    session = api.start(["cat"])
    watcher = Viewer(server.url, server.user("alice"))
    watcher.call("watch", {})
    kill_keeper_and_vault(server, session["pid"])
    assert api.get("/sessions").status_code == 200
    watcher.wait(lambda v: any(s["id"] == session["id"] and s["state"] == "lost" for s in v.of("status")), 30)
    assert api.start(["cat"])["alive"]
    watcher.close()


def test_an_end_while_the_web_server_is_down_is_learnt(killable):
    server = killable
    api = server.api("alice")
    session = api.start(["bash", "-c", "read x; exit 9"])["id"]
    one = Viewer(server.url, server.user("alice"))
    one.join(session)
    program = psutil.Process(api.status(session)["pid"])
    server.kill()
    program.send_signal(signal.SIGTERM)
    psutil.wait_procs([program], 10)
    server.start()
    watcher = Viewer(server.url, server.user("alice"))
    joined = watcher.join(session)
    assert joined["status"]["state"] == "ended"
    assert joined["status"]["exit_signal"] == "SIGTERM"
    watcher.close()
