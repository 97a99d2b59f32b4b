"""Persons' records and the accounts they speak of, for the benchmark of linking: found, found plainly, and scored.

Input: the records and truth of `link_folder`, and the clusters of account records.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping
from typing import Any

import pyarrow as pa
from link_folder import Records
from link_scores import Clusters, b_cubed, harmonic, pairwise

from detente.core.identity.decisions import Record
from detente.engine.lead_matching import match_leads

Assigned = Mapping[Record, Record]
"""Person's record → a record of its account."""


def matched(records: Records, clusters: Clusters, persons: Clusters) -> tuple[Assigned, Assigned]:
    """Return the accounts given: the best guess, and those given without asking."""
    one_account, one_person = _table("account", clusters), _table("person", persons)
    found = match_leads(records.people, records.accounts, one_account, records.mail, one_person)
    best: dict[Record, Record] = {}
    sure: dict[Record, Record] = {}
    for row in found.to_pylist():
        if row["verdict"] != "none":
            person, account = Record(row["source"], row["record"]), Record(row["account_source"], row["account_record"])
            best[person] = account
            if row["verdict"] == "sure":
                sure[person] = account
    return best, sure


def plainly_matched(records: Records, clusters: Clusters) -> Assigned:
    """Return the accounts found by link, equal name in lower case, or the domain of the web address."""
    accounts = records.accounts.to_pylist()
    rows = [Record(row["source"], row["record"]) for row in accounts]
    by_name = {(row["name"] or "").strip().lower(): at for at, row in zip(rows, accounts, strict=True)}
    by_domain = {_host(row["website"]): at for at, row in zip(rows, accounts, strict=True)}
    given: dict[Record, Record] = {}
    for row in records.people.to_pylist():
        linked = Record(row["source"], row["account"]) if row["account"] else None
        name, domain = (row["company"] or "").strip().lower(), (row["email"] or "").strip().lower().rpartition("@")[2]
        at = linked or (by_name.get(name) if name else None) or (by_domain.get(domain) if domain else None)
        if at is not None and at in clusters:
            given[Record(row["source"], row["record"])] = at
    return given


def account_figures(records: Records, clusters: Clusters, given: Assigned) -> dict[str, Any]:
    """Return pairwise figures over all records that speak of an account, and how many were given the right one."""
    people = map(Record, records.people["source"].to_pylist(), records.people["record"].to_pylist())
    links = dict(zip(people, records.people["account"].to_pylist(), strict=True))
    speaking = [row for row in links if records.truth[row].account]
    at: dict[Record, Hashable] = {row: clusters[given[row]] for row in speaking if row in given}
    placed = dict(clusters) | {row: at.get(row, ("none", row)) for row in speaking}
    accounts = {row: records.truth[row].account for row in placed}
    by_account, by_group = (
        pairwise(placed, accounts),
        pairwise(placed, {row: records.truth[row].group for row in placed}),
    )
    forgiving = harmonic(by_group.figures()["precision"], by_account.figures()["recall"])
    return {
        **by_account.figures(),
        "b_cubed": b_cubed(placed, accounts),
        "assignment": _assignment(records, clusters, at, speaking),
        "assignment_of_unlinked": _assignment(records, clusters, at, [row for row in speaking if links[row] is None]),
        "by_group": forgiving,
    }


def _assignment(
    records: Records, clusters: Clusters, at: Mapping[Record, Hashable], speaking: Collection[Record]
) -> dict[str, float | int]:
    meant: dict[Hashable, set[str | None]] = {}
    for row, cluster in clusters.items():
        meant.setdefault(cluster, set()).add(records.truth[row].account)
    to_any = [row for row in speaking if row in at]
    right = sum(records.truth[row].account in meant[at[row]] for row in to_any)
    figures = harmonic(right / (len(to_any) or 1), right / (len(speaking) or 1))
    return {**figures, "given": len(to_any), "records": len(speaking)}


def _table(name: str, clusters: Clusters) -> pa.Table:
    columns = {
        name: [str(cluster) for cluster in clusters.values()],
        "source": [row.source for row in clusters],
        "record": [row.record for row in clusters],
    }
    return pa.table({column: pa.array(values, pa.string()) for column, values in columns.items()})


def _host(website: str | None) -> str:
    return re.sub(r"^(https?://)?(www\.)?|/.*$", "", (website or "").strip().lower())
