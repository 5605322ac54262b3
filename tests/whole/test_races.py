"""Things that happen at the same instant: starts while the keeper dies, requests that come together, journals
that somebody deleted by hand. Whatever wins, no program runs without its record and nothing hangs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from app.screen.engine import Screen
from tests.support.server import Api
from tests.support.viewer import Viewer

# 2 MB a second: enough for something new to be there at all times, and it goes on for seconds.
FLOOD = ["bash", "-c", "while :; do seq 1 20000; read -t 0.05; done"]


def keeper_pid(server) -> int:
    return int(re.search(r"pid\D+(\d+)", server.command("keeper", "status").stdout)[1])


def rows(server, query: str) -> list:
    with sqlite3.connect(server.data_dir / "holdfast.db") as database:
        return database.execute(query).fetchall()


def together(server, count: int, call) -> list:
    """What `call` answers to so many callers who come at once, each on a connection of its own."""
    token = server.user("alice")
    with ThreadPoolExecutor(count) as callers:
        return list(callers.map(call, [Api(server.url, token) for _ in range(count)]))


def test_a_program_started_while_the_keeper_dies_keeps_its_record(own_server, viewer):
    server = own_server()
    api = server.api("alice")
    watcher = viewer(server, "alice")
    watcher.call("watch", {})
    keeper = keeper_pid(server)
    os.kill(keeper, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as other:
        started = other.submit(api.start, ["cat"])
        while not rows(server, "select id from session"):
            pass  # its row is there: the keeper, which sleeps, has been asked
        os.kill(keeper, signal.SIGKILL)
        session = started.result()
    assert api.status(session["id"])["alive"]
    joined = viewer(server, "alice")
    assert joined.join(session["id"])["ok"]
    joined.type("hello\n")
    joined.wait_output(b"hello\r\nhello\r\n")
    assert rows(server, "select state, pid from session") == [("running", session["pid"])]


def test_the_limit_holds_for_requests_that_come_together(own_server):
    server = own_server(HOLDFAST_MAX_SESSIONS="3")
    server.api("alice").get("/sessions")  # the token's first use is noted: that write must not queue up too
    database = sqlite3.connect(server.data_dir / "holdfast.db")
    database.execute("begin immediate")  # nobody can insert until all have come
    with ThreadPoolExecutor(1) as other:
        starts = other.submit(together, server, 12, lambda api: api.post("/sessions", {"command": ["cat"]}).status_code)
        for _ in range(100):
            assert server.api(None).http.get(f"{server.url}/livez", timeout=5).ok
        database.rollback()
        codes = starts.result()
    assert sorted(codes) == [201] * 3 + [429] * 9


def test_all_who_forget_a_session_at_once_are_told_that_it_is_gone(server):
    session = server.api("alice").start(["cat"])["id"]
    gone = together(server, 4, lambda api: api.call("DELETE", f"/sessions/{session}?forget=true").status_code)
    assert set(gone) <= {204, 404} and 204 in gone


def test_a_flood_is_saved_no_more_often_than_the_setting_says(own_server, viewer):
    server = own_server(HOLDFAST_SNAPSHOT_SECONDS="1")
    one = viewer(server, "alice")
    one.join(server.api("alice").start(FLOOD)["id"])
    one.wait(lambda v: (rows(server, "select max(id) from snapshot")[0][0] or 0) >= 3)
    moments = [row[0] for row in rows(server, "select created_at from snapshot order by id")]
    assert all(later - earlier > 0.9 for earlier, later in pairwise(moments))


def test_a_locked_database_stops_only_what_writes_to_it(killable):
    server = killable
    api = server.api("alice")
    session = api.start(["sh", "-c", "echo hello; exec cat"])["id"]
    database = sqlite3.connect(server.data_dir / "holdfast.db")
    database.execute("update api_token set last_used_at = 0")  # so that every request has a use to note
    database.commit()
    database.execute("begin immediate")
    with ThreadPoolExecutor(1) as other:
        writers = other.submit(
            together, server, 25, lambda api: api.call("PATCH", f"/sessions/{session}", json={"name": "x"})
        )
        for _ in range(100):
            assert api.http.get(f"{server.url}/livez", timeout=5).ok
        try:  # SQLite itself gives up after 10 s: whoever waits for a writer waits longer than these 5
            answer = api.http.get(f"{server.url}/api/v1/sessions/{session}/screen", timeout=5)
            assert api.http.get(f"{server.url}/api/v1/sessions/{session}/status", timeout=5).ok
        finally:
            database.rollback()
        assert "hello" in answer.text
        assert {answer.status_code for answer in writers.result()} == {200}


def test_a_session_whose_journal_was_deleted_by_hand_can_be_ended_and_forgotten(killable):
    server = killable
    api = server.api("alice")
    first, second = (api.start(["sh", "-c", "echo hello; exec cat"])["id"] for _ in range(2))
    for session in (first, second):
        while b"hello" not in api.output(session):
            pass
        shutil.rmtree(server.data_dir / "sessions" / session)
    assert api.call("DELETE", f"/sessions/{first}?forget=true").status_code == 204
    server.restart()
    api = server.api("alice")
    assert api.call("DELETE", f"/sessions/{second}?forget=true").status_code == 204
    assert api.get(f"/sessions/{second}/status").status_code == 404


def test_a_script_takes_the_size_from_whoever_held_it(server, viewer):
    api = server.api("alice")
    session = api.start(["cat"])["id"]
    one = viewer(server, "alice")
    me = one.join(session)["viewer"]
    assert one.call("resize", {"session": session, "rows": 30, "cols": 90})["ok"]
    one.wait(lambda v: v.of("resized"))
    assert one.of("resized")[-1]["viewer"] == me
    assert api.post(f"/sessions/{session}/resize", {"rows": 20, "cols": 70}).status_code == 204
    one.wait(lambda v: v.of("resized")[-1]["rows"] == 20)
    assert one.of("resized")[-1]["viewer"] is None
    assert api.status(session)["size_holder"] is None


def exact(viewer: Viewer) -> bytes:
    """Its snapshots with scrollback; frames, which come before, show the screen alone."""
    return b"".join(snapshot["data"] for snapshot in viewer.snapshots if not snapshot["frame"])


def test_who_joins_a_flood_while_others_read_its_screen_gets_exact_output(own_server):
    server = own_server(HOLDFAST_SNAPSHOT_SECONDS="1")
    api = server.api("alice")
    session = api.start(["bash", "-c", "for i in $(seq 300); do seq $i $((i+999)); done; echo the-end; read x"])["id"]
    whole = {"format": "json", "scrollback": 5000}
    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(api.get, f"/sessions/{session}/screen", params=whole) for _ in range(4)]
        viewers = [Viewer(server.url, server.user("alice")) for _ in range(4)]
        starts = [(one, one.join(session)) for one in viewers]
        assert all(answer.result().status_code == 200 for answer in reading)
    for one, joined in starts:
        already = b"the-end\r\n" in joined["snapshot"]  # it had ended before this one came
        one.wait(lambda v, a=already: a or b"the-end" in v.output + exact(v))
        screen = Screen(joined["rows"], joined["cols"])
        for event, message in [("snapshot", joined | {"data": joined["snapshot"]}), *one.events]:
            if event == "snapshot":
                screen = Screen(message["rows"], message["cols"])
            if event in ("snapshot", "output"):
                screen.replay(message["data"])
        assert screen.text(200) == api.get(f"/sessions/{session}/screen", params={"scrollback": 200}).text
        one.close()
        assert not one.broken
