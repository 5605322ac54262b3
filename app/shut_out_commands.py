"""Shutting an account out by command, whole or in part. The rule: it holds for each request when the command returns,
and for what is open within a second."""

from __future__ import annotations

import argparse
import time

from app import audit_commands
from app.commands import Failed, Silent, add, existing, moment
from app.config import Config
from app.keeper.client import KeeperClient
from app.keeper.client import Unknown as KeeperUnknown
from app.models import ways_in
from app.models.passkey import Passkey
from app.models.session import Session
from app.models.user import User

# Between HUP and KILL, and then for the keeper to say so.
GRACE_SECONDS, PATIENCE_SECONDS, LOOK_SECONDS = 5.0, 10.0, 0.1
LAST = "{name} is the last administrator who may sign in; make another one first"


def enter(users: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    out = add(users, "disable", disable, "nothing opens the account until it is enabled; what it runs goes on")
    gone = add(users, "delete", delete, "delete the account, its sessions and what they wrote")
    for one in (out, gone):
        one.add_argument("name", metavar="NAME")
        one.add_argument("--end-sessions", action="store_true", help="end what it runs")
    add(users, "enable", enable, "the account may sign in again").add_argument("name", metavar="NAME")
    admin = add(users, "admin", administer, "make the account an administrator")
    admin.add_argument("name", metavar="NAME")
    admin.add_argument("--remove", action="store_true", help="a user like others again, signed out everywhere")
    add(users, "logout", logout, "sign the user out everywhere").add_argument("name", metavar="NAME")
    keys = add(users, "passkeys", passkeys, "the account's passkeys: number, host, made, last used, name")
    keys.add_argument("name", metavar="NAME")
    one_of = keys.add_mutually_exclusive_group()
    one_of.add_argument("--remove", metavar="NUMBER", type=int, help="remove one of them")
    one_of.add_argument("--remove-all", action="store_true")


def disable(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    _shut(user)
    audit_commands.note("user.disable", about=user.id, user=user.name, end_sessions=wanted.end_sessions)
    if wanted.end_sessions:
        _end(config, user, erase=False)
    running = Session.running_of(user.id)
    print(f"{user.name} is disabled.{f' {running} sessions of it go on.' if running else ''}")


def enable(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    ways_in.enable(user.id)
    audit_commands.note("user.enable", about=user.id, user=user.name)
    print(f"{user.name} may sign in again. Its password, passkeys and tokens are those of before.")


def administer(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    try:
        ways_in.administer(user.id, not wanted.remove)
    except ways_in.LastAdministrator:
        raise Failed(LAST.format(name=user.name)) from None
    audit_commands.note("user.admin", about=user.id, user=user.name, admin=not wanted.remove)
    print(f"{user.name} is {'no administrator any more' if wanted.remove else 'an administrator'}.")


def delete(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    running = Session.running_of(user.id)
    if running and not wanted.end_sessions:
        raise Failed(f"{user.name} runs {running} sessions; --end-sessions ends them")
    _shut(user)
    _end(config, user, erase=True)
    try:
        ways_in.delete(user.id)
    except ways_in.StillRuns:
        raise Failed(f"{user.name} is disabled, and sessions of it are still ending; try again") from None
    audit_commands.note("user.delete", about=user.id, user=user.name)
    print(f"{user.name} is deleted. The audit log keeps the name.")


def logout(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    count = len(ways_in.revoke(user.id, logins=True).logins)
    audit_commands.note("user.logout", about=user.id, user=user.name)
    print(f"{count} logins of {user.name} were ended. Tokens and passkeys stay.")


def passkeys(config: Config, wanted: argparse.Namespace) -> None:
    user = existing(config, wanted.name)
    if wanted.remove is None and not wanted.remove_all:
        for key in Passkey.of(user.id):
            used = moment(key.last_used_at) if key.last_used_at else "-"
            print(f"{key.id}\t{key.host}\t{moment(key.created_at)}\t{used}\t{key.name}")
        return
    if wanted.remove_all:
        count = ways_in.revoke(user.id, passkeys=True).passkeys
    elif not (count := int(Passkey.remove(user.id, wanted.remove))):
        raise Failed(f"{user.name} has no passkey {wanted.remove}")
    audit_commands.note("user.passkeys", about=user.id, user=user.name, passkey=wanted.remove)
    print(f"{count} passkeys of {user.name} were removed.")


def _shut(user: User) -> None:
    try:
        ways_in.disable(user.id)
    except ways_in.LastAdministrator:
        raise Failed(LAST.format(name=user.name)) from None


def _end(config: Config, user: User, erase: bool) -> None:
    """All programs get their hang-up before one is waited for. A server that runs forgets what has no row any more."""
    ids = Session.ids_of(user.id)
    if not ids or not config.keeper_dir.exists():
        return
    client = KeeperClient(config.keeper_dir, Silent())
    client.start()
    try:
        alive = {state.id for state in client.sessions() if state.alive}.intersection(ids)
        for session_id in alive:
            client.end(session_id, GRACE_SECONDS)
        until = time.monotonic() + GRACE_SECONDS + PATIENCE_SECONDS
        while alive.intersection(state.id for state in client.sessions() if state.alive):
            if time.monotonic() > until:
                raise Failed(f"{user.name} is disabled, and sessions of it are still ending; try again")
            time.sleep(LOOK_SECONDS)
        for session_id in ids if erase else ():
            try:
                client.forget(session_id)
            except KeeperUnknown:
                pass
            record = Session.numbered(session_id)
            if record is not None:
                record.erase()
    finally:
        client.close()
