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
        self._seen: Counter[str] = Counter()
        self._types: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, rows: Sequence[Row]) -> None:
        """Take note of rows."""
        self.rows += len(rows)
        for row in rows:
            for name, type_ in _fields(row, ""):
                self._seen[name] += 1
                self._types[name].add(type_)

    def drift(self, known: Mapping[str, FieldSeen], known_rows: int, columns: Sequence[str]) -> Drift:
        """Return how the rows differ from what is known of `known_rows` rows. A run without rows tells nothing."""
        if not self.rows:
            return Drift()
        everywhere = {name for name, seen in known.items() if known_rows and seen.rows == known_rows}
        now = set(self._seen) | set(known)
        return Drift(
            new=tuple(sorted(set(self._seen) - set(known))) if known_rows else (),
            gone=tuple(sorted(everywhere - set(self._seen))),
            retyped=tuple(self._retyped(known)),
            unread=tuple(column for column in columns if column not in now),
        )

    def with_known(self, known: Mapping[str, FieldSeen]) -> dict[str, FieldSeen]:
        """Return what is known with this run."""
        none = FieldSeen(0, ())
        return {
            name: FieldSeen(
                known.get(name, none).rows + self._seen[name],
                tuple(sorted({*known.get(name, none).types, *self._types[name]})),
            )
            for name in sorted({*known, *self._seen})
        }

    def _retyped(self, known: Mapping[str, FieldSeen]) -> Iterator[Retyped]:
        for name in sorted(set(self._seen) & set(known)):
            before = tuple(each for each in known[name].types if each != NULL)
            now = tuple(sorted(self._types[name] - {NULL}))
            if before and not set(now) <= set(before):
                yield Retyped(name, before, now)


def _fields(value: Row, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of a row, and the type of each."""
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _fields(inner, f"{prefix}{key}.")
        else:
            yield prefix + key, _type(inner)


def _type(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "list"
