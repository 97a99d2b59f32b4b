"""What people decided about records and what the linker learned; triggers keep both append-only."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("store_personsdecision", "store_learned")

SQLITE = """CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, 'the identity log is append-only'); END"""

POSTGRES = """CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION store_append_only()"""


def append_only(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse to change or delete a row, whoever asks."""
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for action in ["update", "delete", *(["truncate"] if postgres else [])]:
            schema_editor.execute((POSTGRES if postgres else SQLITE).format(table=table, action=action))


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_projection"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonsDecision",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("unit", models.CharField(max_length=10)),
                ("verb", models.CharField(max_length=10)),
                ("source", models.TextField()),
                ("record", models.TextField()),
                ("other_source", models.TextField()),
                ("other_record", models.TextField()),
                ("by", models.TextField()),
                ("at", models.BigIntegerField()),
                ("note", models.TextField()),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.personsdecision",
                    ),
                ),
            ],
            options={
                "ordering": ["seq"],
            },
        ),
        migrations.CreateModel(
            name="Learned",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("unit", models.CharField(max_length=10)),
                ("as_of", models.BigIntegerField()),
                ("records", models.BigIntegerField()),
                ("parameters", models.TextField()),
            ],
            options={
                "ordering": ["seq"],
                "abstract": False,
            },
        ),
        migrations.RunPython(append_only),
    ]
