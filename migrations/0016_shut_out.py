"""Accounts that are shut out for a while; the numbers of those that were deleted, which no other may get; and up to
which notice a login has put them away."""

from peewee import DoubleField, IntegerField, Model, TextField


def up(migrator, db):
    class Gone(Model):
        id = IntegerField(primary_key=True)
        name = TextField()
        deleted_at = DoubleField()

        class Meta:
            database = db
            table_name = "gone_user"

    db.create_tables([Gone])
    migrator.migrate(
        migrator.add_column("user", "disabled_at", DoubleField(null=True)),
        migrator.add_column("login", "notices_seen", IntegerField(default=0)),
    )
