"""The condition language: what a line means, and what is wrong with one, at the exact column."""

from __future__ import annotations

import pytest

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.expressions import (
    And,
    Arm,
    Attribute,
    Compare,
    Condition,
    Field,
    In,
    IsKnown,
    Literal,
    Measure,
    Not,
    Or,
    Selector,
    Since,
    Term,
    Truth,
    Within,
)
from detente.core.agreement.reader import read_agreement
from detente.core.agreement.tokens import spaced
from detente.core.agreement.wording import text_of

from .small import expect_errors, small


def read(text: str) -> Agreement:
    agreement, problems = read_agreement(text, "small.yaml")
    assert agreement is not None, [str(problem) for problem in problems]
    return agreement


def condition(line: str, **sections: str) -> Condition:
    """Return what a line means as the condition of a fit rule."""
    quoted = line.replace('"', '\\"')
    return read(small(fit=f'fit:\n  points: [{{id: f, when: "{quoted}", points: 1}}]\n', **sections)).fit[0].when


def stage(enter: str, **sections: str) -> str:
    return small(stages=f"stages:\n  Lead: {{id: l, owner: sales, {enter}}}\n", sla="", **sections)


# --- what a line means ----------------------------------------------------------------------------------------------


def test_not_binds_tighter_than_and_and_and_tighter_than_or() -> None:
    a, b, c = (Truth(Attribute(f"person.{name}")) for name in "abc")
    assert condition("person.a or not person.b and person.c") == Or((a, And((Not(b), c))))
    assert condition("(person.a or person.b) and person.c") == And((Or((a, b)), c))
    assert condition("not person.a == true") == Not(Compare("==", Attribute("person.a"), Literal(True)))


def test_a_measure_reads_events_of_a_kind_in_a_window() -> None:
    found = condition("count(page_view where page == 'pricing') within 2w >= 3 and sum(order, amount) since MQL < 1.5")
    views = Selector("page_view", Compare("==", Field("page"), Literal("pricing")))
    assert isinstance(found, And)
    first, second = found.items
    assert isinstance(first, Compare)
    assert isinstance(first.left, Measure)
    assert first.left.selector == views
    assert first.left.window == Within(14 * 24 * 3600 * 1_000_000, "2w")
    assert isinstance(second, Compare)
    assert isinstance(second.left, Measure)
    assert (second.left.field, second.left.window, second.right) == ("amount", Since("MQL"), Literal(1.5))


def test_inside_where_the_events_own_payload_comes_before_the_leads_names() -> None:
    found = condition("any(crm_stage where stage == 'Won' and person.role == 'x' and score >= 3)")
    assert isinstance(found, Truth)
    assert isinstance(found.operand, Measure)
    where = found.operand.selector.where
    assert isinstance(where, And)
    assert where.items[0] == Compare("==", Field("stage"), Literal("Won"))


def test_a_selector_term_stands_where_a_selector_may_and_can_be_narrowed() -> None:
    found = condition("any(attempt where channel == 'call')")
    assert isinstance(found, Truth)
    assert isinstance(found.operand, Measure)
    automated = Compare("==", Field("automated"), Literal(False))
    assert found.operand.selector == Selector(
        "touch", And((automated, Compare("==", Field("channel"), Literal("call"))))
    )


def test_a_condition_term_keeps_its_name_and_may_be_compared_with_true_or_false() -> None:
    term = condition("callback")
    assert isinstance(term, Term)
    assert term.name == "callback"
    assert condition("callback == false") == Not(term)
    assert condition("callback != false") == term


def test_lists_and_reason_groups_are_closed_sets_of_values() -> None:
    found = condition("company.country in @served or person.x not in @discard", lists="lists: {served: [DE, NO, 3]}")
    assert found == Or(
        (
            In(Attribute("company.country"), ("DE", "NO", 3), False, "served"),
            In(Attribute("person.x"), ("not_icp",), True, "discard"),
        )
    )


def test_trees_of_all_any_and_not_carry_the_ids_of_their_arms() -> None:
    text = stage(
        "basis: computed, enter: {when: {id: whole, all: [callback, {not: person.a}, "
        "{any: [{id: one, is: person.b}, {id: two, is: person.c is known}]}]}}"
    )
    when = read(text).stages["Lead"].when
    assert isinstance(when, Arm)
    assert when.id == "whole"
    assert isinstance(when.item, And)
    _, negated, arms = when.item.items
    assert negated == Not(Truth(Attribute("person.a")))
    assert arms == Or((Arm("one", Truth(Attribute("person.b"))), Arm("two", IsKnown(Attribute("person.c")))))


def test_the_decisions_payload_is_read_in_require_and_in_checks() -> None:
    sla = (
        "sla:\n  - {id: c, owes: sales, to: marketing, at: [Closed], require: reason in @discard}\n"
        "  - {id: d, owes: sales, to: marketing, at: deal_won where amount > 3, require: amount >= 5}\n"
    )
    first, second = read(small(sla=sla)).duties
    assert getattr(first, "require", None) == In(Field("reason"), ("not_icp",), False, "discard")
    assert getattr(second, "require", None) == Compare(">=", Field("amount"), Literal(5))


