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

_LINKABLE = """
CREATE OR REPLACE TEMP TABLE linkable AS
WITH met AS (
    SELECT DISTINCT domain, company FROM people WHERE domain IS NOT NULL AND NOT free AND company IS NOT NULL
), domains AS (
    SELECT company, list('domain ' || domain ORDER BY domain) AS known FROM met GROUP BY company
    HAVING count(*) <= $crowd
), companies AS (
    SELECT domain, list('company ' || company ORDER BY company) AS known FROM met GROUP BY domain
    HAVING count(*) <= $crowd
), work AS (
    SELECT id, list(mention ORDER BY mention) AS work FROM mentions GROUP BY id
), worded AS (
    SELECT company, unnest(tokens) AS token FROM (SELECT DISTINCT company, tokens FROM people WHERE company IS NOT NULL)
), spread AS (
    SELECT token, count(*) AS companies FROM worded GROUP BY token
), marks AS (
    SELECT company, list(token ORDER BY companies, token)[1:2] AS marks FROM worded JOIN spread USING (token)
    GROUP BY company
), numbers AS (
    SELECT tail, count(DISTINCT coalesce(last, first)) AS names FROM people WHERE tail IS NOT NULL GROUP BY tail
)
SELECT
    people.*,
    coalesce(work.work, []) AS work,
    list_concat(coalesce(work.work, []), coalesce(domains.known, []), coalesce(companies.known, [])) AS wide,
    coalesce(marks.marks, []) AS marks,
    coalesce(numbers.names, 0) >= $switchboard AS switchboard,
    (SELECT count(*) FROM people) AS records,
    {held}
FROM people
{holders}
LEFT JOIN work USING (id)
LEFT JOIN domains ON domains.company = people.company
LEFT JOIN companies ON companies.domain = people.domain AND NOT people.free
LEFT JOIN marks ON marks.company = people.company
LEFT JOIN numbers ON numbers.tail = people.tail
ORDER BY id
"""


def put_in_context(con: duckdb.DuckDBPyConnection) -> None:
    """Make `linkable`: `people` with `work`, `wide` (and what that is known to go with), `marks` and `switchboard`.

    Beside them stand `held_<column>`, how many records have the value of a column whose rare values count more, and
    `records`, how many there are.
    """
    held = ", ".join(f"coalesce(of_{column}.held, 0) AS held_{column}" for column in RARE)
    holders = "\n".join(
        f"LEFT JOIN (SELECT {column}, count(*) AS held FROM people GROUP BY {column}) AS of_{column}"
        f" ON of_{column}.{column} = people.{column}"
        for column in RARE
    )
    con.execute(_LINKABLE.format(held=held, holders=holders), {"switchboard": SWITCHBOARD, "crowd": CROWD})
