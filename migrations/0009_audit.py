"""The audit log. The database itself refuses to change or delete an entry."""

from peewee import DoubleField, IntegerField, Model, TextField


def up(migrator, db):
    class Audit(Model):
        number = IntegerField(primary_key=True)
        at = DoubleField()
        user_id = IntegerField(null=True, index=True)
        user = TextField()
        via = TextField()
        address = TextField()
        action = TextField()
        session = TextField(index=True)
        owner_id = IntegerField(null=True, index=True)
        details = TextField()
        hash = TextField()

        class Meta:
            database = db
            table_name = "audit"

    db.create_tables([Audit])
    for verb in ("UPDATE", "DELETE"):
        db.execute_sql(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )
