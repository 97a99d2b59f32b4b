"""The identity log in the application database: implements the port `app.ports.identity.IdentityLog`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from detente.app.ports.identity import Learned
from detente.core.identity.decisions import (
    Decided,
    Decisions,
    Given,
    Linked,
    Pair,
    Record,
    Redirected,
    Rule,
    Unit,
    Verb,
)

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
        """Return all ids, links and redirects so far, oldest first."""
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
        """Add those of a run in one transaction."""
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

    def decided(self) -> Sequence[Decided]:
        """Return every decision of people, oldest first."""
        with self._opened() as models:
            return _decided(models)

    def decide(self, make: Callable[[Sequence[Decided]], Sequence[Decided]]) -> Sequence[Decided]:
        """Add the decisions that `make` returns, in one transaction in which nobody else decides."""
        from django.db import connection

        with self._opened() as models:
            if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
                with connection.cursor() as cursor:
                    cursor.execute("LOCK TABLE store_personsdecision IN SHARE ROW EXCLUSIVE MODE")
            return [_added(models, row) for row in make(_decided(models))]

    def learned(self, unit: Unit) -> Learned | None:
        """Return what the linker of a unit learned last."""
        with self._opened() as models:
            row = models.Learned.objects.filter(unit=unit).last()
            return None if row is None else Learned(row.records, row.parameters)

    def learn(self, unit: Unit, learned: Learned, as_of: int) -> None:
        """Keep what the linker of a unit learned."""
        with self._opened() as models:
            models.Learned.objects.create(
                unit=unit, as_of=as_of, records=learned.records, parameters=learned.parameters
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


_COLUMNS = ("seq", "unit", "verb", "source", "record", "other_source", "other_record", "by", "at", "note", "undoes_id")


def _decided(models: ModuleType) -> list[Decided]:
    return [
        Decided(
            seq, Unit(unit), Verb(verb), Pair(Record(source, record), Record(other_source, other)), by, at, note, undoes
        )
        for seq, unit, verb, source, record, other_source, other, by, at, note, undoes in (
            models.PersonsDecision.objects.values_list(*_COLUMNS)
        )
    ]


def _added(models: ModuleType, row: Decided) -> Decided:
    kept = models.PersonsDecision.objects.create(
        unit=row.unit,
        verb=row.verb,
        source=row.pair.one.source,
        record=row.pair.one.record,
        other_source=row.pair.other.source,
        other_record=row.pair.other.record,
        by=row.by,
        at=row.at,
        note=row.note,
        undoes_id=row.undoes,
    )
    return replace(row, seq=kept.seq)
