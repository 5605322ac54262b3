"""Several web processes beside one keeper (HOLDFAST_WORKERS=2): each serves every session and tells the whole truth,
what must happen once happens once, and any of them may die."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time

import psutil
import pytest
import socketio

from tests.keeper.support import exists
from tests.support.server import START_SECONDS, Api, Server
from tests.support.viewer import Viewer
from tests.whole.test_revoked import cookie_of, signed_in

# Asks the terminal what it is, and says how long the answer was.
ASK = r"printf '\e[c'; IFS= read -rs -d c x; echo told-${#x}"
LIMITS = {"HOLDFAST_ACCOUNT_CONNECTIONS": "12", "HOLDFAST_ADDRESS_CONNECTIONS": "6"}
COUNT = ["bash", "-c", "i=0; while :; do echo line-$((i++)); done"]


def until(fact, seconds: float = 20):
    """Waits for what only another process knows."""
    end = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)
    return found


def workers(server: Server) -> dict[int, int]:
    """Process ids by worker number."""
    found = {}
    for child in psutil.Process(server.process.pid).children():
        line = child.cmdline()
        if "worker" in line:
            found[int(line[line.index("worker") + 1])] = child.pid
    return found


def figures(api: Api) -> dict[str, float]:
    text = api.http.get(f"{api.url}/metrics", timeout=30).text
    return {name: float(value) for name, value in re.findall(r"^(holdfast_\w+) (\S+)$", text, re.M)}


def api_of(server: Server, worker: int, name: str = "alice") -> Api:
    """HTTP that stays with that worker: its one connection is kept alive."""

    def attempt():
        api = Api(server.url, server.user(name))
        return api if figures(api)["holdfast_worker"] == worker else None

    return until(attempt)


def viewer_of(server: Server, worker: int, name: str = "alice", **who) -> Viewer:
    """A socket that the worker of that number accepted."""
    pid = until(lambda: workers(server).get(worker))

    def attempt():
        try:
            one = Viewer(server.url, **(who or {"token": server.user(name)}))
        except socketio.exceptions.ConnectionError:
            return None  # the one before, of the other worker, still counts for a moment where few may come
        mine = one.io.eio.ws.sock.getsockname()[1]
        if mine in {c.raddr.port for c in psutil.Process(pid).net_connections("tcp") if c.raddr}:
            return one
        one.close()
        return None

    return until(attempt)


def leader(server: Server) -> int:
    def attempt():
        leads = [n for n in workers(server) if figures(api_of(server, n))["holdfast_worker_leads"]]
        return leads[0] if len(leads) == 1 else None

    return until(attempt)


def started(server: Server) -> Server:
    """Both are there, and know of each other."""
    server.start()
    server.user("alice")
    for number in (1, 2):
        api_of(server, number)
    return server


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("data"), HOLDFAST_WORKERS="2", HOLDFAST_SNAPSHOT_SECONDS="1", **LIMITS)
    try:
        yield started(server)
    finally:
        server.close()


@pytest.fixture
def connect():
    made: list[Viewer] = []

    def connect(server: Server, worker: int, **who) -> Viewer:
        made.append(viewer_of(server, worker, **who))
        return made[-1]

    yield connect
    for one in made:
        one.close()
        assert not one.broken, one.broken


def names(one: Viewer) -> set[str]:
    return {viewer["viewer"] for viewer in one.viewers.get("viewers", ())}


def test_a_session_made_on_one_is_used_on_the_other_at_once(pair):
    one, two = api_of(pair, 1), api_of(pair, 2)
    for _ in range(10):
        session = one.start(["cat"])["id"]
        assert two.status(session)["running_in_background"] or two.screen(session) is not None
        assert two.post(f"/sessions/{session}/input", {"data": "hello\n"}).status_code == 204
        until(lambda s=session: "hello" in one.screen(s) and "hello" in two.screen(s))
        assert two.call("DELETE", f"/sessions/{session}?forget=true").status_code == 204
        assert one.get(f"/sessions/{session}/status").status_code == 404


def test_viewers_on_both_see_the_same_and_each_other(pair, connect):
    session = api_of(pair, 1).start(["sh", "-c", "stty -echo; exec cat"])["id"]
    one, two = connect(pair, 1), connect(pair, 2)
    ids = {one.join(session, client="one")["viewer"], two.join(session, client="two", rows=30, cols=90)["viewer"]}
    for who in (one, two):
        who.wait(lambda v: names(v) == ids and v.viewers["connected_clients"] == 2)
    for number in range(1, 101):
        (one, two)[number % 2].type(f"word-{number}\n")
    for who in (one, two):
        who.wait_output(b"word-100\r\n")
        words = [int(word) for word in re.findall(rb"word-(\d+)\r\n", who.output)]
        assert words == list(range(1, 101))
    for number in (1, 2):
        status = api_of(pair, number).status(session)
        assert status["connected_clients"] == 2 and {v["viewer"] for v in status["viewers"]} == ids
    assert {(v["rows"], v["cols"]) for v in one.viewers["viewers"]} == {(None, None), (30, 90)}
    two.call("leave", {"session": session})
    one.wait(lambda v: v.viewers["connected_clients"] == 1)


def test_a_resize_is_seen_on_both_with_who_made_it(pair, connect):
    session = api_of(pair, 1).start(["cat"])["id"]
    one, two = connect(pair, 1), connect(pair, 2)
    one.join(session)
    me = two.join(session)["viewer"]
    assert two.call("resize", {"session": session, "rows": 33, "cols": 99})["ok"]
    for who in (one, two):
        who.wait(lambda v: v.of("resized"))
        assert who.of("resized")[-1] == {"session": session, "rows": 33, "cols": 99, "viewer": me}
    for number in (1, 2):
        until(lambda n=number: api_of(pair, n).status(session)["size_holder"] == "alice")
    assert api_of(pair, 1).post(f"/sessions/{session}/resize", {"rows": 20, "cols": 70}).status_code == 204
    two.wait(lambda v: v.of("resized")[-1]["rows"] == 20)
    assert two.of("resized")[-1]["viewer"] is None
    assert api_of(pair, 2).status(session)["size_holder"] is None


def test_a_client_that_comes_back_to_the_other_worker_takes_its_place(pair, connect):
    session = api_of(pair, 1).start(["cat"])["id"]
    old, other = connect(pair, 1), connect(pair, 1)
    me = old.join(session, client="tab")["viewer"]
    other.join(session, client="other")
    assert old.call("resize", {"session": session, "rows": 33, "cols": 99})["ok"]
    old.type("first\n", seq=1)
    other.wait(lambda v: v.viewers.get("connected_clients") == 2)
    new = connect(pair, 2)
    joined = new.join(session, client="tab")
    assert joined["viewer"] == me and joined["input_seq"] == 1
    for number in (1, 2):
        until(lambda n=number: api_of(pair, n).status(session)["connected_clients"] == 2)
    assert new.type("first\n", seq=1)["ok"] and new.type("second\n", seq=2)["ok"]
    new.wait_output(b"second\r\nsecond\r\n")
    assert api_of(pair, 1).output(session) == b"first\r\nfirst\r\nsecond\r\nsecond\r\n"
    old.close()
    new.call("resize", {"session": session, "rows": 34, "cols": 99})
    other.wait(lambda v: v.of("resized") and v.of("resized")[-1]["rows"] == 34)
    assert other.of("resized")[-1]["viewer"] == me
    assert other.viewers["connected_clients"] == 2


def test_names_ends_and_forgetting_reach_watchers_and_viewers_of_both(pair, connect):
    one = api_of(pair, 1)
    watcher, inside = connect(pair, 2), connect(pair, 2)
    watcher.call("watch", {})
    session = one.start(["cat"])["id"]
    watcher.wait(lambda v: any(s["id"] == session for s in v.of("status")))
    inside.join(session)
    assert one.call("PATCH", f"/sessions/{session}", json={"name": "new name", "tags": ["x"]}).ok
    for who in (watcher, inside):
        who.wait(lambda v: any((s["name"], s["tags"]) == ("new name", ["x"]) for s in v.of("status")))
    assert one.call("DELETE", f"/sessions/{session}").status_code == 204
    inside.wait(lambda v: v.of("ended"))
    (ended,) = inside.of("ended")
    assert (ended["session"], ended["exit_code"], ended["exit_signal"]) == (session, None, "SIGHUP")
    watcher.wait(lambda v: any(s["id"] == session and s["state"] == "ended" for s in v.of("status")))
    for number in (1, 2):
        until(lambda n=number: api_of(pair, n).status(session)["state"] == "ended")
    assert one.call("DELETE", f"/sessions/{session}?forget=true").status_code == 204
    for who in (watcher, inside):
        who.wait(lambda v: {"session": session} in v.of("forgotten"))
    assert api_of(pair, 2).get(f"/sessions/{session}/status").status_code == 404


@pytest.mark.parametrize("address", [None, "203.0.113.7"], ids=["account", "address"])
def test_limits_of_connections_hold_over_both(pair, connect, address):
    """The one behind them all is refused wherever it comes; and let in again when one has left."""
    name, most = ("carla", 12) if address is None else ("dora", 6)
    who = {"token": pair.user(name), "address": address}
    there = [connect(pair, 1 + number % 2, **who) for number in range(most)]

    def comes():
        try:
            one = Viewer(pair.url, **who)
        except socketio.exceptions.ConnectionError:
            return False
        one.close()
        return True

    until(lambda: not any(comes() for _ in range(16)))  # by chance they are not all at the same one
    there.pop().close()
    until(comes)


def test_a_revoked_token_is_closed_out_of_both_in_the_same_second(pair):
    http = signed_in(pair, "bob")
    made = http.post(f"{pair.url}/api/v1/tokens", json={"name": "script"}, timeout=10).json()
    sockets = [viewer_of(pair, number, token=made["token"]) for number in (1, 2)]
    assert http.delete(f"{pair.url}/api/v1/tokens/{made['id']}", timeout=10).status_code == 204
    for one in sockets:
        one.wait(lambda v: not v.connected, 5)
    browsers = [viewer_of(pair, number, cookie=cookie_of(http)) for number in (1, 2)]
    page = http.post(f"{pair.url}/logout", data={"csrf_token": http.headers["X-CSRFToken"]}, timeout=10)
    assert page.ok
    for one in browsers:
        one.wait(lambda v: not v.connected, 5)


# Asks for device attributes a hundred times amid output, and then says what it was told.
QUERIES = r"""
import os, sys, termios, tty
tty.setraw(0)
asked = 0
for number in range(3000):
    os.write(1, b"some words to make it a flood " * 20 + b"\r\n")
    if number % 30 == 0:
        os.write(1, b"\x1b[c")
        asked += 1
