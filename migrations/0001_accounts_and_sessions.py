"""Users, their logins and tokens, the first-run link, sessions and their snapshots."""

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class User(Model):
        id = AutoField()
        name = TextField(unique=True)
        password_hash = TextField()
        admin = BooleanField()
        created_at = DoubleField()

        class Meta:
            database = db
            table_name = "user"

    class ApiToken(Model):
        id = AutoField()
        user = ForeignKeyField(User, on_delete="CASCADE")
        label = TextField()
        secret_hash = TextField(unique=True)
        created_at = DoubleField()
        last_used_at = DoubleField(null=True)

        class Meta:
            database = db
            table_name = "api_token"

    class Login(Model):
        id = AutoField()
        user = ForeignKeyField(User, on_delete="CASCADE")
        secret_hash = TextField(unique=True)
        created_at = DoubleField()
        last_seen_at = DoubleField()
        user_agent = TextField()
        address = TextField(index=True)
        device_hash = TextField(index=True)
        revoked_at = DoubleField(null=True)

        class Meta:
            database = db
            table_name = "login"

    class SetupLink(Model):
        id = AutoField()
        secret_hash = TextField(unique=True)
        created_at = DoubleField()
        expires_at = DoubleField()
        used_at = DoubleField(null=True)

        class Meta:
            database = db
            table_name = "setup_link"

    class Session(Model):
        id = TextField(primary_key=True)
        owner = ForeignKeyField(User, on_delete="CASCADE")
        name = TextField()
        command = JSONField()
        command_text = TextField(null=True)
        cwd = TextField()
        env = JSONField()
        tags = JSONField()
        state = TextField(index=True)
        rows = IntegerField()
        cols = IntegerField()
        pid = IntegerField(null=True)
        exit_code = IntegerField(null=True)
        exit_signal = TextField(null=True)
        created_at = DoubleField()
        ended_at = DoubleField(null=True)
        last_output_at = DoubleField(null=True)
        last_input_at = DoubleField(null=True)
        output_bytes = BigIntegerField()
        title = TextField()
        expires_at = DoubleField(null=True)
        restarted_from = ForeignKeyField("self", null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "session"

    class Snapshot(Model):
        id = AutoField()
        session = ForeignKeyField(Session, on_delete="CASCADE")
        offset = BigIntegerField()
        rows = IntegerField()
        cols = IntegerField()
        data = BlobField()
        created_at = DoubleField()

        class Meta:
            database = db
            table_name = "snapshot"
            indexes = ((("session", "offset"), False),)

    db.create_tables([User, ApiToken, Login, SetupLink, Session, Snapshot])
