"""The inbox of events in the application database: implements the port `app.ports.inbox.Inbox`.

Input: the database that this process opened with `open_database`. An event is one INSERT, committed and on disk when it
returns: whoever is told that it was taken can forget it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Count, F

from detente.app.ports.inbox import KEPT, Event
from detente.store import models
from detente.store.database import answering

SOME = 100
"""Events read at a time: each may have a megabyte."""


class DatabaseInbox:
    """The inbox in the database that is open. What it says of each method is said in the port."""

    def put(self, source: str, key: str, received_at: int, body: bytes) -> bool:
        """Keep an event, unless it is kept already."""
        with answering():
            try:
                with transaction.atomic():
                    models.ReceivedEvent.objects.create(source=source, key=key, received_at=received_at, body=body)
            except IntegrityError:
                if models.ReceivedEvent.objects.filter(source=source, key=key).exists():
                    return False
                raise
            return True

    def refused(self, source: str, why: str) -> None:
        """Count a delivery that was not taken."""
        with answering():
            one = models.RefusedDelivery.objects.filter(source=source, why=why)
            if not one.update(count=F("count") + 1):
                try:
                    with transaction.atomic():
                        models.RefusedDelivery.objects.create(source=source, why=why, count=1)
                except IntegrityError:  # another one was the first, meanwhile
                    one.update(count=F("count") + 1)

    def events(self, source: str, behind: int) -> Iterator[Sequence[Event]]:
        """Yield the events behind a place."""
        while True:
            with answering():
                rows = models.ReceivedEvent.objects.filter(source=source, seq__gt=behind).order_by("seq")
                some = [Event(*row) for row in rows.values_list("seq", "key", "received_at", "body")[:SOME]]
            if not some:
                return
            yield [Event(each.place, each.key, each.received_at, bytes(each.body)) for each in some]
            behind = some[-1].place

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many events were kept and deliveries not taken, by source and what became of them."""
        with answering():
            kept = models.ReceivedEvent.objects.values_list("source").annotate(Count("pk")).order_by("source")
            refused = models.RefusedDelivery.objects.order_by("source", "why").values_list("source", "why", "count")
            return {(source, KEPT): number for source, number in kept} | {
                (source, why): number for source, why, number in refused
            }
