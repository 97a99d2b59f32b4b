"""Gives the deals that name no contact to persons, account by account. Rule: `core.replay.assumption`.

Input: the model `candidates`: per account the histories of the persons there, and the deal facts without a person.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.agreement.agreement import Timeline
from detente.core.replay.assumption import assume
from detente.engine.histories import facts, histories

ASSUMED = pa.schema([("fact_id", pa.string()), ("person", pa.string())])


def assume_accounts(agreement: Timeline, candidates: pa.Table, as_of: int) -> Mapping[str, pa.Table]:
    """Return `assumed` (deal fact, person) for the accounts of one piece."""
    given: dict[str, str] = {}
    for account in pc.unique(candidates.column("account")).to_pylist():
        there = candidates.filter(pc.field("account") == account)
        contactless = facts(there.filter(pc.field("person").is_null()))
        given.update(assume(agreement, dict(histories(there)), contactless, as_of))
    columns = [pa.array(list(given), pa.string()), pa.array(list(given.values()), pa.string())]
    return {"assumed": pa.Table.from_arrays(columns, schema=ASSUMED)}
