"""The step before identity: what the linkers say about pairs of records.

Input: `people` and `firms`, the records side by side; what the linkers learned earlier and what people decided, from
the identity log. A linker learns from the records themselves. It learns anew when they have doubled since, so that the
same records give the same pairs; among too few of them there is nothing to learn, and keys alone join records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from detente.app.ports.identity import IdentityLog, Learned
from detente.core.identity.decisions import Decided, Unit
from detente.core.identity.standing import standing
from detente.engine.account_linker import link_accounts
from detente.engine.linking import ANSWERS, PAIRS, Linking

ENOUGH = 400
"""Records from which on a linker can learn how much agreement and difference say."""

UNIT_PAIRS = pa.schema([pa.field("unit", pa.string()), *PAIRS])
NO_PAIRS = UNIT_PAIRS.empty_table()


def pairs_table(tables: Mapping[str, pa.Table], log: IdentityLog, as_of: int) -> pa.Table:
    """Return `pairs`; what a linker learns in this run is added to the log."""
    decided = [row for row in log.decided() if row.at <= as_of]
    found = [NO_PAIRS]
    for unit, records in ((Unit.ACCOUNT, tables["firms"]),):
        if len(records) >= ENOUGH:
            pairs = _linked(unit, records, log, answers(unit, decided), as_of)
            units = pa.array([str(unit)] * len(pairs), pa.string())
            found.append(pairs.add_column(0, UNIT_PAIRS.field("unit"), units).cast(UNIT_PAIRS))
    return pa.concat_tables(found)


def answers(unit: Unit, decided: Iterable[Decided]) -> pa.Table:
    """Return what people's standing decisions say about pairs, as linkers read it."""
    stands = standing(row for row in decided if row.unit == unit)
    rows = [(*pair.one, *pair.other, True) for pair in stands.same]
    rows += [(*pair.one, *pair.other, False) for pair in stands.apart]
    return pa.Table.from_pylist([dict(zip(ANSWERS.names, row, strict=True)) for row in sorted(rows)], schema=ANSWERS)


def _linked(unit: Unit, records: pa.Table, log: IdentityLog, answered: pa.Table, as_of: int) -> pa.Table:
    """Return a unit's pairs, with what was learned before unless the records have doubled since."""
    before = log.learned(unit)
    known: Mapping[str, Any] | None = None
    if before is not None and len(records) < 2 * before.records:
        known = json.loads(before.parameters)
    linking: Linking = link_accounts(records, known, answered)
    if known is None:
        log.learn(unit, Learned(len(records), json.dumps(linking.parameters, sort_keys=True)), as_of)
    return linking.pairs
