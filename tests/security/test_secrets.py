"""What must stay ours stays ours: secrets in settings, tokens, and what is typed while the terminal does not echo. The
whole data directory, every log line, every answer and every process is searched for what was planted."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import psutil

from app.web import wiring  # noqa: F401  (fills the table)
from app.web.routes import API, ROUTES

SHELL = ["bash", "-c", "env; cat /proc/self/environ | tr '\\0' '\\n'; echo PPID $PPID; echo shown; exec bash --norc"]
UNSEEN = ["bash", "-c", "read -rs -p 'Password: ' word; echo; echo got ${#word}; read -r line; echo $line; sleep 999"]


def family(server):
    """Everything that the server started, the programs in sessions too."""
    root = psutil.Process(server.process.pid)
    keepers = [one for one in psutil.process_iter() if str(server.data_dir) in " ".join(command(one))]
    return {one.pid: one for start in (root, *keepers) for one in (start, *start.children(recursive=True))}.values()


def command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def planted_in(server, *secrets):
    """Where any of these bytes stand in the data directory, sockets and the database's journal included."""
    found = []
    for path in server.data_dir.rglob("*"):
        if stat.S_ISREG(path.stat().st_mode):
            data = path.read_bytes()
            found += [(path.name, secret) for secret in secrets if secret in data]
    return found


def answers(api, session):
    """Every JSON and text that the API answers about a session and an account."""
    paths = {re.sub(r"<[^>]*>", "1", row.path.replace("<id>", session)) for row in ROUTES if row.method == "GET"}
    for path in sorted(path for path in paths if path.startswith(API)):
        query = {"from": 0} if path.endswith("/rows") else {"q": "shown"} if path.endswith("/search") else {}
        yield path, api.http.get(api.url + path, params=query, timeout=30).content


def test_settings_and_the_server_s_environment_reach_no_program_no_log_and_no_answer(own_server, monkeypatch):
    monkeypatch.setenv("PLANTED_VARIABLE", "planted-variable")
    server = own_server(HOLDFAST_REDIS_URL="redis://:planted-password@127.0.0.1:1/0")
    api = server.api("alice")
    session = api.start(SHELL)["id"]
    while "shown" not in api.screen(session):
        pass  # each question waits for the server's answer
    output = api.output(session)
    assert b"HOLDFAST_SESSION=" in output and b"planted" not in output and b"HOLDFAST_DATA_DIR" not in output
    secret = (server.data_dir / "secret").read_bytes().strip()
    token = api.http.headers["Authorization"].split()[1].encode()
    for process in family(server):
        assert "planted" not in " ".join(command(process)), process
        if process.pid != server.process.pid and "wsgi" not in " ".join(command(process)):
            environ = Path(f"/proc/{process.pid}/environ").read_bytes()
            assert b"planted" not in environ and b"HOLDFAST_REDIS" not in environ, process
    for path, body in answers(api, session):
        assert not [one for one in (b"planted", secret, token, b"argon2") if one in body], path
    log = "".join(server.log).encode() + (server.data_dir / "keeper" / "keeper.log").read_bytes()
    assert not [one for one in (b"planted", secret, token) if one in log]
    assert planted_in(server, b"planted", token) == []


def test_what_is_typed_unseen_is_kept_nowhere(killable, viewer):
    server = killable
    api = server.api("alice")
    one = viewer(server, "alice")
    for way in ("socket", "http"):
        session = api.start(UNSEEN)["id"]
        one.join(session)
        one.wait(lambda v, way=way: b"Password:" in v.output or any(b"Password:" in s["data"] for s in v.snapshots)
                 or "Password:" in api.screen(v.session))  # fmt: skip
        if way == "socket":
            assert one.type("unseen-by-anybody\n")["ok"]
        else:
            assert api.post(f"/sessions/{session}/input", {"data": "unseen-by-anybody\n"}).status_code == 204
        one.wait_output(b"got 17")
        one.type("seen-by-all\n")
        one.wait_output(b"seen-by-all\r\nseen-by-all")
        for path, body in answers(api, session):
            assert b"unseen-by" not in body, path
    server.terminate()  # everything is written that ever will be
    assert planted_in(server, b"unseen-by") == []
    assert {name for name, _ in planted_in(server, b"seen-by-all")}, "the search finds what is there"
    assert "unseen-by" not in "".join(server.log) + (server.data_dir / "keeper" / "keeper.log").read_text()


def test_nothing_of_ours_can_be_read_by_others(killable, viewer):
    server = killable
    api = server.api("alice")
    session = api.start(["cat"])["id"]
    one = viewer(server, "alice")
    one.join(session)
    one.type("x\n")
    one.wait_output(b"x\r\nx")
    sockets = 0
    for path in (server.data_dir, *server.data_dir.rglob("*")):
        mode = path.stat().st_mode
        assert not mode & 0o077, (path.name, oct(mode))
        sockets += stat.S_ISSOCK(mode)
        assert not stat.S_ISSOCK(mode) or stat.S_IMODE(mode) == 0o600
    assert sockets


def test_what_is_typed_unseen_into_a_shell_that_marks_its_commands_is_kept_nowhere(killable, viewer):
    """The shell tells the commands, whose texts are kept: not what a command then reads without an echo."""
    server = killable
    api = server.api("alice")
    session = api.start()["id"]
    one = viewer(server, "alice")
    one.join(session)
    while not api.status(session)["at_prompt"]:
        pass
    one.type("read -rs -p 'Pass''word: ' word; echo; echo got ${#word}\n")
    one.wait_output(b"Password: ")
    one.type("unseen-by-anybody\n")
    one.wait_output(b"got 17")
    one.type("echo kept-by''-us\n")
    one.wait_output(b"kept-by-us")
    while "echo kept-by''-us" not in [each["text"] for each in commands(api, session)]:
        pass
    for path, body in answers(api, session):
        assert b"unseen-by" not in body, path
    assert commands(api, session)[-1]["text"].startswith("read -rs")
    while not any("holdfast.db" in name for name, _ in planted_in(server, b"echo kept-by''-us")):
        pass  # written within a second: what is kept of commands is looked at, too
    server.terminate()
    assert planted_in(server, b"unseen-by") == []
    assert "unseen-by" not in "".join(server.log) + (server.data_dir / "keeper" / "keeper.log").read_text()


def commands(api, session):
    return api.get(f"/sessions/{session}/commands").json()["commands"]
