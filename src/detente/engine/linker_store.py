"""Link persons again after more records came: what was found before is kept, and only what is new is compared.

Input: the same as `linker.link_people`, and a folder of one's own. What is kept there is derived: without it, or if
anything but new records came, all records are linked; so they are where people answered questions, for answers teach
what agreement is worth everywhere. Two records are compared in the surroundings that were seen when
all were linked last (`linker_context.SURROUNDINGS`), so that their verdict does not hang on who came since. New records
are compared with those that share a key; where one is likely one with another, or a key has now too many holders, all
records that are likely one with these are compared anew. The same pairs come out as if all had been linked at once in
the same surroundings, in whatever portions they came.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from detente.core.identity.mail import MailDomains
from detente.engine import linker_kept
from detente.engine.distinct import text_columns, usual_region
from detente.engine.duck import connect, connected
from detente.engine.linker import all_compared, compared, read_what_was_said
from detente.engine.linker_blocking import pair_up, read_keys, read_mentions
from detente.engine.linker_columns import PEOPLE, people_columns
from detente.engine.linker_context import SURROUNDINGS, put_in_context
from detente.engine.linker_kept import Kept
from detente.engine.linker_scores import agreements
from detente.engine.linker_training import Learned
from detente.engine.linker_verdicts import judged, questions, weighed
from detente.engine.linking import ANSWERS, PAIRS, Linking

_SAID = ANSWERS.names[:4]

_DIGESTS = """
CREATE TEMP TABLE digests AS SELECT source, record, hash({columns}) AS digest FROM given ORDER BY source, record
"""

_OTHER_THAN_NEW = """
SELECT count(*) FROM (FROM known_people ANTI JOIN digests USING (source, record, digest)) UNION ALL
SELECT count(*) FROM ((FROM same EXCEPT FROM known_said) UNION (FROM known_said EXCEPT FROM same)) AS changed
SEMI JOIN known_people AS l ON l.source = changed.source AND l.record = changed.record
SEMI JOIN known_people AS r ON r.source = changed.other_source AND r.record = changed.other_record
"""
"""Records that are gone or changed, and links between systems that are, or are new between records known before."""

_CROWDED = """
WITH met AS (
    SELECT key, count(*) FILTER (no < $first) AS before, count(*) AS now, any_value(most) AS most
    FROM all_keys SEMI JOIN new_keys USING (key) GROUP BY key
)
SELECT DISTINCT no FROM all_keys JOIN met USING (key)
WHERE no < $first AND before BETWEEN 2 AND met.most AND now > met.most
"""
"""Records known before that shared a key which has too many holders now."""

_REACHED = """
WITH RECURSIVE links AS (
    SELECT one, other FROM known_likely UNION ALL SELECT other, one FROM known_likely
), reached(no) AS (
    SELECT no FROM seeds UNION SELECT links.other FROM reached JOIN links ON links.one = reached.no
)
SELECT no FROM reached
"""

_AROUND = """
CREATE OR REPLACE TEMP TABLE around AS
WITH telling AS (
    SELECT key, no, most FROM all_keys
    SEMI JOIN (SELECT key FROM all_keys SEMI JOIN core USING (no)) AS ours USING (key)
    QUALIFY count(*) OVER (PARTITION BY key) BETWEEN 2 AND most
)
SELECT key, no FROM telling WHERE no IN (SELECT no FROM core) OR key IN (SELECT key FROM new_keys)
"""
"""The telling keys of the records of `core`, and who else has one of a new record's."""

_PARTNERS = """
SELECT known.no FROM (
    SELECT source, record, other_source, other_record FROM same
    UNION SELECT other_source, other_record, source, record FROM same
) AS said
SEMI JOIN (SELECT source, record FROM all_people WHERE no >= $first) AS new
    ON new.source = said.other_source AND new.record = said.other_record
JOIN all_people AS known ON known.source = said.source AND known.record = said.record
"""
"""Of whom a system says that they are one with a new record."""

_SOME = """
SELECT row_number() OVER (ORDER BY source, record) - 1 AS id, * FROM all_people
SEMI JOIN (SELECT no FROM around UNION SELECT no FROM core UNION SELECT no FROM partners) AS met USING (no)
ORDER BY id
"""

_WORTH_A_LOOK = """
CREATE OR REPLACE TEMP TABLE candidates AS
SELECT candidates.* FROM candidates
JOIN people AS l ON l.id = id_l JOIN people AS r ON r.id = id_r
WHERE greatest(l.no, r.no) >= $first OR (l.no IN (SELECT no FROM core) AND r.no IN (SELECT no FROM core))
ORDER BY id_l, id_r
"""


