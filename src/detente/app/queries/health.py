"""Can the figures be trusted right now? Data health of a workspace, part by part, each with what it means and its n.

Input: the current snapshot (what its facts are worth), and what lies beside it: the receipts of loads, what is set
aside, and how far each stream of each source was read. Nothing is judged here but lateness, which the snapshot tells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from detente.app import figures
from detente.app.ports.landing import Receipt
from detente.app.ports.quarantine import SetAside
from detente.app.ports.snapshots import Row, Snapshot, Where
from detente.app.ports.sources import StreamState
from detente.app.queries.health_words import MEANINGS, Meaning
from detente.core.calendars.instants import moment_of
from detente.core.errors import UsageError

_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Section:
    """One part of data health. `n` counts what its meaning says; `as_of` is the instant it speaks of (µs UTC)."""

    name: str
    n: int
    as_of: int
    rows: tuple[Row, ...]

    @property
    def meaning(self) -> Meaning:
        """What its figures are."""
        return MEANINGS[self.name]


@dataclass(frozen=True, slots=True)
class Health:
    """All parts, and what needs somebody: (part, sentence). `snapshot` None: nothing was replayed yet.

    Times are told in `zone`.
    """

    snapshot: str | None
    now: int
    zone: tzinfo
    sections: tuple[Section, ...]
    attention: tuple[tuple[str, str], ...]

    def section(self, name: str) -> Section:
        """Return one part."""
        return next(section for section in self.sections if section.name == name)


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside the snapshot, as it is `now` (µs UTC). `deliveries`: (source, what became of it) → how many."""

    receipts: Sequence[Receipt]
    set_aside: Iterable[SetAside]
    streams: Sequence[StreamState]
    now: int
    zone: tzinfo
    deliveries: Mapping[tuple[str, str], int] = field(default_factory=dict)


def health(snapshot: Snapshot | None, beside: Beside) -> Health:
    """Return data health. `UsageError` for a snapshot that was made before it was measured."""
    found = [_syncs(beside), _events(beside), _intake(beside), *(() if snapshot is None else _of_snapshot(snapshot))]
    sections = sorted(found, key=lambda section: list(MEANINGS).index(section.name))
    by_name = {section.name: section for section in sections}
    return Health(
        None if snapshot is None else snapshot.info.id,
        beside.now,
        beside.zone,
        tuple(sections),
        tuple(_attention(by_name)),
    )


def _of_snapshot(snapshot: Snapshot) -> Iterator[Section]:
    if "freshness" not in snapshot.info.counts:
        raise UsageError("the snapshot was made before data health was measured: run `detente replay`")
    consent = _rows(snapshot, "consent_coverage")
    leads = _sum(consent, "leads")
    unknowns = _rows(snapshot, "unknowns")
    found: dict[str, tuple[int, Sequence[Row]]] = {
        "fields": (leads, _rows(snapshot, "field_health")),
        "unknowns": (sum({row["stage"]: row["leads"] for row in unknowns}.values()), unknowns),
        "consent": (leads, [{**row, "share": row["leads"] / leads} for row in consent]),
        "conflicts": _conflicts(snapshot),
    }
    for name, table, counted in _COUNTED:
        rows = _rows(snapshot, table)
        found[name] = _sum(rows, counted), rows
    for name, table, column, counts in _TALLIED:
        tally = snapshot.tally(table, column)
        found[name] = sum(tally.values()), [{column: value, counts: n} for value, n in tally.items()]
    for name, (n, told) in found.items():
        yield Section(name, n, snapshot.info.as_of, tuple(told))


_COUNTED = (
    ("sources", "freshness", "facts"),
    ("duplicates", "duplicates", "records"),
    ("mail", "machine_share", "events"),
    ("stages", "stage_differences", "leads"),
)
"""Part, the table whose rows it tells, and the column that adds up to its n."""

_TALLIED = (("set_aside", "set_aside", "why", "facts"), ("reviews", "reviews", "unit", "pairs"))
"""Part, the table whose rows it counts, by which column, and what the count is called."""


def _rows(snapshot: Snapshot, table: str) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "as_of"} for row in snapshot.rows(table)]


