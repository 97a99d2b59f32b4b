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
from detente.core.calendars.calendar import instant_of
from detente.core.facts.fact import Fact

from .strategies import GRID, START, conditions, documents, leaves, payloads

SEASONS = (
    (START, ("2026-01-01", "2026-06-02", "2026-06-03")),
    (instant_of(datetime(2026, 3, 28, 14, 0, tzinfo=UTC)), ("2026-01-01", "2026-03-29", "2026-03-30")),
    (instant_of(datetime(2026, 10, 24, 14, 0, tzinfo=UTC)), ("2026-01-01", "2026-10-25", "2026-10-26")),
)
"""When histories begin and versions take effect: an ordinary week, and the two weekends on which the clocks change."""

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
        "page_view where none(form_submit) within 1h",
        "touch where idle >= 30m",
        "page_view where page in @nobody",
        "form_submit where form not in @nobody",
        "page_view where count(touch where direction == 'out') within 2h >= 1",
        "order where sum(order, amount) within 1h >= 0.3",
        "touch where last(page_view) >= span(touch)",
    ]
)
unscored = wheres.filter(lambda where: "score" not in where)
"""A score rule cannot ask for the score."""

ages = st.one_of(
    st.just("idle"),
    st.tuples(st.sampled_from(["first", "last", "since_last"]), wheres, st.sampled_from(["", " within 2h", " since Mid"])).map(
        lambda parts: f"{parts[0]}({parts[1]}){parts[2]}"
    ),
)  # fmt: skip
spans = st.tuples(wheres, st.sampled_from(["", " within 90m", " since Lead", " since Back"])).map(
    lambda parts: f"span({parts[0]}){parts[1]}"
)
decimals = st.sampled_from(["0.1", "0.3", "0.30000000000000004", "0.8", "1.1", "0.00001"])
corners = st.one_of(
    st.tuples(ages, st.sampled_from([">=", "<", "==", "!="]), spans).map(" ".join),
    st.tuples(spans, st.sampled_from([">=", "<"]), ages).map(" ".join),
    st.tuples(
        st.sampled_from(["sum(order, amount)", "sum(order, amount) within 1h", "sum(order where person.vip, amount)",
                         "score"]),
        st.sampled_from(["==", ">=", "!=", "<", ">"]),
        decimals,
    ).map(" ".join),
    st.sampled_from(
        [
            "company.country in @nobody",
            "company.country not in @nobody",
            "grade not in @nobody",
            "stage in @nobody",
            "person.vip not in @nobody",
            "company.size == 1",
            "company.size in [1, 2.5]",
            "person.vip != true",
            "any(page_view where page in @nobody)",
            "none(form_submit where form not in @nobody) within 1h",
            "count_distinct(page_view, page) >= 3",
            "count_distinct(order, amount) within 2h >= 2",
            "deal.amount == 0.3",
        ]
    ),
)  # fmt: skip
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
mixed = st.one_of(conditions, lead_reading, corners)
"""Any condition, what is easily read in two ways often among them."""

trees = st.recursive(
    mixed,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["all", "any", "is"]), inner, inner).map(
            lambda parts: {parts[0]: parts[1] if parts[0] == "is" else [parts[1], parts[2]]}
        ),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=4,
)


