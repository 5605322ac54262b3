"""Groups of sessions, bells that outlive the server, and what each account has seen of each session."""

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
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Session(Model):
        id = TextField(primary_key=True)

        class Meta:
            database = db
            table_name = "session"

    class Look(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        session = ForeignKeyField(Session, on_delete="CASCADE")
        offset = BigIntegerField()
        bells = IntegerField()
        at = DoubleField()
        pinned = BooleanField()

        class Meta:
            database = db
            table_name = "look"
            primary_key = CompositeKey("user", "session")

    migrator.migrate(
        migrator.add_column("session", "group", TextField(default="")),
        migrator.add_column("session", "bells", IntegerField(default=0)),
    )
    db.create_tables([Look])
    # What was there before anybody counted has been seen: an upgrade is no news.
    db.execute_sql(
        'INSERT INTO look (user_id, session_id, "offset", bells, at, pinned)'
        " SELECT owner_id, id, output_bytes, 0, COALESCE(ended_at, created_at), 0 FROM session"
    )
