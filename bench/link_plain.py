"""Plain Splink over the same records: what a competent user has after its tutorial. The benchmark's yardstick.

Columns in lower case and without blanks around them; the comparison library's own comparisons for name, e-mail, phone,
company and address; u by random sampling, EM over two blockings, clusters at 0.5. Nothing is cleaned beyond that.
"""

from __future__ import annotations

import itertools
import logging
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from detente.core.identity.decisions import Record

_PERSON = {
    "first_name": cl.NameComparison("first_name"),
    "last_name": cl.NameComparison("last_name"),
    "name": cl.NameComparison("name"),
    "email": cl.EmailComparison("email"),
    "phone": cl.LevenshteinAtThresholds("phone", [1, 2]),
    "company": cl.JaroWinklerAtThresholds("company", [0.9, 0.7]).configure(term_frequency_adjustments=True),
    "city": cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    "postal_code": cl.ExactMatch("postal_code"),
}
_PERSON_BLOCKS = [
    ("email",), ("first_name", "last_name"), ("phone",), ("last_name", "company"), ("last_name", "city"), ("name",),
]  # fmt: skip
_ACCOUNT = {
    "name": cl.JaroWinklerAtThresholds("name", [0.9, 0.7]).configure(term_frequency_adjustments=True),
    "address": cl.JaroWinklerAtThresholds("address", [0.9, 0.7]).configure(term_frequency_adjustments=True),
    "phone": cl.LevenshteinAtThresholds("phone", [1, 2]).configure(term_frequency_adjustments=True),
}
_ACCOUNT_BLOCKS = [("phone",), ("address",), ("name",)]
_CERTAIN = [
    ("email",), ("first_name", "last_name", "company"), ("first_name", "last_name", "city"),
    ("name", "phone"), ("name", "address"), ("phone", "address"),
]  # fmt: skip
"""Rules that are nearly always right: from them Splink estimates how many pairs there are, as its tutorial does."""


def plain_people(people: pa.Table, seed: int) -> list[tuple[Record, Record]]:
    """Return the pairs of persons that plain Splink joins."""
    return _linked(people, _PERSON, _PERSON_BLOCKS, seed)


def plain_accounts(accounts: pa.Table, seed: int) -> list[tuple[Record, Record]]:
    """Return the pairs of accounts that plain Splink joins, by name, address and phone."""
    return _linked(accounts, _ACCOUNT, _ACCOUNT_BLOCKS, seed)


def _linked(
    table: pa.Table, comparisons: dict[str, Any], blocks: Iterable[Sequence[str]], seed: int
) -> list[tuple[Record, Record]]:
    with_values = {name for name in table.column_names if table.column(name).null_count < table.num_rows}
    compared = [comparison for column, comparison in comparisons.items() if column in with_values]
    blocked = [names for names in blocks if with_values.issuperset(names)]
    if len(compared) < 2 or not blocked or table.num_rows < 2:
        return []
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=compared,
        blocking_rules_to_generate_predictions=[block_on(*names) for names in blocked],
    )
    with duckdb.connect() as con, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        con.register("given", table)
        columns = ", ".join(f'nullif(lower(trim("{name}")), \'\') AS "{name}"' for name in sorted(with_values))
        con.execute(f"CREATE TABLE records AS SELECT row_number() OVER () AS unique_id, {columns} FROM given")
        linker = Linker(DuckDBAPI(con).register("records"), settings, log_level=logging.ERROR)
        certain: list[Any] = [block_on(*names) for names in _sharing(con, _CERTAIN, with_values)]
        if certain:
            linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
        for names in _sharing(con, blocked, with_values)[:2]:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*names))
        predicted = linker.inference.predict(threshold_match_probability=0.5)
        pairs = con.sql(f"SELECT unique_id_l, unique_id_r FROM {predicted.physical_name}").fetchall()
    rows = list(
        itertools.starmap(Record, zip(*(table.column(name).to_pylist() for name in ("source", "record")), strict=True))
    )
    return [(rows[one - 1], rows[other - 1]) for one, other in pairs]


def _sharing(
    con: duckdb.DuckDBPyConnection, rules: Iterable[Sequence[str]], with_values: set[str]
) -> list[Sequence[str]]:
    """Return the rules by which any two records meet: Splink takes no others to train on."""
    found = []
    for names in rules:
        if with_values.issuperset(names):
            columns = ", ".join(names)
            filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
            meet = f"SELECT 1 FROM records WHERE {filled} GROUP BY {columns} HAVING count(*) > 1 LIMIT 1"
            if con.sql(meet).fetchall():
                found.append(names)
    return found
