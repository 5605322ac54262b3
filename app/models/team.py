"""A team: users that sessions are shared with by one name. The rule: administrators make teams; whoever shares a
session names them. (A group is of sessions, docs/guide/dashboard.md.)"""

from __future__ import annotations

import re

from peewee import AutoField, CompositeKey, DoubleField, ForeignKeyField, IntegrityError, TextField

from app.models.base import Record, db, now, written
from app.models.user import Refused, User
from app.words import said

NAME = re.compile(r"[a-z][a-z0-9._-]{0,31}")


class Team(Record):
    id = AutoField()
    name = TextField(unique=True)
    created_at = DoubleField(default=now)

    class Meta:
        table_name = "team"

    @classmethod
    def begin(cls, name: str) -> Team:
        """A new one without members, or Refused with the reason."""
        if not NAME.fullmatch(name):
            raise Refused(
                "name",
                said("expected 1 to 32 characters: a letter a-z first, then letters, digits, dot, dash or underscore"),
            )
        try:
            return _insert(name)
        except IntegrityError:
            raise Refused("name", said("there is already a team %(name)s", name=repr(name))) from None

    @classmethod
    def named(cls, name: str) -> Team | None:
        with db.connection_context():
            return cls.get_or_none(cls.name == name)

    @classmethod
    def all_members(cls) -> dict[str, list[str]]:
        """Of every team, by name."""
        with db.connection_context():
            found: dict[str, list[str]] = {team.name: [] for team in cls.select().order_by(cls.name)}
            for row in Member.select(Member, Team, User).join(Team).switch(Member).join(User).order_by(User.name):
                found[row.team.name].append(row.user.name)
        return found

    def has(self, user: User) -> bool:
        with db.connection_context():
            return Member.select().where(Member.team == self.id, Member.user == user.id).exists()

    def add(self, user: User) -> None:
        _join(self.id, user.id)

    def remove(self, user: User) -> bool:
        """Whether the user was a member."""
        return _leave(self.id, user.id)

    def erase(self) -> None:
        _delete(self.id)


class Member(Record):
    team = ForeignKeyField(Team, on_delete="CASCADE")
    team_id: int
    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int

    class Meta:
        table_name = "member"
        primary_key = CompositeKey("team", "user")


@written
def _insert(name: str) -> Team:
    return Team.create(name=name)


@written
def _join(team_id: int, user_id: int) -> None:
    Member.insert(team=team_id, user=user_id).on_conflict_ignore().execute()


@written
def _leave(team_id: int, user_id: int) -> bool:
    return Member.delete().where(Member.team == team_id, Member.user == user_id).execute() == 1


@written
def _delete(team_id: int) -> None:
    Team.delete().where(Team.id == team_id).execute()
