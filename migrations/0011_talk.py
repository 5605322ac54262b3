"""What people say beside a session."""

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

    class Message(Base):
        session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
        number = IntegerField()
        user_id = IntegerField()
        author = TextField()
        guest = BooleanField()
        at = DoubleField()
        offset = BigIntegerField()
        text = TextField()

        class Meta:
            table_name = "message"
            primary_key = CompositeKey("session", "number")
            without_rowid = True

    db.create_tables([Message])
