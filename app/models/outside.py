"""Whom an OpenID provider calls by a subject. The rule: the first sign-in ties the subject to the account of that name,
and from then on the subject alone counts: a name that the provider gives to somebody else later opens nothing."""

from __future__ import annotations

from peewee import AutoField, DoubleField, ForeignKeyField, IntegrityError, TextField

from app.models.base import Record, db, now, written
from app.models.user import NAME, User


class Outside(Record):
    id = AutoField()
    user = ForeignKeyField(User, on_delete="CASCADE")
    user_id: int
    issuer = TextField()
    subject = TextField()
    created_at = DoubleField(default=now)

    class Meta:
        table_name = "outside"
        indexes = ((("issuer", "subject"), True), (("issuer", "user"), True))

    @classmethod
    def user_of(cls, issuer: str, subject: str, name: str, creates: bool) -> User | None:
        """The account of that subject; the first time, the one of that name, if nobody else of this provider has it."""
        with db.connection_context():
            known = cls.select(cls, User).join(User).where(cls.issuer == issuer, cls.subject == subject).first()
        if known is not None:
            return known.user
        if not NAME.fullmatch(name):
            return None
        user = User.named(name)
        # The first account is the owner's, by the link of the first start.
        if user is None and creates and User.exists():
            user = User.admit(name)
        return user if user is not None and _tied(user.id, issuer, subject) else None


def _tied(user_id: int, issuer: str, subject: str) -> bool:
    try:
        _insert(user_id, issuer, subject)
    except IntegrityError:
        return False
    return True


@written
def _insert(user_id: int, issuer: str, subject: str) -> None:
    Outside.create(user=user_id, issuer=issuer, subject=subject)
