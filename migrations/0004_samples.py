"""What sessions and the machine used: bounded series, and the counts of a session that its output does not say."""

from peewee import BigIntegerField, CompositeKey, FloatField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("session", "output_lines", BigIntegerField(null=True)),
        migrator.add_column("session", "input_bytes", BigIntegerField(null=True)),
    )

    class Session(Model):
        id = TextField(primary_key=True)

        class Meta:
            database = db
            table_name = "session"

    class Sample(Model):
        session = ForeignKeyField(Session, on_delete="CASCADE", index=False)
        step = IntegerField()
        at = IntegerField()
        cpu = FloatField()
        memory = BigIntegerField()
        processes = IntegerField()
        viewers = IntegerField()
        output = BigIntegerField()
        lines = BigIntegerField()
        input = BigIntegerField()

        class Meta:
            database = db
            table_name = "sample"
            primary_key = CompositeKey("session", "step", "at")
            without_rowid = True
            indexes = ((("step", "at"), False),)

    class MachineSample(Model):
        step = IntegerField()
        at = IntegerField()
        cpu = FloatField()
        load = FloatField()
        memory = BigIntegerField()
        disk = BigIntegerField()

        class Meta:
            database = db
            table_name = "machine_sample"
            primary_key = CompositeKey("step", "at")
            without_rowid = True

    db.create_tables([Sample, MachineSample])
