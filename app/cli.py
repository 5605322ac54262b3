"""The commands of `python -m app`. The rule: answers go to standard output and nothing else does, so scripts
can read them; what went wrong goes to standard error, with 2 for a wrong call and 1 for a failure."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from app import audit_commands, session_commands, team_commands
from app import config as settings
from app.commands import Failed, add, age, group, keeper_of, migrated, moment
from app.config import Config, ConfigError
from app.keeper.client import KeeperError
from app.models import base
from app.models.login import Login
from app.models.secrets import Busy
from app.models.token import ApiToken
from app.models.user import Refused, User

LONGEST_LABEL = 100


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
    user_commands(group(commands, "user", "accounts"))
    tokens = group(commands, "token", "API tokens")
    token = add(tokens, "add", token_add, "print a new API token, and only it")
    token.add_argument("user", metavar="USER")
    token.add_argument("--name", metavar="LABEL", default="", help="what it is for")
    return top


def user_commands(users: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = add(users, "add", user_add, "a new account")
    new.add_argument("--admin", action="store_true", help="may see the server's figures")
    passwd = add(users, "passwd", user_passwd, "a new password; signs the user out everywhere")
    for one in (new, passwd):
        one.add_argument("name", metavar="NAME")
        one.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
    add(users, "list", user_list, "all accounts")


def serve(config: Config, wanted: argparse.Namespace) -> NoReturn:
    """Hands over: wsgi makes the standard library green, which must not happen to the other commands."""
    import wsgi

    wsgi.main()


def show_config(config: Config, wanted: argparse.Namespace) -> None:
    print(settings.described(config), end="")


def migrate(config: Config, wanted: argparse.Namespace) -> None:
    for name in base.migrate(base.bind(config.database_url)):
        print(name)


def user_add(config: Config, wanted: argparse.Namespace) -> None:
    migrated(config)
    password = new_password(wanted)
    user = User.register(wanted.name, password, wanted.admin)
    audit_commands.note("user.add", user=user.name, admin=user.admin)
    print(f"{user.name} may sign in now.")


def user_passwd(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    user.set_password(new_password(wanted))
    audit_commands.note("user.passwd", user=user.name)
    print(f"{user.name} has a new password; {len(Login.revoke_all(user.id))} logins were ended.")


def user_list(config: Config, wanted: argparse.Namespace) -> None:
    migrated(config)
    for user in User.everyone():
        print(f"{user.name}\t{'admin' if user.admin else 'user'}\t{moment(user.created_at)}")


def token_add(config: Config, wanted: argparse.Namespace) -> None:
    if len(wanted.name) > LONGEST_LABEL:
        raise Failed(f"--name: at most {LONGEST_LABEL} characters")
    token, secret = ApiToken.issue(existing(config, wanted.user).id, wanted.name)
    audit_commands.note("token.add", user=wanted.user, name=wanted.name, token=token.id)
    print(secret)


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


def existing(config: Config, name: str) -> User:
    migrated(config)
    user = User.named(name)
    if user is None:
        raise Failed(f"there is no user {name!r}")
    return user


def new_password(wanted: argparse.Namespace) -> str:
    if wanted.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Failed("there is no terminal to ask for the password on; use --password-stdin")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Failed("the two passwords differ")
    return password


def agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise Failed("there is no terminal to ask on; scripts say --yes")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
