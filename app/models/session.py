"""A session: the record of a program on a PTY, what outlives it included. The rule: records are loaded
through the actor; what the actor may not see does not exist."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from typing import Any

from peewee import (
    BigIntegerField,
    BooleanField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from app.models.base import Record, db, now, written
from app.models.grant import Grant
from app.models.link import Guest
from app.models.team import Team
from app.models.user import User
from app.permissions import OWNER, WATCH, Actor, allows, role_of

ID = re.compile(r"[a-z2-7]{12}")
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"

RUNNING, ENDED, LOST = "running", "ended", "lost"
STATES = (RUNNING, ENDED, LOST)


class Enough(Exception):
    """The owner has as many running sessions as the limit allows."""


def new_id() -> str:
    """60 random bits: not to be guessed, and short enough for an address bar."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


class Session(Record):
    id = TextField(primary_key=True)
    owner = ForeignKeyField(User, backref="sessions", on_delete="CASCADE")
    owner_id: int
    name = TextField()
    command: Any = JSONField()
    # What was asked for when it was text for the shell, to show and to run again.
    command_text = TextField(null=True)
    cwd = TextField()
    # The operating-system user that its program runs as. None: the server's own account.
    os_user = TextField(null=True)
    env: Any = JSONField(default=dict)
    tags: Any = JSONField(default=list)
    group = TextField(default="")  # one at most; empty: none
    state = TextField(default=RUNNING, index=True)
    rows = IntegerField()
    cols = IntegerField()
    pid = IntegerField(null=True)
    exit_code = IntegerField(null=True)
    exit_signal = TextField(null=True)
    end_reason = TextField(null=True)  # what the signal does not say: out_of_memory
    memory_limit = BigIntegerField(null=True)  # bytes, of all its processes together; None: it has none
    oom_kills = IntegerField(default=0)  # of its processes, for that limit
    created_at = DoubleField(default=now)
    ended_at = DoubleField(null=True)
    last_output_at = DoubleField(null=True)
    last_input_at = DoubleField(null=True)
    output_bytes = BigIntegerField(default=0)
    # Lines below `output_bytes`. None: of a session older than the counting.
    output_lines = BigIntegerField(null=True, default=0)
    input_bytes = BigIntegerField(null=True, default=0)
    title = TextField(default="")
    bells = IntegerField(default=0)
    expires_at = DoubleField(null=True)
    shell_integration = BooleanField(null=True)  # False: its shell was to mark nothing
    recorded = BooleanField(default=True)  # False: nothing that it writes is kept
    restarted_from = ForeignKeyField("self", null=True, on_delete="SET NULL")
    restarted_from_id: str | None
    locked = BooleanField(default=False)  # only the owner types
    paused = BooleanField(default=False)  # only the owner is in it
    # Administrators who broke the glass, by user id: name, role, reason, until.
    glass: Any = JSONField(default=dict)
    # Of the actor through which this record was loaded, at that moment; None: it was loaded for nobody.
    role: str | None = None

    class Meta:
        table_name = "session"

    @classmethod
    def seen_by(cls, actor: Actor, session_id: str) -> Session | None:
        if not ID.fullmatch(session_id):
            return None
        return next(iter(cls.seen_among(actor, [session_id])), None)

    @classmethod
    def visible_to(
        cls, actor: Actor, text: str = "", tag: str = "", states: Collection[str] = (), group: str = ""
    ) -> list[Session]:
        """All that the actor may watch, the newest first; filtered by words in it, a tag, states, the group."""
        given = Grant.to_user(actor.user_id)
        with db.connection_context():
            rows = cls.select(cls, User).join(User)
            mine = (cls.owner == actor.user_id) | cls.id.in_(list(given))
            rows = rows.where(mine | (cls.glass != {}) if actor.guest is None else mine)
            if states:
                rows = rows.where(cls.state.in_(list(states)))
            if group:
                rows = rows.where(cls.group == group)
            found = list(rows.order_by(cls.created_at.desc(), cls.id))
        seen = _loaded(actor, found, given)
        return [one for one in seen if one.mentions(text) and (not tag or tag in one.tags)]

    @classmethod
    def seen_among(cls, actor: Actor, session_ids: Collection[str]) -> list[Session]:
        """Those of these that the actor may watch."""
        if actor.guest is not None:
            role = Guest.roles([actor.guest.id]).get(actor.guest.id)
            given = {actor.guest.session: role} if role else {}
        else:
            given = Grant.to_user(actor.user_id, session_ids)
        with db.connection_context():
            rows = list(cls.select(cls, User).join(User).where(cls.id.in_(list(session_ids))))
        return _loaded(actor, rows, given)

    def mentions(self, text: str) -> bool:
        words = [self.name, self.command_text or " ".join(self.command), self.cwd, self.title]
        words += [self.group, *self.tags]
        return any(text.casefold() in word.casefold() for word in words)

    @classmethod
    def numbered(cls, session_id: str) -> Session | None:
        """The record whoever may see it: for what acts on its own, never for what answers somebody."""
        with db.connection_context():
            found = cls.select(cls, User).join(User).where(cls.id == session_id).first()
        return _standing([found])[0] if found is not None else None

    @classmethod
    def shared_with(cls, team: Team, member: User) -> list[tuple[Session, str]]:
        """What the member comes into by the team, and in which role; his own left out."""
        roles = Grant.roles_of(team)
        with db.connection_context():
            chosen = cls.select().where(cls.id.in_(list(roles)), cls.owner != member.id)
            return [(one, roles[one.id]) for one in chosen]

    @classmethod
    def in_state(cls, state: str) -> list[Session]:
        with db.connection_context():
            return list(cls.select(cls, User).join(User).where(cls.state == state).order_by(cls.created_at))

    @classmethod
    def running_of(cls, user_id: int) -> int:
        with db.connection_context():
            return cls.select().where(cls.owner == user_id, cls.state == RUNNING).count()

    @classmethod
    def newest(cls, most: int) -> list[Session]:
        """Of all accounts: for what answers with no more than that they exist."""
        with db.connection_context():
            return list(cls.select(cls, User).join(User).order_by(cls.created_at.desc(), cls.id).limit(most))

    @classmethod
    def ids_of(cls, user_id: int) -> list[str]:
        with db.connection_context():
            return [row.id for row in cls.select(cls.id).where(cls.owner == user_id)]

    @classmethod
    def existing(cls, ids: Collection[str]) -> set[str]:
        """Those of these that have a record."""
        with db.connection_context():
            return {row.id for row in cls.select(cls.id).where(cls.id.in_(list(ids)))}

    @classmethod
    def begin(cls, most: int | None = None, **fields: Any) -> Session:
        """A new record. Raises Enough when the owner has `most` that run: counted and inserted in one
        transaction, because requests that come together would all count before the first has inserted."""
        session = _insert(fields, most)
        session.role = OWNER
        return session

    def change(self, **fields: Any) -> Session:
        """Writes these fields, and only these, and sets them on this object."""
        for name, value in fields.items():
            setattr(self, name, value)
        _update(self.id, fields)
        return self

    def break_glass(self, user_id: int, broken: dict[str, Any] | None) -> Session:
        """What an administrator asked for, in place of what he had; None: no more. Who is over, or administers no
        more, is left out."""
        self.glass = _glass(self.id, str(user_id), broken)
        return self

    def erase(self) -> None:
        """Forgets the record and its snapshots. The journal is the keeper's to erase."""
        _delete(self.id)


