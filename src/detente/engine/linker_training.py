"""What agreement is worth among these records: learned by Splink without a label, from the records themselves.

Input: `linkable`. How often two people agree by chance (u) comes from random pairs, less the share that are pairs of
one person after all; how often records of one person agree (m) by expectation maximisation over the pairs that share an
address, and over those that share a name. Few records say little: experience counts as so many observations beside them
(`_EXPERIENCE`), so that a handful of records is compared by experience and a thousand by what they show.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from detente.core.errors import UsageError
from detente.engine.linker_model import COMPARISONS, Probabilities, by_experience, splink_settings

if TYPE_CHECKING:
    from splink import Linker

FORMAT = 1
_EXPERIENCE = 60
"""Pairs of one person; and `_RANDOM` random pairs: what experience weighs."""

_RANDOM = 20_000
_SAMPLED_PAIRS = 300_000
_SAMPLED_RECORDS = 250_000
_RECALL = 0.7
"""Which part of all pairs of one person share an address or a whole name, in common contact data."""

_BLOCKS = ("l.email = r.email", "l.first = r.first AND l.last = r.last")
_ENOUGH = 50
"""Pairs that share a key from which on it is worth learning from them; with fewer, experience has the word."""

_HOLDERS = 20
_LIKELY = """
WITH keys AS (
    SELECT 'email' AS kind, email AS key, id FROM linkable WHERE email IS NOT NULL
    UNION ALL
    SELECT 'name', first || ' ' || last, id FROM linkable WHERE first IS NOT NULL AND last IS NOT NULL
), few AS (
    SELECT * FROM keys QUALIFY count(*) OVER (PARTITION BY kind, key) BETWEEN 2 AND $holders
), pairs AS (
    SELECT a.id AS one, b.id AS other, bool_or(kind = 'email') AS by_email, bool_or(kind = 'name') AS by_name
    FROM few AS a JOIN few AS b USING (kind, key) WHERE a.id < b.id GROUP BY ALL
)
SELECT (SELECT count(*) FROM linkable), count(*) FILTER (by_email), count(*) FILTER (by_name), count(*) FROM pairs
"""
"""Records; pairs that share an address, that share a whole name, and either."""


class Learned(NamedTuple):
    """`prior`: the probability that two records drawn at random are one person's; `records`: how many there were.

    `right`: the share of systems' links that are right; `merge_from`: the least probability at which pairs are joined
    without asking; None where not learned yet.
    """

    prior: float
    probabilities: Probabilities
    records: int
    right: float | None = None
    merge_from: float | None = None

    @staticmethod
    def of(parameters: Mapping[str, Any]) -> Learned:
        """Return what an earlier run learned; raise UsageError if another version of the linker did."""
        if parameters.get("format") != FORMAT:
            raise UsageError(
                "what the linker learned was kept by another version of it; let it learn again from the records"
            )
        probabilities = {
            name: [parameters["probabilities"][name][level.name] for level in comparison.levels]
            for name, comparison in COMPARISONS.items()
        }
        return Learned(probabilities=probabilities, **{name: parameters[name] for name in _PLAIN})

    def as_parameters(self) -> dict[str, Any]:
        """Return the same, fit for JSON."""
        probabilities = {
            name: {level.name: row for level, row in zip(comparison.levels, self.probabilities[name], strict=True)}
            for name, comparison in COMPARISONS.items()
        }
        return {"format": FORMAT, "probabilities": probabilities} | {name: getattr(self, name) for name in _PLAIN}


_PLAIN = ("prior", "records", "right", "merge_from")


def learn(con: duckdb.DuckDBPyConnection, seed: int) -> Learned:
    """Return what `linkable` shows about its own kind of agreement, or experience where it shows too little."""
    experience = by_experience()
    records, *shared, likely = con.sql(_LIKELY, params={"holders": _HOLDERS}).fetchall()[0]
    blocks = [block for block, pairs in zip(_BLOCKS, shared, strict=True) if pairs >= _ENOUGH]
    total = records * (records - 1) / 2
    prior = min(max(likely, 1) / _RECALL / max(total, 2), 0.5)
    if not blocks:
        return Learned(prior, experience, records)
    with _training(con) as linker_of:
        linker = linker_of(splink_settings(experience, prior))
        linker.training.estimate_u_using_random_sampling(
            max_pairs=_SAMPLED_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1
        )
        by_chance = _mixed(experience, _read(linker), 1, min(total, _SAMPLED_PAIRS), _RANDOM)
        by_chance = _without_pairs_of_one(by_chance, prior)
        linker = linker_of(splink_settings(by_chance, prior))
        for block in blocks:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block, estimate_without_term_frequencies=True, max_pairs=_SAMPLED_PAIRS
            )
        return Learned(prior, _mixed(by_chance, _read(linker), 0, likely, _EXPERIENCE), records)


@contextmanager
def _training(con: duckdb.DuckDBPyConnection) -> Iterator[Callable[[dict[str, Any]], Linker]]:
    """Yield a function from settings to a Splink linker over (a sample of) the records, in a database of its own."""
    from splink import DuckDBAPI, Linker

    sample = con.sql(
        "SELECT * FROM linkable ORDER BY hash(source || ' ' || record), id LIMIT $n", params={"n": _SAMPLED_RECORDS}
    ).to_arrow_table()
    log = logging.getLogger("splink")
    level = log.level
    with duckdb.connect() as own, warnings.catch_warnings():
        own.execute("SET threads = 1")
        own.execute("SET enable_progress_bar = false")
        own.register("sample", sample)
        own.execute("CREATE TABLE people AS FROM sample")
        warnings.simplefilter("ignore")
        try:
            yield lambda settings: _quiet(Linker(DuckDBAPI(own).register("people"), settings), log)
        finally:
            log.setLevel(level)


def _quiet(linker: Linker, log: logging.Logger) -> Linker:
    """Splink turns its log on with every linker; what it says there is for whoever designs a model."""
    log.setLevel(logging.CRITICAL)
    return linker


def _read(linker: Linker) -> Probabilities:
    """Return [m, u] of every level as Splink has them."""
    rows = linker.misc.save_model_to_json()["comparisons"]
    return {
        row["output_column_name"]: [
            [level.get("m_probability") or 0.0, level.get("u_probability") or 0.0]
            for level in row["comparison_levels"]
            if not level.get("is_null_level")
        ]
        for row in rows
    }


def _mixed(known: Probabilities, seen: Probabilities, of: int, pairs: float, weight: float) -> Probabilities:
    """Return `known` with m (of = 0) or u (1) mixed with what was seen in so many pairs; known weights stay."""
    mixed: Probabilities = {}
    for name, comparison in COMPARISONS.items():
        rows = [list(row) for row in known[name]]
        for level, row, found in zip(comparison.levels, rows, seen[name], strict=True):
            if of == 1 or level.bits is None:
                row[of] = (row[of] * weight + found[of] * pairs) / (weight + pairs)
        mixed[name] = rows
    return mixed


def _without_pairs_of_one(found: Probabilities, prior: float) -> Probabilities:
    """Return u less the share of random pairs that are one person's: what is left of it, but not less than a tenth.

    Matters for what is rare by chance, such as the same address, where records are few. Where the weight of a level is
    known, m follows from it.
    """
    less: Probabilities = {}
    for name, comparison in COMPARISONS.items():
        rows = [[m, max((u - prior * m) / (1 - prior), u / 10)] for m, u in found[name]]
        less[name] = [
            [m if kind.bits is None else u * 2**kind.bits, u]
            for kind, (m, u) in zip(comparison.levels, rows, strict=True)
        ]
    return less
