"""The identity log in the application database: implements the port `app.ports.identity.IdentityLog`."""

from __future__ import annotations

from pathlib import Path

from detente.core.identity.decisions import Decisions, Given, Linked, Record, Redirected, Rule, Unit

BATCH = 10_000
"""Rows an INSERT; bounded so that memory does not grow with the company."""


class DatabaseIdentityLog:
    """The log of one workspace's database; opening it creates and migrates the file."""

    def __init__(self, path: Path) -> None:
        # Django and its models can only be imported once the database is configured, and take their time.
        from detente.store.database import open_database

        open_database(path)

    def read(self) -> Decisions:
        """Return everything decided so far, oldest first."""
        from detente.store.models import GivenId, RecordLink, Redirect

        given = GivenId.objects.values_list("unit", "id", "source", "record")
        links = RecordLink.objects.values_list("unit", "source", "record", "identity_id", "rule", "evidence")
        redirects = Redirect.objects.values_list("unit", "identity_id", "to_id", "evidence")
        return Decisions(
            tuple(Given(Unit(unit), id_, Record(source, record)) for unit, id_, source, record in given),
            tuple(
                Linked(Unit(unit), Record(source, record), id_, Rule(rule), evidence)
                for unit, source, record, id_, rule, evidence in links
            ),
            tuple(Redirected(Unit(unit), id_, to, evidence) for unit, id_, to, evidence in redirects),
        )

    def append(self, decisions: Decisions, as_of: int) -> None:
        """Add the decisions of a run in one transaction."""
        from django.db import transaction

        from detente.store.models import GivenId, RecordLink, Redirect

        with transaction.atomic():
            GivenId.objects.bulk_create(
                (
                    GivenId(unit=row.unit, id=row.id, source=row.record.source, record=row.record.record, as_of=as_of)
                    for row in decisions.given
                ),
                batch_size=BATCH,
            )
            RecordLink.objects.bulk_create(
                (
                    RecordLink(
                        unit=row.unit,
                        source=row.record.source,
                        record=row.record.record,
                        identity_id=row.id,
                        rule=row.rule,
                        evidence=row.evidence,
                        as_of=as_of,
                    )
                    for row in decisions.linked
                ),
                batch_size=BATCH,
            )
            Redirect.objects.bulk_create(
                (
                    Redirect(unit=row.unit, identity_id=row.id, to_id=row.to, evidence=row.evidence, as_of=as_of)
                    for row in decisions.redirected
                ),
                batch_size=BATCH,
            )
