"""Records that are deleted at their source, as of the run: what of theirs still counts.

Input: landed links with the words `deleted` and `restored`, and the facts known by the instant of the run. History
stays: only a deleted deal's facts are set aside, since its money is no longer there. The values of a deleted record are
taken out where golden values are chosen, by the table `tombstones`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from detente.engine.duck import model

DELETED = "deleted"
"""Why a fact is set aside whose deal is deleted at its source; also the relation that says so."""

TOMBSTONES = pa.schema(
    [("source", pa.string()), ("record", pa.string()), ("subject", pa.string()), ("known_at", pa.int64())]
)


def tombstones(landed: Mapping[str, pa.Table], facts: pa.Table, as_of: int) -> pa.Table:
    """Return the records that are deleted as of the run, and since when. `landed`: `landed_links` and `loads`."""
    links = landed["landed_links"]
    if not pc.any(pc.equal(links["relation"], DELETED)).as_py():
        return TOMBSTONES.empty_table()
    tables = {"landed_links": links, "loads": landed["loads"], "facts": facts}
    return model("tombstones", tables, {"as_of": as_of}).cast(TOMBSTONES)


def of_deleted_deals(facts: pa.Table, gone: pa.Table) -> pa.ChunkedArray:
    """Return for each fact whether its deal is deleted."""
    deals = gone.filter(pc.equal(gone["subject"], "deal"))
    named = pc.is_in(_key(facts["source"], facts["deal"]), _key(deals["source"], deals["record"]).combine_chunks())
    return pc.and_(pc.equal(facts["subject"], "deal"), named)


def _key(source: pa.ChunkedArray, record: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(source, record, "\x1f")
