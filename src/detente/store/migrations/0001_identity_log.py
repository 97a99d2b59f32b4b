"""The tables of the identity log, and the triggers that keep them append-only."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("store_givenid", "store_recordlink", "store_redirect")

SQLITE = """CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, 'the identity log is append-only'); END"""

POSTGRES = """CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION store_append_only()"""

POSTGRES_FUNCTION = """CREATE FUNCTION store_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the identity log is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$"""


def append_only(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse to change or delete a row, whoever asks."""
    postgres = schema_editor.connection.vendor == "postgresql"
    if postgres:
        schema_editor.execute(POSTGRES_FUNCTION)
    for table in TABLES:
        for action in ["update", "delete", *(["truncate"] if postgres else [])]:
            schema_editor.execute((POSTGRES if postgres else SQLITE).format(table=table, action=action))


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="GivenId",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("unit", models.CharField(max_length=10)),
                ("as_of", models.BigIntegerField()),
                ("id", models.CharField(max_length=20, unique=True)),
                ("source", models.TextField()),
                ("record", models.TextField()),
            ],
            options={
                "ordering": ["seq"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("unit", "source", "record"), name="one_id_a_record")],
            },
        ),
        migrations.CreateModel(
            name="RecordLink",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("unit", models.CharField(max_length=10)),
                ("as_of", models.BigIntegerField()),
                ("source", models.TextField()),
                ("record", models.TextField()),
                ("rule", models.CharField(max_length=10)),
                ("evidence", models.TextField()),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.givenid", to_field="id"
                    ),
                ),
            ],
            options={
                "ordering": ["seq"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Redirect",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("unit", models.CharField(max_length=10)),
                ("as_of", models.BigIntegerField()),
                ("evidence", models.TextField()),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.givenid", to_field="id"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.givenid", to_field="id"
                    ),
                ),
            ],
            options={
                "ordering": ["seq"],
                "abstract": False,
            },
        ),
        migrations.RunPython(append_only),
    ]
