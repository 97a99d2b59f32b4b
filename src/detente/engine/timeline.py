"""The steps between landed facts and the replay: facts known once, whose they are, and the timeline of each person.

Input: landed facts and links, and who is who (`identity.py`). What happens to a fact by the rules of specification §1:

- never used, by its times alone; opened or clicked by a machine; of a deal deleted at its source → `set_aside`;
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
from detente.engine.machine_mail import machine_signs
from detente.engine.tombstones import DELETED, of_deleted_deals, tombstones
from detente.engine.workers import Workers

MACHINE = "machine"
"""Why an open or click is set aside that no person made."""


def known_tables(landed: Mapping[str, pa.Table], as_of: int) -> dict[str, pa.Table]:
    """Return `facts` and `links` known by `as_of`, each once, `unused` facts, and `tombstones` of deleted records.

    `unused` says `why` a fact does not count, `sign` by what a machine was recognised. `landed`: `landed_facts`,
    `landed_links` and `loads`.
    """
    known = model("known_facts", landed, {"as_of": as_of})
    occurred, first_known = known.column("occurred_at"), known.column("known_at")
    never = pc.or_(pc.less(occurred, EARLIEST_US), pc.greater(occurred, pc.add(first_known, SKEW_US)))
    invalid, valid = known.filter(never), known.filter(pc.invert(never))
    reasons = map(why_invalid, invalid.column("occurred_at").to_pylist(), invalid.column("known_at").to_pylist())
    signs = machine_signs(valid)
    made_by_people = valid.filter(signs.is_null())
    gone = tombstones(landed, made_by_people, as_of)
    of_deleted = of_deleted_deals(made_by_people, gone)
    deleted = made_by_people.filter(of_deleted)
    return {
        "facts": made_by_people.filter(pc.invert(of_deleted)),
        "links": model("known_links", landed, {"as_of": as_of}),
        "unused": pa.concat_tables(
            [
                _with_why(invalid, list(map(str, reasons)), pa.nulls(invalid.num_rows, pa.string())),
                _with_why(valid.filter(signs.is_valid()), MACHINE, signs.drop_null()),
                _with_why(deleted, DELETED, pa.nulls(deleted.num_rows, pa.string())),
            ]
        ),
        "tombstones": gone,
    }


def _with_why(facts: pa.Table, why: str | list[str], sign: pa.Array) -> pa.Table:
    reasons = [why] * facts.num_rows if isinstance(why, str) else why
    return facts.append_column("why", pa.array(reasons, pa.string())).append_column("sign", sign)


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
