"""What the columns of an export mean: the mapping as checked data (docs/reference/mapping.md).

Built by `mapping_reader` from a mapping.yaml; read by `applying` and `exports`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from detente.app.ports.sources import DELETED, DELETED_AT
from detente.core.facts.fact import Value
from detente.sources.files.csv_form import Declared

ANY = "*"
"""In a value map: the key for any other value, the result that keeps a value as it is. In `when`: any value."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every row."""

    value: Value


@dataclass(frozen=True, slots=True)
class FromColumn:
    """The text of one column."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text with columns in it; blank where one of them is."""

    parts: tuple[Constant | FromColumn, ...]


Origin = Constant | FromColumn | Template


@dataclass(frozen=True, slots=True)
class ValueSpec:
    """A payload value, attribute or kind. `map` is closed unless it has the key ANY; None leaves the value out."""

    origin: Origin
    type: str = "text"  # text | number | boolean | email | domain
    decimal: str = "."
    map: Mapping[str, Value | None] | None = None


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """A time. No `formats`: ISO 8601. `zone` is that of times without an offset."""

    origin: Origin
    formats: tuple[str, ...] = ()
    zone: str | None = None
    ambiguous: str | None = None  # earliest | latest


@dataclass(frozen=True, slots=True)
class Condition:
    """`wanted` None: the column has any value; empty: it has none; else it is (or, `negated`, is not) one of them."""

    column: str
    wanted: tuple[str, ...] | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact a row may give. For attribute values the kind is `enrich` and the payload's names are paths."""

    kind: ValueSpec
    occurred_at: TimeSpec
    known_at: TimeSpec | None = None
    source_id: Origin | None = None
    when: tuple[Condition, ...] = ()
    payload: Mapping[str, ValueSpec] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Where a deal's contacts are; with a separator, several in one cell."""

    origin: Origin
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class FileSpec:
    """What the files of one stream hold."""

    stream: str
    pattern: str
    subject: str  # person | account | deal
    record: Origin
    declared: Declared
    blank: frozenset[str] = frozenset()
    account: Origin | None = None
    contacts: Contacts | None = None
    same_as: Mapping[str, Origin] = field(default_factory=dict)
    facts: tuple[FactSpec, ...] = ()
    deleted: tuple[Condition, ...] | None = None
    deleted_at: TimeSpec | None = None

    def columns(self) -> tuple[str, ...]:
        """Return the columns the file must have, in the order of the mapping."""
        ours = {DELETED, DELETED_AT}
        return tuple(name for name in dict.fromkeys(self._columns()) if name not in ours)

    def _columns(self) -> Iterator[str]:
        contacts = self.contacts.origin if self.contacts else None
        deleted_at = self.deleted_at.origin if self.deleted_at else None
        for origin in (self.record, self.account, contacts, *self.same_as.values(), deleted_at):
            yield from columns_of(origin)
        yield from (condition.column for condition in self.deleted or ())
        for fact in self.facts:
            yield from (condition.column for condition in fact.when)
            known_at = fact.known_at.origin if fact.known_at else None
            values = (value.origin for value in fact.payload.values())
            for origin in (fact.kind.origin, fact.occurred_at.origin, known_at, fact.source_id, *values):
                yield from columns_of(origin)


@dataclass(frozen=True, slots=True)
class ExportMapping:
    """A checked mapping."""

    source: str
    files: tuple[FileSpec, ...]


def columns_of(origin: Origin | None) -> Iterator[str]:
    """Yield the columns that an origin reads."""
    if isinstance(origin, FromColumn):
        yield origin.name
    elif isinstance(origin, Template):
        for part in origin.parts:
            yield from columns_of(part)
