"""Leads of no company, made from a seed straight into a timeline store: about ten facts each, some known late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import ENRICH
from detente.core.replay.shapes import Column, ShapeBook
from detente.engine.histories import COLUMNS
from detente.engine.incremental import ReplayStore
from detente.engine.snapshot import CLUSTERED
from detente.engine.store_facts import Arrivals, Bucket, bucket_count
from detente.engine.store_words import Words, bucket_edges, keys_of

AGREEMENT = Path(__file__).resolve().parent.parent / "examples" / "northwind" / "agreement.yaml"

MINUTE = 60_000_000
DAY = 86_400_000_000
START = 1_727_740_800_000_000
"""2024-10-01."""
SPAN_DAYS = 760
AS_OF = START + (SPAN_DAYS + 30) * DAY

SEED = 7
LATE = 0.02
"""Share of facts that are known late, on average by a day."""
PIECE = 8 * CLUSTERED["timeline"]
_PUBLISHED = {"occurred_at": pa.int64(), "known_at": pa.int64(), "automated": pa.bool_(), "amount": pa.float64()}

TOUCH_OUT: Mapping[str, Any] = {"direction": "out", "automated": False}
MIX: tuple[tuple[float, str, dict[str, Any]], ...] = (
    (38, "page_view", {"page": "home"}), (6, "page_view", {"page": "pricing"}), (16, "email_send", {}),
    (10, "email_open", {}), (4, "email_click", {}), (0.4, "email_bounce", {}), (1.2, "webinar_attend", {}),
    (2, "form_submit", {"form": "asset"}), (0.25, "form_submit", {"form": "demo"}),
    (0.15, "form_submit", {"form": "callback"}), (0.5, "trial_start", {}), (5, "content_view", {}),
    (3, "touch", {**TOUCH_OUT, "channel": "call"}), (2, "touch", {**TOUCH_OUT, "channel": "email"}),
    (3, "touch", {"direction": "out", "automated": True, "channel": "email"}),
    (1, "touch", {"direction": "in", "automated": False, "channel": "call"}),
    (0.4, "lead_accept", {}), (0.3, "lead_recycle", {"reason": "not_now"}),
    (0.2, "lead_recycle", {"reason": "unreachable"}), (0.2, "lead_discard", {"reason": "not_icp"}),
    (0.2, "lead_qualify", {}), (0.1, "deal_open", {"amount": Column(0)}), (0.03, "deal_won", {"amount": Column(0)}),
    (0.2, "unsubscribe", {}), (0.6, "consent_given", {"purpose": "email"}), (0.3, "assign", {"to": "ann@n.example"}),
)  # fmt: skip
"""Kinds of event with their payload, and how often each comes."""


def agreement() -> Timeline:
    """Return the sample company's agreement."""
    read, problems = read_timeline([(AGREEMENT.name, AGREEMENT.read_text(encoding="utf-8"))])
    assert read is not None, problems
    return read


def make(path: Path, facts: int) -> ReplayStore:
    """Make a store of about so many facts."""
    words = Words(agreement())
    return ReplayStore.build(path, words, _buckets(words.book, facts), columns=1)


def person(number: int) -> str:
    """Return the id of a lead."""
    return f"p{number:08d}"


