"""The operating-system user that an account's programs run as, and the one that a session's program does."""

from peewee import TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("user", "os_user", TextField(null=True)),
        migrator.add_column("session", "os_user", TextField(null=True)),
        migrator.add_index("user", ("os_user",), unique=True),
    )
