"""What a connector is: the streams of another system, read page by page from where the last run ended.

A connector is a folder of `sources`: `source.py` (its settings, and `connect`, which gives the streams), `mapping.yaml`
(what the fields mean), `README.md`. It only reads: the runner lands every page as it came, keeps the cursor behind it,
and starts from there again, however the last run ended. Reading a row twice is harmless, leaving one out is not: a
stream orders by (modified, id), begins some time before its cursor, and moves it only behind rows it has given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Cursor = Mapping[str, Any]
"""How far a stream was read, in the stream's own words (JSON values); empty: never."""

Row = Mapping[str, Any]
"""One record as the system gave it (JSON values; nested objects stay nested)."""


def field_of(row: object, path: str) -> Any:  # noqa: ANN401  any JSON value
    """Return the value of a field, nested ones named with dots; None where it is not there."""
    if not isinstance(row, Mapping):
        return None
    if path in row:
        return row[path]
    first, _, rest = path.partition(".")
    return field_of(row.get(first), rest) if rest else None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor that holds once they are landed (None: the one before still holds)."""

    rows: Sequence[Row]
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a connector.

    `name` is the stream of the mapping, whose pattern is `<name>.jsonl`; `key` the field (dotted, where nested) with
    the system's own id of a row. `pages(cursor)` yields what came or changed since. `present` yields the ids of all
    rows that exist now, for systems whose deletions leave no trace: an id that is landed and no longer present becomes
    a tombstone row `{key: id, "_deleted": true, "_deleted_at": …}`, and one that is there again a row that says
    `"_deleted": false`. None: the stream tells of deletions itself, or nothing is ever deleted from it.
    """

    name: str
    key: str
    pages: Callable[[Cursor], Iterator[Page]]
    present: Callable[[], Iterator[str]] | None = None
