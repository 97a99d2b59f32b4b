"""Which account a person's record speaks of: by its own link, else by company, mail domain, phone and city.

Input: people, accounts, which account records are one account, which records one person, and the mail domains. What a
name and a domain usually mean is learned from the records whose account is known, then once more with those found by
it; what each agreement says is learned without labels (`core.identity.latent`), other branches being a class of their
own.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from detente.core.identity.latent import Mixture, Pattern, fit
from detente.core.identity.mail import MailDomains
from detente.engine.account_columns import account_columns, employer_columns
from detente.engine.account_linker import HOLDERS, PRECISION, SURE
from detente.engine.account_model import SAME, common_experience, levels_in_sql, words_in_sql
from detente.engine.duck import connected, statement
from detente.engine.lead_model import COMPARISONS

_ROUNDS = 2
_NAME = {"name": COMPARISONS["name"]}
_OTHERS = {name: comparison for name, comparison in COMPARISONS.items() if name != "name"}

MATCHES = pa.schema(
    [
        ("source", pa.string()), ("record", pa.string()), ("account_source", pa.string()),
        ("account_record", pa.string()), ("rule", pa.string()), ("probability", pa.float64()), ("verdict", pa.string()),
        ("why", pa.string()),
    ]
)  # fmt: skip
"""One row a person's record, sorted. `account_*`: the smallest record of the account, or null where `verdict` is none.

