"""A lead whose history is long is told through the compiled kernel, and nothing of its story is lost on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.engine.test_replaying import Here, a_fact
from tests.unit.replay.strategies import START
from tests.unit.replay.test_kernel import NORTHWIND, assert_same, read

from detente.app.queries import lead_story as telling
from detente.app.queries.lead_json import as_json
from detente.app.queries.lead_story import LeadStory, lead_story
from detente.core.agreement.expressions import DAY
from detente.core.facts.fact import ENRICH, Fact
from detente.core.replay import interpreter
from detente.engine.flow import Line
from detente.engine.kernel_lead import LeadReplay
from detente.engine.lake import Lake, ParquetSnapshot
from detente.store.identity_log import open_identity_log

FIT = {"person.email": "a@b.example", "company.employees": 300, "company.country": "DE", "company.industry": "saas"}


@pytest.fixture
def quick(tmp_path: Path) -> LeadReplay:
    return LeadReplay(Here(tmp_path))


@pytest.fixture
def snapshot(landed, fact, email, agreement, texts) -> ParquetSnapshot:
    """Ann asks for a demo twice, is called, and becomes an opportunity that never closes."""
    landed.load(
        email("crm:1", "ann@harbour.example"),
        *(fact("form_submit", n, "crm:1", {"form": "demo"}, source_id=f"f{n}") for n in (10, 30)),
        fact("touch", 11, "crm:1", {"channel": "call", "direction": "out", "automated": False}, source_id="t1"),
        fact("deal_open", 40, "crm:1", {"deal": "d1", "amount": 900.0}, source_id="d1", subject="deal"),
    )
    log = open_identity_log(landed.root / "detente.db")
    Line(landed.root, 1).run(agreement, texts, log, 1_790_000_000_000_000, lambda *_: None)
    return Lake(landed.root / "snapshots").current()


@pytest.fixture
def both(snapshot: ParquetSnapshot, quick: LeadReplay, monkeypatch: pytest.MonkeyPatch) -> tuple[LeadStory, LeadStory]:
    reference = lead_story(snapshot, "crm:1")
    monkeypatch.setattr(telling, "LONG", 1)
    return lead_story(snapshot, "crm:1", quick=quick), reference


def test_a_long_history_is_told_like_a_short_one(both: tuple[LeadStory, LeadStory]) -> None:
    told, reference = both
    assert (told.last_told, reference.last_told) == (True, False)
    assert told.why_not == reference.why_not
    assert told.result.entries[-1] == reference.result.entries[-1]
    bare = tuple(replace(entry, because=()) for entry in told.result.entries)
    assert_same(replace(told.result, entries=bare), reference.result)


def test_what_is_not_told_of_earlier_entries_is_null_and_never_none_at_all(both: tuple[LeadStory, LeadStory]) -> None:
    told, reference = map(as_json, both)
    assert [entry["because"] for entry in told["entries"][:-1]] == [None] * (len(told["entries"]) - 1)
    assert told["entries"][-1]["because"] == reference["entries"][-1]["because"] != []


def test_any_earlier_entry_is_told_as_of_its_own_time(
    both: tuple[LeadStory, LeadStory], snapshot: ParquetSnapshot, quick: LeadReplay
) -> None:
    _, reference = both
    for entry in reference.result.entries:
        story = lead_story(snapshot, "crm:1", reference.local(entry.occurred_at), quick)
        assert story.result.entries[-1].because == entry.because


def test_threads_may_share_it(quick: LeadReplay) -> None:
    timeline, at = read(NORTHWIND), START + DAY

    def one(number: int) -> list[Fact]:
        owned = FIT | {"account.owner": f"owner {number}"}
        return [a_fact(1, ENRICH, 0, owned), a_fact(2, "form_submit", 1, {"form": "demo"})]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: quick.replay(timeline, one(number), at), range(40)))
    for number, result in enumerate(found):
        assert result is not None
        assert_same(result, interpreter.replay(timeline, one(number), at))


def test_what_the_kernel_refuses_is_left_to_the_interpreter(quick: LeadReplay) -> None:
    fit = FIT | {"company.employees": 2**53 + 1}
    assert quick.replay(read(NORTHWIND), [a_fact(1, ENRICH, 0, fit)], START + DAY) is None
