"""The identity log in the application database: implements the port `app.ports.identity.IdentityLog`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from detente.core.identity.decisions import Decisions, Given, Linked, Record, Redirected, Rule, Unit

BATCH = 10_000
"""Rows an INSERT; bounded so that memory does not grow with the company."""


def open_identity_log(database: Path | str) -> DatabaseIdentityLog:
    """Return the identity log of an SQLite file (`<workspace>/detente.db`), or of the PostgreSQL database of a URL."""
    return DatabaseIdentityLog(database)


class DatabaseIdentityLog:
    """The log of one workspace's database, which is made, or brought up to date, when it is first needed.

    Django is imported where it is used: its models cannot be before the database is known, and it takes its time.
    """

    def __init__(self, database: Path | str) -> None:
        self._database = database

    def read(self) -> Decisions:
        """Return everything decided so far, oldest first."""
        with self._opened() as models:
            given = models.GivenId.objects.values_list("unit", "id", "source", "record")
            links = models.RecordLink.objects.values_list("unit", "source", "record", "identity_id", "rule", "evidence")
            redirects = models.Redirect.objects.values_list("unit", "identity_id", "to_id", "evidence")
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
        with self._opened() as models:
            models.GivenId.objects.bulk_create(
                (
                    models.GivenId(
                        unit=row.unit, id=row.id, source=row.record.source, record=row.record.record, as_of=as_of
                    )
                    for row in decisions.given
                ),
                batch_size=BATCH,
            )
            models.RecordLink.objects.bulk_create(
                (
                    models.RecordLink(
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
            models.Redirect.objects.bulk_create(
                (
                    models.Redirect(unit=row.unit, identity_id=row.id, to_id=row.to, evidence=row.evidence, as_of=as_of)
                    for row in decisions.redirected
                ),
                batch_size=BATCH,
            )

    @contextmanager
    def _opened(self) -> Iterator[ModuleType]:
        """Yield the models over the database, in one transaction; it is closed afterwards."""
        from django.db import transaction

        from detente.store.database import opened

        with opened(self._database):
            from detente.store import models

            with transaction.atomic():
                yield models
