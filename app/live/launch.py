"""What a new session is made of, from what was asked for."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app import green
from app.keeper.client import Spec
from app.keeper.identity import Identity
from app.live.errors import NoOsUser
from app.models import os_user
from app.models.user import Refused, User
from app.words import said

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
    record: bool = True


class RunsAs(NamedTuple):
    """Whose program it will be: what it starts with where nothing else was said. `account`: empty: the server's own."""

    account: str
    shell: str
    home: str


def runs_as(owner: User, isolation: int, shell: str) -> RunsAs:
    """`shell`: HOLDFAST_SHELL, which is that of level 0. Raises NoOsUser."""
    if not isolation:
        return RunsAs("", shell, pwd.getpwuid(os.getuid()).pw_dir)
    found = _os_user(owner)
    return RunsAs(found.name, found.shell, found.home)


def _os_user(owner: User) -> Identity:
    """Looked up at every start: the user may have been taken away, or locked out, since it was assigned."""
    if not owner.os_user:
        raise NoOsUser(_none_of(owner.name))
    try:
        return green.offload(os_user.usable, owner.os_user)
    except Refused as refused:
        raise NoOsUser(
            said(
                "The operating-system user of %(name)s cannot be used (%(what)s). An administrator has to see to it.",
                name=owner.name,
                what=refused.message,
            )
        ) from None


def _none_of(name: str) -> str:
    return said(
        "%(name)s has no operating-system user. An administrator assigns one: python -m app user map %(name)s OSUSER",
        name=name,
    )


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


@cache
def open_to_all(directory: Path) -> bool:
    """Other users can read what is in it. A bash that was told of a file that it cannot read would stay what it is
    until then: one that reads nothing of its user's."""
    way = all(place.stat().st_mode & stat.S_IXOTH for place in (directory, *directory.parents))
    return way and all(
        place.stat().st_mode & (stat.S_IXOTH if place.is_dir() else stat.S_IROTH) for place in directory.rglob("*")
    )


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


def directory_for(order: Launch, runs: RunsAs) -> str:
    """Only words: whether it is there is for the program to find out, as whoever it is."""
    cwd = order.cwd or runs.home
    if runs.account and (cwd == "~" or cwd.startswith("~/")):
        return runs.home + cwd[1:]
    return os.path.expanduser(cwd)


def spec_for(session: str, order: Launch, runs: RunsAs, label: str, integrate: bool = True) -> Spec:
    """`integrate`: shells may be told to mark their prompts and commands."""
    argv, env = argv_of(order.command, runs.shell), {"SHELL": runs.shell, **order.env}
    if integrate and order.shell_integration and (not runs.account or open_to_all(SCRIPTS)):
        argv, env = integrated(argv, env)
    return Spec(
        id=session,
        argv=tuple(argv),
        cwd=directory_for(order, runs),
        env=env,
        rows=order.rows,
        cols=order.cols,
        label=label,
        recorded=order.record,
        account=runs.account,
    )
