"""The Olist funnel, from its files through the command line, agrees with direct queries of those files.

Runs where the data is: ../shared/data/olist, or below DETENTE_SHARED. The data itself is no part of the product.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import duckdb
import pytest

from .conftest import run_cli

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DETENTE_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data" / "olist"
EXAMPLE = ROOT / "examples" / "olist"
ZONE = ZoneInfo("America/Sao_Paulo")
AS_OF = "2018-11-30"

pytestmark = [
    pytest.mark.skipif(not (DATA / "mqls.csv").is_file(), reason="the Olist data is not here"),
    pytest.mark.slow,
]


class Olist:
    """A workspace that was filled and published by the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("agreements", "mappings"):
            (folder / name).mkdir(parents=True)
        shutil.copy(EXAMPLE / "agreement.yaml", folder / "agreements")
        shutil.copy(EXAMPLE / "mapping.yaml", folder / "mappings" / "olist.yaml")
        (folder / "detente.toml").write_text('[workspace]\nname = "Olist"\ncurrency = "BRL"\n', encoding="utf-8")
        self.imported = self._answer(
            "import", DATA / "mqls.csv", DATA / "closed_deals.csv", "-m", "mappings/olist.yaml"
        )
        self.replayed = self._answer("replay", "--as-of", AS_OF)

    def _answer(self, *arguments):
        done = run_cli(self.folder, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def ask(self, sql):
        """Return the rows of a query in which {table} is a table of the snapshot and {landed} the rows as received."""
        snapshot = self.folder / "snapshots" / self.replayed["snapshot"]["id"]
        places = {path.stem: f"'{path}'" for path in snapshot.glob("*.parquet")}
        landed = {
            f"landed_{name}": f"'{self.folder}/landing/olist/{name}/*/*.parquet'" for name in ("mqls", "closed_deals")
        }
        return duckdb.connect().execute(sql.format(**places, **landed)).fetchall()


@pytest.fixture(scope="module")
def olist(tmp_path_factory):
    return Olist(tmp_path_factory.mktemp("olist") / "ws")


def raw(sql):
    """Return the rows of a query over the files, `mqls` and `deals`, of which every column is text."""
    con = duckdb.connect()
    for name, file in (("mqls", "mqls.csv"), ("deals", "closed_deals.csv")):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_csv('{DATA / file}', all_varchar=true)")
    return con.execute(sql).fetchall()


def local(micros):
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).astimezone(ZONE).replace(tzinfo=None)


def months(rows):
    return Counter(local(micros).strftime("%Y-%m") for (micros,) in rows)


CHANNELS = {"direct traffic": "direct", "organic search": "organic_search", "paid search": "paid_search"}


def channel(origin):
    return origin and CHANNELS.get(origin, origin.replace(" ", "_"))


def test_every_row_of_both_files_is_accepted_and_lands_as_it_was(olist):
    account = {file["file"]: file for file in olist.imported["files"]}
    for name, records, facts in (("mqls.csv", 8_000, 8_000), ("closed_deals.csv", 842, 3 * 842)):
        told = account[name]
        assert (told["records"], told["accepted"], told["duplicate"], told["quarantined"]) == (records, records, 0, 0)
        assert (told["facts"], told["conflicting"]) == (facts, 0)
    for stream, file in (("mqls", "mqls.csv"), ("closed_deals", "closed_deals.csv")):
        columns = [name for (name, *_) in raw(f"DESCRIBE {'mqls' if stream == 'mqls' else 'deals'}")]
        listed = ", ".join(f"coalesce({name}, '') AS {name}" for name in columns)
        landed = f"SELECT {listed} FROM {{landed_{stream}}}"
        there = f"SELECT {listed} FROM read_csv('{DATA / file}', all_varchar=true)"
        assert olist.ask(f"({landed} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {landed})") == []


def test_first_contacts_and_wins_by_month_are_those_of_the_files(olist):
    contacts = dict(raw("SELECT first_contact_date[:7], count(*) FROM mqls GROUP BY 1"))
    first = olist.ask("SELECT occurred_at FROM {timeline} WHERE kind = 'form_submit'")
    assert months(first) == contacts
    wins = dict(raw("SELECT won_date[:7], count(*) FROM deals GROUP BY 1"))
    assert months(olist.ask("SELECT occurred_at FROM {entries} WHERE stage = 'Customer'")) == wins
    assert dict(olist.ask("SELECT stage, leads FROM {stage_counts}")) == {"MQL": 8_000 - 842, "Customer": 842}


