"""The commands that a session's shell ran, and how far its output was looked through for them."""

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
    class Session(Model):
        id = TextField(primary_key=True)

        class Meta:
            database = db
            table_name = "session"

    class Command(Model):
        session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
        number = IntegerField()
        prompt_offset = BigIntegerField()
        output_start = BigIntegerField()
        started_at = DoubleField()
        text = TextField(null=True)
        private = BooleanField()
        cwd = TextField(null=True)
        output_end = BigIntegerField(null=True)
        ended_at = DoubleField(null=True)
        exit_code = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "command"
            primary_key = CompositeKey("session", "number")
            without_rowid = True

    class Scanned(Model):
        session = ForeignKeyField(Session, on_delete="CASCADE", primary_key=True)
        offset = BigIntegerField()
        state = JSONField()

        class Meta:
            database = db
            table_name = "scanned"

    db.create_tables([Command, Scanned])
