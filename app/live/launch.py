"""What a new session is made of, from what was asked for."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass, field
from pathlib import Path

from app.keeper.client import Spec

# Shells that know -l; another shell is started as it is.
LOGIN_SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash"}
NAME_LENGTH = 80
# Shell integration: what is told to whom. Arguments beside these say that it is another kind of shell.
SCRIPTS = Path(__file__).resolve().parents[1] / "shell"
SCRIPT = {"bash": "bash.bash", "zsh": "zsh/.zshenv", "fish": "fish.fish"}
INTERACTIVE = frozenset(("-l", "-i", "-il", "-li", "--login", "--interactive"))


@dataclass(frozen=True)
class Launch:
    """An order for a session. `command`: argv, text for the shell, or None for a login shell."""

    name: str | None = None
    command: list[str] | str | None = None
    cwd: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    rows: int = 24
    cols: int = 80
    tags: list[str] = field(default_factory=list)
    group: str = ""
    restarted_from: str | None = None
    shell_integration: bool = True


def argv_of(command: list[str] | str | None, shell: str) -> list[str]:
    login = ["-l"] if os.path.basename(shell) in LOGIN_SHELLS else []
    if command is None:
        return [shell, *login]
    if isinstance(command, str):
        return [shell, *login, "-c", command]
    return list(command)


def integrated(argv: list[str], env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """An interactive bash, zsh or fish, told to read our file beside its own; any other program as it is. The file
    gives back what it was told by. A session's record has the command as it was asked for."""
    kind = os.path.basename(argv[0])
    path = SCRIPTS / SCRIPT.get(kind, "none")
    if not INTERACTIVE.issuperset(argv[1:]) or not path.is_file():
        return argv, env
    if kind == "bash":
        given = {"_HOLDFAST_ENV": env["ENV"]} if "ENV" in env else {}
        return [argv[0], "--posix", *argv[1:]], env | given | {"_HOLDFAST_BASH": "1", "ENV": str(path)}
    if kind == "zsh":
        given = {"_HOLDFAST_ZDOTDIR": env["ZDOTDIR"]} if "ZDOTDIR" in env else {}
        return argv, env | given | {"ZDOTDIR": str(path.parent)}
    return [*argv, "--init-command", f"source {fish_quoted(str(path))}"], env


def fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def name_of(order: Launch, argv: list[str]) -> str:
    """What the session is called when nobody said: the command, as far as it fits."""
    if order.name:
        return order.name
    if order.command is None:
        return os.path.basename(argv[0])
    text = order.command if isinstance(order.command, str) else " ".join(order.command)
    line = " ".join(text.split())
    return line if len(line) <= NAME_LENGTH else line[: NAME_LENGTH - 1] + "…"


def directory_for(order: Launch) -> str:
    return os.path.expanduser(order.cwd) if order.cwd else pwd.getpwuid(os.getuid()).pw_dir


def spec_for(session: str, order: Launch, shell: str, label: str, integrate: bool = True) -> Spec:
    """`integrate`: shells may be told to mark their prompts and commands."""
    argv, env = argv_of(order.command, shell), {"SHELL": shell, **order.env}
    if integrate and order.shell_integration:
        argv, env = integrated(argv, env)
    return Spec(
        id=session,
        argv=tuple(argv),
        cwd=directory_for(order),
        env=env,
        rows=order.rows,
        cols=order.cols,
        label=label,
    )