def with_arms(tree: Any, prefix: str) -> Any:
    """Give every part of a tree that can carry one an id of its own."""
    if not isinstance(tree, dict):
        return tree
    ((word, item),) = tree.items()
    items = item if isinstance(item, list) else [item]
    named = [with_arms(each, f"{prefix}{n}") for n, each in enumerate(items)]
    return {"id": prefix, word: named if isinstance(item, list) else named[0]}


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
    "order": st.fixed_dictionaries({}, optional={"amount": amounts}),
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
            stages[name]["enter"]["when"] = with_arms(draw(trees), f"{name.lower()}.arm")
    for name, event in (("Deal", "deal_open"), ("Back", "lead_recycle")):
        asks = draw(st.sampled_from(["", "", " where stage == 'Mid'", " where score >= 10", " where none(page_view) within 1h",
                                     " where company.size >= 10", " where stage is unknown or stage == 'High'"]))  # fmt: skip
        stages[name]["enter"]["event"] = event + asks
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
        document["fit"]["points"].append({"id": "fit.corner", "when": draw(corners.filter(lambda c: "grade" not in c)), "points": 0.2})
        document["fit"]["grades"] = {"A": 0.3, "B": 0.1}
    for duty in document["sla"]:
        if draw(st.integers(0, 2)) == 0:
            duty["require"] = draw(corners)
    document["dispositions"]["discard"] = {
        "stop": {"points_at": "none", "sets": draw(st.sampled_from(["consent_withdrawn", "unsubscribe", "form_submit"]))}
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


@st.composite
def narrow_documents(draw: st.DrawFn, version: str = "1.0.0", effective: str = "2026-01-01") -> dict[str, Any]:
    """One version in which little but the corners moves anything, so that a corner missed shows."""

    def stage(name: str, basis: str, enter: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"id": f"stage.{name.lower()}", "owner": "sales", "basis": basis, "enter": enter, **more}

    def when(name: str) -> Any:
        return draw(st.one_of(corners, corners, corners, trees.map(lambda tree: with_arms(tree, f"{name}.arm"))))

    asks = st.sampled_from(["", " where stage == 'Mid'", " where score >= 0.3", " where none(page_view) within 1h",
                            " where last(page_view) >= span(page_view)"])  # fmt: skip
    reentry = st.sampled_from([{}, {}, {"reentry": {"after": "2h"}}, {"reentry": {"after": "3h", "unless": draw(corners)}}])
    resets = draw(st.sampled_from([{}, {"resets": "behaviour"}]))
    rule = st.fixed_dictionaries(
        {"event": unscored, "points": st.sampled_from([1, 0.1, 0.7, -0.3])},
        optional={"expires": st.sampled_from(["1h", "30m"]), "cap": st.sampled_from([0.2, 1])},
    )
    rules = draw(st.lists(rule, max_size=2))
    fitting = corners.filter(lambda corner: "grade" not in corner and "score" not in corner)
    duties: list[dict[str, Any]] = [
        {"id": "sla.stage", "at": ["Mid", "Back"], "require": draw(corners)},
        {"id": "sla.event", "at": draw(st.sampled_from(["touch", "page_view where idle >= 30m"])), "require": draw(corners)},
        {
            "id": "sla.clock",
            "clock": {"start": draw(st.sampled_from(["Mid", "Lead", "page_view where none(form_submit) within 1h"])),
                      "stop": draw(wheres), "void_on": "unsubscribe"},
            "target": [{"when": draw(corners), "within": "1bh"}, {"otherwise": True, "within": "2bh"}],
        },
    ]  # fmt: skip
    document = {
        "agreement": "property/narrow",
        "language": 1,
        "version": version,
        "effective": effective,
        "subject": "person",
        "timezone": "UTC",
        "parties": {side: {"signs": f"{side}@harbour.example", "name": side} for side in ("marketing", "sales")},
        "lists": {"asks": ["demo", "callback"], "nobody": []},
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
            "Back": stage("Back", "recorded", {"event": "lead_recycle" + draw(st.one_of(asks, st.just(" where reason not in @nobody")))}, **resets),
            "Deal": stage("Deal", "recorded", {"from": ["Mid"], "event": "deal_open" + draw(asks), "require": draw(corners)}),
        },
        "dispositions": {"recycle": {"not_now": {"points_at": "timing"}}},
        "sla": [{"owes": "sales", "to": "marketing"} | duty for duty in duties],
        "consent": [{"id": "consent.ask", "when": "company.country is unknown",
                     "require": {"email": draw(consent_conditions)}}],
    }  # fmt: skip
    return document


@dataclass(frozen=True)
class Told:
    """An agreement of one to three versions, what happened under it, and when it is looked at."""

    versions: list[dict[str, Any]]
    facts: list[Fact]
    as_of: int
    attributes: dict[str, Any]


few = ("page_view", "touch", "order", "form_submit", "lead_recycle", "deal_open", "enrich", "consent_given",
       "consent_withdrawn", "email_send")  # fmt: skip
"""The kinds that the corners read."""

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
def narrow_histories(draw: st.DrawFn, begins: int) -> list[Fact]:
    """A few facts over a day or some, with silence in between."""
    pace = draw(st.sampled_from([1, 3, 12]))
    facts = []
    for number, slot in enumerate(draw(st.lists(st.integers(0, 24), max_size=12))):
        kind = draw(st.sampled_from(few))
        occurred = begins + slot * pace * GRID
        late = draw(st.sampled_from([0, 0, 0, 0, 0, 6, 40])) * GRID
        facts.append(Fact(f"{number:03d}", kind, occurred, occurred + late, "test", "", draw(rich_payloads[kind])))
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


@st.composite
def told_narrowly(draw: st.DrawFn) -> Told:
    """One or two versions of little but corners, and a short history."""
    begins, days = draw(st.sampled_from(SEASONS))
    versions = [draw(narrow_documents(f"1.{n}.0", day)) for n, day in enumerate(days[: draw(st.sampled_from([1, 1, 2]))])]
    facts = draw(narrow_histories(begins))
    as_of = begins + draw(st.sampled_from([3, 9, 17, 40, 60])) * HOUR
    return Told(versions, facts, as_of, draw(st.sampled_from([{}, FIXTURE])))
