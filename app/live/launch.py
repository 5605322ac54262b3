"""What a new session is made of, from what was asked for."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass, field

from app.keeper.client import Spec

# Shells that know -l; another shell is started as it is.
LOGIN_SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash"}
NAME_LENGTH = 80


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


def spec_for(session: str, order: Launch, shell: str, label: str) -> Spec:
    return Spec(
        id=session,
        argv=tuple(argv_of(order.command, shell)),
        cwd=directory_for(order),
        env={"SHELL": shell, **order.env},
        rows=order.rows,
        cols=order.cols,
        label=label,
    )
