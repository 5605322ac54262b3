"""Who else may come into a session: grants to users and teams, share links and the guests that came by them."""

from peewee import (
    AutoField,
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

    class User(Base):
        class Meta:
            table_name = "user"

    class Session(Base):
        id = TextField(primary_key=True)

        class Meta:
            table_name = "session"

    class Team(Base):
        id = AutoField()
        name = TextField(unique=True)
        created_at = DoubleField()

        class Meta:
            table_name = "team"

    class Member(Base):
        team = ForeignKeyField(Team, on_delete="CASCADE")
        user = ForeignKeyField(User, on_delete="CASCADE")

        class Meta:
            table_name = "member"
            primary_key = CompositeKey("team", "user")

    class Grant(Base):
        id = AutoField()
        session = ForeignKeyField(Session, on_delete="CASCADE")
        user = ForeignKeyField(User, null=True, on_delete="CASCADE")
        team = ForeignKeyField(Team, null=True, on_delete="CASCADE")
        role = TextField()
        created_at = DoubleField()

        class Meta:
            table_name = "grant"
            indexes = ((("session", "user"), True), (("session", "team"), True))

    class Link(Base):
        id = AutoField()
        session = ForeignKeyField(Session, on_delete="CASCADE")
        secret_hash = TextField(unique=True)
        password_hash = TextField(null=True)
        label = TextField()
        role = TextField()
        fresh_from = BigIntegerField(null=True)
        most_viewers = IntegerField(null=True)
        created_at = DoubleField()
        expires_at = DoubleField(null=True)
        revoked_at = DoubleField(null=True)

        class Meta:
            table_name = "link"

    class Guest(Base):
        id = AutoField()
        link = ForeignKeyField(Link, on_delete="CASCADE")
        secret_hash = TextField(unique=True)
        created_at = DoubleField()
        last_seen_at = DoubleField()
        revoked_at = DoubleField(null=True)

        class Meta:
            table_name = "guest"

    migrator.migrate(
        migrator.add_column("session", "locked", BooleanField(default=False)),
        migrator.add_column("session", "paused", BooleanField(default=False)),
    )
    db.create_tables([Team, Member, Grant, Link, Guest])
