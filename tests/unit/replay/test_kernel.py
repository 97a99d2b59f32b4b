"""The compiled kernel says row for row what the reference interpreter says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import DAY, HOUR
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import ENRICH, Fact
from detente.core.replay import examples, interpreter
from detente.core.replay import layout as at
from detente.core.replay.history import history
from detente.core.replay.kernel import one
from detente.core.replay.kernel import replay as replaying
from detente.core.replay.kernel.memory import lay_out
from detente.core.replay.kernel.replay import LeadFacts, replay_many
from detente.core.replay.program import compile_program
from detente.core.replay.rows import LeadResult
from detente.core.replay.shapes import Column, ShapeBook, shape_table
from detente.core.replay.tables import LimitReached

from .narrow_strategies import told_narrowly
from .rich_strategies import FIXTURE, UNHELD, Told, told
from .strategies import START, documents, histories, text_of

ROOT = Path(__file__).resolve().parents[3]
SUITE = ROOT / "tests/unit/agreement/conformance"
NORTHWIND = ROOT / "examples/northwind/agreement.yaml"
SECTIONS = ("entries", "checks", "scores", "clocks", "consents", "state", "set_aside")


def read(*files: Path) -> Timeline:
    timeline, problems = read_timeline([(path.name, path.read_text(encoding="utf-8")) for path in files])
    assert timeline is not None, problems
    return timeline


def compiled(documents: list[dict[str, Any]]) -> Timeline:
    timeline, _ = read_timeline([(f"v{n}.yaml", text_of(each)) for n, each in enumerate(documents)])
    assume(timeline is not None)
    return timeline


def assert_same(found: LeadResult, reference: LeadResult) -> None:
    """`because` is found on demand by the interpreter; everything else is the kernel's too."""
    expected = replace(reference, entries=tuple(replace(entry, because=()) for entry in reference.entries))
    for section in SECTIONS:
        assert getattr(found, section) == getattr(expected, section), section


def assert_replayed_alike(timeline: Timeline, facts: list[Fact], as_of: int, attributes: dict[str, Any]) -> None:
    reference = interpreter.replay(timeline, facts, as_of, attributes)
    try:
        found = one.replay(compile_program(timeline), facts, as_of, attributes)
    except LimitReached:
        assert any(value in UNHELD for fact in facts for value in fact.payload.values())
        return
    assert_same(found, reference)


@given(documents(), histories(late=True), st.sampled_from([{}, FIXTURE]), st.sampled_from([0, 2, 9, 30]))
def test_on_plain_agreements(
    document: dict[str, Any], facts: list[Fact], attributes: dict[str, Any], hours: int
) -> None:
    assert_replayed_alike(compiled([document]), facts, START + hours * HOUR, attributes)


@given(told())
def test_on_agreements_with_clocks_routes_consent_and_versions(case: Told) -> None:
    assert_replayed_alike(compiled(case.versions), case.facts, case.as_of, case.attributes)


@given(told_narrowly())
def test_on_agreements_of_little_but_corners(case: Told) -> None:
    assert_replayed_alike(compiled(case.versions), case.facts, case.as_of, case.attributes)


@given(told(least=25, most=60))
def test_on_dense_histories(case: Told) -> None:
    assert_replayed_alike(compiled(case.versions), case.facts, case.as_of, case.attributes)


def agreements() -> Iterator[Any]:
    for path in sorted(SUITE.iterdir()):
        files = [path] if path.suffix == ".yaml" else sorted(path.glob("*.yaml"))
        if files and path.name != "errors":
            yield pytest.param(read(*files), id=path.stem)
    yield pytest.param(read(NORTHWIND), id="northwind")


