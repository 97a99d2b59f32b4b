"""The steps between landed facts and the replay: facts known once, whose they are, and the timeline of each person.

Input: landed facts and links, and who is who (`identity.py`). What happens to a fact by the rules of specification §1:

- never used, by its times alone → `set_aside`, with the reason;
- of a person, of an account (for every person there), of a deal with contacts (for each of them) → `history`;
- of a deal without contact → assumed to be a person's (`assumed`), else in the timeline without a person;
- of an account nobody is known at → `set_aside`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import SKEW_US, Fact
from detente.core.facts.validity import EARLIEST_US, why_invalid
from detente.core.replay.assumption import assume
from detente.engine.duck import model
from detente.engine.histories import facts as facts_of
from detente.engine.histories import histories

ASSUMED = pa.schema([("fact_id", pa.string()), ("person", pa.string())])


def known_tables(landed: Mapping[str, pa.Table], as_of: int) -> dict[str, pa.Table]:
    """Return `facts` and `links` known by `as_of`, each once, and `invalid`: facts never used, with their `reason`.

    `landed` holds `landed_facts`, `landed_links` and `loads`.
    """
    known = model("known_facts", landed, {"as_of": as_of})
    occurred, first_known = known.column("occurred_at"), known.column("known_at")
    never = pc.or_(pc.less(occurred, EARLIEST_US), pc.greater(occurred, pc.add(first_known, SKEW_US)))
    invalid = known.filter(never)
    reasons = map(why_invalid, invalid.column("occurred_at").to_pylist(), invalid.column("known_at").to_pylist())
    return {
        "facts": known.filter(pc.invert(never)),
        "links": model("known_links", landed, {"as_of": as_of}),
        "invalid": invalid.append_column("reason", pa.array(map(str, reasons), pa.string())),
    }


def history_tables(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return `history`, `contactless` and `set_aside`."""
    return {name: model(name, tables) for name in ("history", "contactless", "set_aside")}


def assumed_deals(agreement: Timeline, tables: Mapping[str, pa.Table], as_of: int) -> pa.Table:
    """Return `assumed`: for each deal fact without contact that can be given to a person, that person."""
    loose: dict[str, list[Fact]] = {}
    contactless = tables["contactless"].filter(pc.field("account").is_valid())
    for account, fact in zip(contactless.column("account").to_pylist(), facts_of(contactless), strict=True):
        loose.setdefault(account, []).append(fact)
    at = pc.is_in(tables["accounts"].column("account"), pa.array(list(loose), pa.string()))
    pairs = tables["accounts"].filter(at)
    there = pc.is_in(tables["history"].column("person"), pairs.column("person").combine_chunks())
    known = dict(histories(tables["history"].filter(there)))
    people: dict[str, list[str]] = {}
    for account, person in zip(pairs.column("account").to_pylist(), pairs.column("person").to_pylist(), strict=True):
        people.setdefault(account, []).append(person)
    rows: dict[str, str] = {}
    for account in sorted(loose):
        candidates = {person: known.get(person, []) for person in people.get(account, [])}
        rows.update(assume(agreement, candidates, loose[account], as_of))
    return pa.Table.from_arrays([pa.array(list(rows)), pa.array(list(rows.values()))], schema=ASSUMED)


def timeline_table(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return the `timeline`, clustered by person, in replay order."""
    return model("timeline", tables)
