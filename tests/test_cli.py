"""The commands, each in a process of its own; those of the keeper against a real one. Most are a fork of one process
(tests/support/commands.py); some are a start of Python, for what only that shows: `really` runs those."""

import os
import pty
import re
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from app import config as settings
from app.models import base
from app.models.reset_link import ResetLink
from app.models.token import ApiToken
from app.models.user import User
from tests.support.commands import command
from tests.support.server import Server

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery\n"


@pytest.fixture
def env(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    return env | {"HOLDFAST_DATA_DIR": str(tmp_path / "data"), "HOLDFAST_SHELL": "/bin/sh"}


@pytest.fixture
def run(env):
    return lambda *words, typed="", **more: command(words, env=env | more, stdin=typed)


@pytest.fixture
def really(env):
    def run(*words, typed="", **more):
        return subprocess.run(
            [sys.executable, "-m", "app", *words],
            cwd=ROOT, env=env | more, input=typed, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


def test_config_prints_the_settings_and_nothing_else(really, tmp_path):
    done = really("config", HOLDFAST_PORT="8123")
    assert (done.returncode, done.stderr) == (0, "")
    assert "HOLDFAST_PORT=8123\n" in done.stdout and f"HOLDFAST_DATA_DIR={tmp_path}/data\n" in done.stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", [("config",), ("serve",), ("token", "add", "alice")])
def test_a_bad_setting_stops_every_command_and_is_named(really, tmp_path, command):
    done = really(*command, HOLDFAST_PROT="1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "holdfast: HOLDFAST_PROT: there is no such setting; did you mean HOLDFAST_PORT?\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "words", [(), ("fly",), ("user",), ("user", "add"), ("user", "map", "x"), ("token", "add"), ("stop", "--now")]
)
def test_a_wrong_call_is_2_and_shows_how(run, words):
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr.startswith("usage: python -m app")


def test_how_it_went_is_the_end_of_the_process(really):
    wrong, failed = really("fly"), really("keeper", "status")
    assert (wrong.returncode, wrong.stdout) == (2, "") and wrong.stderr.startswith("usage: python -m app")
    assert (failed.returncode, failed.stdout) == (1, "") and failed.stderr.startswith("holdfast: no keeper")


def test_an_account_and_its_token(run, really, tmp_path):
    made = really("user", "add", "alice", "--admin", "--password-stdin", typed=PASSWORD)
    assert (made.returncode, made.stderr) == (0, "")
    token = really("token", "add", "alice", "--name", "laptop")
    assert (token.returncode, token.stderr) == (0, "")
    assert re.fullmatch(r"hf_[A-Za-z0-9_-]{43}\n", token.stdout)
    config = settings.load({"HOLDFAST_DATA_DIR": str(tmp_path / "data"), "HOLDFAST_SHELL": "/bin/sh"})
    base.bind(config.database_url)
    actor = ApiToken.actor_for(token.stdout.strip())
    assert (actor.name, actor.admin) == ("alice", True)
    assert User.by_password("alice", PASSWORD.strip()) is not None
    assert run("user", "list").stdout.startswith("alice\tadmin\t20")
    assert run("user", "passwd", "alice", "--password-stdin", typed="another password\n").returncode == 0
    assert User.by_password("alice", "another password") is not None


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (("user", "add", "Bad Name", "--password-stdin"), PASSWORD, "1 to 32 characters"),
        (("user", "add", "bob", "--password-stdin"), "short\n", "8 to 1024 characters"),
        (("user", "add", "bob", "--password-stdin"), "", "8 to 1024 characters"),
        (("user", "add", "bob"), "", "--password-stdin"),
        (("user", "passwd", "nobody", "--password-stdin"), PASSWORD, "no user 'nobody'"),
        (("token", "add", "nobody"), "", "no user 'nobody'"),
        (("keeper", "status"), "", "no keeper"),
        (("keeper", "upgrade"), "", "no keeper"),
        (("sessions",), "", "no keeper"),
        (("stop", "--yes"), "", "no keeper"),
    ],
)
def test_what_cannot_be_done_is_said_on_standard_error(run, words, typed, says):
    done = run(*words, typed=typed)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("holdfast: ") and says in done.stderr and done.stderr.count("\n") == 1


def test_a_token_of_less_power(run, tmp_path):
    assert run("user", "add", "alice", "--password-stdin", typed=PASSWORD).returncode == 0
    token = run("token", "add", "alice", "--scope", "write", "--expires", "30d")
    assert re.fullmatch(r"hf_[A-Za-z0-9_-]{43}\n", token.stdout) and token.stderr == ""
    config = settings.load({"HOLDFAST_DATA_DIR": str(tmp_path / "data"), "HOLDFAST_SHELL": "/bin/sh"})
    base.bind(config.database_url)
    actor = ApiToken.actor_for(token.stdout.strip())
    assert actor.scopes == {"read", "write"} and 29 * 86_400 < actor.until - time.time() <= 30 * 86_400
    for words in (("--scope", "root"), ("--scope", ""), ("--expires", "5"), ("--expires", "99y"), ("--session", "x")):
        refused = run("token", "add", "alice", *words)
        assert (refused.returncode, refused.stdout) == (1, "") and words[0] in refused.stderr


def test_a_reset_link_by_command(run, tmp_path):
    assert run("user", "add", "alice", "--password-stdin", typed=PASSWORD).returncode == 0
    done = run("user", "password", "alice")
    config = settings.load({"HOLDFAST_DATA_DIR": str(tmp_path / "data"), "HOLDFAST_SHELL": "/bin/sh"})
    base.bind(config.database_url)
    link = re.fullmatch(r"http://127\.0\.0\.1:8000/reset/(\S+)\n", done.stdout)
    assert link and ResetLink.whose(link[1]).name == "alice"
    assert run("user", "password", "nobody").returncode == 1
    none = run("user", "second-factor", "alice", "--remove")
    assert none.returncode == 1 and "no second factor" in none.stderr
    assert run("user", "second-factor", "alice").stdout == "alice signs in without a second factor.\n"
    common = run("user", "passwd", "alice", "--password-stdin", typed="iloveyou\n")
    assert common.returncode == 1 and "most common passwords" in common.stderr