told = b""
while told.count(b"c") < asked:
    told += os.read(0, 4096)
os.write(1, b"\x1b[6n")
while not told.endswith(b"R"):
    told += os.read(0, 4096)
os.write(1, b"asked %d told %d \r\n" % (asked, told.count(b"c")))
os.read(0, 1)
"""


def test_queries_in_a_flood_are_answered_once_each(pair, connect):
    api = api_of(pair, 1)
    session = api.start(["python3", "-c", QUERIES])["id"]
    for number in (1, 2):
        connect(pair, number).join(session)
    until(lambda: "told" in api.screen(session))
    assert "asked 100 told 100" in api.screen(session)


def saved(server: Server, session: str) -> int:
    with sqlite3.connect(server.data_dir / "holdfast.db") as database:
        return database.execute("select max(id) from snapshot where session_id = ?", (session,)).fetchone()[0] or 0


def numbers(output: bytes) -> list[int]:
    return [int(n) for n in re.findall(rb"line-(\d+)\r\n", output)]


def test_the_leader_is_killed_in_a_flood(pair, connect):
    """Nothing is lost or repeated, the other one leads: it saves and answers; the dead one is started again."""
    server = pair
    dead = leader(server)
    lives = 3 - dead
    flood = api_of(server, lives).start(COUNT)["id"]
    asks = api_of(server, dead).start(["bash", "-c", f"read x; {ASK}"])["id"]
    gone, stays = viewer_of(server, dead), connect(server, lives)
    for one in (gone, stays):
        assert one.join(flood, client=f"on-{one is stays}")["ok"]
        one.wait(lambda v: len(v.output) > 100_000)
    stays.wait(lambda v: v.viewers.get("connected_clients") == 2)
    until(lambda: saved(server, flood))
    pid = workers(server)[dead]
    os.kill(pid, signal.SIGKILL)
    stays.wait(lambda v: v.viewers["connected_clients"] == 1)
    gone.wait(lambda v: not v.connected)
    again = Viewer(server.url, server.user("alice"))
    assert again.join(flood, client="on-False", offset=gone.offset)["ok"]
    again.wait(lambda v: len(v.output) > 100_000 or len(v.snapshots) > 1)
    assert not again.broken
    last = saved(server, flood)
    until(lambda: saved(server, flood) > last)
    asking = connect(server, lives)
    asking.join(asks)
    asking.type("go\n")
    asking.wait(lambda v: re.search(rb"told-[1-9]", v.output))
    until(lambda: workers(server).get(dead, pid) != pid)
    assert api_of(server, dead).status(flood)["alive"]
    api_of(server, dead).call("DELETE", f"/sessions/{flood}")
    stays.wait(lambda v: v.of("ended"))
    whole = numbers(api_of(server, lives).output(flood))
    assert whole == list(range(whole[0], whole[0] + len(whole)))
    again.close()


def test_a_query_that_the_dead_leader_did_not_answer_is_answered_by_the_next(pair):
    server = pair
    dead = leader(server)
    pid = workers(server)[dead]
    api = api_of(server, 3 - dead)
    session = api.start(["bash", "-c", f"echo ready; read x; {ASK}"])["id"]
    until(lambda: "ready" in api.screen(session))
    os.kill(pid, signal.SIGSTOP)  # it leads and does not answer
    api.post(f"/sessions/{session}/input", {"data": "go\n"})
    until(lambda: b"\x1b[c" in api.output(session))
    os.kill(pid, signal.SIGKILL)
    until(lambda: re.search("told-[1-9]", api.screen(session)))


def test_a_killed_keeper_makes_nobody_leave(pair, connect):
    server = pair
    session = api_of(server, 1).start(COUNT)["id"]
    one, two = connect(server, 1), connect(server, 2)
    for who in (one, two):
        who.join(session)
    one.wait(lambda v: v.viewers.get("connected_clients") == 2)
    keeper = int(re.search(r"pid\D+(\d+)", server.command("keeper", "status").stdout)[1])
    os.kill(keeper, signal.SIGKILL)
    for who in (one, two):
        mark = who.offset
        who.wait(lambda v, mark=mark: v.offset > mark + 100_000)
    for number in (1, 2):
        until(lambda n=number: api_of(server, n).status(session)["connected_clients"] == 2)
    assert leader(server)
    api_of(server, 1).call("DELETE", f"/sessions/{session}")
    made = api_of(server, 2).start(["cat"])["id"]
    assert api_of(server, 1).post(f"/sessions/{made}/input", {"data": "hello\n"}).status_code == 204


def test_sigterm_stops_all_and_sessions_go_on(pair):
    server = pair
    session = api_of(server, 2).start(["cat"])
    pids = list(workers(server).values())
    assert server.terminate() == 0
    assert not any(exists(pid) for pid in pids)
    server.start()
    assert server.api("alice").status(session["id"])["pid"] == session["pid"]


def test_a_killed_supervisor_takes_its_workers_along_and_another_starts_at_once(pair):
    server = pair
    session = api_of(server, 2).start(["cat"])
    pids = list(workers(server).values())
    server.kill()
    server.start()
    assert not any(exists(pid) for pid in pids)
    # Known when the keeper has said so, which may be a moment after the first answer.
    until(lambda: server.api("alice").status(session["id"])["pid"] == session["pid"])


def test_an_idle_session_with_a_viewer_on_either_worker_is_not_over_its_time(tmp_path, connect):
    server = Server(tmp_path / "data", HOLDFAST_WORKERS="2", HOLDFAST_SESSION_LIFETIME="2")
    try:
        started(server)
        api = api_of(server, 1)
        kept, left = api.start(["cat"])["id"], api.start(["cat"])["id"]
        one = connect(server, 3 - leader(server))  # not the one that ends sessions
        one.join(kept)
        until(lambda: api.status(left)["state"] == "ended")
        assert api.status(kept)["alive"]
        one.call("leave", {"session": kept})
        until(lambda: api.status(kept)["state"] == "ended")
    finally:
        server.close()


def test_a_start_that_cannot_be_says_why_once(tmp_path):
    server = Server(tmp_path / "data", HOLDFAST_WORKERS="2", HOLDFAST_HOST="192.0.2.1")
    with pytest.raises(AssertionError):
        server.start()
    assert server.process.wait(START_SECONDS) == 1
    assert "".join(server.log).count("HOLDFAST_HOST=192.0.2.1") == 1


def test_who_types_reads_and_does_not_look_is_told_on_both(pair, connect):
    session = api_of(pair, 1).start(["cat"])["id"]
    one, two = connect(pair, 1), connect(pair, 2)
    mine = one.join(session, device="phone")["viewer"]
    two.join(session)

    def told(viewer: Viewer) -> dict:
        return next((seen for seen in viewer.viewers.get("viewers", ()) if seen["viewer"] == mine), {})

    two.wait(lambda v: told(v).get("device") == "phone" and told(v)["typed_at"] is None)
    one.type("x\n")
    two.wait(lambda v: told(v)["typed_at"])
    one.call("view", {"session": session, "row": 7, "numbering": "n"})
    two.wait(lambda v: told(v)["view"] == {"row": 7, "numbering": "n"})
    one.call("resize", {"session": session, "rows": 30, "cols": 90})
    two.wait(lambda v: v.viewers["size_holder_viewer"] == mine)
    one.call("look", {"session": session, "visible": False})
    two.wait(lambda v: told(v)["hidden"] and v.viewers["size_holder_viewer"] is None)


def test_talk_and_a_lent_keyboard_reach_who_is_on_the_other(pair, connect):
    pair.user("bob")
    owner = api_of(pair, 1)
    session = owner.start(["sh", "-c", "stty -echo; exec cat"])["id"]
    assert owner.post(f"/sessions/{session}/grants", {"user": "bob", "role": "viewer"}).status_code == 201
    one, two = connect(pair, 1), connect(pair, 2, name="bob")
    one.join(session)
    mine = two.join(session)["viewer"]
    assert two.call("typing", {"session": session})["ok"]
    assert two.call("say", {"session": session, "text": "from the other"})["ok"]
    one.wait(lambda v: [m["text"] for m in v.of("said")] == ["from the other"] and v.of("typing"))
    assert two.call("ask", {"session": session, "on": True})["ok"]
    one.wait(lambda v: any(w["viewer"] == mine and w["asks"] for w in v.viewers["viewers"]))
    for _ in range(5):
        assert owner.call("PUT", f"/sessions/{session}/viewers/{mine}/keyboard").status_code == 204
        assert two.type("lent\n")["ok"]
        assert owner.call("DELETE", f"/sessions/{session}/viewers/{mine}/keyboard").status_code == 204
        assert two.type("late\n")["error"]["code"] == "forbidden"
    assert owner.call("PUT", f"/sessions/{session}/viewers/{mine}/keyboard").status_code == 204
    assert owner.call("PATCH", f"/sessions/{session}/sharing", json={"locked": True}).status_code == 200
    assert two.type("late\n")["error"]["code"] == "forbidden"
    one.wait_output(b"lent\r\n" * 5)
    assert b"late" not in one.output
