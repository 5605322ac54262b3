"""How far sessions are kept apart (HOLDFAST_ISOLATION), at the start: what has to hold for it, and what is said. The
rule: a level that does not hold stops the start, and nobody starts a server without having been told whose shells it
opens.

Standard library only, for the supervisor. What separates sessions in earnest is the kernel, by the users that
app/keeper/identity.py makes of programs.
"""

from __future__ import annotations

import os
import pwd
import stat
import sys
from pathlib import Path

from app.config import LIMITED, Config
from app.keeper import cells
from app.listening import CannotStart

NAME = "HOLDFAST_ISOLATION"
LISTED = 10  # sessions in a warning
CODE = Path(__file__).resolve().parent


def check(config: Config) -> None:
    """Raises CannotStart. Makes the data directory: what is looked at must not be replaced afterwards."""
    if not config.isolation:
        return
    if os.geteuid():
        raise CannotStart(
            f"{NAME}={config.isolation}: only root can start programs as other users, and this server was started as"
            f" {_name(os.geteuid())}; start it as root, or without {NAME}"
        )
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    python = (Path(sys.prefix), Path(sys.base_prefix))
    for path in (config.keeper_dir, config.sessions_dir, config.database_path.parent, CODE, *python):
        if (weak := replaceable(path) or (_changeable(path) if path == CODE else None)) is not None:
            raise CannotStart(
                f"{NAME}={config.isolation}: {weak} can be replaced by others than root, and with it {path}, which"
                " root's server trusts; it and every directory above it must be root's, and writable to nobody else"
            )
    if config.isolation >= LIMITED:
        try:
            cells.try_out(cells.Limits(**config.limits))
        except cells.NoCells as error:
            raise CannotStart(f"{NAME}={config.isolation}: sessions cannot have limits: {error}") from None


def replaceable(path: Path) -> Path | None:
    """The first directory on the way to `path`, symbolic links and all, in which another user could put something else.
    In a sticky one (/tmp) nobody can where the next one is root's."""
    for whole in {path.absolute(), path.resolve()}:
        for one in (whole, *whole.parents):
            try:
                found = one.lstat()
            except FileNotFoundError:
                continue
            if found.st_uid or (_open_to_others(found) and not (found.st_mode & stat.S_ISVTX and one != whole)):
                return one
    return None


def _open_to_others(found: os.stat_result) -> bool:
    if stat.S_ISLNK(found.st_mode):  # nobody writes into a link
        return False
    return bool(found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and found.st_gid))


def _changeable(directory: Path) -> Path | None:
    """The first file below it that another user could write."""
    for path in directory.rglob("*"):
        found = path.lstat()
        if found.st_uid or _open_to_others(found):
            return path
    return None


def told(config: Config) -> str:
    """One line at every start: whose shells these are."""
    if config.isolation:
        return (
            f"Isolation {config.isolation}: sessions run as the operating-system user of their account"
            " (python -m app user map NAME OSUSER), separated as the system separates users."
            + (f" Each within {_limits(config)}: {cells.place().words}." if config.isolation >= LIMITED else "")
        )
    if os.geteuid() == 0:
        return (
            "Isolation 0, started as ROOT: every shell is a root shell, and whoever may type in one owns this machine."
            f" {NAME}=1 gives each account its own user."
        )
    return f"Isolation 0: every shell runs as {_name(os.geteuid())}, the account that started this server."


def _limits(config: Config) -> str:
    memory, cpu, tasks = config.session_memory >> 20, config.session_cpu, config.session_tasks
    limits = ((memory, "MiB"), (cpu, "% of a processor"), (tasks, "tasks"))
    return ", ".join(f"{most} {unit}" for most, unit in limits if most) or "no limits"


def left_over(left: list[str]) -> str:
    """A warning of the sessions (ids) that were started at level 0 and go on as they began."""
    more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
    return (
        f"Mind: {len(left)} sessions from before still run as the account that started them then:"
        f" {' '.join(left[:LISTED])}{more}. End them to have all of them separated."
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container's made-up user
        return f"user {uid}"