def test_the_one_deal_won_before_the_first_contact_takes_effect_and_is_flagged(olist):
    ((lead, won, days),) = raw(
        """SELECT mql_id, won_date, date_diff('day', won_date::date, first_contact_date::date)
        FROM deals JOIN mqls USING (mql_id) WHERE won_date < first_contact_date"""
    )
    flagged = olist.ask(
        """SELECT record, occurred_at, nonconforming FROM {entries} JOIN {persons} USING (person)
        WHERE stage = 'Opportunity' AND len(nonconforming) > 0"""
    )
    assert [(record, str(local(at)), said) for record, at, said in flagged] == [(lead, won, ["from"])]
    assert olist.ask(
        f"SELECT count(*) FROM {{entries}} JOIN {{persons}} USING (person) WHERE record = '{lead}' AND stage = 'MQL'"
    ) == [(0,)]
    assert days == 2


def test_days_to_win_are_those_of_the_files_lead_by_lead(olist):
    # 15 October 2017 has no midnight in São Paulo: clocks went from 00:00 to 01:00, and the day begins there.
    expected = dict(
        raw(
            """SELECT mql_id, epoch_us(won_date::timestamp - first_contact_date::timestamp
                - CASE first_contact_date WHEN '2017-10-15' THEN INTERVAL 1 hour ELSE INTERVAL 0 hours END)
            FROM deals JOIN mqls USING (mql_id) WHERE won_date >= first_contact_date"""
        )
    )
    entries = olist.ask(
        """SELECT record, mql.occurred_at, won.occurred_at FROM {entries} AS mql
        JOIN {entries} AS won USING (person) JOIN {persons} USING (person)
        WHERE mql.stage = 'MQL' AND won.stage = 'Customer'"""
    )
    taken = {record: (local(won) - local(first)) // timedelta(microseconds=1) for record, first, won in entries}
    assert taken == expected
    assert len(taken) == 841
    assert median(taken.values()) // 86_400_000_000 == 14


def test_conversion_by_month_of_first_contact_is_that_of_the_files(olist):
    expected = raw(
        """SELECT first_contact_date[:7], count(*),
            count(*) FILTER (won_date::timestamp - first_contact_date::timestamp <= INTERVAL 180 days)
        FROM mqls LEFT JOIN deals USING (mql_id)
        WHERE won_date IS NULL OR won_date >= first_contact_date GROUP BY 1 ORDER BY 1"""
    )
    told = olist.ask(
        """SELECT period, entered, converted FROM {conversion}
        WHERE stage = 'MQL' AND target = 'Customer' AND kind = 'month' AND period <= '2018-05' ORDER BY 1"""
    )
    assert told == expected


def test_credit_by_origin_is_that_of_the_files_and_sums_to_the_deals(olist):
    rows = raw(
        """SELECT origin, won_date >= first_contact_date, declared_monthly_revenue::double
        FROM deals JOIN mqls USING (mql_id)"""
    )
    deals: Counter[str | None] = Counter()
    money: Counter[str | None] = Counter()
    for origin, in_order, revenue in rows:
        earned = channel(origin) if in_order else None  # a touch after the deal was opened earns nothing
        deals[earned] += 1
        money[earned] += revenue
    book = olist.ask(
        """SELECT channel, party, sum(share), sum(coalesce(amount, 0)) FROM {credit}
        WHERE book AND rule = 'sourced' GROUP BY ALL"""
    )
    assert {earned: share for earned, _, share, _ in book} == dict(deals)
    assert {earned: amount for earned, *_, amount in book} == pytest.approx(dict(money))
    assert {party for earned, party, *_ in book if earned is None} == {"sales"}
    assert {party for earned, party, *_ in book if earned is not None} == {"marketing"}
    totals = olist.ask("SELECT rule, sum(share) FROM {credit} WHERE rule <> 'influenced' GROUP BY 1")
    assert {rule: round(share, 6) for rule, share in totals}["sourced"] == 842


def test_the_same_files_again_change_nothing(olist):
    again = olist._answer("import", DATA / "mqls.csv", DATA / "closed_deals.csv", "-m", "mappings/olist.yaml")
    assert [(file["duplicate"], file["repeated"]) for file in again["files"]] == [(8_000, True), (842, True)]
    assert (
        olist._answer("replay", "--as-of", AS_OF)["snapshot"]["content_hash"]
        == olist.replayed["snapshot"]["content_hash"]
    )
