"""The commands about teams. The rule: they write to the database and into the audit log; a server that runs follows
within a second (what its API is asked holds at once)."""

from __future__ import annotations

import argparse
from typing import Any

from app import audit_commands
from app.commands import Failed, add, group, migrated
from app.config import Config
from app.models.session import Session
from app.models.team import Team
from app.models.user import User


def enter(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    teams = group(commands, "team", "users that sessions are shared with by one name")
    add(teams, "list", listed, "all teams, and who is in them")
    for name, run, purpose in (("add", begin, "a new team"), ("delete", erase, "end a team")):
        add(teams, name, run, purpose).add_argument("team", metavar="TEAM")
    for name, run, purpose in (
        ("join", join, "put a user into a team"),
        ("leave", leave, "take a user out of a team"),
    ):
        one = add(teams, name, run, purpose)
        one.add_argument("team", metavar="TEAM")
        one.add_argument("user", metavar="USER")


def listed(config: Config, wanted: argparse.Namespace) -> None:
    migrated(config)
    for name, members in Team.all_members().items():
        print(f"{name}\t{','.join(members)}")


def begin(config: Config, wanted: argparse.Namespace) -> None:
    migrated(config)
    team = Team.begin(wanted.team)
    audit_commands.note("team.add", team=team.name)
    print(f"{team.name} is a team now, without members.")


def erase(config: Config, wanted: argparse.Namespace) -> None:
    existing(config, wanted.team).erase()
    audit_commands.note("team.delete", team=wanted.team)
    print(f"{wanted.team} is no more.")


def join(config: Config, wanted: argparse.Namespace) -> None:
    team, user = existing(config, wanted.team), member(wanted.user)
    if not team.has(user):
        facts: dict[str, Any] = {"team": team.name, "user": user.name}
        for session, role in Session.shared_with(team, user):
            audit_commands.note("team.join", session=session, role=role, **facts)
        team.add(user)
        audit_commands.note("team.member", **facts)
    print(f"{wanted.user} is in {wanted.team}.")


def leave(config: Config, wanted: argparse.Namespace) -> None:
    if not existing(config, wanted.team).remove(member(wanted.user)):
        raise Failed(f"{wanted.user!r} is not in {wanted.team!r}")
    audit_commands.note("team.leave", team=wanted.team, user=wanted.user)
    print(f"{wanted.user} is not in {wanted.team} any more.")


def existing(config: Config, name: str) -> Team:
    migrated(config)
    team = Team.named(name)
    if team is None:
        raise Failed(f"there is no team {name!r}")
    return team


def member(name: str) -> User:
    user = User.named(name)
    if user is None:
        raise Failed(f"there is no user {name!r}")
    return user
