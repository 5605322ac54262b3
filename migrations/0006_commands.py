"""The commands that shells marked in their output, how far the output of each session was read for them, and sessions
whose shells were asked not to."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    migrator.migrate(migrator.add_column("session", "shell_integration", BooleanField(null=True)))

    class Session(Model):
        id = TextField(primary_key=True)

        class Meta:
            database = db
            table_name = "session"

    class Command(Model):
        session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
        number = IntegerField()
        prompt_offset = BigIntegerField()
        text = TextField(null=True)
        cwd = TextField(null=True)
        started_at = DoubleField()
        output_start = BigIntegerField()
        output_end = BigIntegerField(null=True)
        ended_at = DoubleField(null=True)
        exit_code = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "command"
            primary_key = CompositeKey("session", "number")
            without_rowid = True

    class CommandScan(Model):
        session = ForeignKeyField(Session, on_delete="CASCADE", primary_key=True)
        state = JSONField()

        class Meta:
            database = db
            table_name = "command_scan"

    db.create_tables([Command, CommandScan])
