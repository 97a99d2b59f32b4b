"""What changed in the shape of a stream's rows: fields that are new, gone, or of another type than before.

Input: the rows of one run, and the fields known from the runs before. A field of a nested object is named with dots, as
mappings name it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.app.ports.sources import FieldSeen, Row

NULL = "null"
_TYPES = {type(None): NULL, bool: "boolean", int: "number", float: "number", str: "text"}


@dataclass(frozen=True, slots=True)
class Retyped:
    """A field with values of a type it never had."""

    field: str
    before: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """How the fields of a run differ from those known. `unread`: columns of the mapping that no row ever had.

    `gone`: fields that every row had, and now none has.
    """

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    retyped: tuple[Retyped, ...] = ()
    unread: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.retyped or self.unread)

    def as_json(self) -> dict[str, Any]:
        """Return its part of `detente.sync/1`."""
        retyped = [{"field": each.field, "before": list(each.before), "now": list(each.now)} for each in self.retyped]
        return {"new": list(self.new), "gone": list(self.gone), "retyped": retyped, "unread": list(self.unread)}


class Observed:
    """The fields of the rows of one run."""

    def __init__(self) -> None:
        self.rows = 0
        self._counts: defaultdict[tuple[str, type], int] = defaultdict(int)

    def add(self, rows: Sequence[Row]) -> None:
        """Take note of rows; what a system gives in the place of one, and is none, has no fields."""
        self.rows += len(rows)
        for row in rows:
            if isinstance(row, Mapping):
                _count(row, "", self._counts)

    def _seen(self) -> dict[str, FieldSeen]:
        """Return the fields of the rows so far."""
        rows: Counter[str] = Counter()
        types: defaultdict[str, set[str]] = defaultdict(set)
        for (name, type_), count in self._counts.items():
            rows[name] += count
            types[name].add(_TYPES.get(type_, "list"))
        return {name: FieldSeen(count, tuple(sorted(types[name]))) for name, count in rows.items()}

    def drift(self, known: Mapping[str, FieldSeen], known_rows: int, columns: Sequence[str]) -> Drift:
        """Return how the rows differ from what is known of `known_rows` rows. A run without rows tells nothing."""
        if not self.rows:
            return Drift()
        seen = self._seen()
        everywhere = {name for name, field in known.items() if known_rows and field.rows == known_rows}
        return Drift(
            new=tuple(sorted(set(seen) - set(known))) if known_rows else (),
            gone=tuple(sorted(everywhere - set(seen))),
            retyped=tuple(_retyped(seen, known)),
            unread=tuple(column for column in columns if column not in seen and column not in known),
        )

    def with_known(self, known: Mapping[str, FieldSeen]) -> dict[str, FieldSeen]:
        """Return what is known with this run."""
        seen, none = self._seen(), FieldSeen(0, ())
        both = {name: (known.get(name, none), seen.get(name, none)) for name in sorted({*known, *seen})}
        return {
            name: FieldSeen(one.rows + other.rows, tuple(sorted({*one.types, *other.types})))
            for name, (one, other) in both.items()
        }


def _retyped(seen: Mapping[str, FieldSeen], known: Mapping[str, FieldSeen]) -> Iterator[Retyped]:
    for name in sorted(set(seen) & set(known)):
        before = tuple(each for each in known[name].types if each != NULL)
        now = tuple(each for each in seen[name].types if each != NULL)
        if before and not set(now) <= set(before):
            yield Retyped(name, before, now)


def _count(value: Row, prefix: str, counts: defaultdict[tuple[str, type], int]) -> None:
    """Count the fields of a row by name and type; this is done for every value of every row."""
    for key, inner in value.items():
        type_ = inner.__class__
        if type_ is dict:
            _count(inner, f"{prefix}{key}.", counts)
        else:
            counts[prefix + key, type_] += 1