class _Given(NamedTuple):
    """What is linked: records, what systems and people said of them, and what is known of mail domains."""

    people: pa.Table
    same: pa.Table
    answers: pa.Table
    mail: pa.Table

    def key(self, parameters: Mapping[str, Any]) -> str:
        """Return what tells whether kept pairs were found in the same way."""
        made_by = [version("detente"), version("duckdb")]
        told = [self.mail.to_pylist(), parameters]
        return hashlib.sha256(json.dumps([made_by, told], sort_keys=True).encode()).hexdigest()


def link_again(  # noqa: PLR0913, PLR0917  what `link_people` takes, and a folder
    folder: Path,
    people: pa.Table,
    same: pa.Table,
    mail: pa.Table,
    parameters: Mapping[str, Any] | None,
    answers: pa.Table | None,
    seed: int,
) -> Linking:
    """Return what `link_people` does; keep it in the folder, and read there what was found before."""
    given = _Given(people, same.select(_SAID), ANSWERS.empty_table() if answers is None else answers, mail)
    kept = linker_kept.read(folder)
    if kept is None or parameters is None or len(given.answers) or kept.key != given.key(parameters):
        return _all(folder, kept, given, parameters, seed)
    with closing(connect()) as con:
        con.execute("RESET threads")
        new = _arrived(con, folder, kept, given)
        if new is None:
            return _all(folder, kept, given, parameters, seed)
        return _more(con, folder, kept, given, new, Learned.of(parameters))


def _all(folder: Path, before: Kept | None, given: _Given, parameters: Mapping[str, Any] | None, seed: int) -> Linking:
    """Link all records, and keep what was found."""
    usual = usual_region(text_columns(given.people, ("country",)))
    columns = people_columns(given.people, _domains(given), usual)
    tables = {"people": columns, "same": given.same, "answers": given.answers}
    with connected(tables, parallel=True) as con:
        agreed, learned = all_compared(con, parameters, seed)
        keep = {name: con.table(name).to_arrow_table() for name in SURROUNDINGS}
        keep["keys"] = con.sql("SELECT key, id AS no, most FROM record_keys").to_arrow_table()
        keep["people"] = _numbered(columns, _digests(con, given.people), 0)
    found = judged(columns, agreed, learned)
    linking = Linking(found.pairs, questions(found.pairs), found.learned.as_parameters())
    keep |= {"pairs": found.pairs, "likely": _likely(agreed, found.learned, keep["people"]), "said": given.same}
    kept = Kept(given.key(linking.parameters), usual, len(columns), {})
    linker_kept.write(folder, before, kept, keep)
    return linking


def _arrived(con: duckdb.DuckDBPyConnection, folder: Path, kept: Kept, given: _Given) -> pa.Table | None:
    """Return the records that are new, or None if anything else is; make `known_<table>` of what is kept."""
    for table, names in kept.files.items():
        con.read_parquet([str(folder / name) for name in names]).create_view(f"known_{table}")
    con.register("same", given.same)
    _digests(con, given.people)
    if any(count for (count,) in con.sql(_OTHER_THAN_NEW).fetchall()):
        return None
    return con.sql("SELECT * FROM given ANTI JOIN known_people USING (source, record)").to_arrow_table()


def _more(
    con: duckdb.DuckDBPyConnection, folder: Path, kept: Kept, given: _Given, new: pa.Table, learned: Learned
) -> Linking:
    """Compare new records with those known, and keep what was found. Reads what `_arrived` makes."""
    first = kept.records
    new_people = _put_beside(con, people_columns(new, _domains(given), kept.usual), first)
    surroundings = {name: con.table(f"known_{name}").to_arrow_table() for name in SURROUNDINGS}
    core = new_people.select(["no"])
    con.register("partners", con.sql(_PARTNERS, params={"first": first}).to_arrow_table())
    with _looking(con, core, first, given, surroundings) as (looked, people):
        ends = _likely(agreements(looked), learned, people)
    con.register("ends", ends)
    seeds = f"SELECT one AS no FROM ends UNION SELECT other FROM ends UNION ({_CROWDED})"
    con.register("seeds", con.sql(seeds, params={"first": first}).to_arrow_table())
    core = pa.concat_tables([core, con.sql(f"FROM ({_REACHED}) WHERE no < {first}").to_arrow_table()])
    with _looking(con, core, first, given, surroundings) as (looked, people):
        agreed, _ = compared(looked, learned)
    found = judged(people, agreed, learned)
    pairs, likely = _joined(con, found.pairs, _likely(agreed, learned, people))
    tables = {"people": new_people, "keys": con.table("new_keys").to_arrow_table()}
    tables |= {"pairs": pairs, "likely": likely, "said": given.same}
    lasting = {table: names for table, names in kept.files.items() if table not in ("pairs", "likely", "said")}
    linker_kept.write(folder, kept, kept._replace(records=first + len(new), files=lasting), tables)
    return Linking(pairs, questions(pairs), learned.as_parameters())


