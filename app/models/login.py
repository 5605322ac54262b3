"""A login: one browser that signed in. The rule: it lives here, not in the cookie, so revoking it counts at
once; the cookie holds only a random secret, of which the database knows the hash."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from peewee import AutoField, DoubleField, ForeignKeyField, IntegerField, TextField

from app.models.base import Record, db, noted, now, written
from app.models.secrets import digest, new_secret
from app.models.user import User
from app.permissions import Actor

# A browser that did not come for so long has to sign in again.
IDLE_SECONDS = 30 * 86_400
SEEN_EVERY_SECONDS = 60
# So many logins of one user are remembered, revoked ones too: they tell which devices are known.
KEPT_LOGINS = 200
LONGEST_AGENT = 300


class Login(Record):
    id = AutoField()
    user = ForeignKeyField(User, backref="logins", on_delete="CASCADE")
    user_id: int
    secret_hash = TextField(unique=True)
    created_at = DoubleField(default=now)
    last_seen_at = DoubleField(default=now)
    user_agent = TextField(default="")
    address = TextField(default="", index=True)
    # Of the cookie that tells a device that signed in before from a stranger's.
    device_hash = TextField(default="", index=True)
    revoked_at = DoubleField(null=True)
    proved_at = DoubleField(default=now)
    way = TextField(default="password")
    # Of the notices (notice.py): those up to this number were put away in this browser.
    notices_seen = IntegerField(default=0)

    class Meta:
        table_name = "login"

    @classmethod
    def begin(
        cls, user_id: int, address: str, user_agent: str, device: str = "", way: str = "password"
    ) -> tuple[Login, str]:
        """A new login and the secret for its cookie."""
        secret = new_secret()
        device_hash = digest(device) if device else ""
        agent = user_agent[:LONGEST_AGENT]
        return _insert(user_id, digest(secret), address, agent, device_hash, way), secret

    @classmethod
    def actor_for(cls, secret: str) -> Actor | None:
        with db.connection_context():
            found = cls.select(cls, User).join(User).where(cls.secret_hash == digest(secret), _live())
            login = found.first()
        if login is None:
            return None
        if now() - login.last_seen_at > SEEN_EVERY_SECONDS:
            _seen(login.id)
        return Actor(
            login.user_id, login.user.name, login.user.admin, login_id=login.id,
            proved_at=login.proved_at, way=login.way,
        )  # fmt: skip

    @classmethod
    def proved(cls, login_id: int) -> None:
        """Whoever sits there has just shown again who it is."""
        _proved(login_id)

    @classmethod
    def of(cls, user_id: int) -> list[Login]:
        """The user's live logins, the latest seen first."""
        with db.connection_context():
            rows = cls.select().where(cls.user == user_id, _live())
            return list(rows.order_by(cls.last_seen_at.desc(), cls.id.desc()))

    @classmethod
    def revoke(cls, user_id: int, login_id: int) -> bool:
        """Whether the user had such a live login; from now on it opens nothing."""
        return _revoke(user_id, login_id)

    @classmethod
    def revoke_all(cls, user_id: int, but: int | None = None) -> list[int]:
        """Ends all logins of the user, except `but`; answers their ids."""
        return _revoke_all(user_id, but)

    @classmethod
    def alive(cls, ids: Collection[int]) -> set[int]:
        """Which of these logins still count."""
        with db.connection_context():
            return {row.id for row in cls.select(cls.id).where(cls.id.in_(list(ids)), _live())}

    @classmethod
    def still_here(cls, ids: Collection[int]) -> None:
        """These are in use by open sockets, which send no requests; noted at most every so often."""
        with db.connection_context():
            stale = (cls.last_seen_at < now() - SEEN_EVERY_SECONDS) & cls.id.in_(list(ids))
            due = [row.id for row in cls.select(cls.id).where(stale)]
        for login_id in due:
            _seen(login_id)

    @classmethod
    def knows_device(cls, name: str, device: str) -> bool:
        """Whether the user of that name signed in with this device cookie before."""
        return bool(device) and _any(name, cls.device_hash == digest(device))

    @classmethod
    def knows_address(cls, name: str, address: str) -> bool:
        """Whether the user of that name signed in from this address before."""
        return bool(address) and _any(name, cls.address == address)


def _any(name: str, condition: Any) -> bool:
    with db.connection_context():
        return bool(Login.select().join(User).where(User.name == name, condition).exists())


def _live() -> Any:
    used = Login.revoked_at.is_null() & (Login.last_seen_at > now() - IDLE_SECONDS)
    return used & Login.user.in_(User.enabled())


@written
def _insert(user_id: int, secret_hash: str, address: str, user_agent: str, device_hash: str, way: str) -> Login:
    login = Login.create(
        user=user_id,
        secret_hash=secret_hash,
        address=address,
        user_agent=user_agent,
        device_hash=device_hash,
        way=way,
    )
    kept = Login.select(Login.id).where(Login.user == user_id).order_by(Login.id.desc()).limit(KEPT_LOGINS)
    Login.delete().where(Login.user == user_id, Login.id.not_in(kept), ~_live()).execute()
    return login


@noted
def _seen(login_id: int) -> None:
    Login.update(last_seen_at=now()).where(Login.id == login_id).execute()


@written
def _proved(login_id: int) -> None:
    Login.update(proved_at=now()).where(Login.id == login_id).execute()


@written
def put_away(login_id: int, number: int) -> None:
    Login.update(notices_seen=number).where(Login.id == login_id, Login.notices_seen < number).execute()


@written
def _revoke(user_id: int, login_id: int) -> bool:
    mine = (Login.id == login_id) & (Login.user == user_id) & Login.revoked_at.is_null()
    return Login.update(revoked_at=now()).where(mine).execute() == 1


@written
def _revoke_all(user_id: int, but: int | None) -> list[int]:
    rows = Login.select(Login.id).where(Login.user == user_id, Login.revoked_at.is_null())
    ids = [row.id for row in rows if row.id != but]
    Login.update(revoked_at=now()).where(Login.id.in_(ids)).execute()
    return ids
