"""What every part of the scoreboard reads: the snapshot, the agreement, and the period that is shown.

Input: a snapshot, the agreement it was judged under, and the name of a period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detente.app.ports.snapshots import Row, Snapshot, Where
from detente.app.queries import board
from detente.core.agreement.agreement import Agreement, Timeline
from detente.core.credit.periods import Period, local_date, local_text, parse_period, period_at
from detente.core.errors import UsageError

CLOSED, SETTLED, CURRENT = "closed", "settled", "current"


@dataclass(frozen=True, slots=True)
class Dated:
    """A period of the record and when its figures are frozen."""

    period: Period
    closes_at: int
    state: str


@dataclass(frozen=True)
class Reading:
    """One scoreboard's sources."""

    snapshot: Snapshot
    timeline: Timeline
    period: Dated
    previous: Dated | None

    @property
    def as_of(self) -> int:
        """The instant at which everything but closed figures is true."""
        return self.snapshot.info.as_of

    @property
    def agreement(self) -> Agreement:
        """The version in force at that instant."""
        return self.timeline.in_force(self.as_of)

    @property
    def zone(self) -> str:
        """The zone in which times are told."""
        return self.agreement.timezone

    def text(self, instant: int) -> str:
        """Return an instant as ISO 8601 in that zone."""
        return local_text(instant, self.zone)

    def version(self, name: str) -> Agreement:
        """Return a version by its name; a figure may be older than the texts that are kept: then the one in force."""
        return next((each for each in self.timeline.versions if each.version == name), self.agreement)

    def described(self, dated: Dated) -> board.Period:
        """Return a period as it is shown."""
        period = dated.period
        return board.Period(
            name=period.name,
            kind=period.kind,
            start=self.text(period.start),
            end=self.text(period.end),
            closes_at=self.text(dated.closes_at),
            state=dated.state,
            day=period.day(local_date(self.as_of, self.zone)),
            days=period.days,
        )

    def rows(self, table: str, *where: Where) -> Iterator[Row]:
        """Yield rows of a table."""
        return self.snapshot.rows(table, where=where)

    def of_period(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table that belong to the period shown."""
        return self.rows(table, Where("period", "==", self.period.period.name))

    def touching(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table whose period shares an instant with the period shown."""
        period = self.period.period
        return self.rows(table, Where("start_at", "<", period.end), Where("end_at", ">", period.start))


def reading(snapshot: Snapshot, timeline: Timeline, name: str | None) -> Reading:
    """Return the sources for a period; None: the quarter of the snapshot's instant. Raises UsageError."""
    as_of = snapshot.info.as_of
    zone = timeline.in_force(as_of).timezone
    wanted = period_at("quarter", as_of, zone) if name is None else _parsed(name, zone)
    of_kind = sorted(_dated(snapshot, wanted.kind, zone), key=lambda dated: dated.period.start)
    period = next((dated for dated in of_kind if dated.period.name == wanted.name), None)
    if period is None:
        known = f"the record runs from {of_kind[0].period.name} to {of_kind[-1].period.name}" if of_kind else "none yet"
        raise UsageError(f"there are no figures for {wanted.name}: {known}; give a period within it")
    earlier = [each for each in of_kind if each.period.end <= period.period.start and each.state == "closed"]
    return Reading(snapshot, timeline, period, earlier[-1] if earlier else None)


def _parsed(name: str, zone: str) -> Period:
    try:
        return parse_period(name, zone)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _dated(snapshot: Snapshot, kind: str, zone: str) -> Iterator[Dated]:
    for row in snapshot.rows("calendar", where=[Where("kind", "==", kind)]):
        yield Dated(parse_period(row["period"], zone), row["closes_at"], row["state"])


def by_basis(rows: Iterable[Row], *key: str) -> dict[tuple[object, ...], dict[str, Row]]:
    """Group rows by some columns: for each, its row as closed, settled or current."""
    found: dict[tuple[object, ...], dict[str, Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in key), {})[row["basis"]] = row
    return found


def shown(bases: dict[str, Row]) -> tuple[Row, Row | None]:
    """Return the row that is shown, and beside a closed one the settled."""
    if CLOSED in bases:
        return bases[CLOSED], bases.get(SETTLED)
    return bases.get(CURRENT) or bases[SETTLED], None
