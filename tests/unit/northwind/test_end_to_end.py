"""Files in, verdicts out: what the product finds in the exports is what is true of the sample company, row by row."""

from __future__ import annotations

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from detente import bootstrap
from detente.app.ports.landing import Imported

if TYPE_CHECKING:
    from .conftest import Run

PEOPLE = int(os.environ.get("NORTHWIND_PEOPLE", "500"))
"""Another size or seed by the environment: more people find rarer things."""
SEED = int(os.environ.get("NORTHWIND_SEED", "21"))

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Line:
    """A workspace after import and replay: what was landed, and the tables of its snapshot."""

    root: Path
    landed: dict[str, list[Imported]]
    snapshot: Path

    def table(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.snapshot / f"{name}.parquet").to_pylist()


@pytest.fixture(scope="module")
def told(northwind: ModuleType, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A smaller run of its own, so that replaying it takes seconds."""
    folder = tmp_path_factory.mktemp("told")
    return type(run)(folder, northwind.generate(folder, PEOPLE, SEED, datetime(2026, 11, 19).date()))


@pytest.fixture(scope="module")
def line(told: Run, example: Path, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """The exports imported with their mappings and replayed as of the end of the history."""
    root = tmp_path_factory.mktemp("line")
    (root / "detente.toml").write_text('[workspace]\nname = "Northwind Cloud"\n', encoding="utf-8")
    shutil.copytree(example / "mappings", root / "mappings")
    (root / "agreements").mkdir()
    shutil.copy(example / "agreement.yaml", root / "agreements")
    landed = {
        system: list(
            bootstrap.import_files(root, Path(f"mappings/{system}.yaml"), [told.folder / system], lambda _: None).files
        )
        for system in ("crm", "marketing")
    }
    bootstrap.replay(root, told.truth["end"], lambda *_: None)
    snapshots = root / "snapshots"
    return Line(root, landed, snapshots / (snapshots / "CURRENT").read_text(encoding="utf-8").strip())


@pytest.fixture(scope="module")
def name(told: Run, line: Line) -> dict[str, str]:
    """The truth's name of each person that was found."""
    owner = {(row["system"], row["record"]): row["person"] for row in told.table("persons")}
    return {row["person"]: owner[row["source"], row["record"]] for row in line.table("persons")}


@pytest.fixture(scope="module")
def apart(told: Run) -> set[str]:
    """The people whose records nothing joins: the product sees two, so that their verdicts cannot be compared."""
    return {row["person"] for row in told.table("persons") if row["joined"] == "apart"}


def utc(micros: int) -> str:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def same(true: Iterable[tuple[str, ...]], found: Iterable[tuple[str, ...]], apart: set[str]) -> None:
    """Compare rows that begin with a person, each as often as it is there."""
    wanted, got = (Counter(row for row in rows if row[0] not in apart) for rows in (true, found))
    assert wanted
    assert not wanted - got, "true, and not found"
    assert not got - wanted, "found, and not true"


def test_every_record_of_every_file_is_accounted_for_as_the_truth_says(told: Run, line: Line) -> None:
    accounts = {}
    for system, files in line.landed.items():
        for file in files:
            receipt = file.receipt
            accounts[f"{system}/{receipt.file}"] = (receipt.records, receipt.accepted, receipt.duplicate, receipt.facts)
    assert accounts == {
        path: (account["records"], account["accepted"], account["duplicates"], account["facts"])
        for path, account in told.truth["files"].items()
    }


def test_each_bad_record_is_set_aside_at_its_line_in_its_class(told: Run, line: Line) -> None:
    system = {file.receipt.load_id: system for system, files in line.landed.items() for file in files}
    aside = {
        (f"{system[row['run']]}/{row['file']}", row["line"], row["class"])
        for path in (line.root / "quarantine").glob("*.parquet")
        for row in pq.read_table(path).to_pylist()
    }
    assert aside == {
        (path, bad["line"], bad["class"])
        for path, account in told.truth["files"].items()
        for bad in account["quarantined"]
    }


def test_persons_are_those_that_ids_and_addresses_join(told: Run, line: Line, apart: set[str]) -> None:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in line.table("persons"):
        found[row["person"]].add((row["source"], row["record"]))
    true = {
        person: {(record["system"], record["record"]) for record in records}
        for person, records in told.people().items()
    }
    joined = {frozenset(records) for person, records in true.items() if person not in apart}
    assert joined <= set(map(frozenset, found.values()))
    owner = {record: person for person, records in true.items() for record in records}
    assert all(len({owner[record] for record in records}) == 1 for records in found.values())


def test_stage_entries_are_true_to_the_second(told: Run, line: Line, name: dict[str, str], apart: set[str]) -> None:
    same(
        [(e["person"], e["stage"], e["n"], e["occurred_at"], e["flags"]) for e in told.table("entries")],
        [
            (name[e["person"]], e["stage"], str(e["n"]), utc(e["occurred_at"]), "|".join(e["nonconforming"]))
            for e in line.table("entries")
        ],
        apart,
    )


def test_duties_are_met_broken_open_and_void_as_is_true_to_the_minute(
    told: Run, line: Line, name: dict[str, str], apart: set[str]
) -> None:
    clocks = [
        (
            c["duty"],
            str(c["n"]),
            utc(c["started_at"]),
            c["status"],
            str(c["used_us"] // 60_000_000),
            c["early"],
            c["person"],
        )
        for c in line.table("clocks")
    ]
    checks = [(c["duty"], str(c["n"]), utc(c["at"]), c["status"], "", False, c["person"]) for c in line.table("checks")]
    columns = ("person", "duty", "n", "started_at", "status", "used_minutes", "early")
    same(
        [tuple(row[column] for column in columns) for row in told.table("duties")],
        [(name[person], *rest, "true" if early else "false") for *rest, early, person in clocks + checks],
        apart,
    )


def test_touches_without_consent_are_found_one_by_one(
    told: Run, line: Line, name: dict[str, str], apart: set[str]
) -> None:
    same(
        [(row["person"], row["rule"], row["at"], row["channel"]) for row in told.table("consents")],
        [(name[row["person"]], row["rule"], utc(row["at"]), row["channel"]) for row in line.table("consents")],
        apart,
    )


def test_deals_go_to_the_party_whose_first_touch_it_was(told: Run, line: Line, apart: set[str]) -> None:
    book = {row["deal"]: row["party"] for row in line.table("credit") if row["book"]}
    sure = [row for row in told.table("deals") if row["person"] not in apart]
    assert len(sure) > 10
    assert {row["deal"]: row["sourced_by"] for row in sure} == {row["deal"]: book[row["deal"]] for row in sure}


def test_planted_cases_come_out_as_said_by_hand(told: Run, line: Line, name: dict[str, str]) -> None:
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for entry in sorted(line.table("entries"), key=lambda e: e["occurred_at"]):
        found[name[entry["person"]]][entry["stage"]].append(utc(entry["occurred_at"]))
    for clock in sorted(line.table("clocks"), key=lambda c: c["started_at"]):
        found[name[clock["person"]]][clock["duty"]].append(clock["status"])
        found[name[clock["person"]]][f"{clock['duty']}.used"].append(clock["used_us"] // 60_000_000)
    for check in sorted(line.table("checks"), key=lambda c: c["at"]):
        found[name[check["person"]]][check["duty"]].append(check["status"])
    for case in told.truth["planted"]:
        for thing, expected in case["expects"].items():
            assert found[case["person"]][thing] == expected, (case["case"], thing)
