"""A workspace that syncs from one system through the command line, and what it has landed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ..functional import test_connect_pages as pages

PROGRAM = Path(sys.executable).with_name("detente")
_COUNTS = ("accepted", "duplicate", "quarantined", "facts", "links", "deleted")


class Synced:
    """A workspace with one source. `table` is what stands under `[sources.NAME]`, `secrets` what does not."""

    def __init__(self, root: Path, system: str, table: Mapping[str, object], secrets: Mapping[str, str]) -> None:
        self.root = root
        self._system = system
        self._secrets = {f"DETENTE_{system}_{field}".upper(): secret for field, secret in secrets.items()}
        self._run("init", ".")
        settings = [f"{key} = {json.dumps(value)}" for key, value in {"system": system, **table}.items()]
        with (root / "detente.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[sources.{system}]\n" + "\n".join(settings) + "\n")

    def sync(self) -> dict[str, int]:
        """Sync, and return the sums over all streams; a stream that could not be read ends the test."""
        done = self._run("sync", self._system, "--json")
        streams = json.loads(done)["sources"][0]["streams"]
        assert not [stream["error"] for stream in streams if stream["error"]]
        return {count: sum(stream[count] for stream in streams) for count in _COUNTS}

    def facts(self, subject: str | None = None) -> list[dict[str, Any]]:
        """Return the facts of a subject, in the order of time."""
        rows = [row for row in self._rows("facts") if subject in {None, row["subject"]}]
        return sorted(
            rows, key=lambda row: (row["occurred_at"], row["source_id"] or "", row["fact_id"], str(row["record"]))
        )

    def links(self, relation: str) -> set[tuple[str, str]]:
        """Return (record, other record) of every link of a relation."""
        return {(row["record"], row["other_record"]) for row in self._rows("links") if row["relation"] == relation}

    def attributes(self, subject: str) -> dict[str, dict[str, Any]]:
        """Return the latest value of every attribute, by record."""
        found: dict[str, dict[str, Any]] = {}
        for row in self.facts(subject):
            if row["kind"] == "enrich":
                found.setdefault(row["record"], {}).update(json.loads(row["extra"]))
        return found

    def story(
        self, subject: str, *, only: Sequence[str] = (), without: Sequence[str] = (), **columns: str
    ) -> list[tuple[Any, ...]]:
        """Return kind, amount, reason and other payload of the facts with these columns, in the order of time."""
        told = []
        for row in self.facts(subject):
            wanted = row["kind"] not in without and (not only or row["kind"] in only)
            if wanted and all(row[name] == value for name, value in columns.items()):
                extra = json.loads(row["extra"]) if row["extra"] else {}
                values = (row["amount"], row["reason"], row["channel"], row["direction"], *extra.values())
                told.append((row["kind"], *(value for value in values if value is not None)))
        return told

    def told(self, subject: str, **wanted: Any) -> set[tuple[Any, ...]]:
        """Return the facts of a story, whatever their order: for systems whose times have seconds only."""
        return set(self.story(subject, **wanted))

    def _rows(self, table: str) -> list[dict[str, Any]]:
        paths = sorted(self.root.glob(f"facts/*/{table}-*.parquet"))
        return [row for path in paths for row in pq.read_table(path).to_pylist()]

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.root,
            env={**os.environ, **self._secrets},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def follow(folder: Path, monkeypatch: pytest.MonkeyPatch, page: str, said: Mapping[str, str]) -> None:
    """Do what a page says in a folder; `said` is what a reader puts in the place of the page's examples."""
    text = (pages.PAGES / page).read_text("utf-8")
    for example, own in said.items():
        assert example in text
        text = text.replace(example, own)
    (folder / page).write_text(text)
    monkeypatch.setattr(pages, "PAGES", folder)
    pages.Reader(folder, 0).follow(page)
