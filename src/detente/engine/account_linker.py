"""Which account records are one: learned from the records themselves, without labels.

Input: the accounts table (text; null where unknown), what was learned earlier if anything, and what people decided.
Pairs that share a rare key are compared by name, web domain, phone, address and place; how much each agreement says is
learned (`core.identity.latent`) with a class of its own for two branches of one organisation, which are two accounts:
they agree in name and domain as duplicates do. What merges without asking is set by the records' own probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from detente.core.identity.latent import Mixture, Pattern, fit
from detente.engine.account_columns import account_columns
from detente.engine.account_model import (
    APART,
    ASKS,
    COMPARISONS,
    SAME,
    as_parameters,
    common_experience,
    doubt_in_sql,
    from_parameters,
    levels_in_sql,
    words_in_sql,
)
from detente.engine.duck import connected, statement
from detente.engine.linking import ANSWERS, PAIRS, Linking

PRECISION = 0.99
"""Of the pairs merged without asking so many are expected to be right."""

SURE = 0.9
"""A pair less probable is always asked about, however right the others are."""

WORTH_ASKING = 0.1

LESS_LIKELY = 0.49
"""Two branches are two accounts, however alike they are, unless somebody says otherwise."""

HOLDERS = 50
"""A key that more records share makes no pair."""

_CLASSES = frozenset(range(3))


def link_accounts(accounts: pa.Table, parameters: Mapping[str, Any] | None, answers: pa.Table | None) -> Linking:
    """Return the pairs of account records that are one or may be.

    `accounts`: source, record and any of the columns of `account_columns.ACCOUNTS`. `parameters`: of an earlier
    `Linking`, with which nothing is learned anew, or None. `answers`: as `linking.ANSWERS`. Nothing is drawn at random.
    """
    with connected({"columns": account_columns(accounts), "answers": _in_order(answers)}) as con:
        con.execute(f"CREATE TABLE records AS {statement('account_records')}")
        con.execute(f"CREATE TABLE candidates AS {statement('account_candidates')}", {"holders": HOLDERS})
        con.execute(f"CREATE TABLE compared AS {_compared()}")
        mixture = from_parameters(parameters) if parameters else None
        learned = mixture is None
        if mixture is None:
            mixture = fit(_patterns(con), common_experience())
        con.execute(f"CREATE TABLE scored AS {_scored(con, mixture)}")
        given = None if learned or parameters is None else parameters.get("merge_from")
        merge_from = float(given) if given is not None else _merge_from(con)
        asked = {"merge_from": merge_from, "ask_from": WORTH_ASKING}
        pairs = con.sql(_PAIRS, params=asked).to_arrow_table().cast(PAIRS)
        con.register("pairs", pairs)
        questions = con.sql(_QUESTIONS).to_arrow_table().cast(PAIRS)
    return Linking(pairs, questions, {**as_parameters(mixture), "merge_from": merge_from})


def _in_order(answers: pa.Table | None) -> pa.Table:
    given: pa.Table = ANSWERS.empty_table() if answers is None else answers.select(ANSWERS.names)
    return given.cast(ANSWERS)


def _compared() -> str:
    """Return SQL of the candidates and the pairs people decided, with the levels they reach."""
    return f"""
    WITH decided AS (
        SELECT l.id AS one, r.id AS other, bool_and(same) AS same
        FROM answers
        JOIN records AS l ON l.source = answers.source AND l.record = answers.record
        JOIN records AS r ON r.source = other_source AND r.record = other_record
        GROUP BY ALL
    ), pairs AS (
        SELECT least(one, other) AS one, greatest(one, other) AS other, same FROM decided
        UNION ALL
        SELECT one, other, NULL FROM candidates ANTI JOIN decided USING (one, other)
    )
    SELECT one, other, same, {levels_in_sql()}
    FROM pairs JOIN records AS l ON l.id = one JOIN records AS r ON r.id = other
    ORDER BY one, other
    """


def _patterns(con: duckdb.DuckDBPyConnection) -> list[Pattern]:
    rows = con.sql(f"SELECT {', '.join(COMPARISONS)}, same, count(*) FROM compared GROUP BY ALL").fetchall()
    return [Pattern(tuple(levels), pairs, _classes(same)) for *levels, same, pairs in rows]


def _classes(same: bool | None) -> frozenset[int] | None:
    if same is None:
        return None
    return frozenset((SAME,)) if same else _CLASSES - {SAME}


def _scored(con: duckdb.DuckDBPyConnection, mixture: Mixture) -> str:
    """Return SQL of the compared pairs with their probability, and why."""
    levels = con.sql(f"SELECT DISTINCT {', '.join(COMPARISONS)} FROM compared ORDER BY ALL").fetchall()
    con.register("probabilities", _probabilities(levels, mixture))
    alike = " AND ".join(f"compared.{name} IS NOT DISTINCT FROM probabilities.{name}" for name in COMPARISONS)
    return f"""
    SELECT
        one, other, same, asks OR apart AS asks,
        CASE
            WHEN same THEN 1.0
            WHEN NOT same THEN 0.0
            WHEN apart THEN least(probability, {LESS_LIKELY})
            ELSE probability
        END AS probability,
        {words_in_sql()} AS why
    FROM (
        SELECT
            compared.*, probability,
            {doubt_in_sql(ASKS, "compared")} AS asks,
            {doubt_in_sql(APART, "compared")} AS apart
        FROM compared JOIN probabilities ON {alike}
    )
    """


def _probabilities(levels: Sequence[tuple[int | None, ...]], mixture: Mixture) -> pa.Table:
    """Return the probability of the same account for each combination of levels."""
    columns = {name: pa.array([row[place] for row in levels], pa.int32()) for place, name in enumerate(COMPARISONS)}
    probabilities = [mixture.membership(Pattern(row))[SAME] for row in levels]
    return pa.table({**columns, "probability": pa.array(probabilities, pa.float64())})


def _merge_from(con: duckdb.DuckDBPyConnection) -> float:
    """Return the probability from which pairs merge: as low as the expected precision of all above allows."""
    rows = con.execute(
        """
        SELECT probability FROM (
            SELECT probability, avg(probability) OVER (ORDER BY probability DESC) AS expected
            FROM scored WHERE same IS NULL AND NOT asks
        ) WHERE expected >= $precision AND probability >= $sure
        ORDER BY probability LIMIT 1
        """,
        {"precision": PRECISION, "sure": SURE},
    ).fetchall()
    return float(rows[0][0]) if rows else PRECISION


_PAIRS = """
SELECT
    l.source, l.record, r.source AS other_source, r.record AS other_record,
    CASE WHEN same IS NULL THEN 'linked' ELSE 'decided' END AS rule,
    probability,
    CASE
        WHEN same THEN 'merge'
        WHEN NOT same THEN 'apart'
        WHEN probability >= $merge_from AND NOT asks THEN 'merge'
        ELSE 'ask'
    END AS verdict,
    why
FROM scored JOIN records AS l ON l.id = one JOIN records AS r ON r.id = other
WHERE same IS NOT NULL OR probability >= $ask_from
ORDER BY one, other
"""

_QUESTIONS = """
SELECT * FROM pairs WHERE verdict = 'ask'
ORDER BY abs(probability - 0.5), source, record, other_source, other_record
"""
"""The most telling are those that could as well be as not."""
