"""A grant: a role in a session for a user or a team. The rule: what a user was given by name beats what a team of his
was given; of several teams the one that was given most counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from peewee import JOIN, AutoField, DoubleField, ForeignKeyField, TextField

from app.models.base import Record, db, now, written
from app.models.team import Member, Team
from app.models.user import User
from app.permissions import GIVEN, most


class Grant(Record):
    """`role`: one of permissions.GIVEN, or KEPT_OUT. Exactly one of `user` and `team` is set."""

    id = AutoField()
    session_id = TextField()  # not a ForeignKeyField: records of sessions are loaded by what stands here
    user = ForeignKeyField(User, null=True, on_delete="CASCADE")
    user_id: int | None
    team = ForeignKeyField(Team, null=True, on_delete="CASCADE")
    team_id: int | None
    role = TextField()
    created_at = DoubleField(default=now)

    class Meta:
        table_name = "grant"

    @classmethod
    def of(cls, session_id: str) -> list[Grant]:
        with db.connection_context():
            rows = cls.select(cls, User, Team).join(User, JOIN.LEFT_OUTER).switch(cls).join(Team, JOIN.LEFT_OUTER)
            return list(rows.where(cls.session_id == session_id).order_by(cls.id))

    @classmethod
    def give(cls, session_id: str, role: str, user: User | None = None, team: Team | None = None) -> Grant:
        """A new grant, or another role in the one that is there."""
        grant = _put(session_id, role, user, team)
        grant.user, grant.team = user, team
        return grant

    @classmethod
    def change(cls, session_id: str, grant_id: int, role: str) -> bool:
        """Whether there was such a grant."""
        return _change(session_id, grant_id, role)

    @classmethod
    def take(cls, session_id: str, grant_id: int) -> bool:
        return _take(session_id, grant_id)

    @classmethod
    def sessions_of(cls, team: Team) -> list[str]:
        """What is shared with a team."""
        return list(cls.roles_of(team))

    @classmethod
    def roles_of(cls, team: Team) -> dict[str, str]:
        """What a team was given, by session id."""
        with db.connection_context():
            return {grant.session_id: grant.role for grant in cls.select().where(cls.team == team)}

    @classmethod
    def to_user(cls, user_id: int, among: Collection[str] | None = None) -> dict[str, str]:
        """What a user was given, by session id; of all sessions, or of these."""
        chosen = _reaches(user_id)
        if among is not None:
            chosen &= cls.session_id.in_(list(among))
        with db.connection_context():
            return _settled((row.session_id, row) for row in cls.select().where(chosen))

    @classmethod
    def in_session(cls, session_id: str) -> dict[int, str]:
        """What each user was given, by user id, the members of teams one by one."""
        with db.connection_context():
            named: list[Any] = list(cls.select().where(cls.session_id == session_id, cls.user.is_null(False)))
            rows = Member.select(Member.user, cls.role).join(cls, on=cls.team == Member.team)
            teams: list[Any] = list(rows.where(cls.session_id == session_id).tuples())
        by_team: list[tuple[int, Grant]] = [(user_id, cls(role=role)) for user_id, role in teams]
        by_name: list[tuple[int, Grant]] = [(row.user_id, row) for row in named]
        return _settled(by_name + by_team)


def _reaches(user_id: int) -> Any:
    teams = Member.select(Member.team).where(Member.user == user_id)
    return (Grant.user == user_id) | Grant.team.in_(teams)


def _settled(rows: Iterable[tuple[Any, Grant]]) -> dict[Any, str]:
    """Of several grants to one the one that counts."""
    by_name: dict[Any, str] = {}
    by_team: dict[Any, list[str]] = {}
    for key, grant in rows:
        if grant.user_id is not None:
            by_name[key] = grant.role
        else:
            by_team.setdefault(key, []).append(grant.role)
    found = {key: most(roles) for key, roles in by_team.items()} | by_name
    return {key: role for key, role in found.items() if role in GIVEN}


@written
def _put(session_id: str, role: str, user: User | None, team: Team | None) -> Grant:
    mine = (Grant.session_id == session_id) & (Grant.user == user if user else Grant.team == team)
    if not Grant.update(role=role).where(mine).execute():
        Grant.create(session_id=session_id, role=role, user=user, team=team)
    return Grant.get(mine)


@written
def _change(session_id: str, grant_id: int, role: str) -> bool:
    mine = (Grant.id == grant_id) & (Grant.session_id == session_id)
    return Grant.update(role=role).where(mine).execute() == 1


@written
def _take(session_id: str, grant_id: int) -> bool:
    return Grant.delete().where(Grant.id == grant_id, Grant.session_id == session_id).execute() == 1
