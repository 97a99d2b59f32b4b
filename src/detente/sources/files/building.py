"""Builds the fact and link tables of a batch from columns that have been read and checked.

Input: what `applying` found. One fact with several contacts becomes one row per contact, all with one id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from detente.core.facts.schema import FACT_COLUMNS, LINK_COLUMNS, PAYLOAD_COLUMNS, Column
from detente.sources.files.canonical import content_ids, identified_ids, payload_json
from detente.sources.files.mapping import FileSpec
from detente.sources.files.values import Columns, Mask, to_mask

_ARROW = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}


def _schema(columns: tuple[Column, ...]) -> pa.Schema:
    """Return the columns as Arrow sees them, after `_row`, without the load that is not known yet."""
    fields = [(column.name, _ARROW[column.type]) for column in columns if column.name != "load_id"]
    return pa.schema([("_row", pa.int64()), *fields])


FACTS, LINKS = _schema(FACT_COLUMNS), _schema(LINK_COLUMNS)


@dataclass(frozen=True, slots=True)
class Given:
    """One fact of the mapping for every row of a batch; it counts where `holds`. Times are int64 microseconds."""

    holds: Mask
    kind: pa.Array
    record: pa.Array
    account: pa.Array
    source_id: pa.Array
    occurred_at: pa.Array
    known_at: pa.Array
    payload: Mapping[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Said:
    """What a mapping says of links: the relation, the other source, and for every row the record there, if any."""

    relation: str
    other_source: str
    other_record: pa.Array


@dataclass(frozen=True, slots=True)
class ContactsOf:
    """The contacts of deals: for each, the row of the deal and the contact's id; null for a deal without one."""

    rows: npt.NDArray[np.int64]
    ids: pa.Array


def no_facts() -> pa.Table:
    """Return the fact table without rows."""
    return FACTS.empty_table()


def in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """Return tables as one, in the order of the rows they come from."""
    filled = [table for table in tables if table.num_rows] or tables[:1]
    return filled[0] if len(filled) == 1 else pa.concat_tables(filled).sort_by("_row")


def contacts_of(spec: FileSpec, columns: Columns) -> ContactsOf | None:
    """Return the contacts of every row of a file of deals; None for other files."""
    if spec.subject != "deal":
        return None
    every = np.arange(columns.rows)
    cells = columns.text(spec.contacts.origin if spec.contacts else None)
    if spec.contacts is None or spec.contacts.separator is None:
        return ContactsOf(every, cells)
    parts = pc.split_pattern(cells, spec.contacts.separator)
    ids = pc.utf8_trim_whitespace(parts.flatten())
    rows = pc.list_parent_indices(parts).to_numpy()
    named = to_mask(pc.not_equal(ids, ""))
    rows, ids = rows[named], ids.filter(pa.array(named))
    without = np.setdiff1d(every, rows)
    return ContactsOf(np.concatenate([rows, without]), pa.concat_arrays([ids, pa.nulls(len(without), pa.string())]))


def facts_table(source: str, subject: str, given: Given, keep: Mask, contacts: ContactsOf | None) -> pa.Table:
    """Return the rows of one fact of the mapping, for the rows to keep."""
    chosen = given.holds & keep
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return no_facts()
    taken = _Taken(pa.array(rows) if not chosen.all() else None)
    payload = {name: taken.of(values) for name, values in given.payload.items()}
    record, kind, occurred_at = taken.of(given.record), taken.of(given.kind), taken.of(given.occurred_at)
    source_id = taken.of(given.source_id)
    columns = {
        "_row": pa.array(rows),
        "fact_id": _ids(source, (subject, record), kind, occurred_at, source_id, payload),
        "subject": pa.repeat(pa.scalar(subject), len(rows)),
        "source": pa.repeat(pa.scalar(source), len(rows)),
        "record": record,
        "account": taken.of(given.account),
        "source_id": source_id,
        "kind": kind,
        "occurred_at": occurred_at,
        "known_at": taken.of(given.known_at),
        **_payload_columns(payload, len(rows)),
    }
    table = pa.table([columns[field.name] for field in FACTS], schema=FACTS)
    return table if contacts is None else _per_contact(table, rows, contacts)


def links_table(source: str, said: Sequence[Said], record: pa.Array, known_at: pa.Array, keep: Mask) -> pa.Table:
    """Return the links that the rows to keep speak of."""
    tables = [LINKS.empty_table()]
    for link in said:
        rows = np.flatnonzero(keep & to_mask(link.other_record.is_valid()))
        chosen = pa.array(rows)
        this, what, other = (
            pa.repeat(pa.scalar(text), len(rows)) for text in (source, link.relation, link.other_source)
        )
        columns = [chosen, this, record.take(chosen), what, other, link.other_record.take(chosen)]
        tables.append(pa.table([*columns, known_at.take(chosen)], schema=LINKS))
    return pa.concat_tables(tables)


class _Taken:
    """Takes the chosen rows of columns, or all of them."""

    def __init__(self, rows: pa.Array | None) -> None:
        self._rows = rows

    def of(self, column: pa.Array) -> pa.Array:
        return column if self._rows is None else column.take(self._rows)


def _ids(
    source: str,
    subject: tuple[str, pa.Array],
    kind: pa.Array,
    occurred_at: pa.Array,
    source_id: pa.Array,
    payload: Mapping[str, pa.Array],
) -> pa.Array:
    """Return the ids: of the source's own where it gave one, else of the content."""
    if source_id.null_count == 0:
        return identified_ids(source, source_id)
    of_content = content_ids(source, kind, subject, occurred_at, payload_json(payload, len(kind)))
    return (
        pc.coalesce(identified_ids(source, source_id), of_content) if source_id.null_count < len(kind) else of_content
    )


def _payload_columns(payload: Mapping[str, pa.Array], rows: int) -> dict[str, pa.Array]:
    """Return the payload as columns of their own, and the rest as `extra`; as `core.facts.rows.payload_columns`."""
    types = {column.name: _ARROW[column.type] for column in PAYLOAD_COLUMNS}
    own = {name: values for name, values in payload.items() if types.get(name) == values.type}
    rest = {name: values for name, values in payload.items() if name not in own}
    extra = payload_json(rest, rows)
    if rest:
        extra = pc.if_else(pc.equal(extra, "{}"), None, extra)
    columns = {name: own.get(name, pa.nulls(rows, kind)) for name, kind in types.items()}
    return {**columns, "extra": extra if rest else pa.nulls(rows, pa.string())}


def _per_contact(table: pa.Table, rows: npt.NDArray[np.int64], contacts: ContactsOf) -> pa.Table:
    """Return one row per contact of a deal's fact."""
    place = np.full(int(contacts.rows.max()) + 1, -1)
    place[rows] = np.arange(len(rows))
    at = place[contacts.rows]
    chosen = pa.array(at >= 0)
    repeated = table.take(pa.array(at[at >= 0]))
    return repeated.set_column(
        table.schema.get_field_index("record"), FACTS.field("record"), contacts.ids.filter(chosen)
    )
