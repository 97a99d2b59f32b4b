"""Files to a published snapshot, as an operator waits for it: import, linking, replay and ledger, in facts a second.

    python bench/whole_bench.py --facts 1000000 --seed 7 --runs 1 [--json]

One profile (a contact of one of two systems, the people and noise of `twins`) for every nine events, so that a tenth of
the facts is identity work. Wall time of `detente import` and `detente replay` as processes, start included; medians.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sample
from twins import COLUMNS, twins

UNTIL = datetime(2025, 9, 30, tzinfo=UTC)
DAYS = 780
EVENTS_PER_PROFILE = 9
KINDS = (
    "page_view",
    "page_view",
    "page_view",
    "email_click",
    "form_submit",
    "webinar_attend",
    "touch",
    "touch",
    "touch",
)
MAPPING = """\
mapping: 1
source: {source}
timezone: UTC
files:
  contacts:
    file: contacts.csv
    subject: person
    record: record
    facts:
      - enrich:
          person.first_name: first_name
          person.last_name: last_name
          person.email: {{column: email, as: email}}
          person.email_domain: {{column: email, as: domain}}
          person.phone: phone
          person.title: title
          person.country: country
          company.name: company
        occurred_at: created
  events:
    file: events.csv
    subject: person
    record: record
    facts:
      - kind: {{column: kind, map: {{{kinds}}}}}
        source_id: id
        occurred_at: at
        payload: {{channel: channel, form: form, page: page, direction: direction, automated: automated}}
"""


def make(root: Path, facts: int, seed: int) -> None:
    """Make a workspace with the exports of both systems beside it, nothing imported."""
    people, _ = twins(facts // (EVENTS_PER_PROFILE + 1), seed)
    rows = list(zip(*(people.column(name).to_pylist() for name in COLUMNS), strict=True))
    for source in ("crm", "map"):
        _export(root.parent / source, source, [row for row in rows if row[0] == source], random.Random(seed))
        (root / "mappings").mkdir(parents=True, exist_ok=True)
        (root / "mappings" / f"{source}.yaml").write_text(
            MAPPING.format(source=source, kinds=", ".join(f"{kind}: {kind}" for kind in sorted(set(KINDS))))
        )
    (root / "agreements").mkdir()
    shutil.copy(sample.NORTHWIND / "agreement.yaml", root / "agreements")
    (root / "detente.toml").write_text('[workspace]\nname = "Twins"\n')


def _export(folder: Path, source: str, rows: Sequence[tuple[str | None, ...]], chance: random.Random) -> None:
    folder.mkdir(parents=True)
    with (
        (folder / "contacts.csv").open("w", newline="") as contacts,
        (folder / "events.csv").open("w", newline="") as events,
    ):
        profiles, acts = csv.writer(contacts), csv.writer(events)
        profiles.writerow([*COLUMNS, "created"])
        acts.writerow(["id", "record", "kind", "at", "channel", "form", "page", "direction", "automated"])
        for number, row in enumerate(rows):
            born = chance.random() * DAYS
            profiles.writerow([*row, _text(born)])
            for n in range(EVENTS_PER_PROFILE):
                acts.writerow([f"{source}{number}-{n}", row[1], *_act(chance, born)])


def _act(chance: random.Random, born: float) -> tuple[str, ...]:
    kind = chance.choice(KINDS)
    at = _text(born + chance.random() * (DAYS - born))
    if kind == "touch":
        return kind, at, chance.choice(("call", "email", "meeting")), "", "", "out", "false"
    form = chance.choice(("demo", "asset", "newsletter")) if kind == "form_submit" else ""
    page = chance.choice(("home", "pricing", "product")) if kind == "page_view" else ""
    return kind, at, chance.choice(("organic", "paid_search", "paid_social", "webinar")), form, page, "", ""


def _text(days: float) -> str:
    return (UNTIL - timedelta(days=DAYS - days)).strftime("%Y-%m-%d %H:%M:%S")


def measure(facts: int, seed: int, runs: int) -> dict[str, object]:
    """Run import and replay `runs` times over fresh workspaces; return seconds and facts a second."""
    imports, replays, steps = [], [], {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "workspace"
            make(root, facts, seed)
            started = time.perf_counter()
            for source in ("crm", "map"):
                _import(root, source)
            imports.append(time.perf_counter() - started)
            started = time.perf_counter()
            report = sample.replay(root, UNTIL.strftime("%Y-%m-%d %H:%M"))
            replays.append(time.perf_counter() - started)
            steps = {step["name"]: step["seconds"] for step in report["steps"]}
    whole = statistics.median(map(sum, zip(imports, replays, strict=True)))
    return {
        "facts": facts,
        "profiles": facts // (EVENTS_PER_PROFILE + 1),
        "seed": seed,
        "runs": runs,
        "import_seconds": statistics.median(imports),
        "replay_seconds": statistics.median(replays),
        "seconds": whole,
        "facts_per_second": facts / whole,
        "steps": steps,
    }


def _import(root: Path, source: str) -> None:
    """Import a system's exports; every record must be accepted, or the figure is not what it says."""
    mapping = f"mappings/{source}.yaml"
    done = sample.detente(root, "import", root.parent / source, "--mapping", mapping, "--json")
    assert done.returncode == 0, done.stderr
    files = json.loads(done.stdout)["files"]
    assert files
    assert all(file["accepted"] == file["records"] for file in files), files


def main() -> None:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(description="Measure files to a published snapshot.")
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(chosen.facts, chosen.seed, chosen.runs)
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    print(
        f"{found['facts']:,} facts, one profile in ten, in {found['seconds']:.1f} s: "
        f"{found['facts_per_second']:,.0f} facts a second"
    )
    print(f"  import {found['import_seconds']:8.2f} s\n  replay {found['replay_seconds']:8.2f} s, of which")
    for name, seconds in found["steps"].items():
        print(f"    {name:<10} {seconds:8.2f} s")


if __name__ == "__main__":
    main()
