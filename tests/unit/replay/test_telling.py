"""Told from its entries, a lead's story is that of the walk: which facts, and why not further."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detente.core.agreement.expressions import HOUR
from detente.core.facts.fact import Fact
from detente.core.replay.explain import explain, explain_lead
from detente.core.replay.history import history
from detente.core.replay.interpreter import replay
from detente.core.replay.lead import standing
from detente.core.replay.telling import because

from .rich_strategies import rich_histories, timelines
from .strategies import START
from .test_kernel import FIXTURE, compiled


@given(timelines(), rich_histories(), st.sampled_from([{}, FIXTURE]), st.sampled_from([9, 17, 40, 60, 90]))
def test_a_story_told_from_entries_is_that_of_the_walk(
    documents: list[dict[str, Any]], facts: list[Fact], attributes: dict[str, Any], hours: int
) -> None:
    timeline, at = compiled(documents), START + hours * HOUR
    used, _ = history(timeline, facts, at)
    entries = replay(timeline, facts, at, attributes).entries
    told = [because(timeline, attributes, used, entries[: n + 1]) for n in range(len(entries))]
    assert told == [entry.because for entry in entries]
    lead = standing(timeline, attributes, used, entries, at)
    assert explain_lead(timeline, lead) == explain(timeline, facts, at, attributes)
