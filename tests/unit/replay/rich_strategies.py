"""Random agreements with everything that runs on time, and with what is easily read in two ways.

Clocks, routes, calendars across a change of the clocks, consent, personas, versions; ages against spans, windows inside
score rules, decimals, empty lists, decisions that ask for the lead, grants without a purpose, truths beside numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from detente.core.agreement.expressions import HOUR
from detente.core.calendars.instants import instant_of
from detente.core.facts.fact import Fact

from .corner_strategies import armed, corners, lead_reading, mixed, unscored, wheres
from .strategies import GRID, START, documents, leaves, payloads

SEASONS = (
    (START, ("2026-01-01", "2026-06-02", "2026-06-03")),
    (instant_of(datetime(2026, 3, 28, 14, 0, tzinfo=UTC)), ("2026-01-01", "2026-03-29", "2026-03-30")),
    (instant_of(datetime(2026, 10, 24, 14, 0, tzinfo=UTC)), ("2026-01-01", "2026-10-25", "2026-10-26")),
)
"""When histories begin and versions take effect: an ordinary week, and the two weekends on which the clocks change."""

consent_conditions = st.one_of(
    st.sampled_from(
        [
            "any(consent_given where purpose == 'email')",
            "any(consent_given)",
            "count(consent_given) >= 2",
            "none(consent_given) within 2h",
            "first(consent_given where purpose is unknown) >= 20m",
            "any(unsubscribe) or any(consent_withdrawn)",
            "score >= 10",
            "grade == 'A'",
            "last(consent_given where purpose == 'email') < 1h",
            "company.country in ['DE', 'AT']",
            "last(consent_given) >= span(consent_given)",
        ]
    ),
    leaves(),
    corners,
)
forbidden = st.sampled_from([["email"], ["sequence", "call"]])
UNHELD = (0.00001, 2**53 + 1, 99_999_999_999.99)
"""Amounts that no sum of whole ten-thousandths holds."""
amounts = st.sampled_from([5, 10, 0.1, 0.2, 0.3, 0.7, 1.05, "many", True, 1] * 5 + list(UNHELD))
purposes = st.sampled_from(["email", "call", 1, True])
rich_payloads: dict[str, st.SearchStrategy[dict[str, Any]]] = payloads | {
    "page_view": st.fixed_dictionaries({}, optional={"page": st.sampled_from(["a", "b", True, 1, 1.0, "1", 0, False])}),
    "order": st.fixed_dictionaries({}, optional={"amount": amounts}) | st.fixed_dictionaries({"amount": amounts}),
    "deal_open": st.fixed_dictionaries({}, optional={"amount": st.sampled_from([0, 10, 0.3])}),
    "consent_given": st.fixed_dictionaries({}, optional={"purpose": purposes}),
    "consent_withdrawn": st.fixed_dictionaries({}, optional={"purpose": purposes}),
    "unsubscribe": st.just({}),
    "email_send": st.just({}),
    "lead_accept": st.just({}),
    "assign": st.fixed_dictionaries({}, optional={"to": st.sampled_from(["ann", "bob"])}),
    "crm_stage": st.fixed_dictionaries({}, optional={"stage": st.sampled_from(["MQL", "SQL"])}),
    "lead_discard": st.fixed_dictionaries({}, optional={"reason": st.sampled_from(["stop", "bad"])}),
    "enrich": st.fixed_dictionaries(
        {},
        optional={
            "person.email": st.just("ada@acme.example"),
            "person.vip": st.sampled_from([True, False, "yes", 1]),
            "company.size": st.sampled_from([5, 10, 20, "big", True, 1, 1.0]),
            "company.country": st.sampled_from(["DE", "FR", "call", 7]),
            "account.owner": st.sampled_from(["olga", 7, True]),
        },
    ),
}
"""E"""


@st.composite
def clocks(draw: st.DrawFn, number: int) -> dict[str, Any]:
    start = draw(
        st.sampled_from(
            ["Lead", "Mid", "High", "Back", "form_submit", "form_submit where person.vip", "order",
             "page_view where none(form_submit) within 1h", "touch where stage == 'Mid'"]
        )
    )  # fmt: skip
    stop = draw(st.one_of(st.just(["Deal", "Back", "Gone"]), st.just(["High", "Back", "Deal"]), wheres))
    business = draw(st.booleans())
    clock: dict[str, Any] = {"start": start, "stop": stop} | ({} if business else {"hours": "elapsed"})
    if draw(st.booleans()):
        clock["void_on"] = draw(
            st.sampled_from(["unsubscribe", "page_view where company.size >= 10", "order", "touch where idle >= 30m"])
        )
    spans_of_time = st.sampled_from(["1bh", "2bh", "1bd", "3bd"] if business else ["10m", "1h", "3h"])
    target = [{"when": draw(mixed), "within": draw(spans_of_time)} for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()) or not target:
        target.append({"otherwise": True, "within": draw(spans_of_time)})
    sides = draw(st.sampled_from([("sales", "marketing"), ("marketing", "sales")]))
    return {"id": f"sla.clock{number}", "owes": sides[0], "to": sides[1], "clock": clock, "target": target}


asked = st.sampled_from(
    [
        "",
        "",
        " where stage == 'Mid'",
        " where score >= 10",
        " where none(page_view) within 1h",
        " where company.size >= 10",
        " where stage is unknown or stage == 'High'",
    ]
)
"""What a decision may ask of the lead."""

openings = st.sampled_from(
    [
        {"mon-fri": "09:00-18:00"},
        {"mon-fri": "11:00-11:30"},
        {"mon-sun": "00:00-24:00"},
        {"mon-sun": ["02:00-02:40", "02:50-04:00"]},
        {"sun": "01:30-02:30", "mon": "02:15-02:45"},
    ]
)
"""Offices, and openings within the hour that the clocks skip or repeat."""


@st.composite
def rich_documents(draw: st.DrawFn, version: str = "1.0.0", effective: str = "2026-01-01") -> dict[str, Any]:
    """One version of an agreement; the stages are those of the plain ones, with more that depends on the lead."""
    document = draw(documents(version, effective))
    document["lists"]["nobody"] = []
    document["default_calendar"] = "DE"
    document["calendars"] = {
        "DE": {"timezone": "Europe/Berlin", "open": draw(openings)},
        "US": {"timezone": "America/New_York", "open": {"mon-sun": "05:00-09:00"}},
    }
    stages = document["stages"]
    for name in ("Mid", "High", "Gone"):
        choice = draw(st.integers(0, 3))
        if choice == 0:
            stages[name]["enter"]["when"] = draw(st.one_of(lead_reading, corners, mixed.map("not ({})".format)))
        elif choice == 1:
            stages[name]["enter"]["when"] = draw(armed(mixed, f"{name.lower()}.arm"))
    for name, event in (("Deal", "deal_open"), ("Back", "lead_recycle")):
        stages[name]["enter"]["event"] = event + draw(asked)
        if draw(st.integers(0, 2)) == 0 and "require" in stages[name]["enter"]:
            stages[name]["enter"]["require"] = draw(corners)
    if draw(st.booleans()):  # a second stage may wait for the same decision
        asks = draw(st.sampled_from(["", " where stage == 'Back'", " where grade == 'A'"]))
        stages["Again"] = {"id": "stage.again", "owner": "sales", "basis": "recorded",
                           "enter": {"event": f"lead_recycle{asks}"}}  # fmt: skip
    document["score"] += draw(
        st.lists(
            st.fixed_dictionaries(
                {"event": unscored, "points": st.sampled_from([10, 0.1, 0.7, -0.3, 1.1])},
                optional={"expires": st.sampled_from(["1h", "30m"]), "cap": st.sampled_from([0.2, 1, 12])},
            ),
            max_size=2,
        ).map(lambda rules: [{"id": f"score.read{n}"} | rule for n, rule in enumerate(rules)])
    )
    if draw(st.integers(0, 2)) == 0:
        document["fit"]["points"][1]["points"] = draw(st.sampled_from([0.1, 0.7]))
        document["fit"]["points"].append(
            {"id": "fit.corner", "when": draw(corners.filter(lambda c: "grade" not in c)), "points": 0.2}
        )
        document["fit"]["grades"] = {"A": 0.3, "B": 0.1}
    for duty in document["sla"]:
        if draw(st.integers(0, 2)) == 0:
            duty["require"] = draw(corners)
    document["dispositions"]["discard"] = {
        "stop": {
            "points_at": "none",
            "sets": draw(st.sampled_from(["consent_withdrawn", "unsubscribe", "form_submit"])),
        }
    }
    document["routing"] = draw(
        st.sampled_from(
            [
                [],
                [{"id": "route.all", "otherwise": True, "to": "pool.a", "calendar": "US"}],
                [
                    {"id": "route.named", "when": "account.owner is known", "to": "account.owner"},
                    {"id": "route.big", "when": "company.size >= 10", "to": "pool.a", "calendar": "US"},
                ],
                [{"id": "route.corner", "when": draw(corners), "to": "pool.a", "calendar": "US"}],
            ]
        )
    )
    document["pools"] = {"pool.a": {"members": ["ann@harbour.example"]}}
    document["personas"] = [
        {"id": "persona.vip", "name": "Vip", "is": draw(mixed), "wants": "Speed", "objects": "Price"},
        {"id": "persona.any", "name": "Any", "is": "person.email is known", "wants": "Ease", "objects": "Effort"},
    ]
    document["sla"] = [*document["sla"], *(draw(clocks(n)) for n in range(draw(st.integers(1, 3))))]
    document["consent"] = [
        {"id": "consent.stop", "when": draw(consent_conditions), "forbid": draw(forbidden)},
        {"id": "consent.ask", "when": draw(consent_conditions),
         "require": {"email": draw(consent_conditions), "sequence": draw(consent_conditions)}},
    ]  # fmt: skip
    return document


@dataclass(frozen=True)
class Told:
    """An agreement of one to three versions, what happened under it, and when it is looked at."""

    versions: list[dict[str, Any]]
    facts: list[Fact]
    as_of: int
    attributes: dict[str, Any]


FIXTURE = {"person.email": "ada@acme.example", "company.size": 10, "account.owner": "olga", "deal.amount": 0.3}


@st.composite
def rich_histories(draw: st.DrawFn, begins: int = START, most: int = 25, least: int = 0) -> list[Fact]:
    """Facts over some days and two switches of version, dense at times, some known later, a few a moment earlier."""
    rows = draw(
        st.lists(st.tuples(st.integers(0, 60), st.sampled_from(sorted(rich_payloads))), min_size=least, max_size=most)
    )
    pace = draw(st.sampled_from([1, 4]))
    start = begins + draw(st.sampled_from([0, 66])) * GRID
    facts = []
    for number, (slot, kind) in enumerate(rows):
        occurred = start + slot * pace * GRID + draw(st.sampled_from([0, 0, 0, 0, 1, -1]))
        late = draw(st.sampled_from([0, 0, 0, 0, 1, 6, 18, 200, -0.25])) * GRID
        source = draw(st.sampled_from(["test", "test", "crm"]))
        facts.append(Fact(f"{number:03d}", kind, occurred, occurred + int(late), source, "", draw(rich_payloads[kind])))
    return facts


@st.composite
def told(draw: st.DrawFn, most: int = 25, least: int = 0) -> Told:
    """One to three versions, switching while the history runs."""
    begins, days = draw(st.sampled_from(SEASONS))
    named = list(enumerate(days[: draw(st.integers(1, 3))]))
    versions = [draw(rich_documents(f"1.{n}.0", day)) for n, day in named]
    facts = draw(rich_histories(begins, most, least))
    as_of = begins + draw(st.sampled_from([9, 17, 40, 60, 90])) * HOUR
    return Told(versions, facts, as_of, draw(st.sampled_from([{}, FIXTURE])))
