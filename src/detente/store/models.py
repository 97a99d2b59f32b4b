"""Models of the application database. The identity log: ids given and links decided, append-only.

Rows are written by `identity_log.py` alone; triggers refuse to change or delete one. `seq` is the order of decision;
`as_of` the instant (µs UTC) of the run that decided.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Decision(models.Model):
    """What every row of the log has: its place in the order, and what and when it is about."""

    seq: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    unit: models.CharField[str, str] = models.CharField(max_length=10)  # person | account
    as_of: models.BigIntegerField[int, int] = models.BigIntegerField()

    class Meta:
        """Shared by the tables of the log."""

        abstract = True
        ordering: ClassVar = ["seq"]


class GivenId(Decision):
    """An id was given to the cluster of a record."""

    id: models.CharField[str, str] = models.CharField(max_length=20, unique=True)
    source: models.TextField[str, str] = models.TextField()
    record: models.TextField[str, str] = models.TextField()

    class Meta(Decision.Meta):
        """A record anchors one id at most."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "source", "record"], name="one_id_a_record"),
        ]


class RecordLink(Decision):
    """A record was found to belong to an id; the latest row of a record counts."""

    source: models.TextField[str, str] = models.TextField()
    record: models.TextField[str, str] = models.TextField()
    identity: models.ForeignKey[GivenId, GivenId] = models.ForeignKey(
        GivenId, to_field="id", on_delete=models.PROTECT, related_name="+"
    )
    rule: models.CharField[str, str] = models.CharField(max_length=10)
    evidence: models.TextField[str, str] = models.TextField()


class Redirect(Decision):
    """An id leads to another; the latest row of an id counts, and one to itself ends it."""

    identity: models.ForeignKey[GivenId, GivenId] = models.ForeignKey(
        GivenId, to_field="id", on_delete=models.PROTECT, related_name="+"
    )
    to: models.ForeignKey[GivenId, GivenId] = models.ForeignKey(
        GivenId, to_field="id", on_delete=models.PROTECT, related_name="+"
    )
    evidence: models.TextField[str, str] = models.TextField()
