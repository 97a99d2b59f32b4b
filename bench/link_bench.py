"""How well persons and accounts are linked, learned without labels, and plain Splink over the same records beside it.

    python bench/link_bench.py FOLDER --json [--reviews 500] [--seed 1]

FOLDER holds two systems' exports with their truth, or one labelled table: see `link_folder.py`. The truth is read to
score, and with --reviews to answer the questions that the linker itself chose to ask, fifty at a time; nothing else of
it reaches a linker.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from link_accounts import account_figures, matched, plainly_matched
from link_folder import Records, read
from link_plain import plain_accounts, plain_people
from link_scores import Clusters, by_noise
from link_unit import Unit, Watch

from detente.core.errors import DetenteError
from detente.engine.account_linker import link_accounts
from detente.engine.linker import link_people

DEFINITIONS = {
    "pairs": "pairs within transitive clusters; one with a record of nobody (role mailbox, test entry) is false",
    "person": "over contacts, leads and subscribers (or the table): merged without asking, or asked about and at least"
    " as likely as not",
    "merged_without_asking": "the same, of what is merged without asking alone",
    "account": "pairs over account records and every person's record that speaks of an account, each in the cluster of"
    " the account it was given; by account_id",
    "account.rows": "pairs over account records among themselves",
    "account.assignment": "persons' records given the account they speak of, of those given any (precision) and of all"
    " that speak of one (recall)",
    "account.assignment_of_unlinked": "the same, of records that their own system links to no account",
    "account.by_group": "as account, but a found pair of two branches of one organisation (account_group_id) is not"
    " false",
    "account.without_asking": "the same, of what is merged or given without asking alone",
    "reviews": "questions the linker asked first, answered from the truth, fifty a round",
    "baseline": "plain Splink as its tutorial has it: columns in lower case, library comparisons, u by random sampling,"
    " EM over two blockings, clusters at 0.5; persons go to accounts by link, equal name in lower case, or web domain",
}


def measure(folder: Path, reviews: int, seed: int) -> dict[str, Any]:
    """Return every figure of a folder."""
    records = read(folder)
    watch, plain = Watch(), Watch()
    found: dict[str, Any] = {"person": None, "merged_without_asking": None, "account": None}
    baseline: dict[str, Any] = {"person": None, "account": None}
    persons: Clusters = {}
    if records.people.num_rows:
        figures, persons = _persons(records, watch, reviews, seed)
        found |= figures
        baseline["person"] = _plain_persons(records, plain, seed)
    if records.accounts.num_rows:
        found |= _accounts(records, persons, watch, reviews)
        baseline["account"] = _plain_accounts(records, plain, seed)
    found["seconds"] = sum(seconds for what, seconds in watch.seconds.items() if what != "reviews")
    found["seconds_by"] = watch.seconds
    return found | {"baseline": baseline | {"seconds": sum(plain.seconds.values()), "seconds_by": plain.seconds}}


def _persons(records: Records, watch: Watch, reviews: int, seed: int) -> tuple[dict[str, Any], Clusters]:
    """Return the figures of persons, and their best guess."""
    unit = Unit.of(records.people, {row: truth.person for row, truth in records.truth.items()})
    linking, answers, asked = unit.linked(
        lambda known, said: link_people(records.people, records.same, records.mail, known, said, seed),
        watch, "persons", reviews,
    )  # fmt: skip
    clusters = unit.clusters(linking, answers)
    noise = {row: records.truth[row].noise for row in unit.rows}
    figures = {
        "person": unit.figures(clusters) | {"by_noise": by_noise(clusters, unit.labels, noise)},
        "merged_without_asking": unit.figures(unit.clusters(linking, answers, asking=False)),
        "reviews": asked,
    }
    return figures, clusters


def _accounts(records: Records, persons: Clusters, watch: Watch, reviews: int) -> dict[str, Any]:
    """Return the figures of accounts; questions about them are answered only where there are no persons."""
    unit = Unit.of(records.accounts, {row: truth.account for row, truth in records.truth.items()})
    alone = records.people.num_rows == 0
    linking, answers, asked = unit.linked(
        lambda _, said: link_accounts(records.accounts, None, said), watch, "accounts", reviews if alone else 0
    )
    guessed, sure = unit.clusters(linking, answers), unit.clusters(linking, answers, asking=False)
    if alone:
        return {"account": unit.figures(guessed), "merged_without_asking": unit.figures(sure), "reviews": asked}
    best, without_asking = watch.time("leads", lambda: matched(records, guessed, persons))
    figures = account_figures(records, guessed, best) | {"rows": unit.figures(guessed)}
    of_sure = account_figures(records, sure, without_asking) | {"rows": unit.figures(sure)}
    return {"account": figures | {"without_asking": of_sure}}


def _plain_persons(records: Records, plain: Watch, seed: int) -> dict[str, Any]:
    unit = Unit.of(records.people, {row: truth.person for row, truth in records.truth.items()})
    return unit.figures(unit.joined(plain.time("persons", lambda: plain_people(records.people, seed))))


def _plain_accounts(records: Records, plain: Watch, seed: int) -> dict[str, Any]:
    unit = Unit.of(records.accounts, {row: truth.account for row, truth in records.truth.items()})
    clusters = unit.joined(plain.time("accounts", lambda: plain_accounts(records.accounts, seed)))
    if not records.people.num_rows:
        return unit.figures(clusters)
    given = plain.time("leads", lambda: plainly_matched(records, clusters))
    return account_figures(records, clusters, given) | {"rows": unit.figures(clusters)}


def main() -> None:
    """Read the arguments, link, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="two systems' exports with truth.csv, or a table with link.yaml")
    parser.add_argument("--reviews", type=int, default=0, help="questions to answer from the truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    chosen = parser.parse_args()
    try:
        found = measure(chosen.folder, chosen.reviews, chosen.seed)
    except DetenteError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    if chosen.json:
        print(json.dumps(found | _surroundings(chosen), indent=1))
    else:
        _show(found)


def _surroundings(chosen: argparse.Namespace) -> dict[str, Any]:
    libraries = ("detente", "duckdb", "numpy", "pyarrow", "splink")
    reviews = f" --reviews {chosen.reviews}" if chosen.reviews else ""
    return {
        "command": f"detente bench link {chosen.folder} --json{reviews} --seed {chosen.seed}",
        "definitions": DEFINITIONS,
        "cores": os.cpu_count(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in libraries}},
    }


def _show(found: Mapping[str, Any]) -> None:
    baseline = found["baseline"]
    lines = [
        ("persons", found["person"]),
        ("merged without asking", found["merged_without_asking"]),
        ("accounts", found["account"]),
        ("plain Splink: persons", baseline["person"]),
        ("plain Splink: accounts", baseline["account"]),
    ]
    for name, figures in lines:
        if figures is not None:
            precision, recall, f1 = (figures[key] for key in ("precision", "recall", "f1"))
            print(f"{name:24} precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}  {figures['pairs']:,} pairs")
    print(f"{found['seconds']:.1f} s; plain Splink {baseline['seconds']:.1f} s")


if __name__ == "__main__":
    main()
