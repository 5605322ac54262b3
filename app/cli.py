"""The commands of `python -m app`. The rule: answers go to standard output and nothing else does, so scripts
can read them; what went wrong goes to standard error, with 2 for a wrong call and 1 for a failure."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from app import account_commands, audit_commands, session_commands, team_commands, token_commands
from app import config as settings
from app.commands import Failed, add, age, group, keeper_of, migrated
from app.config import Config, ConfigError
from app.keeper.client import KeeperError
from app.models import base
from app.models.secrets import Busy
from app.models.user import Refused


def main(argv: Sequence[str]) -> int:
    wanted = parser().parse_args(argv)
    try:
        config = settings.load(os.environ)
        if wanted.command is not serve:
            os.umask(0o077)
        wanted.command(config, wanted)
    except (ConfigError, Failed, Refused, KeeperError, base.NewerDatabase) as error:
        print(f"holdfast: {error}", file=sys.stderr)
        return 1
    except Busy:
        print("holdfast: too many passwords are being checked, try again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m app", description="Terminal sessions that outlive everything."
    )
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add(commands, "serve", serve, "run the web server in the foreground, and the keeper if none runs")
    add(commands, "config", show_config, "every setting with its present value")
    add(commands, "migrate", migrate, "bring the database up to date (serve does so by itself)")
    session_commands.enter(commands)
    team_commands.enter(commands)
    audit_commands.enter(commands)
    stop_ = add(commands, "stop", stop, "end the keeper and with it every session")
    stop_.add_argument("--yes", action="store_true", help="do not ask")
    keeper = group(commands, "keeper", "the process that owns every terminal")
    add(keeper, "status", keeper_status, "its version, age and sessions")
    add(keeper, "upgrade", keeper_upgrade, "put its new code in place; no session ends")
    account_commands.enter(commands)
    token_commands.enter(commands)
    return top


def serve(config: Config, wanted: argparse.Namespace) -> NoReturn:
    """Hands over: wsgi makes the standard library green, which must not happen to the other commands."""
    import wsgi

    wsgi.main()


def show_config(config: Config, wanted: argparse.Namespace) -> None:
    print(settings.described(config), end="")


def migrate(config: Config, wanted: argparse.Namespace) -> None:
    for name in base.migrate(base.bind(config.database_url)):
        print(name)


def keeper_status(config: Config, wanted: argparse.Namespace) -> None:
    client = keeper_of(config)
    try:
        status = client.status()
    finally:
        client.close()
    print(f"version\t{status.version}")
    print(f"pid\t{status.pid}")
    print(f"vault pid\t{status.vault_pid}")
    print(f"age\t{age(time.time() - status.started_at)}")
    print(f"sessions\t{status.sessions}")


def keeper_upgrade(config: Config, wanted: argparse.Namespace) -> None:
    client = keeper_of(config)
    try:
        client.upgrade()
    finally:
        client.close()
    migrated(config)
    audit_commands.note("keeper.upgrade")
    print("The keeper runs its new code; no session was ended.")


def stop(config: Config, wanted: argparse.Namespace) -> None:
    client = keeper_of(config, missing="There is no keeper to stop.")
    try:
        running = sum(state.alive for state in client.sessions())
        if not wanted.yes and not agreed(f"End the keeper and {running} running sessions with it?"):
            raise Failed("nothing was stopped")
        client.stop()
    finally:
        client.close()
    migrated(config)
    audit_commands.note("keeper.stop", sessions=running)
    print(f"The keeper has stopped; {running} sessions were ended.")


def agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise Failed("there is no terminal to ask on; scripts say --yes")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
