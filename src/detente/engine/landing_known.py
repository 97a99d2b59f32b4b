"""What a source has told before: tells new facts and links from those known already, without reading them all again.

Input: the facts and links of one source as they land. A fact is known by `fact_id` and `record`; what was landed first
stays, but a repetition with an earlier `known_at` is kept too, since facts count with the least one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from detente.core.facts.schema import PAYLOAD_COLUMNS
from detente.engine.duck import connect

Mask = npt.NDArray[np.bool_]

_FACT = "md5_number(concat(fact_id, chr(31), record))"
_LINK = """md5_number(concat_ws(
    chr(31), source, record, relation, other_source, other_record,
    CASE WHEN relation IN ('deleted', 'restored') THEN known_at END
))"""
"""A record may be deleted, restored and deleted again: of these words each instant counts."""
_CONTENT = ", ".join(("kind", "occurred_at", "account", *(column.name for column in PAYLOAD_COLUMNS), "extra"))
_KEYED = f"SELECT {_FACT} AS key, known_at, CASE WHEN source_id IS NOT NULL THEN hash({_CONTENT}) END AS content"
"""Content matters where the source has numbered the fact; without a number, the id is made of the content."""

_JUDGED = """
    WITH before AS (
        SELECT key, min(known_at) AS known_at, any_value(content) AS content
        FROM facts SEMI JOIN keyed USING (key) GROUP BY key
    ),
    compared AS (
        SELECT seq, key, keyed.known_at, keyed.content, before.known_at AS known_before,
            keyed.content IS NOT DISTINCT FROM
                CASE WHEN before.key IS NULL THEN first_value(keyed.content) OVER (PARTITION BY key ORDER BY seq)
                ELSE before.content END AS same
        FROM keyed LEFT JOIN before USING (key)
    )
    SELECT seq, key, known_at, content, same,
        same AND known_at < least(
            coalesce(known_before, 9223372036854775807),
            coalesce(min(CASE WHEN same THEN known_at END) OVER (
                PARTITION BY key ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 9223372036854775807)
        ) AS new
    FROM compared
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """Row by row: whether a fact is new, and whether it contradicts the one known under its source_id."""

    new: Mask
    conflicting: Mask


class Known:
    """The facts and links of one source that are known."""

    def __init__(self) -> None:
        self._con = connect()
        self._con.execute("CREATE TABLE facts (key UHUGEINT, known_at BIGINT, content UBIGINT)")
        self._con.execute("CREATE TABLE links (key UHUGEINT)")

    def remember(self, facts: Sequence[Path], links: Sequence[Path]) -> None:
        """Take over what is in files of facts and links."""
        if facts:
            self._con.execute(f"INSERT INTO facts {_KEYED} FROM read_parquet(?)", [[str(path) for path in facts]])
        if links:
            self._con.execute(f"INSERT INTO links SELECT {_LINK} FROM read_parquet(?)", [[str(path) for path in links]])

    def judge_facts(self, facts: pa.Table) -> Judged:
        """Return which facts are new, and remember those. They are judged in the order given."""
        if not facts.num_rows:
            return Judged(np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.bool_))
        self._con.register("incoming", facts)
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT *, row_number() OVER () AS seq FROM ({_KEYED} FROM incoming)"
        )
        if self._all_are_unheard_of(facts.num_rows):
            self._con.execute("INSERT INTO facts SELECT key, known_at, content FROM keyed")
            return Judged(np.ones(facts.num_rows, dtype=np.bool_), np.zeros(facts.num_rows, dtype=np.bool_))
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_JUDGED}")
        self._con.execute("INSERT INTO facts SELECT key, known_at, content FROM judged WHERE new")
        judged = self._con.sql("SELECT new, same FROM judged ORDER BY seq").to_arrow_table()
        return Judged(_mask(judged["new"]), ~_mask(judged["same"]))

    def _all_are_unheard_of(self, facts: int) -> bool:
        """Return whether no key is known and none is there twice: the usual case, which needs no comparing."""
        (distinct,) = self._con.execute("SELECT count(DISTINCT key) FROM keyed").fetchone() or (0,)
        return (
            distinct == facts
            and not self._con.execute("SELECT 1 FROM facts SEMI JOIN keyed USING (key) LIMIT 1").fetchone()
        )

    def judge_links(self, links: pa.Table) -> Mask:
        """Return which links are new, and remember those."""
        if not links.num_rows:
            return np.zeros(0, dtype=np.bool_)
        self._con.register("incoming", links)
        self._con.execute(
            f"""CREATE OR REPLACE TEMP TABLE judged AS
                WITH keyed AS (SELECT {_LINK} AS key, row_number() OVER () AS seq FROM incoming)
                SELECT seq, key, links.key IS NULL AND row_number() OVER (PARTITION BY key ORDER BY seq) = 1 AS new
                FROM keyed LEFT JOIN links USING (key)"""
        )
        self._con.execute("INSERT INTO links SELECT key FROM judged WHERE new")
        return _mask(self._con.sql("SELECT new FROM judged ORDER BY seq").to_arrow_table()["new"])


def _mask(column: pa.ChunkedArray) -> Mask:
    return np.asarray(column.to_numpy(), dtype=np.bool_)