@pytest.mark.parametrize("timeline", list(agreements()))
def test_on_every_test_of_the_conformance_suite(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_both(ruled: Timeline, facts: list[Fact], as_of: int, attributes: dict[str, Any]) -> LeadResult:
        reference = interpreter.replay(ruled, facts, as_of, attributes)
        found = one.replay(compile_program(ruled), facts, as_of, attributes)
        assert_same(found, reference)
        return found

    monkeypatch.setattr(examples, "replay", by_both)
    outcomes = examples.run_tests(timeline)
    assert outcomes
    assert [outcome.message for outcome in outcomes if not outcome.passed] == []


# --- many leads at once, as the engine gives them -------------------------------------------------------------


OUT = {"direction": "out"}


def lead_of(chance: random.Random, number: int) -> list[Fact]:
    """A lead of the sample company's kind: clicks, forms, calls, decisions, deals; some of it known late."""
    rows: list[tuple[str, dict[str, Any]]] = [
        ("page_view", {"page": "pricing"}), ("webinar_attend", {}), ("trial_start", {}), ("email_send", {}),
        ("form_submit", {"form": chance.choice(["demo", "asset", "callback"])}),
        ("touch", {"channel": "call", "direction": "in", "automated": False}),
        ("touch", {"channel": chance.choice(["call", "email"]), "automated": chance.random() < 0.3} | OUT),
        ("lead_accept", {}), ("lead_recycle", {"reason": chance.choice(["not_now", "unreachable", "other"])}),
        ("lead_discard", {"reason": chance.choice(["not_icp", "asked_to_stop"])}), ("unsubscribe", {}),
        ("lead_qualify", {}), ("deal_open", {"amount": chance.choice([0, 500, 12.5])}), ("assign", {"to": "ann"}),
        ("consent_given", {"purpose": "email"}), ("order", {"amount": chance.choice([20, 99.5])}),
        (ENRICH, {"company.employees": chance.choice([10, 60, 300]), "company.country": chance.choice(["DE", "US"])}),
        (ENRICH, {"person.email": f"{number}@acme.example", "person.seniority": "vp", "company.industry": "saas"}),
    ]  # fmt: skip
    facts = []
    for n in range(chance.randrange(0, 30)):
        kind, payload = chance.choice(rows)
        occurred = START + int(chance.random() * 200 * DAY)
        known = occurred + (int(chance.random() * 3 * DAY) if chance.random() < 0.1 else 0)
        facts.append(Fact(f"{number}.{n}", kind, occurred, known, "crm", f"{n}", payload))
    return facts


def as_column(payload: dict[str, Any]) -> dict[str, Any]:
    """Values of which there are too many for shapes stand in columns: amounts, e-mail addresses."""
    columns = {"amount": Column(0), "person.email": Column(1, text=True)}
    return {name: columns.get(name, value) for name, value in payload.items()}


def test_many_leads_with_values_in_columns_are_replayed_like_each_alone() -> None:
    timeline, chance = read(NORTHWIND), random.Random(11)
    as_of = START + 230 * DAY
    leads = [history(timeline, lead_of(chance, number), as_of)[0] for number in range(150)]
    program = compile_program(timeline)
    book = ShapeBook(program)
    facts = [fact for lead in leads for fact in lead]
    shapes = [book.number(fact.kind, as_column(dict(fact.payload))) for fact in facts]
    code = lay_out(program, shape_table(book), START, as_of)
    columns = np.zeros((2, len(facts)))
    for n, fact in enumerate(facts):
        columns[0, n] = fact.payload.get("amount", 0)
        columns[1, n] = program.tables.texts.code(str(fact.payload.get("person.email", "")))
    arrays = LeadFacts(
        ends=np.cumsum([0, *(len(lead) for lead in leads)]).astype(np.int64),
        t=np.array([fact.occurred_at for fact in facts], np.int64),
        known=np.array([fact.known_at for fact in facts], np.int64),
        shape=np.array(shapes, np.int32),
        columns=columns,
        given=np.full(len(leads), -1, np.int64),
    )
    decoder, number = one.Decoder(code, facts), 0
    for tables in replay_many(code, arrays, as_of):
        for _ in tables.sections[at.STATES]:
            assert_same(decoder.result(tables.of_lead(number), ()), interpreter.replay(timeline, leads[number], as_of))
            number += 1
    assert number == len(leads)


@pytest.mark.parametrize("most_rows", [8, 1 << 16])
def test_a_lead_with_more_results_than_there_is_room_for_is_replayed_with_more(
    most_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST_ROWS", most_rows)
    timeline = read(NORTHWIND)
    fit = {"person.email": "a@acme.example", "company.employees": 300, "company.country": "DE"}
    facts = [Fact("a", ENRICH, START, START, "crm", "a", {**fit, "person.seniority": "vp"})]
    facts += [
        Fact(f"{n}", kind, START + n * HOUR, START + n * HOUR, "crm", f"{n}", {"form": "demo", "reason": "not_now"})
        for n in range(1, 400)
        for kind in (("form_submit", "lead_recycle")[n % 2],)
    ]
    as_of = START + 60 * DAY
    reference = interpreter.walk(timeline, {}, history(timeline, facts, as_of)[0], as_of)
    found = one.replay(compile_program(timeline), facts, as_of)
    assert len(found.entries) == len(reference.entries) > 300
    assert len(found.clocks) > 300


SHOP = """
agreement: harbour/shop
language: 1
version: 1.0.0
effective: 2026-01-01
subject: person
timezone: UTC
parties:
  marketing: {signs: mia@harbour.example, name: Mia Kern}
  sales: {signs: sven@harbour.example, name: Sven Falk}
score: [{id: score.view, event: page_view, points: 999999999999999}, {id: score.ask, event: ask, points: -0.1}]
stages:
  Paid: {id: stage.paid, owner: sales, basis: computed, enter: {when: "sum(order, amount) == 0.3"}}
  Large: {id: stage.large, owner: sales, basis: computed, enter: {from: [Paid], when: score >= 1}}
kinds: {ask: {side: sales, payload: []}}
consent: [{id: consent.mail, when: person.country is unknown, require: {email: any(consent_given)}}]
"""


@pytest.fixture(scope="module")
def shop() -> Timeline:
    timeline, problems = read_timeline([("shop.yaml", SHOP)])
    assert timeline is not None, [str(problem) for problem in problems]
    return timeline


def orders(*amounts: float | str) -> list[Fact]:
    return [
        Fact(f"{n}", "order", START + n * HOUR, START + n * HOUR, "shop", f"{n}", {"amount": amount})
        for n, amount in enumerate(amounts)
    ]


@pytest.mark.parametrize("amounts", [(0.1, 0.2), (0.7, 0.1, -0.5), (0.3, "many"), (1, -0.7), (99_999_999_999, 0.3)])
def test_amounts_add_up_as_they_are_written(shop: Timeline, amounts: tuple[float | str, ...]) -> None:
    assert_replayed_alike(shop, orders(*amounts), START + DAY, {})


@pytest.mark.parametrize("amounts", [(2**53 + 1,), (0.00001, 0.29999), (10**11, 0.3), (float("inf"),), (10**400,)])
def test_a_number_that_cannot_be_held_as_written_is_refused_with_the_way_out(
    shop: Timeline, amounts: tuple[float, ...]
) -> None:
    with pytest.raises(LimitReached, match="write it as text"):
        one.replay(compile_program(shop), orders(*amounts), START + DAY)


@pytest.mark.parametrize("given", [{}, {"purpose": "email"}, {"purpose": 1}, {"purpose": True}])
@pytest.mark.parametrize(
    "taken_back", [{}, {"purpose": "email"}, {"purpose": "call"}, {"purpose": 1.0}, {"purpose": True}]
)
def test_grants_are_taken_back_as_the_interpreter_takes_them_back(
    shop: Timeline, given: dict[str, Any], taken_back: dict[str, Any]
) -> None:
    rows = [("consent_given", given), ("consent_withdrawn", taken_back), ("email_send", {})]
    facts = [Fact(f"{n}", kind, START + n, START + n, "crm", f"{n}", each) for n, (kind, each) in enumerate(rows)]
    assert_replayed_alike(shop, facts, START + DAY, {})


def test_a_score_beyond_fifteen_digits_is_refused(shop: Timeline) -> None:
    views = [Fact(f"{n}", "page_view", START + n, START + n, "web", f"{n}") for n in range(2)]
    with pytest.raises(LimitReached):
        one.replay(compile_program(shop), views, START + DAY)


def test_leads_that_are_refused_are_named_and_the_others_replayed(shop: Timeline) -> None:
    leads = [orders(0.1, 0.2), orders(2**53 + 1), orders(0.3), [], orders(0.1, 0.00001)]
    program, as_of, refused = compile_program(shop), START + DAY, list[int]()
    book = ShapeBook(program)
    facts = [fact for lead in leads for fact in lead]
    arrays = LeadFacts(
        ends=np.cumsum([0, *map(len, leads)]).astype(np.int64),
        t=np.array([fact.occurred_at for fact in facts], np.int64),
        known=np.array([fact.known_at for fact in facts], np.int64),
        shape=np.array([book.number(fact.kind, fact.payload) for fact in facts], np.int32),
        columns=np.zeros((0, len(facts))),
        given=np.full(len(leads), -1, np.int64),
    )
    decoder = one.Decoder(lay_out(program, shape_table(book), START, as_of), facts)
    pieces = list(replay_many(decoder.code, arrays, as_of, refused))
    assert refused == [1, 4]
    states = [int(row[at.Z_LEAD]) for tables in pieces for row in tables.sections[at.STATES]]
    assert states == [0, 2, 3]
    assert_same(decoder.result(pieces[0].of_lead(2), ()), interpreter.replay(shop, leads[2], as_of))


def test_a_reason_that_sets_a_fact_says_which_shape_follows_it() -> None:
    book = ShapeBook(compile_program(read(NORTHWIND)))
    stop = book.number("lead_discard", {"reason": "asked_to_stop"})
    other = book.number("lead_discard", {"reason": "not_icp"})
    follows = book.consequences()[0]
    assert book.shapes[follows[stop]].kind == "consent_withdrawn"
    assert follows[other] == -1
