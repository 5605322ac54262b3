"""Tokens with scopes, a session and an end; passkeys, second factors, reset links; when a login was last proved."""

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    DoubleField,
    ForeignKeyField,
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

    class Passkey(Model):
        id = AutoField()
        user = ForeignKeyField(User, on_delete="CASCADE")
        name = TextField()
        host = TextField()
        credential = TextField(unique=True)
        public_key = BlobField()
        uses = BigIntegerField()
        created_at = DoubleField()
        last_used_at = DoubleField(null=True)

        class Meta:
            database = db
            table_name = "passkey"

    class SpentChallenge(Model):
        id = TextField(primary_key=True)
        at = DoubleField(index=True)

        class Meta:
            database = db
            table_name = "spent_challenge"

    class SecondFactor(Model):
        user = ForeignKeyField(User, primary_key=True, on_delete="CASCADE")
        seed = TextField()
        created_at = DoubleField()
        confirmed_at = DoubleField(null=True)
        last_step = BigIntegerField()

        class Meta:
            database = db
            table_name = "second_factor"

    class RecoveryCode(Model):
        id = AutoField()
        user = ForeignKeyField(User, on_delete="CASCADE")
        code_hash = TextField(unique=True)
        used_at = DoubleField(null=True)

        class Meta:
            database = db
            table_name = "recovery_code"

    class ResetLink(Model):
        user = ForeignKeyField(User, primary_key=True, on_delete="CASCADE")
        secret_hash = TextField(unique=True)
        expires_at = DoubleField()

        class Meta:
            database = db
            table_name = "reset_link"

    class Outside(Model):
        id = AutoField()
        user = ForeignKeyField(User, on_delete="CASCADE")
        issuer = TextField()
        subject = TextField()
        created_at = DoubleField()

        class Meta:
            database = db
            table_name = "outside"
            indexes = ((("issuer", "subject"), True), (("issuer", "user"), True))

    # What a token could do before there were scopes it can do still.
    only = ForeignKeyField(Session, field=Session.id, null=True, on_delete="CASCADE")
    migrator.migrate(
        migrator.add_column("api_token", "scopes", TextField(default="read write admin")),
        migrator.add_column("api_token", "session_id", only),
        migrator.add_column("api_token", "expires_at", DoubleField(null=True)),
        migrator.add_column("login", "proved_at", DoubleField(default=0.0)),
        migrator.add_column("login", "way", TextField(default="password")),
    )
    db.create_tables([Passkey, SpentChallenge, SecondFactor, RecoveryCode, ResetLink, Outside])
