"""Accounts by command. The rule: what is changed here is known to a running server within a second
(Sockets.on_command)."""

from __future__ import annotations

import argparse
import getpass
import sys

from app import audit_commands, isolation, shut_out_commands
from app.commands import Failed, add, existing, group, migrated, moment
from app.config import Config
from app.models import os_user, ways_in
from app.models.passkey import Passkey
from app.models.reset_link import ResetLink
from app.models.second_factor import SecondFactor
from app.models.token import ApiToken
from app.models.user import User


def enter(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    users = group(commands, "user", "accounts")
    user_commands(users)
    shut_out_commands.enter(users)


def user_commands(users: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = add(users, "add", user_add, "a new account")
    new.add_argument("--admin", action="store_true", help="manages accounts, teams and limits, and reads the audit log")
    new.add_argument("--link", action="store_true", help="print a one-time link by which the user sets the password")
    passwd = add(
        users, "passwd", user_passwd,
        "a new password; ends everything else that opens the account: logins, API tokens, passkeys",
    )  # fmt: skip
    passwd.add_argument("--keep-tokens", action="store_true", help="API tokens and passkeys stay")
    for one in (new, passwd):
        one.add_argument("name", metavar="NAME")
        one.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    reset = add(users, "password", user_password, "print a one-time link by which the user sets a new password")
    reset.add_argument("name", metavar="NAME")
    reset.add_argument("--revoke", action="store_true", help="revoke API tokens and passkeys, now")
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
    if wanted.link:
        user = User.admit(wanted.name, wanted.admin)
    else:
        user = User.register(wanted.name, new_password(wanted), wanted.admin)
    audit_commands.note("user.add", about=user.id, user=user.name, admin=user.admin)
    if wanted.link:
        print_link(config, user)
    else:
        print(f"{user.name} may sign in now.")


def user_passwd(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    user.set_password(new_password(wanted))
    ResetLink.withdraw(user.id)
    ended = ways_in.revoke(user.id, logins=True, tokens=not wanted.keep_tokens, passkeys=not wanted.keep_tokens)
    audit_commands.note("user.passwd", about=user.id, user=user.name, kept=wanted.keep_tokens or None)
    print(
        f"{user.name} has a new password; {len(ended.logins)} logins, {len(ended.tokens)} API tokens"
        f" and {ended.passkeys} passkeys were ended."
    )
    if wanted.keep_tokens and (left := left_of(user)):
        print(f"{left} still open the account.")


def user_password(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    if user.disabled_at is not None:
        raise Failed(f"{user.name} is disabled; enable it first")
    if wanted.revoke:
        ways_in.revoke(user.id, tokens=True, passkeys=True)
    audit_commands.note("user.password", about=user.id, user=user.name, revoked=wanted.revoke or None)
    print_link(config, user)
    if left := left_of(user):
        print(f"{left} still open the account; --revoke ends them.", file=sys.stderr)


def print_link(config: Config, user: User) -> None:
    secret, _ = ResetLink.issue(user.id)
    print(f"{address(config)}/reset/{secret}")
    print("It works once, for a day, and ends every login of the account.", file=sys.stderr)


def left_of(user: User) -> str:
    """What opens an account besides its password, in words; empty: nothing."""
    tokens, keys = len(ApiToken.of(user.id)), len(Passkey.of(user.id))
    return f"{tokens} API tokens and {keys} passkeys" if tokens or keys else ""


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
        facts = [user.name, "admin" if user.admin else "user", moment(user.created_at), user.os_user or "-"]
        print("\t".join([*facts, "enabled" if user.disabled_at is None else "disabled"]))


def user_map(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    found = os_user.assign(user, wanted.os_user)
    audit_commands.note("user.map", about=user.id, user=user.name, os_user=user.os_user)
    print(f"{user.name}: new sessions run as {found.name} ({found.uid})" if found else f"{user.name}: none", end="")
    print("." if config.isolation else f"; of use with {isolation.NAME}=1.")


def new_password(wanted: argparse.Namespace) -> str:
    if wanted.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Failed("there is no terminal to ask for the password on; use --password-stdin")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Failed("the two passwords differ")
    return password
