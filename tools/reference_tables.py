"""The page of all tables. Input: the line's steps, column definitions in the code, a workspace of one lead.

A published table, or a column of one, that nobody has described stops the generator: it says what to describe where.
"""

from __future__ import annotations

import inspect
import re
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from reference_markdown import MADE, table

from detente import bootstrap
from detente.app.ports.snapshots import Snapshot
from detente.core.credit.definitions import DEFINITIONS
from detente.core.facts.schema import FACT_COLUMNS, LINK_COLUMNS, QUARANTINE_COLUMNS, Column
from detente.engine.flow import STEPS
from detente.engine.replaying import ROWS

WORDS = tomllib.loads(Path(__file__).with_name("column_words.toml").read_text("utf-8"))
_AS_OF = "2026-06-01"
_CONTACTS = "Contact ID,Company ID,Email,Level,Employees,Created\n1,7,ann@example.com,VP,200,2026-05-04 10:00\n"
_CONVENTIONS = """
Instants (`…_at`, `at`, `as_of`) are microseconds in UTC, durations (`…_us`) microseconds. Money is in the agreement's
currency. Null means *not known* or *not measured*, never 0.
""".strip()


def tables() -> str:
    """Return the page."""
    steps = [(step.name, step.does, _names(step.reads), _names(step.writes)) for step in STEPS]
    figures = [(each.name, f"`{each.table}`", each.words, each.formula, each.n) for each in DEFINITIONS.values()]
    parts = [
        f"# Tables\n\n{MADE}{_CONVENTIONS}\n",
        "## The line\n\nThe steps of `detente replay`, in order. No two of them write the same table.\n",
        table(("step", "what it does", "reads", "writes"), steps),
        "## What an import keeps\n",
        *_landed("facts", "One row a fact; a deal with several contacts has one row for each.", FACT_COLUMNS),
        *_landed("links", "Which records two systems, or two lists, hold of the same person or company.", LINK_COLUMNS),
        *_landed("quarantine", "Every record that was not taken, and why.", QUARANTINE_COLUMNS),
        "## What a snapshot holds\n\n`detente export TABLE` writes one of them.\n",
        *_published(),
        "## What figures mean\n\nThe same is in the table `meta` of each snapshot.\n",
        table(("figure", "table", "meaning", "formula", "n counts"), figures),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _landed(name: str, meaning: str, columns: Sequence[Column]) -> Iterator[str]:
    rows = [(f"`{each.name}`", each.type, "yes" if each.nullable else "", each.doc) for each in columns]
    yield f"### {name}\n\n{meaning}\n"
    yield table(("column", "type", "may be null", "meaning"), rows)


def _published() -> Iterator[str]:
    """Yield a section for each table that a replay publishes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        bootstrap.init(root, "Reference", "UTC", "EUR")
        (root / "contacts.csv").write_text(_CONTACTS, encoding="utf-8")
        bootstrap.import_files(root, Path("mappings/crm.yaml"), [root / "contacts.csv"], lambda *_: None)
        bootstrap.replay(root, _AS_OF, lambda *_: None)
        snapshot = bootstrap.snapshot(root)
        for name in sorted(snapshot.info.counts):
            yield f"### {name}\n\n{WORDS['tables'][name]}\n"
            yield table(("column", "type", "meaning"), _columns(snapshot, name))


def _columns(snapshot: Snapshot, name: str) -> list[tuple[str, str, str]]:
    known = dict(WORDS["any"])
    if name in ROWS:
        known |= _comments(ROWS[name])
    if name == "timeline":
        known |= {each.name: each.doc for each in FACT_COLUMNS}
    known |= WORDS.get(name, {})
    columns = snapshot.columns(name)
    unknown = [column.name for column in columns if column.name not in known]
    gone = set(WORDS.get(name, {})) - {column.name for column in columns}
    if unknown or gone:
        raise SystemExit(f"tools/column_words.toml, [{name}]: describe {unknown}, take away {sorted(gone)}")
    return [(f"`{column.name}`", column.type, known[column.name]) for column in columns]


def _comments(row_type: type) -> dict[str, str]:
    """Return what the comment beside each field of a dataclass says."""
    found = re.findall(r"^    (\w+): [^#\n]+?(?:  # (.+))?$", inspect.getsource(row_type), flags=re.MULTILINE)
    return {name: comment for name, comment in found if comment}
