"""Models of the application database. Instants are µs UTC.

The identity log: ids given, links found, what people decided and what the linker learned, append-only. Rows are written
by `identity_log.py` alone; triggers refuse to change or delete one. `seq` is the order of decision; `as_of` the instant
of the run that wrote a row.

The projection: the lists of daily work, derived from one snapshot. Rows are written by `projection.py` alone; what
their columns hold is said by the rows of `app.ports.projection`, which have the same names.

The inbox: events that other systems sent, append-only as the log is, and counts of what was not taken. Written by
`inbox.py` alone.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from django.db import models

Flag: TypeAlias = "models.BooleanField[bool, bool]"
Number: TypeAlias = "models.FloatField[float, float]"
Small: TypeAlias = "models.SmallIntegerField[int, int]"
Text: TypeAlias = "models.TextField[str, str]"
MaybeText: TypeAlias = "models.TextField[str | None, str | None]"
Whole: TypeAlias = "models.BigIntegerField[int, int]"
MaybeWhole: TypeAlias = "models.BigIntegerField[int | None, int | None]"
Word: TypeAlias = "models.CharField[str, str]"
MaybeWord: TypeAlias = "models.CharField[str | None, str | None]"


class Decision(models.Model):
    """What every row of the log has: its place in the order, and what and when it is about."""

    seq: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    unit: Word = models.CharField(max_length=10)  # person | account
    as_of: Whole = models.BigIntegerField()

    class Meta:
        """Shared by the tables of the log."""

        abstract = True
        ordering: ClassVar = ["seq"]


class GivenId(Decision):
    """An id was given to the cluster of a record."""

    id: Word = models.CharField(max_length=20, unique=True)
    source: Text = models.TextField()
    record: Text = models.TextField()

    class Meta(Decision.Meta):
        """A record anchors one id at most."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "source", "record"], name="one_id_a_record"),
        ]


class RecordLink(Decision):
    """A record was found to belong to an id; the latest row of a record counts."""

    source: Text = models.TextField()
    record: Text = models.TextField()
    identity: models.ForeignKey[GivenId, GivenId] = models.ForeignKey(
        GivenId, to_field="id", on_delete=models.PROTECT, related_name="+"
    )
    rule: Word = models.CharField(max_length=10)
    evidence: Text = models.TextField()


class Redirect(Decision):
    """An id leads to another; the latest row of an id counts, and one to itself ends it."""

    identity: models.ForeignKey[GivenId, GivenId] = models.ForeignKey(
        GivenId, to_field="id", on_delete=models.PROTECT, related_name="+"
    )
    to: models.ForeignKey[GivenId, GivenId] = models.ForeignKey(
        GivenId, to_field="id", on_delete=models.PROTECT, related_name="+"
    )
    evidence: Text = models.TextField()


class PersonsDecision(models.Model):
    """A person said that two records are one, or are not, or took such a decision back."""

    seq: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    unit: Word = models.CharField(max_length=10)  # person | account
    verb: Word = models.CharField(max_length=10)  # same | apart | undo
    source: Text = models.TextField()
    record: Text = models.TextField()
    other_source: Text = models.TextField()
    other_record: Text = models.TextField()
    by: Text = models.TextField()
    at: Whole = models.BigIntegerField()
    note: Text = models.TextField()
    undoes: models.OneToOneField[PersonsDecision | None, PersonsDecision | None] = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        """In the order of decision."""

        ordering: ClassVar = ["seq"]


class Learned(Decision):
    """What the linker learned from so many records; the latest row of a unit counts."""

    records: Whole = models.BigIntegerField()
    parameters: Text = models.TextField()  # JSON

    class Meta(Decision.Meta):
        """In the order of learning."""


class Projection(models.Model):
    """Which snapshot the projection is of: one row, or none where it was never made."""

    id: Small = models.SmallIntegerField(primary_key=True)
    snapshot: Text = models.TextField()
    as_of: Whole = models.BigIntegerField()
    swap: Whole = models.BigIntegerField()


class LeadState(models.Model):
    """Where one person stands."""

    person: Word = models.CharField(max_length=20, primary_key=True)
    account: MaybeWord = models.CharField(max_length=20, null=True)
    name: Text = models.TextField()
    known_as: Word = models.CharField(max_length=10)
    title: MaybeText = models.TextField(null=True)
    company: MaybeText = models.TextField(null=True)
    email: MaybeText = models.TextField(null=True)
    stage: MaybeText = models.TextField(null=True)
    entered_at: MaybeWhole = models.BigIntegerField(null=True)
    furthest: MaybeText = models.TextField(null=True)
    score: Number = models.FloatField()
    grade: MaybeText = models.TextField(null=True)
    persona: MaybeText = models.TextField(null=True)
    owner: MaybeText = models.TextField(null=True)
    arm: MaybeText = models.TextField(null=True)
    hinges: Flag = models.BooleanField()
    crm_stage: MaybeText = models.TextField(null=True)
    first_at: MaybeWhole = models.BigIntegerField(null=True)
    last_event_at: MaybeWhole = models.BigIntegerField(null=True)
    next_instant: MaybeWhole = models.BigIntegerField(null=True)
    due_at: MaybeWhole = models.BigIntegerField(null=True)
    name_key: Text = models.TextField()
    search: Text = models.TextField()

    class Meta:
        """One index a way to sort, where the person settles ties, and one a filter; a stage's takes an owner too."""

        indexes: ClassVar = [
            models.Index(fields=[column, "person"], name=f"lead_by_{column}")
            for column in ("due_at", "entered_at", "score", "name_key", "owner")
        ] + [models.Index(fields=["stage", "owner", "person"], name="lead_by_stage")]


class OpenClock(models.Model):
    """One clock that runs."""

    person: Word = models.CharField(max_length=20)
    duty: Text = models.TextField()
    n: Whole = models.BigIntegerField()
    version: Text = models.TextField()
    status: Word = models.CharField(max_length=10)
    owes: Text = models.TextField()
    owed_to: Text = models.TextField()
    start_stage: MaybeText = models.TextField(null=True)
    entered_at: Whole = models.BigIntegerField()
    started_at: Whole = models.BigIntegerField()
    target: Text = models.TextField()
    target_us: Whole = models.BigIntegerField()
    calendar: MaybeText = models.TextField(null=True)
    route: MaybeText = models.TextField(null=True)
    owner: MaybeText = models.TextField(null=True)
    due_at: Whole = models.BigIntegerField()

    class Meta:
        """A person's clocks, and a party's by when they are due."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "duty", "n"], name="one_clock_an_instance"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "person"], name="clock_by_due_at"),
            models.Index(fields=["owes", "due_at"], name="clock_by_owes"),
        ]


class ReceivedEvent(models.Model):
    """An event that another system sent, as it came."""

    seq: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    source: Text = models.TextField()
    key: Text = models.TextField()
    received_at: Whole = models.BigIntegerField()
    body: models.BinaryField[bytes | memoryview, bytes | memoryview] = models.BinaryField()

    class Meta:
        """An event counts once, however often it is sent; a source's are read in the order in which they came."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "key"], name="one_event_a_key")]
        indexes: ClassVar = [models.Index(fields=["source", "seq"], name="event_by_place")]


class RefusedDelivery(models.Model):
    """How many deliveries for a source were not taken, by why; of one for a source that there is not, nothing else."""

    source: Text = models.TextField()
    why: Word = models.CharField(max_length=20)
    count: Whole = models.BigIntegerField()

    class Meta:
        """One count each."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "why"], name="one_count_a_reason")]
