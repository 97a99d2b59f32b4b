"""The inbox of events; triggers keep it append-only."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = """CREATE TRIGGER store_receivedevent_no_{action} BEFORE {action} ON store_receivedevent
    BEGIN SELECT RAISE(ABORT, 'the inbox is append-only'); END"""

POSTGRES = """CREATE TRIGGER store_receivedevent_no_{action} BEFORE {action} ON store_receivedevent
    FOR EACH STATEMENT EXECUTE FUNCTION store_inbox_append_only()"""

POSTGRES_FUNCTION = """CREATE FUNCTION store_inbox_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the inbox is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$"""


def append_only(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse to change or delete an event, whoever asks."""
    postgres = schema_editor.connection.vendor == "postgresql"
    if postgres:
        schema_editor.execute(POSTGRES_FUNCTION)
    for action in ["update", "delete", *(["truncate"] if postgres else [])]:
        schema_editor.execute((POSTGRES if postgres else SQLITE).format(action=action))


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_people_decide"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceivedEvent",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.TextField()),
                ("key", models.TextField()),
                ("received_at", models.BigIntegerField()),
                ("body", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["source", "seq"], name="event_by_place")],
                "constraints": [models.UniqueConstraint(fields=("source", "key"), name="one_event_a_key")],
            },
        ),
        migrations.CreateModel(
            name="RefusedDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField()),
                ("why", models.CharField(max_length=20)),
                ("count", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "why"), name="one_count_a_reason")],
            },
        ),
        migrations.RunPython(append_only),
    ]