`rule`: own (its system links it), linked, or person (the person's other records say it); `verdict`: sure | ask | none;
`why`: JSON list of short texts.
"""


def match_leads(
    people: pa.Table, accounts: pa.Table, clusters: pa.Table, mail: pa.Table, persons: pa.Table
) -> pa.Table:
    """Return the account of each person's record as `MATCHES`.

    `clusters`: account, source, record: which account records are one; one that is not there stands for itself.
    `mail` as `linking.MAIL`. `persons`: person, source, record: which records are one person; empty if not known.
    """
    tables = {
        "columns": account_columns(accounts),
        "people": employer_columns(people, MailDomains().with_rows(mail.to_pylist())),
        "clusters": clusters.select(["account", "source", "record"]),
        "persons": persons.select(["person", "source", "record"]),
    }
    with connected(tables) as con:
        con.execute(f"CREATE TABLE records AS {_RECORDS.format(records=statement('account_records'))}")
        for statement_ in _MENTIONS:
            con.execute(statement_)
        con.execute(f"CREATE TABLE mentions AS {statement('lead_mentions')}")
        for _ in range(_ROUNDS):
            _learn_meanings(con)
            _score(con)
        con.execute(_JUDGED, {"precision": PRECISION, "sure": SURE})
        return con.sql(_MATCHES).to_arrow_table().cast(MATCHES)


_RECORDS = """
SELECT *, first_value(id) OVER (PARTITION BY account ORDER BY id) AS stands_for
FROM (
    SELECT given.*, coalesce(clusters.account, given.source || ' ' || given.record) AS account
    FROM ({records}) AS given LEFT JOIN clusters USING (source, record)
)
ORDER BY id
"""

_MENTIONS = (
    """
    CREATE TABLE own AS
    SELECT people.source, people.record, people.domain, records.stands_for
    FROM people JOIN records ON records.source = people.source AND records.record = people.linked
    """,
    """
    CREATE TABLE saying AS
    SELECT *, dense_rank() OVER (ORDER BY name, domain, phone, tail, city) AS said
    FROM people ANTI JOIN own USING (source, record)
    WHERE coalesce(name, domain, tail) IS NOT NULL
    """,
    "CREATE TABLE name_levels (written VARCHAR, id BIGINT, name INTEGER)",
    "CREATE TABLE best (said BIGINT, stands_for BIGINT, probability DOUBLE, odds DOUBLE, why VARCHAR)",
)


def _learn_meanings(con: duckdb.DuckDBPyConnection) -> None:
    """Make `of_domain` and `of_name`: which part of the records with a domain, a name, belongs to which account.

    A name that an account bears means what it says, and is not learned.
    """
    con.execute(
        """
        CREATE OR REPLACE TABLE known AS
        SELECT stands_for, domain, NULL::VARCHAR AS name, 1 AS records FROM own
        UNION ALL SELECT stands_for, domain, NULL, 1 FROM records
        UNION ALL
        SELECT stands_for, domain, name, records FROM best JOIN mentions USING (said) WHERE probability >= $sure
        """,
        {"sure": SURE},
    )
    for what, where in (("domain", "true"), ("name", "name NOT IN (SELECT name FROM records WHERE name IS NOT NULL)")):
        con.execute(
            f"""
            CREATE OR REPLACE TABLE of_{what} AS
            SELECT stands_for, {what}, sum(records) / sum(sum(records)) OVER (PARTITION BY {what}) AS part
            FROM known WHERE {what} IS NOT NULL AND {where} GROUP BY stands_for, {what}
            """
        )


def _score(con: duckdb.DuckDBPyConnection) -> None:
    """Make `best`: the most probable account of each mention."""
    con.execute(f"CREATE OR REPLACE TABLE candidates AS {statement('lead_candidates')}", {"holders": HOLDERS})
    con.execute(
        f"""
        INSERT INTO name_levels
        SELECT l.name, r.id, {levels_in_sql(_NAME)}
        FROM (
            SELECT mentions.name, id, min(said) AS said
            FROM candidates JOIN mentions USING (said)
            WHERE name IS NOT NULL
            GROUP BY ALL
        ) AS asked
        ANTI JOIN name_levels ON written = asked.name AND name_levels.id = asked.id
        JOIN mentions AS l USING (said) JOIN records AS r USING (id)
        """
    )
    con.execute(f"CREATE OR REPLACE TABLE compared AS {_COMPARED.format(levels=levels_in_sql(_OTHERS))}")
    levels = ", ".join(COMPARISONS)
    shown = con.sql(f"SELECT {levels}, sum(records) FROM compared GROUP BY ALL ORDER BY ALL").fetchall()
    mixture = fit([Pattern(tuple(row), float(records)) for *row, records in shown], common_experience(COMPARISONS))
    con.register("scores", _odds([tuple(row[:-1]) for row in shown], mixture))
    alike = " AND ".join(f"compared.{name} IS NOT DISTINCT FROM scores.{name}" for name in COMPARISONS)
    con.execute(f"CREATE OR REPLACE TABLE best AS {_BEST.format(alike=alike, why=words_in_sql(COMPARISONS))}")


_COMPARED = """
WITH meant AS (
    SELECT
        candidates.said, candidates.id,
        CASE WHEN of_names.name IS NOT NULL THEN coalesce(of_name.part, 0) END AS usual,
        CASE WHEN of_domains.domain IS NOT NULL THEN coalesce(of_domain.part, 0) END AS at_domain
    FROM candidates
    JOIN mentions AS l USING (said)
    JOIN records AS r USING (id)
    LEFT JOIN (SELECT DISTINCT name FROM of_name) AS of_names ON of_names.name = l.name
    LEFT JOIN (SELECT DISTINCT domain FROM of_domain) AS of_domains ON of_domains.domain = l.domain
    LEFT JOIN of_name ON of_name.name = l.name AND of_name.stands_for = r.stands_for
    LEFT JOIN of_domain ON of_domain.domain = l.domain AND of_domain.stands_for = r.stands_for
)
SELECT said, meant.id, r.stands_for, l.records, name_levels.name, {levels}
FROM meant
JOIN mentions AS l USING (said)
JOIN records AS r USING (id)
LEFT JOIN name_levels ON name_levels.written = l.name AND name_levels.id = r.id
"""

_BEST = """
WITH scored AS (
    SELECT said, id, stands_for, odds FROM compared JOIN scores ON {alike}
), of_account AS (
    SELECT said, stands_for, max(odds) AS odds, arg_max(id, (odds, -id)) AS id FROM scored GROUP BY ALL
), most_probable AS (
    SELECT said, id, stands_for, odds / (1 + sum(odds) OVER (PARTITION BY said)) AS probability, odds
    FROM of_account
    QUALIFY row_number() OVER (PARTITION BY said ORDER BY odds DESC, stands_for) = 1
)
SELECT said, most_probable.stands_for, probability, odds, {why} AS why
FROM most_probable JOIN compared USING (said, id)
"""
"""A record speaks of one account, or of none that is known: odds against that add up over accounts."""


def _odds(levels: Sequence[tuple[int | None, ...]], mixture: Mixture) -> pa.Table:
    """Return, for each combination of levels, the odds that the account is meant."""
    columns = {name: pa.array([row[place] for row in levels], pa.int32()) for place, name in enumerate(COMPARISONS)}
    chances = [min(mixture.membership(Pattern(row))[SAME], 1 - 1e-12) for row in levels]
    return pa.table({**columns, "odds": pa.array([chance / (1 - chance) for chance in chances], pa.float64())})


_JUDGED = """
CREATE TABLE judged AS
WITH found AS (
    SELECT people.source, people.record, stands_for, probability, odds, why
    FROM people
    LEFT JOIN saying USING (source, record)
    LEFT JOIN best ON best.said = saying.said
    ANTI JOIN own ON own.source = people.source AND own.record = people.record
), expected AS (
    SELECT probability, avg(probability) OVER (ORDER BY probability DESC) AS precision FROM found WHERE odds >= 1
), sure AS (
    SELECT coalesce(min(probability), $precision) AS sure_from
    FROM expected WHERE precision >= $precision AND probability >= $sure
)
SELECT
    source, record, 'linked' AS rule, probability, why,
    CASE WHEN odds >= 1 THEN stands_for END AS stands_for,
    CASE WHEN probability >= sure_from THEN 'sure' WHEN odds >= 1 THEN 'ask' ELSE 'none' END AS verdict
FROM found, sure
UNION ALL
SELECT source, record, 'own', 1.0, '["+ linked in its own system"]', stands_for, 'sure' FROM own
"""
"""Asked about is an account that is more probable than none."""

_MATCHES = """
WITH spoken_of AS (
    SELECT person, stands_for, count(*) AS records
    FROM judged JOIN persons USING (source, record)
    WHERE verdict = 'sure' GROUP BY ALL
), staying AS (
    SELECT (sum(records * (records - 1)) + 9) / (sum(all_records * records - records) + 10) AS stay
    FROM (SELECT *, sum(records) OVER (PARTITION BY person) AS all_records FROM spoken_of)
), usual AS (
    SELECT person, arg_max(stands_for, (records, -stands_for)) AS stands_for FROM spoken_of GROUP BY person
), told AS (
    SELECT judged.*, usual.stands_for AS usual
    FROM judged LEFT JOIN persons USING (source, record) LEFT JOIN usual USING (person)
), settled AS (
    SELECT * EXCLUDE (usual) FROM told WHERE verdict = 'sure' OR usual IS NULL
    UNION ALL
    SELECT
        source, record, 'person', stay, '["+ another record of the person speaks of this account"]', usual, 'ask'
    FROM told, staying WHERE verdict <> 'sure' AND usual IS NOT NULL
)
SELECT
    settled.source, settled.record, records.source AS account_source, records.record AS account_record,
    rule, coalesce(probability, 0.0) AS probability, verdict, coalesce(why, '[]') AS why
FROM settled LEFT JOIN records ON records.id = settled.stands_for
ORDER BY settled.source, settled.record
"""
"""Where a record does not surely speak of an account itself, the person's other records say it. How often two records
of one person speak of the same account is counted, with experience (nine in ten) beside it: people move.
"""
