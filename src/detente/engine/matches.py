"""The step before identity: what the linkers say about pairs of records.

Input: `people` and `firms`, the records side by side, and what systems say is the same; from the identity log, what the
linkers learned earlier and what people decided. A linker learns from the records themselves. It learns anew when they
have doubled since, so that the same records give the same pairs; among too few of them there is nothing to learn, and
keys alone join records.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from detente.app.ports.identity import IdentityLog, Learned
from detente.core.errors import UsageError
from detente.core.identity.decisions import Decided, Unit
from detente.core.identity.standing import standing
from detente.engine.account_linker import link_accounts
from detente.engine.linker import link_people
from detente.engine.linking import ANSWERS, MAIL, PAIRS, Linking

ENOUGH = 400
"""Records from which on a linker can learn how much agreement and difference say."""

SEED = 1
"""Of the pairs that a linker draws to learn from: the same records teach everybody the same."""

UNIT_PAIRS = pa.schema([pa.field("unit", pa.string()), *PAIRS])
NO_PAIRS = UNIT_PAIRS.empty_table()

Known = Mapping[str, Any] | None
Link = Callable[[Known, pa.Table], Linking]


def pairs_table(
    tables: Mapping[str, pa.Table], log: IdentityLog, as_of: int, mail: Sequence[Mapping[str, Any]] = ()
) -> pa.Table:
    """Return `pairs`; what a linker learns in this run is added to the log. Reads `people`, `firms` and `links`.

    `mail`: what the workspace knows of mail domains, rows of `linking.MAIL`.
    """
    decided = [row for row in log.decided() if row.at <= as_of]
    people, firms = tables["people"], tables["firms"]
    same = tables["links"].filter(pc.field("relation") == "same_as").select(ANSWERS.names[:4])
    domains = pa.Table.from_pylist(list(mail), schema=MAIL)
    linkers: tuple[tuple[Unit, int, Link], ...] = (
        (Unit.PERSON, len(people), lambda known, told: link_people(people, same, domains, known, told, SEED)),
        (Unit.ACCOUNT, len(firms), lambda known, told: link_accounts(firms, known, told)),
    )
    found = [NO_PAIRS]
    for unit, records, link in linkers:
        if records >= ENOUGH:
            before = log.learned(unit)
            linking = _linked(link, before, records, answers(unit, decided))
            learned = json.dumps(linking.parameters)
            if before is None or learned != before.parameters:
                log.learn(unit, Learned(records, learned), as_of)
            units = pa.array([str(unit)] * len(linking.pairs), pa.string())
            found.append(linking.pairs.add_column(0, UNIT_PAIRS.field("unit"), units).cast(UNIT_PAIRS))
    return pa.concat_tables(found)


def answers(unit: Unit, decided: Iterable[Decided]) -> pa.Table:
    """Return what people's standing decisions say about pairs, as linkers read it."""
    stands = standing(row for row in decided if row.unit == unit)
    rows = [(*pair.one, *pair.other, True) for pair in stands.same]
    rows += [(*pair.one, *pair.other, False) for pair in stands.apart]
    return pa.Table.from_pylist([dict(zip(ANSWERS.names, row, strict=True)) for row in sorted(rows)], schema=ANSWERS)


def _linked(link: Link, before: Learned | None, records: int, answered: pa.Table) -> Linking:
    """Link with what was learned before, unless the records have doubled since or another version learned it."""
    if before is None or records >= 2 * before.records:
        return link(None, answered)
    try:
        return link(json.loads(before.parameters), answered)
    except UsageError:
        return link(None, answered)
