"""Why an entry was made is told by the rules that made it; what a lead may be sent, by those that judge a touch."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import DAY
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import Fact
from detente.core.replay import consent
from detente.core.replay.evaluation import View
from detente.core.replay.explain import Part, Verdict, explain, explain_entry, explain_view
from detente.core.replay.history import history
from detente.core.replay.interpreter import replay
from detente.core.replay.lead import standing

from .rich_strategies import Told, told
from .strategies import START, documents, histories, text_of

AT = START + 200 * DAY


def compiled(*written: dict[str, Any]) -> Timeline:
    timeline, _ = read_timeline([(f"v{n}.yaml", text_of(each)) for n, each in enumerate(written)])
    assume(timeline is not None)
    assert timeline is not None
    return timeline


def leaves(part: Part) -> list[Part]:
    return [part] if not part.join else [leaf for each in part.parts for leaf in leaves(each)]


@given(documents(), histories(late=True))
def test_every_entry_is_explained_as_it_was_made(document: dict[str, Any], facts: list[Fact]) -> None:
    timeline = compiled(document)
    used, _ = history(timeline, facts, AT)
    entries = replay(timeline, facts, AT).entries
    for position, entry in enumerate(entries):
        told = explain_entry(timeline, used, entries, position)
        assert told.because == entry.because
        if told.condition is not None:
            assert (told.condition.verdict is Verdict.HOLDS) == ("require" not in entry.nonconforming)
            known = {fact.id for fact in used if fact.occurred_at <= entry.occurred_at}
            assert all(set(leaf.behind) <= known for leaf in leaves(told.condition))


@given(told())
def test_any_agreement_explains_its_entries_across_its_versions(case: Told) -> None:
    timeline = compiled(*case.versions)
    used, _ = history(timeline, case.facts, case.as_of)
    entries = replay(timeline, case.facts, case.as_of).entries
    for position, entry in enumerate(entries):
        assert explain_entry(timeline, used, entries, position).because == entry.because


@given(documents(), histories())
def test_a_lead_as_it_stands_is_explained_as_after_a_walk(document: dict[str, Any], facts: list[Fact]) -> None:
    timeline = compiled(document)
    used, _ = history(timeline, facts, AT)
    lead = standing(timeline, {}, used, replay(timeline, facts, AT).entries, AT)
    assert explain_view(View(timeline.in_force(AT), lead)) == explain(timeline, facts, AT)


CONSENT: list[dict[str, Any]] = [
    {"id": "consent.stop", "when": "any(unsubscribe) or any(consent_withdrawn)", "forbid": ["email", "call"]},
    {
        "id": "consent.asked",
        "when": "any(page_view)",
        "require": {"email": "any(consent_given where purpose == 'email')"},
    },
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["page_view", "unsubscribe", "consent_withdrawn", "consent_given"]),
            st.integers(0, 90),
            st.sampled_from(["email", "call"]),
        ),
        max_size=6,
    ),
    st.sampled_from(["email", "call"]),
)
def test_what_is_allowed_now_is_what_a_touch_would_not_break(written: list[tuple[str, int, str]], channel: str) -> None:
    timeline = compiled(with_consent())
    facts = [
        Fact(
            f"f{n}",
            kind,
            START + day * DAY,
            START + day * DAY,
            payload={"purpose": purpose} if "consent" in kind else {},
        )
        for n, (kind, day, purpose) in enumerate(written)
    ]
    used, _ = history(timeline, facts, AT)
    view = View(timeline.in_force(AT), standing(timeline, {}, used, replay(timeline, facts, AT).entries, AT))
    told = {each.channel: each for each in consent.permissions(view)}
    touch = Fact("touch", "touch", AT, AT, payload={"channel": channel, "direction": "out", "automated": False})
    broken = replay(timeline, [*facts, touch], AT).consents
    assert told[channel].allowed == (not broken)
    if broken:
        assert told[channel].rule == broken[0].rule
    assert told[channel].because <= {fact.id for fact in facts}


def with_consent() -> dict[str, Any]:
    return {
        "agreement": "quay/consent", "language": 1, "version": "1.0.0", "effective": "2026-01-01", "timezone": "UTC",
        "parties": {"marketing": {"signs": "m"}, "sales": {"signs": "s"}},
        "stages": {
            "Lead": {"id": "stage.lead", "owner": "marketing", "basis": "computed", "enter": {"when": "any(page_view)"}}
        },
        "consent": CONSENT,
    }  # fmt: skip
