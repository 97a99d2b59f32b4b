"""Random agreements and histories for property tests, on a grid of ten minutes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from detente.core.agreement.expressions import MINUTE
from detente.core.calendars.instants import instant_of
from detente.core.facts.fact import Fact

GRID = 10 * MINUTE
START = instant_of(datetime(2026, 6, 1, 8, 0, tzinfo=UTC))

durations = st.sampled_from(["10m", "30m", "1h", "90m", "2h"])
selectors = st.sampled_from(
    [
        "page_view",
        "page_view where page == 'a'",
        "form_submit where form in @asks",
        "form_submit where form != 'x'",
        "touch where direction == 'out' and automated == false",
        "order where amount >= 10",
        "webinar_attend",
        "ask",
        "ask where form == 'demo'",
    ]
)
windows = st.one_of(
    st.just(""),
    durations.map(lambda d: f" within {d}"),
    st.sampled_from(["Lead", "Mid", "Back"]).map(" since {}".format),
)
operators = st.sampled_from(["==", "!=", ">=", "<", "<=", ">"])
numbers = st.sampled_from(["0", "1", "2", "3", "10", "20", "2.5"])


@st.composite
def leaves(draw: st.DrawFn) -> str:
    selector, window = draw(selectors), draw(windows)
    field = "amount" if selector.startswith("order") else "channel"
    return draw(
        st.sampled_from(
            [
                f"any({selector}){window}",
                f"none({selector}){window}",
                f"count({selector}){window} {draw(operators)} {draw(numbers)}",
                f"count_distinct({selector}, {field}){window} >= {draw(numbers)}",
                f"sum(order, amount){window} >= {draw(numbers)}",
                f"first({selector}){window} >= {draw(durations)}",
                f"since_last({selector}){window} < {draw(durations)}",
                f"last({selector}){window} >= {draw(durations)}",
                f"span({selector}){window} >= {draw(durations)}",
                f"idle >= {draw(durations)}",
                f"idle < {draw(durations)}",
                f"score >= {draw(numbers)}",
                f"score < {draw(numbers)}",
                "grade in ['A', 'B']",
                "grade not in ['A']",
                "grade is unknown",
                "company.size >= 10",
                "company.size != 10",
                "company.country in ['DE', 'AT']",
                "company.country not in @asks",
                "person.vip",
                "person.vip == true",
                "company.country is unknown",
                "deal.amount > 5",
                "stage == 'Mid'",
                "stage != 'Lead'",
                "warm",
            ]
        )
    )


conditions = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: " and ".join(f"({item})" for item in items)),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: " or ".join(f"({item})" for item in items)),
        inner.map("not ({})".format),
    ),
    max_leaves=4,
)


@st.composite
def documents(draw: st.DrawFn, version: str = "1.0.0", effective: str = "2026-01-01") -> dict[str, Any]:
    """An agreement of seven stages whose computed entries cannot go round in a circle by themselves."""

    def stage(name: str, basis: str, enter: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"id": f"stage.{name.lower()}", "owner": "sales", "basis": basis, "enter": enter, **more}

    reentry = st.one_of(
        st.just({}),
        durations.map(lambda d: {"reentry": {"after": d}}),
        st.tuples(durations, leaves()).map(lambda pair: {"reentry": {"after": pair[0], "unless": pair[1]}}),
    )
    resets = st.sampled_from([{}, {"resets": "behaviour"}])
    exits = st.sampled_from([{}, {"exit": True}])
    optional_from = st.sampled_from([{}, {"from": ["Lead", "Mid"]}, {"from": ["Mid", "High", "Deal"]}])
    require = st.one_of(st.just({}), conditions.map(lambda c: {"require": c}))
    reason = st.one_of(require, st.just({"require": "reason in @recycle"}))
    stages = {
        "Lead": stage("Lead", "computed", {"when": draw(st.one_of(st.just("person.email is known"), conditions))}),
        "Mid": stage("Mid", "computed", {"from": ["Lead", "Back"], "when": draw(conditions)}, **draw(reentry)),
        "High": stage("High", "computed", {"from": ["Lead", "Mid", "Back"], "when": draw(conditions)}, **draw(reentry)),
        "Deal": stage(
            "Deal", "recorded", {"event": "deal_open", **draw(optional_from), **draw(require)}, **draw(resets)
        ),
        "Back": stage(
            "Back",
            "recorded",
            {"event": "lead_recycle", **draw(optional_from), **draw(reason)},
            **draw(resets),
            **draw(exits),
        ),
        "Gone": stage("Gone", "computed", {"from": ["Deal", "High"], "when": draw(conditions)}, **draw(exits)),
    }
    rules = draw(
        st.lists(
            st.tuples(
                selectors, st.sampled_from([10, 5, -5]), st.sampled_from([None, 12]), st.one_of(st.none(), durations)
            ),
            max_size=3,
        )
    )
    checks = [
        {"id": "sla.stage", "owes": "sales", "to": "marketing", "at": ["Mid", "Back"], "require": draw(conditions)},
        {
            "id": "sla.event",
            "owes": "sales",
            "to": "marketing",
            "at": draw(st.sampled_from(["lead_recycle", "touch", "order where amount >= 10"])),
            "require": draw(conditions),
        },
    ]
    return {
        "agreement": "property/random",
        "language": 1,
        "version": version,
        "effective": effective,
        "subject": "person",
        "timezone": "UTC",
        "currency": "EUR",
        "parties": {side: {"signs": f"{side}@harbour.example", "name": side} for side in ("marketing", "sales")},
        "lists": {"asks": ["demo", "callback"]},
        "glossary": {
            "ask": {"means": "A form that asks for us", "is": "form_submit where form in @asks"},
            "warm": {"means": "Interested", "is": draw(leaves().filter(lambda leaf: leaf != "warm"))},
        },
        "fit": {
            "points": [
                {"id": "fit.size", "when": "company.size >= 10", "points": 20},
                {
                    "id": "fit.any",
                    "when": draw(leaves().filter(lambda leaf: not any(w in leaf for w in ("grade", "warm", "stage")))),
                    "points": 20,
                },
            ],
            "grades": draw(st.sampled_from([{"A": 40, "B": 20}, {"A": 20, "B": 0}])),
        },
        "score": [
            {"id": f"score.{n}", "event": event, "points": points}
            | ({} if cap is None else {"cap": cap})
            | ({} if expires is None else {"expires": expires})
            for n, (event, points, cap, expires) in enumerate(rules)
        ],
        "stages": stages,
        "dispositions": {"recycle": {"not_now": {"points_at": "timing"}}},
        "sla": checks,
    }


def text_of(document: dict[str, Any]) -> str:
    """JSON is YAML."""
    return json.dumps(document, indent=1)


payloads: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "page_view": st.fixed_dictionaries({}, optional={"page": st.sampled_from(["a", "b"])}),
    "form_submit": st.fixed_dictionaries({}, optional={"form": st.sampled_from(["demo", "callback", "x"])}),
    "webinar_attend": st.just({}),
    "touch": st.fixed_dictionaries(
        {},
        optional={
            "direction": st.sampled_from(["in", "out"]),
            "automated": st.booleans(),
            "channel": st.sampled_from(["call", "email"]),
        },
    ),
    "order": st.fixed_dictionaries({}, optional={"amount": st.sampled_from([5, 10, 2.5, "many"])}),
    "deal_open": st.fixed_dictionaries({}, optional={"amount": st.sampled_from([0, 10])}),
    "lead_recycle": st.fixed_dictionaries({}, optional={"reason": st.sampled_from(["not_now", "whatever"])}),
    "enrich": st.fixed_dictionaries(
        {},
        optional={
            "person.email": st.just("ada@acme.example"),
            "person.vip": st.sampled_from([True, False, "yes"]),
            "company.size": st.sampled_from([5, 10, 20, "big"]),
            "company.country": st.sampled_from(["DE", "FR", 7]),
        },
    ),
}


@st.composite
def histories(draw: st.DrawFn, late: bool = False) -> list[Fact]:
    """Up to twelve facts over five hours; with `late`, some become known up to three hours later."""
    rows = draw(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(sorted(payloads))), max_size=12))
    facts = []
    for number, (slot, kind) in enumerate(rows):
        occurred = START + slot * GRID
        known = occurred + (draw(st.sampled_from([0, 0, 0, 1, 6, 18])) * GRID if late else 0)
        facts.append(Fact(f"{number:03d}", kind, occurred, known, "test", f"{number:03d}", draw(payloads[kind])))
    return facts
