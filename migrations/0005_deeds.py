"""What an account asked to be done a little later, so that it can be taken back."""

from peewee import BooleanField, DoubleField, ForeignKeyField, JSONField, Model, TextField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Deed(Model):
        id = TextField(primary_key=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        sessions = JSONField()
        forget = BooleanField()
        due = DoubleField(index=True)

        class Meta:
            database = db
            table_name = "deed"

    db.create_tables([Deed])
