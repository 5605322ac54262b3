"""What the commands of `python -m app` share: how one is entered, how it fails, how it reads. The rule: nothing here
prints."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from datetime import UTC, datetime

from app.config import Config
from app.keeper.client import KeeperClient
from app.keeper.protocol import State
from app.models import base
from app.models.user import User

Command = Callable[[Config, argparse.Namespace], None]


class Failed(Exception):
    """The reason, in words for whoever gave the command."""


class Silent:
    """A listener of the keeper for commands, which only ask."""

    def connected(self, states: list[State]) -> None: ...
    def disconnected(self) -> None: ...
    def head(self, session: str, head: int) -> None: ...
    def resized(self, session: str, offset: int, rows: int, cols: int) -> None: ...
    def gap(self, session: str, start: int, end: int) -> None: ...
    def pressure(self, session: str, on: bool) -> None: ...
    def oom(self, session: str, killed: int) -> None: ...
    def ended(self, state: State) -> None: ...


def group(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, purpose: str
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    one = commands.add_parser(name, help=purpose, description=purpose)
    return one.add_subparsers(title="commands", required=True, metavar="COMMAND")


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Command, purpose: str
) -> argparse.ArgumentParser:
    one = commands.add_parser(name, help=purpose, description=purpose)
    one.set_defaults(command=run)
    return one


def keeper_of(config: Config, missing: str = "") -> KeeperClient:
    if not config.keeper_dir.exists():
        raise Failed(missing or f"no keeper runs for {config.data_dir}")
    client = KeeperClient(config.keeper_dir, Silent())
    client.start()
    return client


def migrated(config: Config) -> None:
    base.migrate(base.bind(config.database_url))


def existing(config: Config, name: str) -> User:
    migrated(config)
    user = User.named(name)
    if user is None:
        raise Failed(f"there is no user {name!r}")
    return user


def how(state: State) -> str:
    if state.alive:
        return "running"
    return "lost" if state.lost else f"ended {state.exit_signal or state.exit_code}"


def line(state: State) -> str:
    """One line, whatever the arguments hold."""
    return shlex.join(state.argv).encode("unicode_escape").decode()[:200]


def age(seconds: float) -> str:
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (rest, "s"))
    return " ".join([f"{count}{unit}" for count, unit in parts if count][:2]) or "0s"


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
