"""Which pairs of records are worth a look: those that share a key that few others share.

Input: the comparable columns (`linker_columns`). Keys are chosen so that a pair with one typing error in any field
still shares another. A key that more than `HOLDERS` records share says little and would cost the square of it: it
makes no pair, and a key of parts of a name makes none beyond `FEW`. A pair that shares only such keys could not be told
from chance anyway.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

HOLDERS = 50
FEW = 12

_MENTIONS = """
CREATE OR REPLACE TEMP TABLE mentions AS
SELECT DISTINCT id, unnest(list_filter([
    'company ' || company, CASE WHEN NOT free THEN 'domain ' || domain END, 'account ' || source || ' ' || account
], lambda mention: mention IS NOT NULL)) AS mention
FROM people
"""
"""What a record says about where the person works."""

_CALLED = """
CREATE OR REPLACE TEMP TABLE called AS
SELECT DISTINCT id, root, last FROM (
    SELECT id, unnest(CASE WHEN first IS NULL THEN [NULL] ELSE roots END) AS root, last FROM people
    UNION ALL
    SELECT id, unnest(roots), first FROM (
        SELECT id, first, CASE WHEN last IS NULL THEN [] ELSE [last] END AS roots FROM people WHERE first IS NOT NULL
    )
    UNION ALL
    SELECT id, unnest(said_roots), said_last FROM people
)
"""
"""Every way to read a record's name: as it stands, swapped, and as its e-mail address spells it."""

_KEYS = """
CREATE OR REPLACE TEMP TABLE record_keys AS
WITH cities AS (
    SELECT id, city FROM people WHERE city IS NOT NULL
), raw AS (
    SELECT 'look ' || look AS key, id, $holders AS most FROM people
    UNION ALL SELECT 'local ' || local, id, $holders FROM people WHERE length(local) > 3
    UNION ALL SELECT 'local ' || letters, id, $holders FROM people WHERE length(letters) > 5
    UNION ALL SELECT 'tail ' || tail, id, $holders FROM people
    UNION ALL SELECT 'name ' || root || ' ' || last, id, $holders FROM called
    UNION ALL SELECT 'last ' || last || ' ' || mention, id, $holders FROM called JOIN mentions USING (id)
    UNION ALL SELECT 'first ' || root || ' ' || mention, id, $holders FROM called JOIN mentions USING (id)
    UNION ALL SELECT 'start ' || root || ' ' || left(last, 3), id, $few FROM called
    UNION ALL SELECT 'initial ' || left(root, 1) || ' ' || last, id, $few FROM called
    UNION ALL SELECT 'last ' || last || ' city ' || city, id, $few FROM called JOIN cities USING (id)
    UNION ALL SELECT 'first ' || root || ' city ' || city, id, $few FROM called JOIN cities USING (id)
)
SELECT DISTINCT hash(key) AS key, id, most FROM raw WHERE key IS NOT NULL
"""

_TELLING = """
CREATE OR REPLACE TEMP TABLE block_keys AS
SELECT key, id FROM record_keys QUALIFY count(*) OVER (PARTITION BY key) BETWEEN 2 AND most
"""

_PAIRS = """
CREATE OR REPLACE TEMP TABLE candidates AS
SELECT DISTINCT one.id AS id_l, other.id AS id_r
FROM block_keys AS one JOIN block_keys AS other ON one.key = other.key AND one.id < other.id
UNION
SELECT one, other FROM spoken_of
ORDER BY 1, 2
"""

_FRIENDS_OF_FRIENDS = """
CREATE OR REPLACE TEMP TABLE more_candidates AS
WITH friends AS (
    SELECT id_l AS id, id_r AS friend FROM likely UNION ALL SELECT id_r, id_l FROM likely
), few AS (
    SELECT * FROM friends QUALIFY count(*) OVER (PARTITION BY id) BETWEEN 2 AND $holders
)
SELECT DISTINCT one.friend AS id_l, other.friend AS id_r
FROM few AS one JOIN few AS other ON one.id = other.id AND one.friend < other.friend
ANTI JOIN candidates ON candidates.id_l = one.friend AND candidates.id_r = other.friend
"""


def find_candidates(con: duckdb.DuckDBPyConnection) -> None:
    """Make `candidates(id_l, id_r)`, id_l < id_r, sorted, and what `read_keys` makes.

    From `people` and `spoken_of(one, other)`, one < other: pairs that a system or a person spoke of, which are looked
    at in any case.
    """
    read_keys(con)
    con.execute(_TELLING)
    pair_up(con)


def read_keys(con: duckdb.DuckDBPyConnection) -> None:
    """Make `mentions(id, mention)`, and `record_keys(key, id, most)`: each record's keys.

    A key that more than `most` records have makes no pair.
    """
    read_mentions(con)
    con.execute(_CALLED)
    con.execute(_KEYS, {"holders": HOLDERS, "few": FEW})


def read_mentions(con: duckdb.DuckDBPyConnection) -> None:
    """Make `mentions(id, mention)`: what each record says about where the person works."""
    con.execute(_MENTIONS)


def pair_up(con: duckdb.DuckDBPyConnection) -> None:
    """Make `candidates` as `find_candidates` does, of the keys that stand in `block_keys(key, id)`."""
    con.execute(_PAIRS)


def find_friends_of_friends(con: duckdb.DuckDBPyConnection, likely: pa.Table) -> None:
    """Make `more_candidates`: pairs of records that share no key, but are both likely one with a third.

    What they say about each other tells whether the three are one. `likely` has `id_l` and `id_r`.
    """
    con.register("likely", likely)
    con.execute(_FRIENDS_OF_FRIENDS, {"holders": HOLDERS})