def arrivals(book: ShapeBook, count: int, leads: int, as_of: int, seed: int) -> Arrivals:
    """Return new facts of the last minutes, of leads drawn alike, one in twenty of somebody new."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, leads + leads // 20, count)
    t = as_of - rng.integers(0, 10 * MINUTE, count)
    known = np.minimum(as_of, t + rng.integers(0, 2 * MINUTE, count))
    return Arrivals(
        pa.array(map(person, of.tolist()), pa.string()), t, known, _events(book, rng, count),
        rng.random((1, count)) * 9e4, _texts(count, f"new-{seed}-"),
    )  # fmt: skip


def long_lead(book: ShapeBook, facts: int, late: int, late_by: int, seed: int) -> Arrivals:
    """Return one lead with many facts, some of which were known up to `late_by` microseconds after they happened."""
    rng = np.random.default_rng(seed)
    t = np.sort(START + rng.integers(0, SPAN_DAYS * DAY, facts))
    known = t.copy()
    chosen = rng.choice(facts // 2, late, replace=False)
    known[chosen] += rng.integers(MINUTE, late_by, late)
    shape = _events(book, rng, facts)
    shape[0] = _firsts(book)[1]
    persons = pa.array([person(0)] * facts, pa.string())
    return Arrivals(persons, t, known, shape, rng.random((1, facts)) * 9e4, _texts(facts, ""))


def publish_timeline(path: Path, facts: int) -> None:
    """Write a timeline as a snapshot has it: ten facts a lead, sorted by person, with all columns that are read."""
    with pq.ParquetWriter(path, pa.schema([(name, _PUBLISHED.get(name, pa.string())) for name in COLUMNS])) as writer:
        for first in range(0, facts, PIECE):
            rows = range(first, min(first + PIECE, facts))
            columns = {
                "person": [person(row // 10) for row in rows], "fact_id": [f"{row:032x}" for row in rows],
                "kind": ["page_view"] * len(rows), "occurred_at": [START + row for row in rows],
                "known_at": [START + row for row in rows], "source": ["marketing"] * len(rows),
                "source_id": list(map(str, rows)), "page": ["pricing"] * len(rows),
                "url": [f"https://n.example/pricing?{row}" for row in rows],
            }  # fmt: skip
            arrays = [pa.array(columns.get(each.name, [None] * len(rows)), each.type) for each in writer.schema]
            writer.write_table(pa.table(arrays, schema=writer.schema), row_group_size=CLUSTERED["timeline"])


def _buckets(book: ShapeBook, facts: int) -> Iterator[Bucket]:
    rng = np.random.default_rng(SEED)
    _events(book, rng, 0)
    firsts = np.array(_firsts(book), np.int32)
    names = pa.array(map(person, range(facts // 10)), pa.string())
    keys, checks = keys_of(names.to_pylist())
    by_key = np.argsort(keys)
    starts = np.append(np.searchsorted(keys[by_key], bucket_edges(bucket_count(facts))), len(keys))
    for first, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        leads = by_key[first:end]
        lead, t, known = _instants(rng, len(leads))
        ends = np.append(0, np.cumsum(np.bincount(lead, minlength=len(leads)))).astype(np.int64)
        shape = _events(book, rng, len(t))
        shape[ends[:-1]] = rng.choice(firsts, len(leads))
        yield Bucket(
            keys[leads], checks[leads], names.take(pa.array(leads)), ends, t, known, shape,
            rng.random((1, len(t))) * 9e4, _texts(len(t), ""),
        )  # fmt: skip


def _instants(rng: np.random.Generator, leads: int) -> tuple[NDArray[np.int64], ...]:
    """Return lead, instant and when it was known of about ten facts a lead, all known by `AS_OF`."""
    count = 1 + rng.geometric(1 / 9.0, leads).astype(np.int64)
    first = np.cumsum(count) - count
    lead = np.repeat(np.arange(leads), count)
    gaps = rng.exponential(6 * DAY, len(lead)).astype(np.int64)
    gaps[first] = 0
    t = np.cumsum(gaps)
    t += (START + rng.integers(0, (SPAN_DAYS - 120) * DAY, leads) - t[first])[lead]
    known = t + np.where(rng.random(len(t)) < LATE, rng.exponential(DAY, len(t)), 0).astype(np.int64)
    there = known <= AS_OF
    return lead[there], t[there], known[there]


def _events(book: ShapeBook, rng: np.random.Generator, count: int) -> NDArray[np.int32]:
    weights = np.array([weight for weight, _, _ in MIX])
    shapes = np.array([book.number(kind, payload) for _, kind, payload in MIX], np.int32)
    return rng.choice(shapes, count, p=weights / weights.sum())


def _firsts(book: ShapeBook) -> list[int]:
    """Return the shapes of what is known of a lead at its first fact."""
    shapes = []
    for number in range(96):
        payload: dict[str, Any] = {
            "company.employees": (20, 80, 120, 400)[number % 4],
            "company.country": ("DE", "US", "FR", "NL")[number // 4 % 4],
            "company.industry": ("retail", "saas")[number // 16 % 2],
            "person.seniority": ("director", "cxo", "staff")[number // 32],
            "person.email_domain": "acme.example",
        }
        if number % 3:
            payload["person.email"] = Column(0, text=True)
        shapes.append(book.number(ENRICH, payload))
    return shapes


def _texts(count: int, prefix: str) -> pa.Table:
    ids = pa.array(np.arange(count)).cast(pa.string())
    if prefix:
        ids = pa.array([prefix + number for number in ids.to_pylist()], pa.string())
    return pa.table({"source": pa.array(["crm"] * count, pa.string()), "source_id": ids, "fact_id": ids})
