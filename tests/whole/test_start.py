"""Starting, stopping, and every way in which that can fail."""

from __future__ import annotations

import socket

import pytest
import requests

from tests.support.server import START_SECONDS, Server


def failed(server: Server) -> str:
    with pytest.raises(AssertionError):
        server.start()
    assert server.process.wait(START_SECONDS) == 1
    return "".join(server.log)


def test_sigterm_stops_the_web_server_and_sessions_go_on(killable):
    server = killable
    session = server.api("alice").start(["cat"])
    assert server.terminate() == 0
    server.start()
    status = server.api("alice").status(session["id"])
    assert status["alive"] and status["pid"] == session["pid"]


def test_sigterm_is_heeded_in_a_flood(killable, tmp_path):
    """A handler that raised was lost in whichever green thread it hit."""
    server = killable
    api = server.api("alice")
    # Until the server is gone: of what more they write, the next would have to read all.
    flood = "while read over; do i=0; while [ ! -e $over ]; do echo line-$((i++)); done; done"
    floods = [api.start(["bash", "-c", flood], cwd=str(tmp_path))["id"] for _ in range(2)]
    for number in range(3):
        before = {session: api.status(session)["output_bytes"] for session in floods}
        for session in floods:
            assert api.post(f"/sessions/{session}/input", {"data": f"over{number}\n"}).status_code == 204
        while not all(api.status(session)["output_bytes"] > had + (256 << 10) for session, had in before.items()):
            pass
        assert server.terminate() == 0
        (tmp_path / f"over{number}").touch()
        server.start()


def test_the_first_run_prints_a_link_that_makes_the_owner_once(own_server):
    server = own_server()
    assert server.setup_url
    page = requests.get(server.setup_url, timeout=10)
    assert page.status_code == 200
    server.user("somebody")
    assert requests.get(server.setup_url, timeout=10).status_code in (404, 410)
    server.setup_url = None
    server.restart()
    assert server.setup_url is None


def test_a_port_in_use_is_named(own_server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        text = failed(Server(tmp_path / "d", HOLDFAST_PORT=port))
    assert f"HOLDFAST_PORT={port}" in text and "in use" in text and "Traceback" not in text


def test_a_second_server_on_the_same_data_is_refused(killable):
    server = killable
    text = failed(Server(server.data_dir))
    assert "already serves" in text and str(server.process.pid) in text and "Traceback" not in text
    assert server.api("alice").get("/sessions").status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOLDFAST_PORT", "http"), ("HOLDFAST_SHELL", "/no/such/shell"), ("HOLDFAST_JOURNAL_BYTS", "1")],
)
def test_a_bad_setting_is_named(tmp_path, name, value):
    text = failed(Server(tmp_path / "d", **{name: value}))
    assert name in text and "Traceback" not in text


def test_a_keeper_that_cannot_start_is_explained(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "keeper").write_text("in the way")
    text = failed(Server(tmp_path / "d"))
    assert "keeper" in text and "Traceback" not in text


def test_a_session_past_its_lifetime_is_ended_and_one_with_a_viewer_is_not(own_server, viewer):
    server = own_server(HOLDFAST_SESSION_LIFETIME="2")
    api = server.api("alice")
    kept, watcher = api.start(["cat"])["id"], viewer(server, "alice")
    watcher.join(kept)
    watcher.call("watch", {})
    alone = api.start(["cat"])["id"]
    watcher.wait(lambda v: any(s["id"] == alone and s["state"] == "ended" for s in v.of("status")))
    assert api.status(kept)["alive"]


def test_the_limit_of_sessions_is_told(own_server):
    api = own_server(HOLDFAST_MAX_SESSIONS="1").api("alice")
    api.start(["cat"])
    refused = api.post("/sessions", {"command": ["cat"]})
    assert refused.status_code == 429 and "limit" in refused.json()["detail"]
    assert len(api.get("/sessions").json()["sessions"]) == 1