def _loaded(actor: Actor, rows: list[Session], given: dict[str, str]) -> list[Session]:
    """Those that the actor may watch, with his role in each."""
    for session in _standing(rows):
        session.role = role_of(actor, session, given.get(session.id))
    return [session for session in rows if allows(session.role, WATCH)]


def _standing(rows: list[Session]) -> list[Session]:
    """Without the glass of those who administer no more. It is broken rarely, so this asks for nobody mostly."""
    broken = {int(user_id) for session in rows for user_id in session.glass}
    administer = User.administrators(broken) if broken else set()
    for session in rows:
        session.glass = {one: facts for one, facts in session.glass.items() if int(one) in administer}
    return rows


@written
def _insert(fields: dict[str, Any], most: int | None) -> Session:
    if most is not None:
        running = Session.select().where(Session.owner == fields["owner"], Session.state == RUNNING)
        if running.count() >= most:
            raise Enough
    return Session.create(**fields)


@written
def _update(session_id: str, fields: dict[str, Any]) -> None:
    Session.update(**fields).where(Session.id == session_id).execute()


@written
def _glass(session_id: str, key: str, broken: dict[str, Any] | None) -> dict[str, Any]:
    there = _standing([Session.get_by_id(session_id)])[0].glass
    left = {one: facts for one, facts in there.items() if facts["until"] > now() and one != key}
    left |= {key: broken} if broken is not None else {}
    Session.update(glass=left).where(Session.id == session_id).execute()
    return left


@written
def _delete(session_id: str) -> None:
    Session.delete().where(Session.id == session_id).execute()