def _put_beside(con: duckdb.DuckDBPyConnection, columns: pa.Table, first: int) -> pa.Table:
    """Return new records as they are kept; make `all_people` and `all_keys` of them and of those known."""
    with connected({"people": columns}) as own:
        read_keys(own)
        keys = own.sql(f"SELECT key, id + {first} AS no, most FROM record_keys").to_arrow_table()
    digests = con.sql(
        "SELECT digest FROM digests ANTI JOIN known_people USING (source, record) ORDER BY source, record"
    )
    people = _numbered(columns, digests.to_arrow_table(), first)
    for table, rows in (("people", people), ("keys", keys)):
        con.register(f"new_{table}", rows)
        con.execute(f"CREATE VIEW all_{table} AS FROM known_{table} UNION ALL BY NAME FROM new_{table}")
    return people


@contextmanager
def _looking(
    con: duckdb.DuckDBPyConnection, core: pa.Table, first: int, given: _Given, surroundings: dict[str, pa.Table]
) -> Iterator[tuple[duckdb.DuckDBPyConnection, pa.Table]]:
    """Yield a connection with the candidates among `core`, and of new records with any; and the records in it."""
    con.register("core", core)
    con.execute(_AROUND)
    people = con.sql(_SOME).to_arrow_table()
    con.register("some_people", people)
    keys = con.sql("SELECT key, id FROM around JOIN some_people USING (no)").to_arrow_table()
    tables = {"people": people, "same": given.same, "answers": given.answers, "block_keys": keys, "core": core}
    with connected(tables | surroundings, parallel=True) as looked:
        read_what_was_said(looked)
        pair_up(looked)
        looked.execute(_WORTH_A_LOOK, {"first": first})
        read_mentions(looked)
        put_in_context(looked)
        yield looked, people


def _joined(con: duckdb.DuckDBPyConnection, pairs: pa.Table, likely: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return pairs and likely pairs: those found now, and those known but for the ones between records of `core`."""
    con.register("pairs_now", pairs)
    con.register("likely_now", likely)
    con.execute("CREATE TEMP TABLE looked_at AS SELECT source, record FROM known_people SEMI JOIN core USING (no)")
    order = ", ".join(_SAID)
    all_pairs = con.sql(
        f"""
        SELECT * FROM known_pairs AS pair WHERE NOT (
            EXISTS (FROM looked_at AS l WHERE l.source = pair.source AND l.record = pair.record)
            AND EXISTS (FROM looked_at AS r WHERE r.source = pair.other_source AND r.record = pair.other_record)
        ) UNION ALL FROM pairs_now ORDER BY {order}
        """
    )
    all_likely = con.sql("FROM known_likely ANTI JOIN core ON core.no = one UNION ALL FROM likely_now")
    return all_pairs.to_arrow_table().cast(PAIRS), all_likely.to_arrow_table()


def _likely(agreed: pa.Table, learned: Learned, people: pa.Table) -> pa.Table:
    """Return `one` and `other`, the numbers of the records of pairs that are likelier one person's than not."""
    chosen = agreed.filter(pa.array(weighed(agreed, learned)[0] > 0))
    return pa.table({name: people["no"].take(chosen[of]) for name, of in (("one", "id_l"), ("other", "id_r"))})


def _digests(con: duckdb.DuckDBPyConnection, people: pa.Table) -> pa.Table:
    """Return `digest`, what tells a record that changed, in the order of records; make `digests` and `given`."""
    con.register("given", people)
    columns = ", ".join(f"{name}::VARCHAR" if name in people.column_names else "NULL::VARCHAR" for name in PEOPLE)
    con.execute(_DIGESTS.format(columns=columns))
    return con.sql("SELECT digest FROM digests ORDER BY source, record").to_arrow_table()


def _numbered(columns: pa.Table, digests: pa.Table, first: int) -> pa.Table:
    """Return records as they are kept: with `no`, their number, and `digest`."""
    numbers = pa.array(range(first, first + len(columns)), pa.int64())
    return columns.drop_columns(["id"]).append_column("no", numbers).append_column("digest", digests["digest"])


def _domains(given: _Given) -> MailDomains:
    return MailDomains().with_rows(given.mail.to_pylist())
