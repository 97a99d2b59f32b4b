"""The benchmarks of replay and of linking answer in the documented shape, through the command. No timing is judged."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = {"python", "detente", "duckdb", "numba", "numpy", "pyarrow"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the kernel is compiled first, once for a machine


def answered(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-c", "from detente.cli.main import main; main()", "bench", "replay", "--runs", "1"]
    done = subprocess.run([*command, "--json", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.pop("versions").keys() == LIBRARIES
    return found


def test_everybody() -> None:
    found = answered("--facts", "20000")
    assert found.keys() == {
        "replay_cpu_s", "floor_cpu_s", "ratio", "window_sql_cpu_s", "peak_mb", "facts", "leads",
    }  # fmt: skip
    assert found["ratio"] == pytest.approx(found["replay_cpu_s"] / found["floor_cpu_s"])
    assert found["leads"] == 2_000
    assert 18_000 < found["facts"] < 22_000


def test_new_facts() -> None:
    found = answered("--facts", "20000", "--incremental", "--new", "200")
    assert found.keys() == {
        "incremental_cpu_s", "new_facts", "replayed", "due", "tenth", "peak_mb", "facts", "leads",
    }  # fmt: skip
    assert found["tenth"].keys() == {"incremental_cpu_s", "new_facts", "replayed"}
    assert found["tenth"]["new_facts"] == 20
    assert found["tenth"]["replayed"] <= 20 + found["due"] + 20
    assert 20 < found["replayed"] <= 200 + found["due"]


def test_one_lead() -> None:
    found = answered("--facts", "20000", "--lead")
    assert found.keys() == {
        "kernel_us", "kernel_us_p95", "with_reading_ms", "with_reading_ms_p95", "snapshot_facts_ms",
        "snapshot_facts_ms_p95", "facts_of_a_lead", "facts", "leads",
    }  # fmt: skip


def test_late_facts() -> None:
    found = answered("--late")
    assert found.keys() == {"late_cpu_s", "late_by", "facts", "late"}
    assert found["late_by"].keys() == {"days", "two_months", "a_year"}
    assert (found["facts"], found["late"]) == (200_000, 100)


def test_the_compiler() -> None:
    found = answered("--compile")
    assert found.keys() == {"cold_compile_cpu_s", "cold_compile_s", "cached_start_cpu_s", "cached_start_s"}


def test_the_script_of_the_checkout_runs_the_same() -> None:
    script = ROOT / "bench" / "replay_bench.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True)
    assert "--incremental" in done.stdout


# ----------------------------------------------------------------------------------------------------- linking


def link(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from detente.cli.main import main; main()", "bench", "link"]
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)


def linked(folder: Path, *arguments: object) -> dict[str, Any]:
    done = link(folder, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["versions"]["splink"]
    assert str(folder) in found["command"]
    assert {"person", "account", "pairs", "baseline"} <= found["definitions"].keys()
    assert found["seconds"] > 0 < found["baseline"]["seconds"]
    return found


FIRST = "Ada Ben Cleo Dan Eva Finn Gus Hal Ida Jon Kim Leo Mia Ned Ola Pia Quin Rob Sam Tess".split()
LAST = "Abbot Baker Carver Dyer Eaton Farmer Glover Hunter Ingle Joiner Keeler Miller Potter Sawyer Turner".split()


def write(path: Path, header: str, rows: Iterable[Iterable[object]]) -> None:
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")


@pytest.fixture
def two_systems(tmp_path: Path) -> Path:
    """Sixty people in both systems, at twenty companies, one of them entered twice; columns are left out at will."""
    people = [(n, FIRST[n % 20], LAST[n % 15], n % 20) for n in range(60)]
    companies = [(f"a{n}", f"{LAST[n % 15]} {FIRST[n]} Works", f"1312555{n:04}", f"w{n}.example") for n in range(20)]
    again = ("a20", f"{companies[0][1].upper()} Inc", *companies[0][2:])
    write(tmp_path / "crm_accounts.csv", "id,name,phone,website", [*companies, again])
    contacts = [(f"c{n}", f"a{at}", first, last, f"{first}.{last}{n}@w{at}.example") for n, first, last, at in people]
    write(tmp_path / "crm_contacts.csv", "id,account_id,first_name,last_name,email", contacts)
    subscribers = [
        (f"s{n}", f"{first}.{last}{n}@W{at}.EXAMPLE", first[0] if n % 5 == 0 else first, last, companies[at][1])
        for n, first, last, at in people
    ]
    write(
        tmp_path / "map_subscribers.csv",
        "id,email,first_name,last_name,company",
        [*subscribers, ("s60", "info@w1.example", "", "", "")],
    )
    truth = [
        *(("crm", "contact", f"c{n}", f"P{n}", f"A{at}", f"A{at}", "person", "") for n, *_, at in people),
        *(("map", "subscriber", f"s{n}", f"P{n}", f"A{at}", f"A{at}", "person", "first_initial" if n % 5 == 0 else "")
          for n, *_, at in people),
        ("map", "subscriber", "s60", "", "A1", "A1", "mailbox", ""),
        *(("crm", "account", f"a{n}", "", f"A{n % 20}", f"A{n % 20}", "account", "") for n in range(21)),
    ]  # fmt: skip
    write(tmp_path / "truth.csv", "system,object,record_id,person_id,account_id,account_group_id,kind,noise", truth)
    return tmp_path


def test_two_systems_are_linked_and_scored(two_systems: Path) -> None:
    found = linked(two_systems, "--reviews", "5")
    assert found["person"]["true_pairs"] == 60
    assert found["person"]["precision"] >= 0.95
    assert found["person"]["recall"] >= 0.9
    assert found["person"]["by_noise"]["first_initial"]["true_pairs"] == 12
    assert found["merged_without_asking"]["pairs"] <= found["person"]["pairs"]
    assert found["account"]["rows"]["true_pairs"] == 1
    assert found["account"]["assignment"]["records"] == 121
    assert found["account"]["f1"] >= 0.9
    assert found["reviews"]["answered"] <= 5
    assert found["baseline"]["person"].keys() <= found["person"].keys()


def test_one_table_is_linked_as_its_description_says(tmp_path: Path) -> None:
    rows = [
        (f"r{n}{copy}", n, name, phone, f"{n} Mill Lane")
        for n in range(30)
        for copy, name, phone in (
            ("a", f"{LAST[n % 15]} {FIRST[n % 20]} {n}", f"3125550{n:03}"),
            ("b", f"{LAST[n % 15]} {FIRST[n % 20]} {n} Ltd", f"(312) 555-0{n:03}"),
        )
    ]
    write(tmp_path / "shops.csv", "key,shop,title,call,street", rows)
    columns = "columns: {name: title, phone: call, address: street}"
    (tmp_path / "link.yaml").write_text(f"table: shops.csv\nid: key\ntruth: shop\nkind: account\n{columns}\n")
    found = linked(tmp_path)
    assert (found["person"], found["account"]["true_pairs"]) == (None, 30)
    assert found["account"]["f1"] == 1


@pytest.mark.parametrize(
    ("description", "says"),
    [
        (None, "write a link.yaml"),
        ("table: [", "this is no YAML"),
        ("table: t.csv", "it must hold table, id, truth, kind, columns"),
        ("{table: t.csv, id: a, truth: b, kind: firm, columns: {name: c}}", "must be person or account"),
        (
            "{table: t.csv, id: a, truth: b, kind: person, columns: {nom: c}}",
            "columns must map some of name, first_name",
        ),
        ("{table: u.csv, id: a, truth: b, kind: person, columns: {name: c}}", "u.csv: there is no such file"),
        ("{table: t.csv, id: a, truth: b, kind: person, columns: {name: d}}", "no column 'd'"),
        ("{table: t.csv, id: b, truth: a, kind: person, columns: {name: c}}", "repeats values"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_in_words(tmp_path: Path, description: str | None, says: str) -> None:
    write(tmp_path / "t.csv", "a,b,c", [(1, 1, "Ada"), (2, 1, "Ben")])
    if description is not None:
        (tmp_path / "link.yaml").write_text(description)
    done = link(tmp_path, "--json")
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
