"""Reads what was landed: the facts and links of every finished load.

    landing/loads/<load_id>.json        the receipt; a load without one never happened
    facts/<load_id>/facts-*.parquet     what its mapping made of it
    facts/<load_id>/links-*.parquet

Input: the workspace's folder. Which load landed first decides which content of a fact stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from detente.core.errors import InputError
from detente.core.facts.schema import FACT_COLUMNS, LINK_COLUMNS, Column

_ARROW = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}


@dataclass(frozen=True, order=True, slots=True)
class FinishedLoad:
    """One load: when it was begun, its id, and how many facts and links it brought."""

    started_at: int
    load_id: str
    file: str
    facts: int
    links: int


def finished_loads(root: Path) -> list[FinishedLoad]:
    """Return the finished loads in the order of landing."""
    return sorted(_finished(path) for path in (root / "landing" / "loads").glob("*.json"))


def _finished(receipt: Path) -> FinishedLoad:
    try:
        told = json.loads(receipt.read_bytes())
        return FinishedLoad(told["started_at"], told["load_id"], told["file"], told["facts"], told["links"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{receipt}: the receipt of a load cannot be read ({error}): put it back from a backup, or remove it and "
            "import the file again"
        ) from error


def landed_facts(root: Path, loads: Sequence[FinishedLoad]) -> pa.Table:
    """Return the facts of the loads. `InputError` if some of them are gone."""
    return _landed(root, "facts", FACT_COLUMNS, [(load, load.facts) for load in loads])


def landed_links(root: Path, loads: Sequence[FinishedLoad]) -> pa.Table:
    """Return the links of the loads. `InputError` if some of them are gone."""
    return _landed(root, "links", LINK_COLUMNS, [(load, load.links) for load in loads])


def order_of_landing(loads: Sequence[FinishedLoad]) -> pa.Table:
    """Return the loads as a table: `load_id`, and `landed`, which counts up."""
    return pa.table(
        {
            "load_id": pa.array([load.load_id for load in loads], pa.string()),
            "landed": pa.array(range(len(loads)), pa.int64()),
        }
    )


def _landed(root: Path, what: str, columns: Iterable[Column], loads: Iterable[tuple[FinishedLoad, int]]) -> pa.Table:
    schema = pa.schema([(column.name, _ARROW[column.type]) for column in columns])
    tables = [schema.empty_table()]
    for load, count in loads:
        files = sorted((root / "facts" / load.load_id).glob(f"{what}-*.parquet"))
        remedy = (
            f"put the folder back from a backup, or remove landing/loads/{load.load_id}.json and import the file again"
        )
        try:
            parts = [pq.read_table(file, columns=schema.names).cast(schema) for file in files]
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                f"{root / 'facts' / load.load_id}: the {what} of {load.file} cannot be read ({error}): {remedy}"
            ) from error
        found = sum(part.num_rows for part in parts)
        if found != count:
            raise InputError(
                f"{root / 'facts' / load.load_id}: {found} of {count} {what} of {load.file} are there: {remedy}"
            )
        tables.extend(parts)
    return pa.concat_tables(tables)