def test_the_same_name_twice_is_refused(run):
    assert run("user", "add", "bob", "--password-stdin", typed=PASSWORD).returncode == 0
    again = run("user", "add", "bob", "--password-stdin", typed=PASSWORD)
    assert again.returncode == 1 and "already a user 'bob'" in again.stderr


def test_the_password_is_asked_for_twice_on_a_terminal(run, tmp_path):
    master, slave = pty.openpty()
    env = os.environ | {"HOLDFAST_DATA_DIR": str(tmp_path / "data")}
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "user", "add", "dora"],
        cwd=ROOT, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    seen = b""
    for prompt in (b"Password: ", b"Again: "):
        while not seen.endswith(prompt):
            seen += os.read(master, 1000)
        os.write(master, PASSWORD.encode())
    assert process.wait(30) == 0
    os.close(master)
    assert PASSWORD.strip().encode() not in seen
    assert run("user", "list").stdout.startswith("dora\tuser")


class ByCommand(Server):
    program = ("-m", "app", "serve")


def test_the_server_started_by_command_hashes_passwords_beside_its_work(tmp_path):
    """More sign-ins at once than may be hashed at once: the others wait, and the server goes on."""
    server = ByCommand(tmp_path / "data").start()
    try:
        server.user("alice")

        def sign_in(number):
            with requests.Session() as page:
                page.trust_env = False
                token = re.search(r'csrf-token" content="([^"]+)"', page.get(server.url + "/login").text)[1]
                form = {"csrf_token": token, "username": f"nobody{number}", "password": "wrong wrong"}
                return page.post(server.url + "/login", data=form, timeout=60).status_code

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(sign_in, range(6))) == [401] * 6
        assert "Traceback" not in "".join(server.log)
    finally:
        server.close()


def test_the_keeper_is_looked_at_upgraded_and_stopped(server):
    api = server.api("alice")
    session = api.start(["sh", "-c", "echo one; read x; echo $x; sleep 600"], name="kept")
    listed = server.command("sessions")
    assert session["id"] in listed.stdout and "alice/kept" in listed.stdout and "running" in listed.stdout
    before = dict(row.split("\t") for row in server.command("keeper", "status").stdout.splitlines())
    assert before["sessions"] == "1" and {"version", "pid", "vault pid", "age"} <= set(before)
    upgraded = server.command("keeper", "upgrade")
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert api.status(session["id"])["pid"] == session["pid"] and api.status(session["id"])["alive"]
    refused = server.command("stop", stdin="")
    assert refused.returncode == 1 and "--yes" in refused.stderr
    assert api.status(session["id"])["alive"]
    stopped = server.command("stop", "--yes")
    assert (stopped.returncode, stopped.stderr) == (0, "") and "1 sessions were ended" in stopped.stdout
    with pytest.raises(ProcessLookupError):
        os.kill(session["pid"], 0)


def test_tags_and_groups_with_a_server_that_hears_of_them_and_without_one(server):
    api = server.api("alice")
    one, two = (api.start(["cat"], name=name)["id"] for name in ("one", "two"))
    assert server.command("session", "tag", one, "#prod", "big").returncode == 0
    assert server.command("session", "group", one, "Web shop").returncode == 0
    assert (api.status(one)["tags"], api.status(one)["group"]) == (["prod", "big"], "Web shop")
    listed = server.command("sessions", "--tag", "prod", "--group", "Web shop", "--state", "running").stdout
    assert listed.count("\n") == 1 and listed.rstrip("\n").split("\t")[-2:] == ["Web shop", "prod,big"]
    assert server.command("sessions", "--group", "Web shop", "--state", "ended").stdout == ""
    tokens = sqlite3.connect(server.data_dir / "holdfast.db").execute("SELECT count(*) FROM api_token").fetchone()
    assert tokens == (1,), "the token of the command is gone"
    assert "hf_" not in "".join(server.log)
    for words in ("#prod", "red"), ("Web shop", "teal", "--group"), ("big", "blue"), ("big", "none"):
        assert server.command("session", "colour", "alice", *words).returncode == 0
    chosen = api.get("/preferences").json()
    assert (chosen["tag_colours"], chosen["group_colours"]) == ({"prod": "red"}, {"Web shop": "teal"})
    assert "choose from" in server.command("session", "colour", "alice", "prod", "mauve").stderr
    assert "no user" in server.command("session", "colour", "nobody", "prod", "red").stderr
    server.kill()
    assert server.command("session", "untag", one, "big").returncode == 0
    assert server.command("session", "group", one).returncode == 0
    bad = server.command("session", "tag", two, "a\nb")
    assert bad.returncode == 1 and "printable" in bad.stderr
    assert "no session" in server.command("session", "tag", "nothing", "x").stderr
    server.start()
    assert (api.status(one)["tags"], api.status(one)["group"], api.status(two)["tags"]) == (["prod"], "", [])


def test_teams_by_command(run):
    assert run("user", "add", "bob", "--password-stdin", typed=PASSWORD).returncode == 0
    assert run("team", "add", "night").returncode == 0
    assert run("team", "join", "night", "bob").returncode == 0
    assert run("team", "list").stdout == "night\tbob\n"
    nobody = run("team", "join", "night", "charlie")
    assert (nobody.returncode, nobody.stderr) == (1, "holdfast: there is no user 'charlie'\n")
