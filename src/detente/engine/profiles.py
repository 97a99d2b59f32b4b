"""What every record says of itself, and the golden values of every person and account.

Input: `facts` and `links` known by `as_of` (profiles); the profiles and who is who (golden values). The rule by which
one of several values is chosen is `core.identity.survivorship`; where all records say the same, nothing is to choose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.identity.survivorship import Authority, Because, Value, golden
from detente.engine.duck import model

_TEXT = pa.string()
GOLDEN = pa.schema(
    [
        ("unit", _TEXT), ("id", _TEXT), ("attribute", _TEXT), ("value", _TEXT), ("source", _TEXT), ("record", _TEXT),
        ("since", pa.int64()), ("rule", _TEXT), ("losers", pa.int64()),
    ]
)  # fmt: skip


def profile_tables(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return `profiles`, and for the linker `people` and `firms`: their records side by side."""
    profiles = model("profiles", tables)
    firms = model("firms", {"profiles": profiles})
    told = {"profiles": profiles, "firms": firms, "employments": model("employments", tables)}
    return {"profiles": profiles, "firms": firms, "people": model("people", told)}


def golden_table(tables: Mapping[str, pa.Table], authority: Authority) -> pa.Table:
    """Return `golden`: for each person and account the value that counts, of each attribute that a record of it has.

    Reads `profiles`, `persons`, `companies` and `tombstones`.
    """
    held = model("held", tables)
    open_ = pc.or_(held["contested"], pc.is_in(held["attribute"], pa.array(list(authority), _TEXT)))
    agreed = held.filter(pc.and_(pc.invert(open_), held["latest"]))
    rules = pc.if_else(pc.equal(agreed["records"], 1), str(Because.ONLY), str(Because.AGREED))
    agreed = agreed.append_column("rule", rules).append_column("losers", pa.array([0] * len(agreed), pa.int64()))
    chosen = pa.Table.from_pylist(list(_chosen(held.filter(open_), authority)), schema=GOLDEN)
    both = pa.concat_tables([agreed.select(GOLDEN.names).cast(GOLDEN), chosen])
    return both.sort_by([(name, "ascending") for name in ("unit", "id", "attribute")])


_OF = itemgetter("unit", "id", "attribute")


def _chosen(held: pa.Table, authority: Authority) -> Iterator[dict[str, object]]:
    """Yield the golden values of attributes of which records say different things; `held` is ordered by them."""
    for (unit, id_, attribute), rows in groupby(held.to_pylist(), key=_OF):
        values = [Value(row["value"], row["source"], row["record"], row["since"], row["known_at"]) for row in rows]
        found = golden(attribute, values, authority)
        if found is not None:
            value = found.value
            yield {
                "unit": unit,
                "id": id_,
                "attribute": attribute,
                "value": value.text,
                "source": value.source,
                "record": value.record,
                "since": value.since,
                "rule": str(found.because),
                "losers": found.losers,
            }
