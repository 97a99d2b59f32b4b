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

from detente.core.identity.authority import Authority
from detente.core.identity.conflicts import Held, conflicts
from detente.core.identity.survivorship import Because, Value, golden
from detente.engine.duck import model

_TEXT = pa.string()
GOLDEN = pa.schema(
    [
        ("unit", _TEXT), ("id", _TEXT), ("attribute", _TEXT), ("value", _TEXT), ("source", _TEXT), ("record", _TEXT),
        ("since", pa.int64()), ("rule", _TEXT), ("losers", pa.int64()),
    ]
)  # fmt: skip

_HELD = ("value", "source", "record", "since", "known_at")
_TYPES = dict(zip(_HELD, (_TEXT, _TEXT, _TEXT, pa.int64(), pa.int64()), strict=True))
CONFLICTS = pa.schema(
    [
        *((name, _TEXT) for name in ("unit", "id", "attribute", "verdict", "why")),
        *_TYPES.items(),
        *((f"other_{name}", kind) for name, kind in _TYPES.items()),
    ]
)


def profile_tables(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return `profiles`, and for the linker `people` and `firms`: their records side by side."""
    profiles = model("profiles", tables)
    firms = model("firms", {"profiles": profiles})
    told = {"profiles": profiles, "firms": firms, "employments": model("employments", tables)}
    return {"profiles": profiles, "firms": firms, "people": model("people", told)}


def golden_tables(tables: Mapping[str, pa.Table], authority: Authority, as_of: int) -> dict[str, pa.Table]:
    """Return `golden`, the value that counts of each attribute of a person or account, and the `conflicts` about them.

    Reads `profiles`, `persons`, `companies` and `tombstones`.
    """
    held = model("held", tables)
    attributes = [name for name in pc.unique(held["attribute"]).to_pylist() if authority.of(name) is not None]
    owned = pc.is_in(held["attribute"], pa.array(attributes, _TEXT))
    open_ = pc.or_(held["contested"], owned)
    agreed = held.filter(pc.and_(pc.invert(open_), held["latest"]))
    rules = pc.if_else(pc.equal(agreed["records"], 1), str(Because.ONLY), str(Because.AGREED))
    agreed = agreed.append_column("rule", rules).append_column("losers", pa.array([0] * len(agreed), pa.int64()))
    chosen = pa.Table.from_pylist(list(_chosen(held.filter(open_), authority, as_of)), schema=GOLDEN)
    both = pa.concat_tables([agreed.select(GOLDEN.names).cast(GOLDEN), chosen])
    contradicted = _contradicted(held.filter(pc.and_(held["contested"], owned)), authority, as_of)
    return {
        "golden": both.sort_by([(name, "ascending") for name in ("unit", "id", "attribute")]),
        "conflicts": pa.Table.from_pylist(list(contradicted), schema=CONFLICTS),
    }


_OF = itemgetter("unit", "id", "attribute")


def _chosen(held: pa.Table, authority: Authority, as_of: int) -> Iterator[dict[str, object]]:
    """Yield the golden values of attributes of which records say different things; `held` is ordered by them."""
    for (unit, id_, attribute), rows in groupby(held.to_pylist(), key=_OF):
        values = [Value(row["value"], row["source"], row["record"], row["since"], row["known_at"]) for row in rows]
        found = golden(attribute, values, authority, as_of)
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


def _contradicted(held: pa.Table, authority: Authority, as_of: int) -> Iterator[dict[str, object]]:
    """Yield the conflicts about attributes of which records say different things; `held` is ordered by them."""
    for (unit, id_, attribute), rows in groupby(held.to_pylist(), key=_OF):
        values = [Held(row["source"], row["record"], row["value"], row["since"], row["known_at"]) for row in rows]
        for found in conflicts(attribute, values, authority, as_of):
            mine = {name: getattr(found.held, name) for name in _HELD}
            others = {f"other_{name}": getattr(found.other, name) for name in _HELD}
            why = {"verdict": str(found.verdict), "why": found.why}
            yield {"unit": unit, "id": id_, "attribute": attribute, **why, **mine, **others}
