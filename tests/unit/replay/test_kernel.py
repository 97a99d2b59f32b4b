"""The compiled kernel says row for row what the reference interpreter says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import HOUR
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import Fact
from detente.core.replay import interpreter
from detente.core.replay.program import compile_program
from detente.core.replay.rows import LeadResult

from .rich_strategies import rich_histories, timelines
from .strategies import START, documents, histories, text_of

kernel = pytest.importorskip("detente.core.replay.kernel.one")

FIXTURE = {"person.email": "ada@acme.example", "company.size": 10}


def compiled(documents: list[dict[str, Any]]) -> Timeline:
    timeline, _ = read_timeline([(f"v{n}.yaml", text_of(each)) for n, each in enumerate(documents)])
    assume(timeline is not None)
    return timeline


def without_because(result: LeadResult) -> LeadResult:
    return replace(result, entries=tuple(replace(entry, because=()) for entry in result.entries))


def assert_same(timeline: Timeline, facts: list[Fact], as_of: int, attributes: dict[str, Any]) -> None:
    expected = without_because(interpreter.replay(timeline, facts, as_of, attributes))
    found = kernel.replay(compile_program(timeline), facts, as_of, attributes)
    for field in ("entries", "checks", "scores", "clocks", "consents", "state", "set_aside"):
        assert getattr(found, field) == getattr(expected, field), field


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(), histories(late=True), st.sampled_from([{}, FIXTURE]), st.sampled_from([0, 2, 9, 30]))
def test_on_plain_agreements(
    document: dict[str, Any], facts: list[Fact], attributes: dict[str, Any], hours: int
) -> None:
    assert_same(compiled([document]), facts, START + hours * HOUR, attributes)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(timelines(), rich_histories(), st.sampled_from([{}, FIXTURE]), st.sampled_from([9, 17, 40, 60, 90]))
def test_on_agreements_with_clocks_routes_consent_and_versions(
    documents: list[dict[str, Any]], facts: list[Fact], attributes: dict[str, Any], hours: int
) -> None:
    assert_same(compiled(documents), facts, START + hours * HOUR, attributes)
