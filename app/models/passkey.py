"""A passkey: a key pair whose private half never leaves somebody's device. The rule: here is only what is public, and
every challenge opens once."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BlobField, DoubleField, ForeignKeyField, IntegrityError, TextField

from app.models.base import Record, db, now, written
from app.models.user import User


class Passkey(Record):
    id = AutoField()
    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    name = TextField()
    # The host name that it is for: a browser offers it nowhere else.
    host = TextField()
    credential = TextField(unique=True)
    public_key = BlobField()
    # As its device counts; one that counts backwards is a copy.
    uses = BigIntegerField(default=0)
    created_at = DoubleField(default=now)
    last_used_at = DoubleField(null=True)

    class Meta:
        table_name = "passkey"

    @classmethod
    def of(cls, user_id: int) -> list[Passkey]:
        with db.connection_context():
            return list(cls.select().where(cls.user == user_id).order_by(cls.id))

    @classmethod
    def known(cls, credential: str) -> Passkey | None:
        """With its user."""
        with db.connection_context():
            return cls.select(cls, User).join(User).where(cls.credential == credential).first()

    @classmethod
    def add(cls, user_id: int, name: str, host: str, credential: str, public_key: bytes, uses: int) -> Passkey | None:
        """None when it is known already."""
        try:
            return _insert(user_id, name, host, credential, public_key, uses)
        except IntegrityError:
            return None

    @classmethod
    def rename(cls, user_id: int, number: int, name: str) -> bool:
        return _rename(user_id, number, name)

    @classmethod
    def remove(cls, user_id: int, number: int) -> bool:
        """Whether the user had such a passkey; from now on it opens nothing."""
        return _remove(user_id, number)

    @classmethod
    def counts(cls) -> dict[int, int]:
        """How many passkeys each user has who has any."""
        with db.connection_context():
            found: dict[int, int] = {}
            for row in cls.select(cls.user):
                found[row.user_id] = found.get(row.user_id, 0) + 1
            return found

    def used(self, uses: int, challenge: str, lifetime: float) -> bool:
        """Whether this is the first use of that challenge, which is remembered while it could be used again."""
        try:
            _used(self.id, uses, challenge, lifetime)
        except IntegrityError:
            return False
        return True


class SpentChallenge(Record):
    id = TextField(primary_key=True)
    at = DoubleField(index=True, default=now)

    class Meta:
        table_name = "spent_challenge"


@written
def _insert(user_id: int, name: str, host: str, credential: str, public_key: bytes, uses: int) -> Passkey:
    return Passkey.create(user=user_id, name=name, host=host, credential=credential, public_key=public_key, uses=uses)


@written
def _rename(user_id: int, number: int, name: str) -> bool:
    mine = (Passkey.id == number) & (Passkey.user == user_id)
    return Passkey.update(name=name).where(mine).execute() == 1


@written
def _remove(user_id: int, number: int) -> bool:
    return Passkey.delete().where(Passkey.id == number, Passkey.user == user_id).execute() == 1


@written
def _used(passkey_id: int, uses: int, challenge: str, lifetime: float) -> None:
    SpentChallenge.delete().where(SpentChallenge.at < now() - lifetime).execute()
    SpentChallenge.create(id=challenge)
    Passkey.update(uses=uses, last_used_at=now()).where(Passkey.id == passkey_id).execute()
