"""The tables of the identity log, and the triggers that keep them append-only."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("store_givenid", "store_recordlink", "store_redirect")


def append_only() -> list[migrations.RunSQL]:
    """Refuse to change or delete a row, whoever asks."""
    return [
        migrations.RunSQL(
            f"""CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
                BEGIN SELECT RAISE(ABORT, 'the identity log is append-only'); END""",
            f"DROP TRIGGER {table}_no_{action}",
        )
        for table in TABLES
        for action in ("update", "delete")
    ]


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
        *append_only(),
    ]
