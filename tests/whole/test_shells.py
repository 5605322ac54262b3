"""bash, zsh and fish with shell integration: everything of the user's as before, commands exactly once over kill -9."""

from __future__ import annotations

import pytest

from tests.browser.people import eventually

SHELLS = [
    ("bash", ".bash_profile", "set -u; PROMPT_COMMAND='echo hook'; echo startup-$((40 + 2))"),
    ("zsh", ".zshrc", "hook() { echo hook }; precmd_functions+=(hook); echo startup-$((40 + 2))"),
    ("fish", ".config/fish/config.fish", "function hook -e fish_prompt; echo hook; end; echo startup-(math 40 + 2)"),
]  # fmt: skip
SAME = ("number", "prompt_offset", "output_start", "text", "private", "output_end", "exit_code")


def commands(api, session: str) -> list[dict]:
    return api.get(f"/sessions/{session}/commands").json()["commands"][::-1]


def run(api, session: str, line: str) -> None:
    count = len(commands(api, session))
    api.post(f"/sessions/{session}/input", {"data": line + "\r"})
    eventually(lambda: len(found := commands(api, session)) == count + 1 and found[-1]["ended_at"])
    eventually(lambda: api.status(session)["at_prompt"])


def started(server, home, shell: str, file: str, text: str, **order) -> str:
    path = home / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")
    env = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    return server.api("alice").start([shell, "-l"], env=env, cwd=str(home), **order)["id"]


@pytest.mark.parametrize(("shell", "file", "text"), SHELLS)
def test_commands_are_there_exactly_once_over_a_kill(own_server, tmp_path, shell, file, text):
    server = own_server()
    api = server.api("alice")
    session = started(server, tmp_path / "home", shell, file, text)
    eventually(lambda: api.status(session)["at_prompt"])
    run(api, session, "echo one; false")
    run(api, session, " echo secret")
    run(api, session, "echo again")
    run(api, session, "echo again")
    before = commands(api, session)
    assert [one["text"] for one in before] == ["echo one; false", None, "echo again", "echo again"]
    assert [one["exit_code"] for one in before] == [1, 0, 0, 0]
    assert [one["private"] for one in before] == [False, True, False, False]
    api.post(f"/sessions/{session}/input", {"data": "sleep 1\r"})
    eventually(lambda: len(commands(api, session)) == 5)
    server.restart()
    eventually(lambda: len(found := commands(api, session)) == 5 and found[4]["ended_at"])
    after = commands(api, session)
    assert [[one[name] for name in SAME] for one in after[:4]] == [[one[name] for name in SAME] for one in before]
    assert (after[4]["text"], after[4]["exit_code"]) == ("sleep 1", 0)
    output = api.get(f"/sessions/{session}/commands/1/output")
    assert (output.text, output.headers["Holdfast-Complete"]) == ("one", "true")
    screen = api.screen(session)
    assert "startup-42" in screen and "hook" in screen


def test_it_can_be_switched_off_for_a_session(own_server, tmp_path):
    server = own_server()
    api = server.api("alice")
    session = started(server, tmp_path / "home", *SHELLS[0], shell_integration=False)
    eventually(lambda: "startup-42" in api.screen(session) and "hook" in api.screen(session))
    api.post(f"/sessions/{session}/input", {"data": "echo d''one\r"})
    eventually(lambda: "\ndone" in api.screen(session))
    assert commands(api, session) == [] and api.status(session)["at_prompt"] is None
    assert b"\x1b]133" not in api.output(session)
