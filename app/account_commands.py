"""Accounts and API tokens by command. The rule: `token add` prints the token and only it; what is changed here is known
to a running server within seconds (Sockets.sweep)."""

from __future__ import annotations

import argparse
import getpass
import re
import sys
import time
from typing import Any

from app import audit_commands, isolation, scopes
from app.commands import Failed, add, group, migrated, moment
from app.config import Config
from app.models import os_user
from app.models.login import Login
from app.models.reset_link import ResetLink
from app.models.second_factor import SecondFactor
from app.models.session import Session
from app.models.token import ApiToken
from app.models.user import User

LONGEST_LABEL = 100
UNITS = {"m": 60, "h": 3_600, "d": 86_400, "y": 365 * 86_400}
LONGEST_TOKEN_SECONDS = 10 * 366 * 86_400


def enter(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    user_commands(group(commands, "user", "accounts"))
    tokens = group(commands, "token", "API tokens")
    token = add(tokens, "add", token_add, "print a new API token, and only it")
    token.add_argument("user", metavar="USER")
    token.add_argument("--name", metavar="LABEL", default="", help="what it is for")
    token.add_argument(
        "--scope", metavar="SCOPES", default="read,write,admin", help="what it may, read,write,admin by default"
    )
    token.add_argument("--session", metavar="ID", help="for this session only")
    token.add_argument("--expires", metavar="TIME", help="after so long: 90m, 12h, 30d, 1y (default: never)")


def user_commands(users: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = add(users, "add", user_add, "a new account")
    new.add_argument("--admin", action="store_true", help="may see the server's figures")
    passwd = add(users, "passwd", user_passwd, "a new password; signs the user out everywhere")
    for one in (new, passwd):
        one.add_argument("name", metavar="NAME")
        one.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    reset = add(users, "password", user_password, "print a one-time link by which the user sets a new password")
    reset.add_argument("name", metavar="NAME")
    factor = add(users, "second-factor", user_second_factor, "whether a code is asked for; takes it away")
    factor.add_argument("name", metavar="NAME")
    factor.add_argument("--remove", action="store_true", help="the password alone is enough again")
    add(users, "list", user_list, "all accounts")
    mapped = add(users, "map", user_map, "the operating-system user that an account's sessions run as")
    mapped.add_argument("name", metavar="NAME")
    one_of = mapped.add_mutually_exclusive_group(required=True)
    one_of.add_argument("os_user", metavar="OSUSER", nargs="?", help="as `id OSUSER` knows it; never root")
    one_of.add_argument("--none", action="store_true", help="take it away: no new sessions at isolation level 1")


def user_add(config: Config, wanted: argparse.Namespace) -> None:
    migrated(config)
    password = new_password(wanted)
    user = User.register(wanted.name, password, wanted.admin)
    audit_commands.note("user.add", user=user.name, admin=user.admin)
    print(f"{user.name} may sign in now.")


def user_passwd(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    user.set_password(new_password(wanted))
    ResetLink.withdraw(user.id)
    audit_commands.note("user.passwd", about=user.id, user=user.name)
    print(f"{user.name} has a new password; {len(Login.revoke_all(user.id))} logins were ended.")


def user_password(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    secret, _ = ResetLink.issue(user.id)
    audit_commands.note("user.password", about=user.id, user=user.name)
    print(f"{address(config)}/reset/{secret}")
    print("It works once, for a day, and signs the user out everywhere else.", file=sys.stderr)


def user_second_factor(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    if wanted.remove and not SecondFactor.remove(user.id):
        raise Failed(f"{user.name} has no second factor")
    if wanted.remove:
        audit_commands.note("user.second-factor", about=user.id, user=user.name, removed=True)
    on = SecondFactor.of(user.id) is not None
    print(f"{user.name} signs in {'with a code as well' if on else 'without a second factor'}.")


def address(config: Config) -> str:
    """Where people reach the server, as far as the settings tell."""
    if config.allowed_hosts:
        return f"https://{config.allowed_hosts[0]}"
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{'localhost' if config.host in ('0.0.0.0', '::') else host}:{config.port}"


def user_list(config: Config, wanted: argparse.Namespace) -> None:
    migrated(config)
    for user in User.everyone():
        print(f"{user.name}\t{'admin' if user.admin else 'user'}\t{moment(user.created_at)}\t{user.os_user or '-'}")


def user_map(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    found = os_user.assign(user, wanted.os_user)
    audit_commands.note("user.map", about=user.id, user=user.name, os_user=user.os_user)
    print(f"{user.name}: new sessions run as {found.name} ({found.uid})" if found else f"{user.name}: none", end="")
    print("." if config.isolation else f"; of use with {isolation.NAME}=1.")


def token_add(config: Config, wanted: argparse.Namespace) -> None:
    if len(wanted.name) > LONGEST_LABEL:
        raise Failed(f"--name: at most {LONGEST_LABEL} characters")
    user = existing(config, wanted.user)
    powers = scopes_in(wanted.scope)
    expires_at = time.time() + duration(wanted.expires) if wanted.expires else None
    session = session_of(user, wanted.session) if wanted.session else None
    token, secret = ApiToken.issue(user.id, wanted.name, powers, session, expires_at)
    facts: dict[str, Any] = {"scopes": sorted(powers), "only": session, "expires_at": expires_at}
    audit_commands.note("token.add", about=user.id, user=user.name, name=wanted.name, token=token.id, **facts)
    print(secret)


def scopes_in(text: str) -> frozenset[str]:
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not words or not scopes.known(words):
        raise Failed(f"--scope: expected some of {','.join(scopes.SCOPES)}, got {text!r}")
    return scopes.closed(words)


def session_of(user: User, session_id: str) -> str:
    session = Session.numbered(session_id)
    if session is None or session.owner_id != user.id:
        raise Failed(f"--session: {user.name} has no session {session_id!r}")
    return session.id


def duration(text: str) -> float:
    match = re.fullmatch(r"([1-9][0-9]{0,5})([mhdy])", text)
    seconds = int(match[1]) * UNITS[match[2]] if match else 0
    if not 0 < seconds <= LONGEST_TOKEN_SECONDS:
        raise Failed(f"--expires: expected 90m, 12h, 30d or 1y, at most 10 years, got {text!r}")
    return float(seconds)


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
