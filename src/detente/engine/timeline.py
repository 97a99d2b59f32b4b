"""The steps between landed facts and the replay: facts known once, whose they are, and the timeline of each person.

Input: landed facts and links, and who is who (`identity.py`). What happens to a fact by the rules of specification §1:

- never used, by its times alone → `set_aside`, and why;
- of a person, of an account (for every person there), of a deal with contacts (for each of them) → `history`;
- of a deal without contact → assumed to be a person's (`assumed`), else in the timeline without a person;
- of an account nobody is known at → `set_aside`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.facts.fact import SKEW_US
from detente.core.facts.validity import EARLIEST_US, why_invalid
from detente.engine.assuming import ASSUMED, assume_accounts
from detente.engine.duck import model
from detente.engine.workers import Workers


def known_tables(landed: Mapping[str, pa.Table], as_of: int) -> dict[str, pa.Table]:
    """Return `facts` and `links` known by `as_of`, each once, and `invalid`: facts never used, and `why`.

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
        "invalid": invalid.append_column("why", pa.array(map(str, reasons), pa.string())),
    }


def history_tables(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return `history`, `contactless` and `set_aside`."""
    return {name: model(name, tables) for name in ("history", "contactless", "set_aside")}


def assumed_table(workers: Workers, tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return `assumed`: for each deal fact without contact that can be given to a person, that person."""
    parts = workers.judge(assume_accounts, model("candidates", tables), "account")
    return pa.concat_tables([ASSUMED.empty_table(), *(part["assumed"] for part in parts)])


def timeline_table(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return the `timeline`, clustered by person, in replay order."""
    return model("timeline", tables)
