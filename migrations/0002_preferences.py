"""What an account chose: language, looks, layout."""

from peewee import CompositeKey, ForeignKeyField, JSONField, Model, TextField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Preference(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        name = TextField()
        value = JSONField()

        class Meta:
            database = db
            table_name = "preference"
            primary_key = CompositeKey("user", "name")

    db.create_tables([Preference])
