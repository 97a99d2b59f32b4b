"""Random agreements with everything that runs on time: clocks, routes, calendars, consent, personas, versions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from detente.core.facts.fact import Fact

from .strategies import GRID, START, conditions, documents, leaves, payloads

wheres = st.sampled_from(
    [
        "page_view",
        "touch where direction == 'out' and automated == false",
        "page_view where company.size >= 10",
        "form_submit where form in @asks or person.vip",
        "order where amount >= company.size",
        "order where amount > 5",
        "touch where stage == 'Mid'",
        "touch where score >= 10",
        "page_view where grade == 'A'",
        "touch where channel == company.country",
    ]
)
lead_reading = wheres.flatmap(
    lambda sel: st.sampled_from(
        [
            f"any({sel}) within 1h",
            f"count({sel}) within 30m >= 2",
            f"count_distinct({sel.replace('order', 'touch') if 'amount' not in sel else 'touch'}, channel) >= 2",
            f"last({sel}) >= 30m",
            f"span({sel}) since Mid >= 20m",
            "sum(order where amount >= company.size, amount) >= 10",
            f"first({sel}) < 1h",
        ]
    )
)
consent_conditions = st.one_of(
    st.sampled_from(
        [
            "any(consent_given where purpose == 'email')",
            "count(consent_given) >= 2",
            "none(consent_given) within 2h",
            "any(unsubscribe) or any(consent_withdrawn)",
            "score >= 10",
            "grade == 'A'",
            "last(consent_given where purpose == 'email') < 1h",
            "company.country in ['DE', 'AT']",
        ]
    ),
    leaves(),
)
forbidden = st.sampled_from([["email"], ["sequence", "call"]])
rich_payloads: dict[str, st.SearchStrategy[dict[str, Any]]] = payloads | {
    "consent_given": st.fixed_dictionaries({}, optional={"purpose": st.sampled_from(["email", "call"])}),
    "consent_withdrawn": st.fixed_dictionaries({}, optional={"purpose": st.sampled_from(["email", "call"])}),
    "unsubscribe": st.just({}),
    "email_send": st.just({}),
    "assign": st.fixed_dictionaries({}, optional={"to": st.sampled_from(["ann", "bob"])}),
    "crm_stage": st.fixed_dictionaries({}, optional={"stage": st.sampled_from(["MQL", "SQL"])}),
    "lead_discard": st.fixed_dictionaries({}, optional={"reason": st.sampled_from(["stop", "bad"])}),
    "enrich": st.fixed_dictionaries(
        {},
        optional={
            "person.email": st.just("ada@acme.example"),
            "person.vip": st.sampled_from([True, False, "yes"]),
            "company.size": st.sampled_from([5, 10, 20, "big"]),
            "company.country": st.sampled_from(["DE", "FR", "call", 7]),
            "account.owner": st.sampled_from(["olga", 7]),
        },
    ),
}


@st.composite
def clocks(draw: st.DrawFn, number: int) -> dict[str, Any]:
    start = draw(st.sampled_from(["Lead", "Mid", "High", "form_submit", "form_submit where person.vip", "order"]))
    stop = draw(st.one_of(st.just(["Deal", "Back", "Gone"]), st.just(["High", "Back", "Deal"]), wheres))
    business = draw(st.booleans())
    clock: dict[str, Any] = {"start": start, "stop": stop} | ({} if business else {"hours": "elapsed"})
    if draw(st.booleans()):
        clock["void_on"] = draw(st.sampled_from(["unsubscribe", "page_view where company.size >= 10", "order"]))
    amounts = st.sampled_from(["1bh", "2bh", "1bd", "3bd"] if business else ["10m", "1h", "3h"])
    target = [{"when": draw(conditions), "within": draw(amounts)} for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()) or not target:
        target.append({"otherwise": True, "within": draw(amounts)})
    sides = draw(st.sampled_from([("sales", "marketing"), ("marketing", "sales")]))
    return {"id": f"sla.clock{number}", "owes": sides[0], "to": sides[1], "clock": clock, "target": target}


@st.composite
def rich_documents(draw: st.DrawFn, version: str = "1.0.0", effective: str = "2026-01-01") -> dict[str, Any]:
    """One version of an agreement; the stages are those of the plain ones, with more that depends on the lead."""
    document = draw(documents(version, effective))
    document["default_calendar"] = "DE"
    document["calendars"] = {
        "DE": {"timezone": "Europe/Berlin", "open": {"mon-fri": draw(st.sampled_from(["09:00-18:00", "11:00-11:30"]))}},
        "US": {"timezone": "America/New_York", "open": {"mon-sun": "05:00-09:00"}},
    }
    stages = document["stages"]
    for name in ("Mid", "High", "Gone"):
        if draw(st.integers(0, 2)) == 0:
            stages[name]["enter"]["when"] = draw(st.one_of(lead_reading, conditions.map("not ({})".format)))
    if draw(st.booleans()):
        stages["Mid"]["enter"]["when"] = {
            "any": [{"id": "mid.a", "is": draw(conditions)}, {"id": "mid.b", "is": draw(conditions)}]
        }
    if draw(st.integers(0, 3)) == 0:
        document["score"].append({"id": "score.read", "event": draw(wheres.filter(lambda w: "score" not in w)),
                                  "points": 10, "expires": "1h"})  # fmt: skip
    document["dispositions"]["discard"] = {"stop": {"points_at": "none", "sets": "consent_withdrawn"}}
    document["routing"] = draw(
        st.sampled_from(
            [
                [],
                [{"id": "route.all", "otherwise": True, "to": "pool.a", "calendar": "US"}],
                [
                    {"id": "route.named", "when": "account.owner is known", "to": "account.owner"},
                    {"id": "route.big", "when": "company.size >= 10", "to": "pool.a", "calendar": "US"},
                ],
            ]
        )
    )
    document["pools"] = {"pool.a": {"members": ["ann@harbour.example"]}}
    document["personas"] = [
        {"id": "persona.vip", "name": "Vip", "is": draw(conditions), "wants": "Speed", "objects": "Price"},
        {"id": "persona.any", "name": "Any", "is": "person.email is known", "wants": "Ease", "objects": "Effort"},
    ]
    document["sla"] = [*document["sla"], *(draw(clocks(n)) for n in range(draw(st.integers(1, 3))))]
    document["consent"] = [
        {"id": "consent.stop", "when": draw(consent_conditions), "forbid": draw(forbidden)},
        {"id": "consent.ask", "when": draw(consent_conditions),
         "require": {"email": draw(consent_conditions), "sequence": draw(consent_conditions)}},
    ]  # fmt: skip
    return document


@st.composite
def timelines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to three versions, switching while the histories run."""
    days = ["2026-01-01", "2026-06-02", "2026-06-03"][: draw(st.integers(1, 3))]
    return [draw(rich_documents(f"1.{n}.0", day)) for n, day in enumerate(days)]


@st.composite
def rich_histories(draw: st.DrawFn, most: int = 25, least: int = 0) -> list[Fact]:
    """Facts over some days and two switches of version, dense at times, some known later."""
    rows = draw(
        st.lists(st.tuples(st.integers(0, 60), st.sampled_from(sorted(rich_payloads))), min_size=least, max_size=most)
    )
    pace = draw(st.sampled_from([1, 4]))
    start = draw(st.sampled_from([START, START + 66 * GRID]))
    facts = []
    for number, (slot, kind) in enumerate(rows):
        occurred = start + slot * pace * GRID
        late = draw(st.sampled_from([0, 0, 0, 0, 1, 6, 18, 200])) * GRID
        facts.append(Fact(f"{number:03d}", kind, occurred, occurred + late, "test", "", draw(rich_payloads[kind])))
    return facts
