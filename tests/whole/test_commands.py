"""The commands of real shells, kept over kill -9 of the web server: each once, with its words, place and end."""

from __future__ import annotations

import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.keeper import timeline
from app.keeper.journal import MARK_SECONDS
from tests.support.viewer import WAIT_SECONDS, Viewer

SHELLS = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]


def wait(fact):
    until = time.monotonic() + WAIT_SECONDS
    while not (found := fact()):
        assert time.monotonic() < until, "did not happen"
        time.sleep(0.02)
    return found


class Shell:
    """A shell in a session of Alice's, with a home of its own."""

    def __init__(self, server, home: Path, command, **order) -> None:
        self.server = server
        home.mkdir(exist_ok=True)
        # Where this is not there, fish reads every manual page of the machine, minutes beyond the test's end.
        (home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        env = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), **order.pop("env", {})}
        self.id = self.api.start(command, cwd=str(home), env=env, cols=100, **order)["id"]

    @property
    def api(self):
        return self.server.api("alice")

    def type(self, text: str) -> None:
        assert self.api.post(f"/sessions/{self.id}/input", {"data": text}).status_code == 204

    def commands(self, **query) -> list[dict]:
        """The oldest first."""
        answer = self.api.get(f"/sessions/{self.id}/commands", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["commands"][::-1]

    def at_prompt(self) -> bool:
        return self.api.status(self.id)["at_prompt"]

    def run(self, line: str) -> dict:
        """Types it at the prompt, and waits for its end."""
        wait(self.at_prompt)
        before = len(self.commands())
        self.type(line + "\r")

        def ended():
            found = self.commands()[before:]
            return found and found[0]["ended_at"] and self.at_prompt() and found[0]

        return wait(ended)

    def output(self, number: int, form: str = "text") -> bytes:
        answer = self.api.get(f"/sessions/{self.id}/commands/{number}/output", params={"format": form})
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture(scope="module")
def shells(server, tmp_path_factory):
    return lambda command, **order: Shell(server, tmp_path_factory.mktemp("home"), command, **order)


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_says_what_it_ran(shells, name):
    shell = shells([name])
    assert shell.run("echo 'a;b' \"é\"")["exit_code"] == 0
    assert shell.run("false")["exit_code"] == 1
    assert shell.run("false")["text"] == "false"
    assert shell.run(" echo secret")["text"] is None
    shell.run("cd /usr")
    last = shell.run("printf x")
    assert (last["text"], last["cwd"], last["number"]) == ("printf x", "/usr", 6)
    assert shell.output(1) == "a;b é\n".encode()
    assert shell.output(6) == b"x\n" and b"x" in shell.output(6, "raw")
    assert "secret" not in str([one["text"] for one in shell.commands()])
    status = shell.api.status(shell.id)
    assert status["last_command"]["text"] == "printf x" and status["cwd"] == "/usr"
    assert status["command"] == [name]


def test_bash_tells_a_repeated_command_from_a_private_one(shells):
    """With ignoreboth neither is in the history."""
    shell = shells(["bash"])
    shell.run("HISTCONTROL=ignoreboth")
    texts = [shell.run(line)["text"] for line in ("true", "true", " true", " echo hidden", "true")]
    assert texts == ["true", "true", None, None, "true"]


def test_bash_starts_as_it_always_does(server, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bash_profile").write_text("ORDER=$ORDER:profile; declare -a PLACE=(here); . ~/.bashrc\n")
    (home / ".bashrc").write_text(
        "ORDER=$ORDER:rc; PS1='> '; PROMPT_COMMAND='SEEN=$?'; trap 'LAST=$BASH_COMMAND' DEBUG; set -u\n"
    )
    shell = Shell(server, home, None)
    assert shell.run("(exit 7)")["exit_code"] == 7
    line = "echo $SEEN $ORDER ${PLACE[0]} $(shopt -q login_shell; echo $?) $HISTFILE ${ENV-none} $0"
    number = shell.run(line)["number"]
    seen = shell.output(number).decode().split()
    assert seen[:4] == ["7", ":profile:rc", "here", "0"]
    assert seen[4:6] == [str(home / ".bash_history"), "none"]
    line = "shopt -o posix; trap -p DEBUG; shopt inherit_errexit; env | grep -c HOLDFAST_; bash -i -c 'echo ${PS0-no}'"
    number = shell.run(line)["number"]
    text = shell.output(number).decode()
    assert re.search(r"posix\s+off", text) and "BASH_COMMAND" in text and re.search(r"inherit_errexit\s+off", text)
    assert "\n1\n" in text and text.rstrip().endswith("no")


@pytest.mark.skipif("zsh" not in SHELLS, reason="no zsh")
def test_zsh_starts_as_it_always_does(server, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    for name in (".zshenv", ".zprofile", ".zshrc", ".zlogin"):
        (home / name).write_text(f"ORDER=${{ORDER}}:{name[1:]}\n")
    with (home / ".zshrc").open("a") as rc:
        rc.write("precmd() { SEEN=$?; PS1='> ' }\n")
    shell = Shell(server, home, ["zsh", "-l"])
    assert shell.run("(exit 7)")["exit_code"] == 7
    number = shell.run("echo $SEEN $ORDER ${ZDOTDIR-none} ${(%):-%#}")["number"]
    assert shell.output(number).decode().split()[:3] == ["7", ":zshenv:zprofile:zshrc:zlogin", "none"]


# Startup files that were a shell's end, an endless command or a word on the screen once.
ODD = {
    "bash": (
        "set -eu",
        "trap 'LAST=$BASH_COMMAND' DEBUG; shopt -s extdebug; IFS=:; set -f",
        "PROMPT_COMMAND+=(one=1 two=2); alias printf=ls history=ls",
        "shopt -u promptvars; printf() { echo no; }",
        "set -a; PROMPT_COMMAND='PS1=\"> \"'",
    ),
    "zsh": (
        "setopt err_exit nounset ksh_arrays",
        "precmd() { PS1='> ' }; preexec() { SEEN=1 }",
        "setopt no_prompt_percent",
        "readonly PS1",
    ),
    "fish": ("function fish_prompt; printf '> '; end; function hostname; echo no; end",),
}  # fmt: skip
RC = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}


@pytest.mark.parametrize(("name", "lines"), [(name, lines) for name in SHELLS for lines in ODD[name]])
def test_odd_startup_files_change_nothing(server, tmp_path, name, lines):
    rc = tmp_path / "home" / RC[name]
    rc.parent.mkdir(parents=True)
    rc.write_text(("PS1='> '\n" if name != "fish" else "") + lines + "\n")
    shell = Shell(server, tmp_path / "home", [name])
    assert shell.run("false && true" if name != "fish" else "false")["exit_code"] == 1
    if "readonly" not in lines:
        shell.run(f". ~/{RC[name]}")
    if name == "bash":
        shell.run("PROMPT_COMMAND='x=1'")
    assert shell.run("false || true" if name != "fish" else "true")["exit_code"] == 0
    end = time.monotonic() + WAIT_SECONDS  # a command is told to have ended before the prompt is drawn
    while not (screen := server.api("alice").screen(shell.id)).rstrip().endswith(">"):
        assert time.monotonic() < end, screen
    shown = screen.split("\n", 2 if name == "fish" else 0)[-1]
    assert "%{" not in shown and "read-only" not in shown and "holdfast" not in shown
    assert server.api("alice").output(shell.id).count(b"133;C") == len(shell.commands())


@pytest.mark.parametrize("name", [name for name in SHELLS if name != "fish"])
def test_tracing_a_shell_shows_what_the_user_runs_and_nothing_else(shells, name):
    shell = shells([name])
    shell.run("PS1='> '; PS4='+'; set -x")
    shell.run("echo traced")
    assert "holdfast" not in shell.api.screen(shell.id) and b"133;" in shell.api.output(shell.id)


def test_bash_whose_prompt_is_not_to_be_changed_is_left_alone(server, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bashrc").write_text("PS1='> '; readonly PROMPT_COMMAND=true\n")
    shell = Shell(server, home, ["bash"])
    shell.type("echo do''ne\r")
    wait(lambda: "done" in server.api("alice").screen(shell.id))
    assert "readonly" not in server.api("alice").screen(shell.id)
    assert b"133;" not in server.api("alice").output(shell.id)


def test_a_shell_inside_a_shell_is_one_command(shells):
    shell = shells(["bash"])
    shell.run("PS1='> '; export PS1")
    wait(shell.at_prompt)
    shell.type("bash --norc\recho in''side\r")
    wait(lambda: "inside" in shell.api.screen(shell.id))
    shell.type("exit 4\r")
    ended = wait(lambda: (last := shell.commands()[-1])["ended_at"] and last)
    assert ended["text"] == "bash --norc" and ended["number"] == 2
    assert shell.run("true")["number"] == 3


def test_a_shell_may_be_left_alone(server, tmp_path):
    off = Shell(server, tmp_path / "off", ["bash"], shell_integration=False)
    off.type("echo do''ne\r")
    wait(lambda: "done" in server.api("alice").screen(off.id))
    assert off.at_prompt() is None and off.commands() == []
    assert b"133;" not in server.api("alice").output(off.id)
    home = tmp_path / "rc"
    home.mkdir()
    (home / ".bashrc").write_text("HOLDFAST_SHELL_INTEGRATION=0\n")
    inside = Shell(server, home, ["bash"])
    inside.type("echo do''ne\r")
    wait(lambda: "done" in server.api("alice").screen(inside.id))
    assert b"133;" not in server.api("alice").output(inside.id)
    again = off.api.post(f"/sessions/{off.id}/again").json()["id"]
    off.api.post(f"/sessions/{again}/input", {"data": "echo ag''ain\r"})
    wait(lambda: "again" in off.api.screen(again))
    assert b"133;" not in off.api.output(again)


def test_each_command_is_kept_once_whenever_the_server_is_killed(killable, tmp_path):
    server = killable
    shell = Shell(server, tmp_path / "home", ["bash"])
    shell.run("PS1='> '")
    shell.type("for n in $(seq 1 40); do :; done; ")
    shell.type("true\r" + "".join(f"echo n{n}\r" for n in range(40)))
    for _ in range(2):
        before = len(shell.commands())
        wait(lambda before=before: len(shell.commands()) > before or before > 41)
        server.restart()
    shell.type("sleep 0.2; echo la''st\r")
    wait(lambda: "last" in shell.api.screen(shell.id) and shell.at_prompt())
    commands = shell.commands(limit=200)
    assert [one["number"] for one in commands] == list(range(1, len(commands) + 1))
    assert [one["text"] for one in commands][2:] == [*(f"echo n{n}" for n in range(40)), "sleep 0.2; echo la''st"]
    assert all(one["exit_code"] == 0 and one["ended_at"] >= one["started_at"] for one in commands)
    for one in (commands[10], commands[-2]):
        assert shell.output(one["number"]).decode().strip() == one["text"].split()[1]
    # It ends while the server is away.
    shell.type("sleep 0.3; exit 3\r")
    wait(lambda: shell.commands(limit=1)[0]["text"] == "sleep 0.3; exit 3")
    server.kill()
    journal = server.data_dir / "sessions" / shell.id
    wait(lambda: any(event.kind == "end" for event in timeline.read(journal)))
    server.start()
    last = wait(lambda: shell.api.status(shell.id)["state"] == "ended" and shell.commands(limit=1)[0])
    assert last["text"] == "sleep 0.3; exit 3" and last["ended_at"] and last["exit_code"] is None
    assert len(shell.commands(limit=200)) == len(commands) + 1


def test_times_are_those_of_the_output_not_of_its_reading(killable, tmp_path):
    server = killable
    shell = Shell(server, tmp_path / "home", ["bash"])
    shell.run("PS1='> '")
    began = time.monotonic()
    shell.type("sleep 1.2; (exit 9)\r")
    wait(lambda: not shell.at_prompt())
    server.kill()
    journal = server.data_dir / "sessions" / shell.id
    wait(lambda: any(b"133;D;9" in path.read_bytes() for path in journal.iterdir()))
    over, took = datetime.now(UTC), time.monotonic() - began
    server.start()
    last = wait(lambda: (found := shell.commands(limit=1)) and found[0]["ended_at"] and found[0])
    assert (last["text"], last["number"], last["exit_code"]) == ("sleep 1.2; (exit 9)", 2, 9)
    assert 1.1 < last["seconds"] < took + 2 * MARK_SECONDS, "output is timed as coarsely"
    assert datetime.fromisoformat(last["ended_at"]) <= over + timedelta(milliseconds=1), "it is told rounded"


def test_who_is_in_the_session_hears_of_commands(server, tmp_path):
    shell = Shell(server, tmp_path / "home", ["bash"])
    alice = Viewer(server.url, server.user("alice"))
    alice.io.on("command", alice._handler("command"))
    alice.join(shell.id)
    shell.run("echo heard")
    alice.wait(lambda v: any(one["ended_at"] for one in v.of("command")))
    ended = alice.of("command")[-1]
    assert (ended["session"], ended["text"], ended["exit_code"]) == (shell.id, "echo heard", 0)
    shell.type("sleep 60\r")
    alice.wait(lambda v: v.of("command")[-1]["text"] == "sleep 60")
    assert alice.of("command")[-1]["ended_at"] is None and not shell.at_prompt()
    alice.close()


def test_the_last_command_of_many_is_told_whatever_else_is_left_out(server, tmp_path):
    shell = Shell(server, tmp_path / "home", ["bash"])
    alice = Viewer(server.url, server.user("alice"))
    alice.io.on("command", alice._handler("command"))
    alice.join(shell.id)
    shell.run("PS1='> '")
    shell.type("".join(f"echo n{n}\r" for n in range(60)))
    alice.wait(lambda v: (last := v.of("command")[-1])["text"] == "echo n59" and last["ended_at"])
    assert len(alice.of("command")) < 60
    alice.close()


def test_an_account_may_want_none_of_it(server, tmp_path):
    api = server.api("unmarked")
    assert api.call("PATCH", "/preferences", json={"shell_integration": False}).json()["shell_integration"] is False
    home = {"cwd": str(tmp_path), "env": {"HOME": str(tmp_path)}}
    plain = api.start(["bash"], **home)["id"]
    wanted = api.start(["bash"], **home, shell_integration=True)["id"]
    wait(lambda: api.status(wanted)["at_prompt"])
    api.post(f"/sessions/{plain}/input", {"data": "echo do''ne\r"})
    wait(lambda: "done" in api.screen(plain))
    assert b"133;" not in api.output(plain) and api.status(plain)["at_prompt"] is None
    assert api.call("PATCH", "/preferences", json={"shell_integration": None}).status_code == 200
    assert api.call("PATCH", "/preferences", json={"shell_integration": "no"}).status_code == 422
    # "Run again" keeps to what the session was started with.
    again = api.post(f"/sessions/{plain}/again").json()["id"]
    api.post(f"/sessions/{again}/input", {"data": "echo ag''ain\r"})
    wait(lambda: "again" in api.screen(again))
    assert b"133;" not in api.output(again)


def test_rows_and_pages_of_commands(server, tmp_path):
    shell = Shell(server, tmp_path / "home", ["bash"])
    shell.run("PS1='> '")
    for n in range(3):
        shell.run(f"seq 1 {50 + n}")
    commands = shell.commands(rows="true")
    assert [one["end_row"] - one["output_row"] for one in commands[1:]] == [50, 51, 52]
    assert [one["output_row"] - one["prompt_row"] for one in commands] == [1] * 4
    page = server.api("alice").get(f"/sessions/{shell.id}/commands", params={"limit": 2, "before": 4}).json()
    assert [one["number"] for one in page["commands"]] == [3, 2] and page["more"]
    rest = server.api("alice").get(f"/sessions/{shell.id}/commands", params={"before": 2}).json()
    assert [one["number"] for one in rest["commands"]] == [1] and not rest["more"]
    path = f"/sessions/{shell.id}/commands"
    assert server.api("alice").get(f"{path}/99/output").status_code == 404
    assert server.api("bob").get(path).status_code == server.api("bob").get(f"{path}/1/output").status_code == 404
    assert server.api("alice").get(path, params={"limit": 0}).status_code == 422


def test_a_hundred_thousand_commands_are_bounded(server, tmp_path):
    one = "\\033]133;D;0\\007\\033]133;A\\007$ \\033]133;B\\007\\033]133;C;cmdline=true\\007x\\n"
    part = f"for i in $(seq 100); do printf '{one * 10}'; done >part"
    script = f"{part}; for i in $(seq 100); do cat part; done; echo fin; sleep 60"
    shell = Shell(server, tmp_path / "home", ["sh", "-c", script])
    wait(lambda: "fin" in server.api("alice").screen(shell.id))
    newest = shell.commands(limit=200)
    assert len(newest) == 200 and newest[-1]["number"] > 10_000
    wait(lambda: shell.commands(before=newest[-1]["number"] - 2010, limit=1) == [])
    huge = "printf '\\033]133;C;cmdline='; head -c 30000000 /dev/zero | tr '\\0' A; printf '\\007end'; sleep 60"
    other = Shell(server, tmp_path / "home", ["sh", "-c", huge])
    wait(lambda: server.api("alice").status(other.id)["output_bytes"] > 30_000_000)
    assert other.commands() == [] and server.api("alice").status(other.id)["alive"]


def test_a_hostile_program_makes_no_harm(server, tmp_path):
    shell = Shell(server, tmp_path / "home", ["sh", "-c", "cat; sleep 60"])
    marks = "\x1b]133;A\x07\x1b]133;C;cmdline=rm\\ -rf\x1b]133;D;999999999999\x07\x1b]7;file://x/\x1b[31m\x07" * 2000
    shell.type("stty -echo raw\n")
    for _ in range(4):
        shell.type(marks)
    wait(lambda: server.api("alice").status(shell.id)["output_bytes"] > 4 * len(marks))
    assert server.api("alice").status(shell.id)["alive"]
    assert len(shell.commands(limit=200)) <= 200
    assert not [line for line in server.log if "Traceback" in line]
