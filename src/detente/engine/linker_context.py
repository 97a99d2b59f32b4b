"""What the records say about each other's surroundings: employers known under several names, numbers of many people.

Input: `people` and `mentions`. Which company a mail domain belongs to, and under which spellings, is learned from the
records that give both; a number that people of several names have is a switchboard's; an address that people of
contradicting first names have is a household's.
"""

from __future__ import annotations

import duckdb

from detente.engine.linker_model import RARE

SWITCHBOARD = 3
"""So many different names make a number a switchboard's."""

CROWD = 20
"""A domain of more companies is a mail provider's, a company at more domains is several: neither tells the other."""

_MET = """
SELECT DISTINCT domain, company FROM people WHERE domain IS NOT NULL AND NOT free AND company IS NOT NULL
"""

SURROUNDINGS = {
    "known_domains": f"""
        SELECT company, list('domain ' || domain ORDER BY domain) AS known FROM ({_MET}) GROUP BY company
        HAVING count(*) <= $crowd
    """,
    "known_companies": f"""
        SELECT domain, list('company ' || company ORDER BY company) AS known FROM ({_MET}) GROUP BY domain
        HAVING count(*) <= $crowd
    """,
    "spread": """
        SELECT token, count(*) AS companies
        FROM (SELECT DISTINCT company, unnest(tokens) AS token FROM people WHERE company IS NOT NULL) GROUP BY token
    """,
    "switchboards": """
        SELECT tail FROM people WHERE tail IS NOT NULL
        GROUP BY tail HAVING count(DISTINCT coalesce(last, first)) >= $switchboard
    """,
    "holders": " UNION ALL ".join(
        f"SELECT '{column}' AS field, {column} AS value, count(*) AS held FROM people"
        f" WHERE {column} IS NOT NULL GROUP BY {column}"
        for column in RARE
    ),
    "counted": "SELECT count(*) AS records FROM people",
}
"""What all records together show, by table: which domains and companies go together, in how many companies' names a
word stands, which numbers are switchboards, and how many records have a value, of how many.
"""

_LINKABLE = """
CREATE OR REPLACE TEMP TABLE linkable AS
WITH work AS (
    SELECT id, list(mention ORDER BY mention) AS work FROM mentions GROUP BY id
), worded AS (
    SELECT company, unnest(tokens) AS token FROM (SELECT DISTINCT company, tokens FROM people WHERE company IS NOT NULL)
), marks AS (
    SELECT company, list(token ORDER BY coalesce(companies, 0), token)[1:2] AS marks
    FROM worded LEFT JOIN spread USING (token) GROUP BY company
)
SELECT
    people.*,
    coalesce(work.work, []) AS work,
    list_concat(coalesce(work.work, []), coalesce(domains.known, []), coalesce(companies.known, [])) AS wide,
    coalesce(marks.marks, []) AS marks,
    switchboards.tail IS NOT NULL AS switchboard,
    (SELECT records FROM counted) AS records,
    {held}
FROM people
{holders}
LEFT JOIN work USING (id)
LEFT JOIN known_domains AS domains ON domains.company = people.company
LEFT JOIN known_companies AS companies ON companies.domain = people.domain AND NOT people.free
LEFT JOIN marks ON marks.company = people.company
LEFT JOIN switchboards ON switchboards.tail = people.tail
ORDER BY id
"""


def look_around(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of `SURROUNDINGS` from `people`."""
    given = {"switchboard": SWITCHBOARD, "crowd": CROWD}
    for name, query in SURROUNDINGS.items():
        con.execute(
            f"CREATE TEMP TABLE {name} AS {query}", {word: given[word] for word in given if f"${word}" in query}
        )


def put_in_context(con: duckdb.DuckDBPyConnection) -> None:
    """Make `linkable`: `people` with `work`, `wide` (and what that is known to go with), `marks` and `switchboard`.

    Beside them stand `held_<column>`, how many records have the value of a column whose rare values count more, and
    `records`, how many there are. Reads the tables of `SURROUNDINGS`, and `mentions`.
    """
    held = ", ".join(f"coalesce(of_{column}.held, 0) AS held_{column}" for column in RARE)
    holders = "\n".join(
        f"LEFT JOIN (SELECT value, held FROM holders WHERE field = '{column}') AS of_{column}"
        f" ON of_{column}.value = people.{column}"
        for column in RARE
    )
    con.execute(_LINKABLE.format(held=held, holders=holders))
