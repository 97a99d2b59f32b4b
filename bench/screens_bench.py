"""How long a page takes, from a real server: home, a lead, the panel of a figure, the list of leads, the agreement.

    python bench/screens_bench.py --people 100000 --requests 200 [--dir WORKSPACE] [--json]

Makes the sample company (or takes a workspace that is replayed), serves it with `detente serve`, and asks for pages one
after the other over one connection, leads and figures drawn from a seed. Wall time, since that is what a person waits:
run it on a quiet machine. The first requests are among them, before a worker process has read anything.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import re
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import sample

from detente.engine.lake import Lake

LIBRARIES = ("django", "duckdb", "gunicorn", "pyarrow")
SEED = 20261125


@contextmanager
def served(root: Path) -> Iterator[http.client.HTTPConnection]:
    """Serve a workspace and yield a connection to it."""
    command = [str(sample.PROGRAM), "serve", "--dir", str(root), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://\S+/", line)))
        yield http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def fetched(connection: http.client.HTTPConnection, path: str) -> tuple[float, str]:
    """Return the milliseconds a page took, and its text."""
    started = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    text = response.read().decode()
    if response.status != http.client.OK:
        raise SystemExit(f"{path}: {response.status}")
    return (time.perf_counter() - started) * 1000, text


def paths(root: Path, connection: http.client.HTTPConnection, requests: int) -> dict[str, list[str]]:
    """Return the pages to ask for: figures that home and results link to, and leads from everywhere."""
    chance = random.Random(SEED)
    people = [row["person"] for row in Lake(root / "snapshots").current().rows("state", columns=["person"])]
    homes = ["/", *(f"/{period}" for period in sorted(set(re.findall(r'href="(\?period=[^"]+)"', _home(connection)))))]
    linked = "".join(fetched(connection, page)[1] for page in (*homes[:4], "/results/"))
    figures = sorted(set(re.findall(r'href="(/explain/[^"]+)"', linked)))
    searched = [f"/leads/?q={letter}" for letter in "abcdefghklmnorstw"]
    kinds = {
        "home": homes,
        "lead": [f"/leads/{person}/" for person in people],
        "explain": [figure.replace("&amp;", "&") for figure in figures],
        "leads": ["/leads/", *searched],
        "agreement": ["/agreement/"],
    }
    return {name: [chance.choice(choices) for _ in range(requests)] for name, choices in kinds.items()}


def _home(connection: http.client.HTTPConnection) -> str:
    return fetched(connection, "/")[1]


def first_visit_kb(connection: http.client.HTTPConnection) -> float:
    """Return how much a browser that was never here loads for home, as sent."""
    loaded = 0
    for path in ("/", *re.findall(r'(?:href|src)="(/static/[^"]+)"', _home(connection))):
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        loaded += len(connection.getresponse().read())
    return round(loaded / 1000, 1)


def measure(root: Path, requests: int) -> dict[str, object]:
    """Ask for every kind of page and return how long each took."""
    with served(root) as connection:
        asked = paths(root, connection, requests)
        first = first_visit_kb(connection)
        pages = {}
        for name, choices in asked.items():
            answers = [fetched(connection, path) for path in choices]
            taken = sorted(each for each, _ in answers)
            pages[name] = {
                "p50_ms": round(statistics.median(taken), 1),
                "p95_ms": round(taken[int(len(taken) * 0.95)], 1),
                "slowest_ms": round(taken[-1], 1),
                "largest_kb": round(max(len(text.encode()) for _, text in answers) / 1000, 1),
            }
    return {
        "leads": Lake(root / "snapshots").current().info.counts["state"],
        "requests": requests,
        "pages": pages,
        "first_visit_kb": first,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "processors": os.cpu_count(),
    }


def main() -> None:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(description="Measure how long pages take.")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--dir", type=Path, help="a workspace that is replayed, instead of the sample company")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="detente-bench-") as scratch:
        root = arguments.dir or Path(scratch) / "sample"
        if arguments.dir is None:
            sample.make(root, arguments.people)
            sample.replay(root, "2025-09-30 09:00")
        found = measure(root, arguments.requests)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['leads']:,} leads, {found['requests']} requests a kind of page")
    print(f"a first visit to home loads {found['first_visit_kb']} KB")
    print(f"{'page':<12}{'p50 ms':>9}{'p95 ms':>9}{'slowest':>9}{'largest KB':>12}")
    pages = found["pages"]
    assert isinstance(pages, dict)
    for name, page in pages.items():
        print(f"{name:<12}{page['p50_ms']:>9}{page['p95_ms']:>9}{page['slowest_ms']:>9}{page['largest_kb']:>12}")


if __name__ == "__main__":
    main()
