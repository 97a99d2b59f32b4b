"""The projection: the lists of daily work, and which snapshot they are of."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def by_code_point(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let PostgreSQL order names and ids as SQLite does: the same list everywhere, whatever the server's language."""
    if schema_editor.connection.vendor == "postgresql":
        for column, kind in (("person", "varchar(20)"), ("name_key", "text")):
            schema_editor.execute(f'ALTER TABLE store_leadstate ALTER COLUMN {column} TYPE {kind} COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_identity_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="Projection",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("snapshot", models.TextField()),
                ("as_of", models.BigIntegerField()),
                ("swap", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="LeadState",
            fields=[
                ("person", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("account", models.CharField(max_length=20, null=True)),
                ("name", models.TextField()),
                ("known_as", models.CharField(max_length=10)),
                ("title", models.TextField(null=True)),
                ("company", models.TextField(null=True)),
                ("email", models.TextField(null=True)),
                ("stage", models.TextField(null=True)),
                ("entered_at", models.BigIntegerField(null=True)),
                ("furthest", models.TextField(null=True)),
                ("score", models.FloatField()),
                ("grade", models.TextField(null=True)),
                ("persona", models.TextField(null=True)),
                ("owner", models.TextField(null=True)),
                ("arm", models.TextField(null=True)),
                ("hinges", models.BooleanField()),
                ("crm_stage", models.TextField(null=True)),
                ("first_at", models.BigIntegerField(null=True)),
                ("last_event_at", models.BigIntegerField(null=True)),
                ("next_instant", models.BigIntegerField(null=True)),
                ("due_at", models.BigIntegerField(null=True)),
                ("name_key", models.TextField()),
                ("search", models.TextField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["due_at", "person"], name="lead_by_due_at"),
                    models.Index(fields=["entered_at", "person"], name="lead_by_entered_at"),
                    models.Index(fields=["score", "person"], name="lead_by_score"),
                    models.Index(fields=["name_key", "person"], name="lead_by_name_key"),
                    models.Index(fields=["owner", "person"], name="lead_by_owner"),
                    models.Index(fields=["stage", "owner", "person"], name="lead_by_stage"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=20)),
                ("duty", models.TextField()),
                ("n", models.BigIntegerField()),
                ("version", models.TextField()),
                ("status", models.CharField(max_length=10)),
                ("owes", models.TextField()),
                ("owed_to", models.TextField()),
                ("start_stage", models.TextField(null=True)),
                ("entered_at", models.BigIntegerField()),
                ("started_at", models.BigIntegerField()),
                ("target", models.TextField()),
                ("target_us", models.BigIntegerField()),
                ("calendar", models.TextField(null=True)),
                ("route", models.TextField(null=True)),
                ("owner", models.TextField(null=True)),
                ("due_at", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["due_at", "person"], name="clock_by_due_at"),
                    models.Index(fields=["owes", "due_at"], name="clock_by_owes"),
                ],
                "constraints": [models.UniqueConstraint(fields=("person", "duty", "n"), name="one_clock_an_instance")],
            },
        ),
        migrations.RunPython(by_code_point),
    ]
