"""Sessions of which nothing that they write is kept."""

from peewee import BooleanField


def up(migrator, db):
    migrator.migrate(migrator.add_column("session", "recorded", BooleanField(default=True)))
