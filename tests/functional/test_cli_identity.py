"""Deciding who is one, with the real command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import PROGRAM, run_cli

HARBOUR = Path(__file__).parent / "harbour"

MAPPING = """
mapping: 1
source: shop
timezone: Europe/Berlin
files:
  people:
    file: "shop.csv"
    subject: person
    record: Id
    facts:
      - enrich:
          person.name: Name
          person.email: {column: Email, as: email}
        occurred_at: Created
"""
SHOP = "Id,Name,Email,Created\n9,Anton Berg,ada@acme.example,2025-06-04 10:00\n"


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """A replayed workspace in which a shop's customer has a lead's address under another first name."""
    shutil.copytree(HARBOUR, tmp_path, dirs_exist_ok=True)
    (tmp_path / "mappings" / "shop.yaml").write_text(MAPPING)
    (tmp_path / "shop.csv").write_text(SHOP)
    said(tmp_path, "import", "-m", "mappings/crm.yaml", "exports")
    said(tmp_path, "import", "-m", "mappings/shop.yaml", "shop.csv")
    said(tmp_path, "replay")
    return tmp_path


def said(folder: Path, *arguments: str) -> str:
    done = run_cli(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def document(folder: Path, *arguments: str) -> dict:
    return json.loads(said(folder, *arguments, "--json"))


def answered(folder: Path, lines: str) -> str:
    done = subprocess.run(
        [str(PROGRAM), "identity", "review", "--answer"],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        input=lines,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_doubtful_pair_is_asked_about_decided_and_split_again(harbour: Path) -> None:
    (question,) = document(harbour, "identity", "review")["questions"]
    assert (question["one"]["record"], question["other"]["record"]) == ("crm:P1", "shop:9")
    assert (question["one"]["name"], question["other"]["name"]) == ("Ada Berg", "Anton Berg")
    assert "may be one" in said(harbour, "identity", "explain", "crm:P1", "shop:9")

    assert answered(harbour, "what?\nlater\n") == "0 the same, 0 not the same, 1 left for later.\n"
    assert answered(harbour, "same\n") == "1 the same, 0 not the same, 0 left for later.\n"
    assert document(harbour, "identity", "review")["questions"] == []
    assert [each["pending"] for each in document(harbour, "identity", "log")["decisions"]] == [True]

    said(harbour, "replay")
    told = document(harbour, "identity", "explain", "crm:P1", "shop:9")
    assert (told["together"], told["chain"][0]["rule"]) == (True, "decided")
    assert said(harbour, "lead", "shop:9").startswith("Anton Berg, ada@acme.example\n")

    person = told["one"]["id"]
    (undone,) = document(harbour, "identity", "split", person)["decisions"]
    assert (undone["n"], undone["verb"], undone["undoes"]) == (2, "undo", 1)
    said(harbour, "replay")
    assert len(document(harbour, "identity", "review")["questions"]) == 1


def test_merge_split_and_undo_say_what_was_decided_and_when_it_counts(harbour: Path) -> None:
    merged = run_cli(harbour, "identity", "merge", "crm:P1", "crm:P2", "--note", "met at the fair")
    assert merged.stdout == "Decision 1: crm:P1 and crm:P2 are one.\n"
    assert merged.stderr == "Counts from the next replay on: run `detente replay`.\n"
    assert said(harbour, "identity", "merge", "crm:P1", "crm:P2") == "All of this was decided before: nothing new.\n"
    assert said(harbour, "identity", "undo", "1") == "Decision 2: decision 1 does not count.\n"
    assert said(harbour, "identity", "split", "crm:P1", "crm:P2") == "Decision 3: crm:P1 and crm:P2 are not one.\n"
    log = document(harbour, "identity", "log")["decisions"]
    assert [(each["n"], each["state"], each["note"]) for each in log] == [
        (1, "undone", "met at the fair"), (2, "stands", ""), (3, "stands", ""),
    ]  # fmt: skip
    wrong = run_cli(harbour, "identity", "merge", "crm:P1", "crm:P77")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "no person and no account is known as 'crm:P77'" in wrong.stderr
