"""Notes on lines of the output, and share links whose guests are let in one by one."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db

    class Session(Base):
        id = TextField(primary_key=True)

        class Meta:
            table_name = "session"

    class Annotation(Base):
        session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
        number = IntegerField()
        user_id = IntegerField()
        author = TextField()
        guest = BooleanField()
        at = DoubleField()
        edited_at = DoubleField(null=True)
        offset = BigIntegerField()
        up = IntegerField()
        history = TextField()
        row = BigIntegerField()
        line = TextField()
        text = TextField()

        class Meta:
            table_name = "annotation"
            primary_key = CompositeKey("session", "number")
            without_rowid = True

    db.create_tables([Annotation])
    migrator.migrate(
        migrator.add_column("link", "asks", BooleanField(default=False)),
        migrator.add_column("guest", "asked_at", DoubleField(null=True)),
        migrator.add_column("guest", "let_in_at", DoubleField(null=True)),
        migrator.add_column("guest", "refused_at", DoubleField(null=True)),
        migrator.add_column("guest", "role", TextField(null=True)),
        migrator.add_column("guest", "said", TextField(default="")),
        migrator.add_column("guest", "account", TextField(default="")),
    )
