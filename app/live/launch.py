"""What a new session is made of, from what was asked for."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.keeper.client import Spec

# Shells that know -l; another shell is started as it is.
LOGIN_SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash"}
NAME_LENGTH = 80
# What our shell integration is made of, for the shells that read it.
MARKS = Path(__file__).resolve().parents[1] / "shell"
# An interactive shell, and nothing else that it is to do.
PLAIN_OPTIONS = {"-l", "--login", "-i", "--interactive"}


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


def integrated(argv: list[str], env: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The same shell, told to read our marks beside all that it reads by itself; anything else as it is. Nothing of
    it is left in the environment of what the shell starts, so nested shells are as they always were."""
    name = os.path.basename(argv[0]).removeprefix("-")
    if not set(argv[1:]) <= PLAIN_OPTIONS:
        return argv, dict(env)
    if name == "bash":
        given = {"HF_ENV": env["ENV"]} if "ENV" in env else {}
        return [argv[0], "--posix", *argv[1:]], {**env, **given, "ENV": str(MARKS / "bash.sh")}
    if name == "zsh":
        given = {"HF_ZDOTDIR": env["ZDOTDIR"]} if "ZDOTDIR" in env else {}
        return argv, {**env, **given, "ZDOTDIR": str(MARKS / "zsh"), "HF_ZSH": str(MARKS / "zsh/marks.zsh")}
    if name == "fish":
        quoted = str(MARKS / "marks.fish").replace("\\", "\\\\").replace("'", "\\'")
        return [*argv, "-C", f"source '{quoted}'"], dict(env)
    return argv, dict(env)


def spec_for(session: str, order: Launch, shell: str, label: str, marks: bool = True) -> Spec:
    """`marks`: the setting; the order may say no to it."""
    argv, env = argv_of(order.command, shell), dict(order.env)
    if marks and order.shell_integration:
        argv, env = integrated(argv, env)
    return Spec(
        id=session,
        argv=tuple(argv),
        cwd=directory_for(order),
        env={"SHELL": shell, **env},
        rows=order.rows,
        cols=order.cols,
        label=label,
    )
