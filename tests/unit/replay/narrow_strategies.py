"""Small random agreements of little but corners (`corner_strategies.py`), with histories of the kinds those read."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from detente.core.agreement.expressions import HOUR
from detente.core.facts.fact import Fact

from .corner_strategies import armed, corners, plain_truths, timed, unscored, wheres
from .rich_strategies import FIXTURE, SEASONS, Told, openings, rich_payloads
from .strategies import GRID

FEW = (
    ("page_view", "touch"),
    ("page_view", "touch", "form_submit", "lead_recycle"),
    ("order", "order", "enrich", "deal_open"),
    ("order", "page_view", "lead_recycle", "deal_open"),
    ("consent_given", "consent_withdrawn", "email_send", "unsubscribe"),
    ("page_view", "form_submit", "enrich", "lead_recycle", "deal_open"),
)
"""The kinds that some corners read together."""

grants = st.sampled_from(
    [
        "any(consent_given)",
        "any(consent_given where purpose == 'email')",
        "count(consent_given) >= 2",
        "any(consent_given where purpose is unknown)",
        "any(consent_given where purpose == 1)",
    ]
)


@st.composite
def narrow_documents(draw: st.DrawFn, version: str = "1.0.0", effective: str = "2026-01-01") -> dict[str, Any]:
    """One version in which little but the corners moves anything, so that a corner missed shows."""

    def stage(name: str, basis: str, enter: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"id": f"stage.{name.lower()}", "owner": "sales", "basis": basis, "enter": enter, **more}

    def when(name: str) -> Any:
        arms = armed(st.one_of(plain_truths, plain_truths, corners), f"{name}.arm")
        return draw(draw(st.sampled_from([corners, corners, plain_truths, arms])))  # one_of would weigh every corner

    asks = st.sampled_from(["", " where stage == 'Mid'", " where score >= 0.3", " where none(page_view) within 1h",
                            " where last(page_view) >= span(page_view)"])  # fmt: skip
    reentry = st.sampled_from(
        [{}, {}, {"reentry": {"after": "2h"}}, {"reentry": {"after": "3h", "unless": draw(corners)}}]
    )
    resets = draw(st.sampled_from([{}, {"resets": "behaviour"}]))
    rule = st.fixed_dictionaries(
        {"event": st.one_of(timed, timed, unscored), "points": st.sampled_from([1, 0.1, 0.7, -0.3])},
        optional={"expires": st.sampled_from(["1h", "30m"]), "cap": st.sampled_from([0.2, 1])},
    )
    rules = draw(st.lists(rule, max_size=2))
    fitting = corners.filter(lambda corner: "grade" not in corner and "score" not in corner)
    duties: list[dict[str, Any]] = [
        {"id": "sla.stage", "at": ["Mid", "Back"], "require": draw(corners)},
        {"id": "sla.event", "at": draw(st.sampled_from(["touch", "page_view where idle >= 30m"])),
         "require": draw(corners)},
        {
            "id": "sla.clock",
            "clock": {"start": draw(st.sampled_from(["Mid", "Lead", "page_view where none(form_submit) within 1h"])),
                      "stop": draw(wheres), "void_on": "unsubscribe"},
            "target": [{"when": draw(corners), "within": "1bh"}, {"otherwise": True, "within": "2bh"}],
        },
        {
            "id": "sla.elapsed",
            "clock": {"start": draw(st.sampled_from(["Lead", "page_view", "order"])), "stop": draw(wheres),
                      "hours": "elapsed"},
            "target": [{"when": draw(corners), "within": "1h"}, {"otherwise": True, "within": "2h"}],
        },
    ]  # fmt: skip
    return {
        "agreement": "property/narrow",
        "language": 1,
        "version": version,
        "effective": effective,
        "subject": "person",
        "timezone": "UTC",
        "parties": {side: {"signs": f"{side}@harbour.example", "name": side} for side in ("marketing", "sales")},
        "lists": {"asks": ["demo", "callback"], "nobody": []},
        "glossary": {
            "ask": {"means": "A form that asks for us", "is": "form_submit where form in @asks"},
            "warm": {"means": "Interested", "is": draw(corners)},
        },
        "default_calendar": "DE",
        "calendars": {"DE": {"timezone": "Europe/Berlin", "open": draw(openings)}},
        "fit": {
            "points": [{"id": "fit.size", "when": "company.size >= 10", "points": 0.2},
                       {"id": "fit.corner", "when": draw(fitting), "points": 0.1}],
            "grades": {"A": 0.3, "B": 0.1},
        },
        "score": [{"id": f"score.{n}"} | each for n, each in enumerate(rules)],
        "stages": {
            "Lead": stage("Lead", "computed", {"when": when("lead")}),
            "Mid": stage("Mid", "computed", {"from": ["Lead", "Back"], "when": when("mid")}, **draw(reentry)),
            "Back": stage("Back", "recorded", {"event": f"lead_recycle{draw(asks)}"}, **resets),
            "Deal": stage("Deal", "recorded",
                          {"from": ["Mid"], "event": f"deal_open{draw(asks)}", "require": draw(corners)}),
        },
        "dispositions": {"recycle": {"not_now": {"points_at": "timing"}}},
        "sla": [{"owes": "sales", "to": "marketing"} | duty for duty in duties],
        "consent": [{"id": "consent.ask", "when": "company.country is unknown",
                     "require": {"email": draw(grants)}}],
    }  # fmt: skip


@st.composite
def narrow_histories(draw: st.DrawFn, begins: int) -> list[Fact]:
    """A few facts over a day or some, with silence in between."""
    pace = draw(st.sampled_from([1, 3, 12]))
    facts = []
    kinds = draw(st.sampled_from(FEW))
    for number, slot in enumerate(draw(st.lists(st.integers(0, 24), min_size=4, max_size=14))):
        kind = draw(st.sampled_from(kinds))
        occurred = begins + slot * pace * GRID
        late = draw(st.sampled_from([0, 0, 0, 0, 0, 6, 40])) * GRID
        facts.append(Fact(f"{number:03d}", kind, occurred, occurred + late, "test", "", draw(rich_payloads[kind])))
    return facts


@st.composite
def told_narrowly(draw: st.DrawFn) -> Told:
    """One or two versions of little but corners, and a short history."""
    begins, days = draw(st.sampled_from(SEASONS))
    versions = [
        draw(narrow_documents(f"1.{n}.0", day)) for n, day in enumerate(days[: draw(st.sampled_from([1, 1, 2]))])
    ]
    facts = draw(narrow_histories(begins))
    since = draw(st.sampled_from([begins, *(fact.known_at for fact in facts)]))
    as_of = since + draw(st.sampled_from([0, 1, 2, 17, 40])) * HOUR
    return Told(versions, facts, as_of, draw(st.sampled_from([{}, FIXTURE])))
