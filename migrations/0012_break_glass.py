"""Administrators who gave themselves a role in a session, with a reason, for an hour."""

from peewee import TextField


def up(migrator, db):
    migrator.migrate(migrator.add_column("session", "glass", TextField(default="{}")))