def test_a_date_named_by_resume_belongs_to_the_payload_of_the_decision() -> None:
    dispositions = "dispositions: {recycle: {not_now: {resume: asked_date}}}"
    sla = "sla: [{id: c, owes: sales, to: marketing, at: lead_recycle, require: asked_date is known}]"
    assert read(small(dispositions=dispositions, sla=sla)).kinds["lead_recycle"].payload == ("reason", "asked_date")


def test_a_line_can_be_laid_out_without_changing_its_meaning() -> None:
    line = "count( page_view   where page=='a' )within 3d>=2 and(x.y in['a','b'] or not callback)"
    laid = "count(page_view where page == 'a') within 3d >= 2 and (x.y in ['a', 'b'] or not callback)"
    assert spaced(line) == laid == spaced(laid)


def test_what_a_line_means_can_be_written_back() -> None:
    line = "not (callback or person.a) and count(page_view) within 3d >= 2 and person.b not in ['x', 'y']"
    assert text_of(condition(line)) == line


# --- what is wrong with a line --------------------------------------------------------------------------------------

WRONG_LINES = [
    ("⟨calback and ⟨scoer >= 5", "unknown; 'callback'", "unknown; 'score'"),
    ("callback ⟨adn not ⟨calback", "'adn'; 'and'", "'callback'"),
    ("callback ⟨AND callback", "'and'"),
    ("⟨NOT callback", "'not'"),
    ("stage ⟨= 'Lead' ⟨&& callback ⟨|| callback", "'=='", "'and'", "'or'"),
    ("score ⟨=> 3 and ⟨!callback", "'>='", "'not'"),
    ("⟨persn.role == 'x'", "'person.role'"),
    ("⟨person == 'x'", "attribute of it"),
    ("⟨touch", "type; any(touch)"),
    ("⟨attempt", "type; any(attempt)"),
    ("⟨word", "'word'; 'is'"),
    ("company.country in ⟨@servd", "unknown list; @servd; 'served'"),
    ("company.country in [⟨DE, 'AT']", "'DE'; quotes"),
    ("company.country in ['DE' ⟨'AT']", "missing"),
    ("stage == ⟨'Leed' or stage in ['MQL', ⟨'Fo']", "stage; 'Lead'", "stage"),
    ("any(touch) since ⟨Leed", "unknown stage; 'Lead'"),
    ("any(⟨tuch) and ⟨cuont(touch) >= 3", "unknown event; 'touch'", "unknown measure; 'count'"),
    ("any(⟨callback)", "type; condition"),
    ("any(⟨enrich)", "no event"),
    ("any(form_submit where ⟨fom == 'x' and ⟨page == 'y')", "'form'", "unknown"),
    ("any(⟨form_submt where fom == 'x' and person.a in ⟨@x)", "'form_submit'", "unknown list"),
    ("count_distinct(touch, ⟨chanel) >= 2", "unknown; 'channel'"),
    ("⟨count_distinct(touch) >= 2", "payload name"),
    ("count(touch, ⟨channel) >= 2", "count; sum"),
    ("idle >= ⟨1d10h", "1d10h; units"),
    ("any(touch) within ⟨5bd", "5bd; calendar"),
    ("any(touch) within ⟨3", "duration"),
    ("idle >= ⟨1.5d", "1.5d; 36h"),
    ("idle >= ⟨30days", "30days; durations"),
    ("idle ⟨> 30d or idle ⟨<= 3d", "write '>='; late", "write '<'"),
    ("score ⟨>= 'A' and grade ⟨> 5", "type; number; string", "type; string; number"),
    ("idle ⟨>= 30 and count(touch) ⟨>= 2d", "type; duration; number; unit", "type; number; duration"),
    ("grade ⟨>= 'B' and person.x ⟨< 'a' and person.y ⟨> true", "type; string", "type; string", "type; boolean"),
    ("callback and ⟨count(touch)", "type; condition; number"),
    ("⟨'x' or ⟨idle or ⟨score", "type; string", "type; duration", "type; number"),
    ("callback ⟨>= 3 and (person.a or person.b) ⟨== 'x'", "type; condition", "type; condition"),
    ("score ⟨in ['a', 'b'] and grade ⟨not in [1]", "type; number", "type; string"),
    ("callback ⟨in [true]", "type; condition"),
    ("callback ⟨is known", "type; known"),
    ("person.x in [⟨3d]", "type; duration"),
    ("1 < score ⟨< 5", "'and'"),
    ("person.a is ⟨not known", "'is unknown'"),
    ("person.a is ⟨knwon", "'known'"),
    ("person.a ⟨between 3 and 4", "unknown; in"),
    ("any⟨(touch", "never closed"),
    ("callback⟨)", "closes nothing"),
    ("score ⟨>=", "missing after '>='"),
    ("callback ⟨and", "missing after 'and'"),
    ("person.x in [⟨]", "nothing between"),
    ("person.x == ⟨\\\"y\\\"", "single quotes"),
    ("person.x == ⟨'y", "never closed"),
    ("score ⟨$ 3", "no meaning"),
    ("⟨ ", "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "messages"), [(line, rest) for line, *rest in WRONG_LINES])
def test_everything_wrong_in_a_line_is_reported_at_its_column(line: str, messages: list[str]) -> None:
    routing = f'routing: [{{id: r, when: "{line}", to: a@b.example}}, {{id: o, otherwise: true, to: a@b.example}}]\n'
    expect_errors(small(lists="lists: {served: [DE]}", more=routing), *messages)


def test_a_condition_that_is_no_condition_is_refused_wherever_it_stands() -> None:
    glossary = (
        "glossary:\n  a: {means: a, is: person.x == ⟨\"y\"}\n  b: {means: b, is: ⟨form_submt where form == 'x'}\n"
    )
    more = "personas:\n  - {id: p, name: P, is: ⟨rolle == 'x'}\nconsent:\n  - {id: c, when: ⟨any, forbid: [email]}\n"
    text = small(glossary=glossary, stages="", sla="", more=more)
    expect_errors(text, "single quotes", "'form_submit'", "unknown", "unknown")


def test_a_condition_in_block_style_or_quotes_is_pointed_into() -> None:
    fit = (
        "fit:\n  points:\n    - id: a\n      when: >-\n        person.a == 'it''s'\n        and ⟨scor >= 3\n"
        "      points: 1\n    - {id: b, when: 'person.b == ''x'' and ⟨scor >= 3', points: 1}\n"
        "    - {id: c, when: \"person.c == '\\u0041' and ⟨scor >= 3\", points: 1}\n"
        "    - id: d\n      when: person.d == 'x'\n        or ⟨scor >= 3\n      points: 1\n"
        "    - id: e\n      when: |\n        person.e\n\n        and ⟨scor >= 3\n      points: 1\n"
    ).replace("it''s", "its")
    expect_errors(small(fit=fit, sla=""), *["'score'"] * 5)


def test_bare_payload_names_are_known_only_where_a_payload_is() -> None:
    expect_errors(
        stage("basis: computed, enter: {when: ⟨reason is known}", dispositions=""),
        "unknown; 'reason'",
    )


def test_periods_and_campaigns_have_words_of_their_own() -> None:
    sla = (
        "sla:\n  - {id: v, owes: marketing, to: sales, period: quarter, deliver: {MQL: 3}, escalate: "
        "[{when: pace < 0.8 and broken, to: x}, {when: ⟨pce < 1 or ⟨score > 3 or ⟨any(touch), to: x}, "
        "{when: broken ⟨>= 3, to: x}]}\n"
    )
    more = "campaigns:\n  - {id: c, when: budget > 3 and channel == 'x' and ⟨person.a and budget ⟨== 'x'}\n"
    expect_errors(small(sla=sla, more=more), "'pace'", "'score'; pace", "lead", "type", "'person.a'; budget", "type")


# --- terms and cycles -----------------------------------------------------------------------------------------------


def test_terms_that_reach_one_another_are_one_cycle_reported_once() -> None:
    glossary = (
        "glossary:\n  fine: {means: x, is: a}\n  ⟨a: {means: x, is: b or person.x}\n  b: {means: x, is: c}\n"
        "  c: {means: x, is: a and b}\n  ⟨self: {means: x, is: any(touch) and self}\n"
        "  sel: {means: x, is: touch where direction == 'out' and fine}\n"
    )
    expect_errors(small(glossary=glossary, stages="", sla=""), "cycle; a; b; c", "cycle; self")


def test_points_that_rest_on_the_grade_or_score_they_make_are_a_cycle() -> None:
    glossary = "glossary:\n  good: {means: x, is: grade == 'A'}\n"
    fit = "fit:\n  points: [{id: f, when: ⟨good, points: 1}, {id: g, when: grade == 'A', points: 1}]\n  grades: {A: 1}"
    score = "score:\n  - {id: s, event: ⟨touch where score >= 3, points: 1}\n"
    expect_errors(small(glossary=glossary, fit=fit, stages="", sla=""), "cycle; grade")
    expect_errors(small(score=score), "cycle; score")


def test_fit_on_the_score_and_score_on_the_grade_is_a_cycle_too() -> None:
    fit = "fit:\n  points: [{id: f, when: ⟨score >= 3, points: 1}]\n  grades: {A: 1}"
    score = "score:\n  - {id: s, event: touch where grade == 'A', points: 1}\n"
    expect_errors(small(fit=fit, score=score), "cycle")


def test_a_refused_term_is_reported_once_however_often_it_is_used() -> None:
    glossary = "glossary:\n  a: {means: x, is: ⟨persn.x}\n  b: {means: x, is: a and not a}\n"
    expect_errors(
        small(glossary=glossary, fit="fit: {points: [{id: f, when: a or b, points: 1}]}", stages="", sla=""), "person.x"
    )


def test_a_word_with_a_meaning_of_its_own_is_no_term() -> None:
    glossary = (
        "glossary:\n  ⟨score: {means: x, is: any(touch)}\n  ⟨touch: {means: x, is: person.a}\n  order: {means: x}\n"
    )
    expect_errors(small(glossary=glossary, stages="", sla=""), "meaning", "meaning")
