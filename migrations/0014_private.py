"""Sessions of which nothing that they write is kept; and what was the end of one that used up its memory."""

from peewee import BigIntegerField, BooleanField, IntegerField, TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("session", "recorded", BooleanField(default=True)),
        migrator.add_column("session", "end_reason", TextField(null=True)),
        migrator.add_column("session", "memory_limit", BigIntegerField(null=True)),
        migrator.add_column("session", "oom_kills", IntegerField(default=0)),
    )
