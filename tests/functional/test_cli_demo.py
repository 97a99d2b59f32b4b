"""The demonstration: one command from nothing to the scoreboard of the sample company."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import run_cli


def test_the_sample_company_from_nothing_to_its_scoreboard_and_again(tmp_path: Path) -> None:
    first = run_cli(tmp_path, "demo", "--no-serve", "--people", "150")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("Working agreement northwind-cloud/revenue ")
    assert "\nMarketing owes sales\n" in first.stdout
    assert "\nSales owes marketing\n" in first.stdout
    assert [line for line in first.stderr.splitlines() if line.startswith("importing")] == [
        "importing the crm export",
        "importing the marketing export",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]

    again = run_cli(tmp_path, "demo", "--no-serve")
    assert (again.returncode, again.stdout, again.stderr) == (0, first.stdout, "")

    (tmp_path / "demo" / "snapshots" / "CURRENT").unlink()
    after_a_kill = json.loads(run_cli(tmp_path, "demo", "--json").stdout)
    assert (after_a_kill["schema"], after_a_kill["people"], after_a_kill["made"]) == ("detente.demo/1", 150, True)
    assert after_a_kill["scoreboard"]["schema"] == "detente.scoreboard/1"


def test_somebody_elses_workspace_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "detente.toml").write_text('[workspace]\nname = "Harbour"\n')
    done = run_cli(tmp_path, "demo", "--dir", ".")
    assert done.returncode == 2
    assert done.stderr == "detente: . is the workspace of Harbour: give another folder with --dir\n"
    assert [path.name for path in tmp_path.iterdir()] == ["detente.toml"]