def _conflicts(snapshot: Snapshot) -> tuple[int, list[Row]]:
    verdicts = snapshot.tally("conflicts", "verdict")
    return sum(verdicts.values()), [
        {"verdict": verdict, "attribute": attribute, "conflicts": n}
        for verdict in verdicts
        for attribute, n in snapshot.tally("conflicts", "attribute", [Where("verdict", "==", verdict)]).items()
    ]


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(row[column] for row in rows)


def _syncs(beside: Beside) -> Section:
    rows = [
        {
            "source": state.source,
            "stream": state.stream,
            "finished_at": state.finished_at,
            "lag_us": state.lag(beside.now),
            "rows": state.rows,
            "requests": state.requests,
            "unread": len(state.unread),
            "error": state.error,
            "error_at": state.error_at,
        }
        for state in beside.streams
    ]
    return Section("syncs", sum(state.rows for state in beside.streams), beside.now, tuple(rows))


def _events(beside: Beside) -> Section:
    rows = [{"source": source, "became": became, "deliveries": n} for (source, became), n in beside.deliveries.items()]
    return Section("events", _sum(rows, "deliveries"), beside.now, tuple(rows))


def _intake(beside: Beside) -> Section:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    latest: dict[str, int] = {}
    for receipt in beside.receipts:
        of_source = counts[receipt.source]
        of_source["loads"] += 1
        for name in ("records", "accepted", "duplicate", "quarantined", "conflicting"):
            of_source[name] += getattr(receipt, name)
        latest[receipt.source] = max(latest.get(receipt.source, 0), receipt.finished_at)
    for case in beside.set_aside:
        counts[case.source][case.status] += 1
    columns = ("loads", "records", "accepted", "duplicate", "quarantined", "open", "mended", "conflicting")
    rows = [
        {"source": source, "latest_at": latest.get(source), **{name: counts[source][name] for name in columns}}
        for source in sorted(counts)
    ]
    return Section("intake", _sum(rows, "records"), beside.now, tuple(rows))


def _attention(sections: Mapping[str, Section]) -> Iterator[tuple[str, str]]:
    """Yield what needs somebody, in the order of the parts."""
    for row in sections["sources"].rows if "sources" in sections else ():
        if row["late"]:
            silent, usual = (figures.duration(row[name] // _SECOND) for name in ("silent_us", "usual_us"))
            yield "sources", f"{row['source']} is late: silent for {silent}, usually for {usual} at most"
    for row in sections["syncs"].rows:
        if row["error"]:
            yield "syncs", f"{row['source']} {row['stream']} was not read to its end: {row['error']}"
    for row in sections["intake"].rows:
        if row["open"]:
            records = figures.counted(row["open"], "record")
            yield "intake", f"{records} of {row['source']} set aside: `detente quarantine`"
    for name, words in (("reviews", "pair"), ("conflicts", "contradiction")):
        if name in sections and sections[name].n:
            command = {"reviews": "detente identity review", "conflicts": "detente conflicts"}[name]
            yield name, f"{figures.counted(sections[name].n, words)} for a person to decide: `{command}`"


def as_json(health: Health) -> dict[str, Any]:
    """Return the documented shape `detente.health/1`."""

    def local(instant: int) -> str:
        return moment_of(instant).astimezone(health.zone).isoformat()

    return {
        "schema": "detente.health/1",
        "snapshot": health.snapshot,
        "now": local(health.now),
        "attention": [{"part": part, "text": text} for part, text in health.attention],
        "parts": [
            {
                "part": section.name,
                "title": section.meaning.title,
                "definition": section.meaning.words,
                "n": section.n,
                "n_counts": section.meaning.n,
                "as_of": local(section.as_of),
                "rows": [_plain(row, local) for row in section.rows],
            }
            for section in health.sections
        ],
    }


def _plain(row: Row, local: Callable[[int], str]) -> dict[str, Any]:
    """Return a row with instants as text and durations in whole seconds."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name.endswith("_us"):
            found[f"{name.removesuffix('_us')}_seconds"] = None if value is None else value // _SECOND
        elif name.endswith("_at"):
            found[name] = None if value is None else local(value)
        else:
            found[name] = value
    return found
