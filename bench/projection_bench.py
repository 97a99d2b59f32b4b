"""What the lists of daily work cost: making them from a snapshot's rows, mending them, and asking for a page.

    python bench/projection_bench.py --leads 100000 [--times 40] [--url postgresql://…] [--json]

Rows of people who do not exist are published into a new database: all of them, then the same again, then with one in a
hundred changed. Then every question is asked 40 times with different arguments. Without a URL, into an SQLite file.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from detente.app.folding import folded
from detente.app.ports.lists import LeadList, Sort
from detente.app.ports.projection import LeadRow, OpenClock
from detente.store.database import open_database
from detente.store.projection import open_projection

FIRST = "Aisha Thomas Kamal Jonas Claudia Anna Marek Eva Nils Greta Rubén Zoë Marta Ingrid Paul".split()
LAST = "Abdi Costa Okoye Weber Meier Vogel Huber Koster Petersen Lang Wit Müller Diaz Baker".split()
FIRMS = "Polder Hansa Alpen Rhein Donau Fiets Isar Nord Boden Adria Harbour Zephyr Tern".split()
STAGES = ("Lead",) * 70 + ("MQL",) * 8 + ("SAL",) * 6 + ("SQL",) * 5 + ("Recycled",) * 6 + ("Disqualified",) * 5
OWNERS = (None,) * 75 + ("pool.emea",) * 15 + ("pool.us",) * 10
NOW = 1_795_000_000_000_000
DAY = 86_400_000_000


@dataclass(frozen=True)
class Asked:
    """What a question took, in milliseconds. `cpu`: the mean of this process, which is also SQLite's."""

    median: float
    p95: float
    cpu: float


@dataclass(frozen=True)
class Made:
    """Rows as a snapshot would give them; `changed`: every how-manieth lead has another score. 0: none."""

    leads_made: int
    changed: int = 0
    snapshot: str = "bench"
    as_of: int = NOW

    def leads(self) -> Iterator[LeadRow]:
        """Yield everybody, by person."""
        for number in range(self.leads_made):
            yield _lead(number, bool(self.changed) and number % self.changed == 0)

    def clocks(self) -> Iterator[OpenClock]:
        """Yield a clock for every twentieth."""
        for number in range(0, self.leads_made, 20):
            due = _due(number)
            yield OpenClock(
                _person(number), "sla.speed", 1, "1.0.0", "open", "sales", "marketing", "MQL", due - DAY, due - DAY,
                "1bd", DAY, "DE", "route.rest", "pool.emea", due,
            )  # fmt: skip


def _person(number: int) -> str:
    return f"p{number:015d}"


def _due(number: int) -> int:
    return NOW + random.Random(number).randrange(-5 * DAY, 5 * DAY)


def _lead(number: int, changed: bool) -> LeadRow:
    chance = random.Random(number)
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    company = f"{chance.choice(FIRMS)} {number // 4} GmbH"
    email = f"{folded(name).replace(' ', '.')}.{number}@{folded(company.split(maxsplit=1)[0])}.example"
    stage, at = chance.choice(STAGES), NOW - chance.randrange(700 * DAY)
    return LeadRow(
        _person(number), f"a{number // 4:015d}", name, "name", "Director Operations", company, email, stage, at, stage,
        float(chance.randrange(120) + 1000 * changed), chance.choice("ABCD"), None, chance.choice(OWNERS), "mql.fit",
        False, stage, at, at, at + 900 * DAY, None if number % 20 else _due(number), folded(name),
        "\n".join((folded(name), folded(company), email)),
    )  # fmt: skip


def publishing(database: Path | str, leads: int) -> dict[str, tuple[float, float]]:
    """Publish three times; return seconds and CPU seconds of each, and of making the rows, which each includes."""
    projection = open_projection(database)
    runs: dict[str, Callable[[], object]] = {
        "making the rows": lambda: sum(1 for _ in Made(leads).leads()),
        "whole": lambda: projection.publish(Made(leads)),
        "unchanged": lambda: projection.publish(Made(leads)),
        "one in 100 changed": lambda: projection.publish(Made(leads, changed=100)),
    }
    found = {}
    for name, run in runs.items():
        started, used = time.perf_counter(), time.process_time()
        run()
        found[name] = (time.perf_counter() - started, time.process_time() - used)
    return found


def asking(database: Path | str, leads: int, times: int) -> dict[str, Asked]:
    """Ask everything and return what it took."""
    open_database(database)
    from detente.store.lists import DatabaseLists

    lists, chance = DatabaseLists(), random.Random(1)
    plain = LeadList()
    wanted: dict[str, Callable[[], object]] = {
        "first page by due": lambda: lists.leads(plain, 0),
        "any page by name": lambda: lists.leads(replace(plain, sort=Sort.NAME), chance.randrange(leads)),
        "any page by score, descending": lambda: lists.leads(
            replace(plain, sort=Sort.SCORE, descending=True), chance.randrange(leads)
        ),
        "first page of a stage by entered": lambda: lists.leads(
            replace(plain, stage=chance.choice(STAGES), sort=Sort.ENTERED, descending=True), 0
        ),
        "a page of an owner and a stage by name": lambda: lists.leads(
            replace(plain, stage="MQL", owner="pool.us", sort=Sort.NAME), chance.randrange(leads // 200)
        ),
        "leads sales owes something, by score": lambda: lists.leads(
            replace(plain, party="sales", sort=Sort.SCORE, descending=True), 0
        ),
        "search of a word that many have": lambda: lists.leads(replace(plain, words=(folded(chance.choice(LAST)),)), 0),
        "search of a word that few have, by name": lambda: lists.leads(
            replace(plain, words=(f".{chance.randrange(leads)}@",), sort=Sort.NAME), 0
        ),
        "search of two words": lambda: lists.leads(
            replace(plain, words=(folded(chance.choice(FIRST)), folded(chance.choice(FIRMS)))), 0
        ),
        "counts of clocks": lambda: lists.owed(NOW),
        "counts of leads": lists.counts,
        "neighbours by name": lambda: lists.neighbours(
            replace(plain, sort=Sort.NAME), _person(chance.randrange(leads))
        ),
    }
    return {name: _timed(ask, times) for name, ask in wanted.items()}


def _timed(ask: Callable[[], object], times: int) -> Asked:
    taken, used = [], time.process_time()
    for _ in range(times):
        started = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return Asked(taken[times // 2], taken[int(times * 0.95)], (time.process_time() - used) / times * 1000)


def main() -> None:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(description="Measure the projection.")
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--url", help="of an empty PostgreSQL database")
    parser.add_argument("--times", type=int, default=40, help="how often each question is asked")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = chosen.url or Path(folder) / "detente.db"
        published, asked = publishing(database, chosen.leads), asking(database, chosen.leads, chosen.times)
    if chosen.json:
        print(
            json.dumps(
                {
                    "leads": chosen.leads,
                    "publish_s": published,
                    "ask_ms": {name: asdict(took) for name, took in asked.items()},
                },
                indent=1,
            )
        )
        return
    for name, (seconds, cpu) in published.items():
        print(f"{name:45} {seconds:9.2f} s   CPU {cpu:7.2f} s")
    for name, took in asked.items():
        print(f"{name:45} {took.median:9.1f} ms  p95 {took.p95:7.1f} ms  CPU {took.cpu:7.1f} ms")


if __name__ == "__main__":
    main()
