"""Applies a mapping to rows of text: facts, links, and the records that are set aside for what they say.

Input: rows as a reader yields them. A record with one bad fact is set aside as a whole, for the first thing that is
wrong with it in the order of the mapping.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from detente.app.ports.exports import Batch
from detente.app.ports.sources import DELETED, DELETED_AT
from detente.core.facts.fact import ENRICH, SKEW_US
from detente.core.facts.validity import EARLIEST_US
from detente.sources.files.building import Given, Said, contacts_of, facts_table, in_order, links_table, no_facts
from detente.sources.files.classes import Class, Quarantined
from detente.sources.files.classes import Trouble as Told
from detente.sources.files.mapping import (
    Condition,
    Constant,
    FactSpec,
    FileSpec,
    FromColumn,
    Origin,
    TimeSpec,
    columns_of,
)
from detente.sources.files.quarantine import quarantine_table
from detente.sources.files.rows import LINE, OFFSET, Rows
from detente.sources.files.times import instants
from detente.sources.files.values import Columns, Mask, Trouble, to_mask, typed

Micros = npt.NDArray[np.int64]
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Applied:
    """How one file's rows become facts: what the mapping says, the source's name and the kinds that are known."""

    source: str
    spec: FileSpec
    kinds: Collection[str]

    def batch(self, rows: Rows, landed_at: int) -> Batch:
        """Map some rows. A fact that occurred after `landed_at` is from the future."""
        return _Application(self, rows, landed_at).batch()


@dataclass(frozen=True, slots=True)
class _Existence:
    """For each row: whether its record is `gone`, or there again (`back`), and since when (microseconds UTC)."""

    gone: Mask
    back: Mask
    at: Micros

    @property
    def alive(self) -> Mask:
        """The rows that say something of a record which is there."""
        return ~(self.gone | self.back)


class _Application:
    """The work on one batch: which rows are set aside, and the facts of the others."""

    def __init__(self, applied: Applied, rows: Rows, landed_at: int) -> None:
        self._source = applied.source
        self._spec = applied.spec
        self._kinds = pa.array(sorted(set(applied.kinds) - {ENRICH}), pa.string())
        self._rows = rows
        self._landed_at = landed_at
        self._columns = Columns(rows.table, applied.spec.blank, unprotected=rows.for_spreadsheets)
        self._bad = np.zeros(self._columns.rows, dtype=np.bool_)
        self._set_aside: list[Quarantined] = []

    def batch(self) -> Batch:
        spec, source = self._spec, self._source
        record, account = self._columns.text(spec.record), self._columns.text(spec.account)
        self._reject(to_mask(record.is_null()), Class.BLANK_KEY, f"has no {spec.subject}'s id", spec.record)
        existence = self._existence()
        given = [self._fact(fact, record, account, existence.alive) for fact in spec.facts]
        keep = ~self._bad
        contacts = contacts_of(spec, self._columns)
        facts = [facts_table(source, spec.subject, fact, keep, contacts) for fact in given]
        same = "same_account" if spec.subject == "account" else "same_as"
        said = [Said(same, other, self._columns.text(origin)) for other, origin in spec.same_as.items()]
        if spec.subject == "person":
            said.append(Said("account", source, account))
        links = [links_table(source, said, record, pa.array(self._first_known(given)), keep & existence.alive)]
        for relation, rows in (("deleted", existence.gone), ("restored", existence.back)):
            subject = pa.repeat(pa.scalar(spec.subject), self._columns.rows)
            word = Said(relation, source, subject)
            links.append(links_table(source, [word], record, pa.array(existence.at), keep & rows))
        return Batch(
            raw=self._rows.table,
            facts=in_order(facts) if facts else no_facts(),
            links=in_order(links),
            quarantine=quarantine_table([*self._rows.bad, *self._set_aside]),
            records=self._rows.records,
            end=self._rows.end,
            bytes_read=self._rows.bytes_read,
        )

    def _existence(self) -> _Existence:
        """Return what the rows say of their records: gone, there again, or simply there."""
        spec = self._spec
        nobody = np.zeros(self._columns.rows, dtype=np.bool_)
        if spec.deleted is None:
            return _Existence(nobody, nobody, np.full(self._columns.rows, self._landed_at))
        said_gone, said_back = (self._columns.holds((Condition(DELETED, (word,)),)) for word in ("true", "false"))
        gone = self._columns.holds(spec.deleted) | said_gone
        back = ~gone & said_back
        at = np.full(self._columns.rows, self._landed_at)
        for when in (TimeSpec(FromColumn(DELETED_AT)), spec.deleted_at):
            if when is not None:
                stated = to_mask(self._columns.text(when.origin).is_valid()) & (gone | back)
                at = np.where(stated, self._time(when, stated, required=False), at)
        return _Existence(gone, back, at)

    def _fact(self, spec: FactSpec, record: pa.Array, account: pa.Array, alive: Mask) -> Given:
        """Return one fact for every row that gives it; rows that cannot are set aside."""
        holds = alive & self._columns.holds(spec.when)
        kind, holds = self._kind(spec, holds)
        payload = {}
        occurred_at = self._time(spec.occurred_at, holds, required=True)
        known_at = occurred_at
        if spec.known_at is not None:
            stated = to_mask(self._columns.text(spec.known_at.origin).is_valid())
            known_at = np.where(stated, self._time(spec.known_at, holds, required=False), occurred_at)
        self._check_times(spec, holds, occurred_at, known_at)
        for name, value in spec.payload.items():
            result = typed(self._columns.text(value.origin), value)
            self._reject_all(result.troubles, holds, value.origin)
            payload[name] = result.values
        if spec.kind.origin == Constant(ENRICH):
            holds = holds & np.any([to_mask(values.is_valid()) for values in payload.values()], axis=0)
        source_id = self._columns.text(spec.source_id)
        return Given(holds, kind, record, account, source_id, pa.array(occurred_at), pa.array(known_at), payload)

    def _kind(self, spec: FactSpec, holds: Mask) -> tuple[pa.Array, Mask]:
        """Return the kind of each row, and the rows that are facts: not those whose kind the map leaves out."""
        text = self._columns.text(spec.kind.origin)
        if spec.kind.origin == Constant(ENRICH):
            return text, holds
        self._reject(holds & to_mask(text.is_null()), Class.UNKNOWN_KIND, "has no kind", spec.kind.origin)
        result = typed(text, spec.kind)
        self._reject_all(result.troubles, holds, spec.kind.origin)
        kind = result.values.cast(pa.string())
        holds = holds & to_mask(kind.is_valid())
        unknown = holds & ~to_mask(pc.is_in(kind, self._kinds))
        remedy = "is no kind that the language or the agreement declares: declare it under `kinds`, or map it"
        self._reject(unknown, Class.UNKNOWN_KIND, f"{{}} {remedy}", spec.kind.origin, kind)
        return kind, holds

    def _time(self, spec: TimeSpec, holds: Mask, *, required: bool) -> Micros:
        text = self._columns.text(spec.origin)
        if required:
            message = "the fact has no time; use `when` if that is meant"
            self._reject(holds & to_mask(text.is_null()), Class.BLANK_TIME, message, spec.origin)
        result = instants(text, spec)
        self._reject_all(result.troubles, holds, spec.origin)
        return result.micros

    def _check_times(self, spec: FactSpec, holds: Mask, occurred_at: Micros, known_at: Micros) -> None:
        """Set aside what is never used by its times alone, as `core.facts.validity` says."""
        origin = spec.occurred_at.origin
        sane = holds & ~self._bad
        self._reject(sane & (occurred_at < EARLIEST_US), Class.BEFORE_1990, "{} is before 1990", origin)
        future = sane & (occurred_at > self._landed_at)
        self._reject(future, Class.FUTURE, "{} is later than the moment it was landed", origin)
        after = sane & (occurred_at > known_at + SKEW_US)
        self._reject(after, Class.AFTER_KNOWN, "{} is more than 5 minutes after it was known", origin)

    def _first_known(self, given: list[Given]) -> Micros:
        """Return the least known_at of each row's facts; without any, the moment it was landed."""
        first = np.full(self._columns.rows, np.iinfo(np.int64).max)
        for fact in given:
            first = np.where(fact.holds, np.minimum(first, fact.known_at.to_numpy()), first)
        return np.where(first == np.iinfo(np.int64).max, self._landed_at, first)

    def _reject_all(self, troubles: tuple[Trouble, ...], holds: Mask, origin: Origin) -> None:
        for mask, why, message in troubles:
            self._reject(mask & holds, why, message, origin)

    def _reject(self, mask: Mask, why: Class, message: str, origin: Origin, text: pa.Array | None = None) -> None:
        """Set rows aside, unless they have been already; `{}` in the message stands for the text that is wrong."""
        mask = mask & ~self._bad
        if not mask.any():
            return
        self._bad |= mask
        rows = np.flatnonzero(mask)
        taken = (text if text is not None else self._columns.text(origin)).take(pa.array(rows)).to_pylist()
        column = origin.name if isinstance(origin, FromColumn) else ", ".join(columns_of(origin)) or None
        places = self._rows.table.select([LINE, OFFSET]).take(pa.array(rows)).to_pylist()
        for row, value, place in zip(rows.tolist(), taken, places, strict=True):
            told = Told(why, message.replace("{}", _shown(value)), column)
            self._set_aside.append(Quarantined(place[LINE], place[OFFSET], told, self._rows.raw(row), row))


def _shown(value: str | None) -> str:
    text = value or ""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
