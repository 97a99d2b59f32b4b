"""How likely each candidate pair is one person's, by the kinds of agreement of its fields.

Input: `linkable`, `candidates`, `stated`, `answered` and the probabilities learned. The weight of a pair is the
logarithm (base 2) of how much more often records of one person agree like this than two people do (Fellegi and Sunter
1969); where two people agree by a rare value, the value's own frequency stands for u (Winkler's term frequency).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from detente.engine.linker_model import COLUMNS, COMPARISONS, RARE, Probabilities, levels_sql

_EXPERIENCE = 500
"""Records that experience counts for where the frequency of a value is taken from the records themselves."""

Floats = npt.NDArray[np.float64]


def agreements(con: duckdb.DuckDBPyConnection, candidates: str = "candidates") -> pa.Table:
    """Return `id_l, id_r`, the level of every comparison, the flags, `stated`, `answer` (null: not asked), and
    `held_<column>`: how many of the `records` have the value.
    """
    ours = ", ".join(f"{column} AS {column}_l" for column in COLUMNS)
    theirs = ", ".join(f"{column} AS {column}_r" for column in COLUMNS)
    held = ", ".join(f"held_{column}" for column in RARE)
    return con.sql(
        f"""
        WITH ours AS (SELECT id AS id_l, {ours}, {held}, records FROM linkable),
        theirs AS (SELECT id AS id_r, {theirs} FROM linkable)
        SELECT id_l, id_r, {levels_sql()}, stated.one IS NOT NULL AS stated, answered.same AS answer, records,
        {held}
        FROM {candidates} JOIN ours USING (id_l) JOIN theirs USING (id_r)
        LEFT JOIN stated ON stated.one = id_l AND stated.other = id_r
        LEFT JOIN answered ON answered.one = id_l AND answered.other = id_r
        ORDER BY id_l, id_r
        """
    ).to_arrow_table()


def weights(agreed: pa.Table, probabilities: Probabilities) -> Mapping[str, Floats]:
    """Return, per comparison, the weight of every pair's agreement in bits; 0 where unknown."""
    found = {}
    for name, comparison in COMPARISONS.items():
        level = agreed[name].to_numpy()
        m, u = (np.array([row[of] for row in probabilities[name]] + [1.0]) for of in (0, 1))
        chance = u[level]
        for n, kind in enumerate(comparison.levels):
            if kind.rarity:
                holders = agreed[f"held_{kind.rarity}"].to_numpy()
                share = (holders + u[n] * _EXPERIENCE) / (agreed["records"].to_numpy() + _EXPERIENCE)
                chance = np.where(level == n, share, chance)
        found[name] = np.log2(m[level] / chance)
    return found
