"""The sample company's generator: the same everywhere, any size, and its hard days are what it says they are."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import holidays
import pytest
from sample_company import hours, planted
from sample_company.company import history_of
from sample_company.draws import Draws, Odds
from sample_company.owed import duties
from sample_company.world import world

UNTIL = date(2026, 11, 19)


def fingerprint(folder: Path) -> str:
    """One hash over the names and bytes of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def as_script(example: Path, out: Path, **environment: str) -> str:
    """Run the generator as a script in an environment of its own; return the fingerprint of what it wrote."""
    command = [sys.executable, str(example / "generate.py"), "--people", "150", "--seed", "3", "--out", str(out)]
    subprocess.run(
        [*command, "--until", UNTIL.isoformat()], check=True, env=os.environ | environment, capture_output=True
    )
    return fingerprint(out)


def test_the_same_run_gives_the_same_bytes_under_another_zone_locale_and_hash_seed(
    example: Path, tmp_path: Path
) -> None:
    here = as_script(example, tmp_path / "a", PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C", PYTHONUTF8="0")
    there = as_script(example, tmp_path / "b", PYTHONHASHSEED="2", TZ="America/Lima", LC_ALL="tr_TR.UTF-8")
    assert here == there


def test_loaded_from_its_path_it_writes_what_the_script_writes(
    northwind: ModuleType, example: Path, tmp_path: Path
) -> None:
    northwind.generate(tmp_path / "a", 150, 3, UNTIL)
    assert fingerprint(tmp_path / "a") == as_script(example, tmp_path / "b")


def test_another_seed_is_another_company(northwind: ModuleType, tmp_path: Path) -> None:
    northwind.generate(tmp_path / "a", 150, 3, UNTIL)
    northwind.generate(tmp_path / "b", 150, 4, UNTIL)
    assert fingerprint(tmp_path / "a") != fingerprint(tmp_path / "b")


@pytest.mark.parametrize("people", [100, 333])
def test_as_many_people_as_asked_for(northwind: ModuleType, tmp_path: Path, people: int) -> None:
    truth = northwind.generate(tmp_path, people, 11, UNTIL)
    assert truth["totals"]["persons"] == people


def test_too_few_people_are_refused_before_anything_is_written(northwind: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100 people"):
        northwind.generate(tmp_path / "out", 99, 1, UNTIL)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("until", [UNTIL, date(2026, 4, 9), date(2027, 1, 3), date(2027, 12, 30), date(2026, 3, 1)])
def test_planted_cases_come_out_as_said_on_whatever_day_a_run_ends(until: date) -> None:
    frame = world(7, until)
    for case in planted.cases(frame):
        history = history_of(case.person, frame.end)
        judged = duties(history, frame.calendars)
        for name, expected in case.expects.items():
            if name == "MQL":
                found: list[object] = [entry.at for entry in history.stages if entry.stage == "MQL"]
            elif name.endswith(".used"):
                found = [owed.used // 60 for owed in judged if owed.duty == name.removesuffix(".used")]
            else:
                found = [owed.status for owed in judged if owed.duty == name]
            assert found == expected, (case.name, name)


@pytest.mark.parametrize("year", range(2024, 2032))
def test_holidays_are_those_of_the_holidays_package(year: int) -> None:
    assert hours.holidays_berlin(year) == set(holidays.country_holidays("DE", subdiv="BE", years=year))
    american = {day for near in (year - 1, year, year + 1) for day in hours.holidays_us(near) if day.year == year}
    assert american == set(holidays.country_holidays("US", years=year))


def test_open_time_ends_where_it_was_counted_to() -> None:
    berlin = world(1, UNTIL).calendars["DE"]
    draws = Draws(5)
    for _ in range(300):
        start = hours.instant(UNTIL - timedelta(days=draws.whole(1, 700)), hours.OPENS) + draws.whole(-40_000, 60_000)
        seconds = draws.whole(1, 400_000)
        end = berlin.after(start, seconds)
        assert berlin.between(start, end) == seconds > berlin.between(start, end - 1)


def test_odds_give_each_item_its_share() -> None:
    odds = Odds(("a", 1), ("b", 3))
    assert [odds.at(share) for share in (0, 0.24, 0.25, 0.999)] == ["a", "a", "b", "b"]
