"""Which records of people are one person's: candidates, how they agree, how likely they are one, and what to do.

Input: the wide people table, what systems say is the same, mail domains, and what people answered (`linking`). Nothing
is trained on labels: what agreement is worth is learned from the records themselves (`linker_training`); answers, where
there are some, correct it. Whatever the order of the rows, the same pairs come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from detente.core.identity.mail import MailDomains
from detente.engine.duck import connected
from detente.engine.linker_blocking import find_candidates, find_friends_of_friends
from detente.engine.linker_columns import people_columns
from detente.engine.linker_context import look_around, put_in_context
from detente.engine.linker_scores import agreements
from detente.engine.linker_training import Learned, learn
from detente.engine.linker_verdicts import judged, questions, weighed
from detente.engine.linking import ANSWERS, Linking

_SPOKEN_OF = """
CREATE TEMP TABLE {name} AS
SELECT least(l.id, r.id) AS one, greatest(l.id, r.id) AS other{more}
FROM {table} AS said
JOIN people AS l ON l.source = said.source AND l.record = said.record
JOIN people AS r ON r.source = said.other_source AND r.record = said.other_record
WHERE l.id <> r.id GROUP BY ALL
"""


def link_people(
    people: pa.Table,
    same: pa.Table,
    mail: pa.Table,
    parameters: Mapping[str, Any] | None,
    answers: pa.Table | None,
    seed: int,
) -> Linking:
    """Return which records are one person's, and what is worth asking.

    `people` has the columns `linker_columns.PEOPLE`; `company` is the account's name where a record hangs on one.
    `same`: source, record, other_source, other_record of pairs that a system says are one. `mail` as `linking.MAIL`,
    `answers` as `linking.ANSWERS`. With `parameters` of an earlier run nothing is trained but by new answers.
    """
    columns = people_columns(people, MailDomains().with_rows(mail.to_pylist()))
    answered = ANSWERS.empty_table() if answers is None else answers
    with connected({"people": columns, "same": same, "answers": answered}, parallel=True) as con:
        agreed, learned = all_compared(con, parameters, seed)
    found = judged(columns, agreed, learned)
    return Linking(found.pairs, questions(found.pairs), found.learned.as_parameters())


def all_compared(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any] | None, seed: int
) -> tuple[pa.Table, Learned]:
    """Return how all candidates among `people` agree, and what agreement is worth; reads `same` and `answers`."""
    read_what_was_said(con)
    find_candidates(con)
    look_around(con)
    put_in_context(con)
    return compared(con, learn(con, seed) if parameters is None else Learned.of(parameters))


def compared(con: duckdb.DuckDBPyConnection, learned: Learned) -> tuple[pa.Table, Learned]:
    """Return how the `candidates` agree, and those that they make one another's friends' friends; sorted."""
    agreed = agreements(con)
    weight, learned = weighed(agreed, learned)
    find_friends_of_friends(con, agreed.select(["id_l", "id_r"]).filter(pa.array(weight > 0)))
    agreed = pa.concat_tables([agreed, agreements(con, "more_candidates")])
    return agreed.sort_by([("id_l", "ascending"), ("id_r", "ascending")]), learned


def read_what_was_said(con: duckdb.DuckDBPyConnection) -> None:
    """Make `stated(one, other)`, `answered(one, other, same)` and `spoken_of(one, other)`, one < other."""
    con.execute(_SPOKEN_OF.format(name="stated", table="same", more=""))
    con.execute(_SPOKEN_OF.format(name="answered", table="answers", more=", bool_and(same) AS same"))
    con.execute("CREATE TEMP TABLE spoken_of AS SELECT one, other FROM stated UNION SELECT one, other FROM answered")
