"""A preference: what an account chose, the same on all its devices. The rule: values are checked by whoever takes
them in (app/web/preferences.py); here they are JSON, one row a name."""

from __future__ import annotations

from typing import Any, Literal, get_args

from peewee import CompositeKey, ForeignKeyField, JSONField, TextField

from app.models.base import Record, db, written
from app.models.user import User

# Of tags and groups; static/js/helpers/labels.js has the same.
Colour = Literal["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"]
COLOURS = get_args(Colour)
MOST_LABELS = 200


class Preference(Record):
    user = ForeignKeyField(User, backref="preferences", on_delete="CASCADE")
    name = TextField()
    value: Any = JSONField()

    class Meta:
        table_name = "preference"
        primary_key = CompositeKey("user", "name")

    @classmethod
    def of(cls, user_id: int) -> dict[str, Any]:
        """All that the account chose, by name."""
        with db.connection_context():
            return {row.name: row.value for row in cls.select().where(cls.user == user_id)}

    @classmethod
    def choose(cls, user_id: int, changes: dict[str, Any]) -> None:
        """Sets these; None takes one back to its default. All of them or, on an error, none."""
        _write(user_id, changes)


@written
def _write(user_id: int, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            Preference.delete().where(Preference.user == user_id, Preference.name == name).execute()
        else:
            Preference.replace(user=user_id, name=name, value=value).execute()
