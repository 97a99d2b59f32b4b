"""Versions of one agreement: in order, without gap or overlap, forward only."""

from __future__ import annotations

from datetime import UTC, datetime

from detente.core.agreement.reader import read_agreement, read_timeline
from detente.core.calendars.instants import instant_of

from .small import small


def version(number: str, effective: str, **sections: str) -> tuple[str, str]:
    text = small(**sections).replace("version: 1.0.0", f"version: {number}")
    return f"{number}.yaml", text.replace("effective: 2026-01-01", f"effective: {effective}")


def errors(*texts: tuple[str, str]) -> list[str]:
    timeline, problems = read_timeline(texts)
    found = [str(problem) for problem in problems if problem.severity == "error"]
    assert (timeline is None) is bool(found)
    return found


def test_versions_are_put_in_order_and_rule_from_midnight_of_their_zone() -> None:
    timeline, _ = read_timeline([version("1.10.0", "2026-06-10"), version("1.9.0", "2026-01-01")])
    assert timeline is not None
    assert [each.version for each in timeline.versions] == ["1.9.0", "1.10.0"]
    midnight = instant_of(datetime(2026, 6, 9, 22, 0, tzinfo=UTC))
    assert timeline.versions[1].effective_at == midnight
    assert timeline.in_force(midnight - 1).version == "1.9.0"
    assert timeline.in_force(midnight).version == "1.10.0"
    assert timeline.in_force(0).version == "1.9.0"


def test_a_version_begins_later_than_the_one_before_it() -> None:
    (same,) = errors(version("1.0.0", "2026-01-01"), version("1.1.0", "2026-01-01"))
    assert same.startswith("1.1.0.yaml:4:12: effective")
    assert "1.0.0" in same
    (back,) = errors(version("1.0.0", "2026-03-01"), version("2.0.0", "2026-01-01"))
    assert back.startswith("2.0.0.yaml:4:12: effective")


def test_a_version_is_there_once_and_all_texts_are_of_one_agreement() -> None:
    (twice,) = errors(version("1.0.0", "2026-01-01"), ("b.yaml", version("1.0.0", "2026-02-01")[1]))
    assert twice.startswith("b.yaml:3:10: version 1.0.0")
    other = version("1.1.0", "2026-02-01")[1].replace("harbour/small", "harbour/other")
    (foreign,) = errors(version("1.0.0", "2026-01-01"), ("b.yaml", other))
    assert foreign.startswith("b.yaml:1:12: ")
    assert "harbour/small" in foreign


def test_the_problems_of_all_versions_come_in_one_run() -> None:
    wrong = small().replace("any(form_submit", "any(form_submt")
    found = errors(("a.yaml", wrong), ("b.yaml", wrong.replace("1.0.0", "1.1.0").replace("2026-01-01", "2026-01-0x")))
    assert [each.split(": ")[0] for each in found] == ["a.yaml:13:50", "b.yaml:4:12", "b.yaml:13:50"]


def test_a_test_may_name_what_only_another_version_has() -> None:
    stages = "stages:\n  Old: {id: old, owner: sales, basis: computed, enter: {when: callback}}\n"
    test = 'tests: [{test: t, history: ["2026-01-05 10:00 page_view"], expect: {Old: never}, under: [1.0.0]}]\n'
    first = version("1.0.0", "2026-01-01", stages=stages, sla="")
    second = version("1.1.0", "2026-06-01", more=test)
    assert errors(first, second) == []
    assert "unknown" in errors(second)[0]


def test_one_text_of_several_can_be_read_by_itself() -> None:
    test = 'tests: [{test: t, history: ["2026-01-05 10:00 page_view"], expect: {Lead: never}, under: [0.9.0]}]\n'
    agreement, _ = read_agreement(small(more=test), "a.yaml")
    assert agreement is not None
    assert agreement.tests[0].under == ("0.9.0",)
    assert "0.9.0" in errors(("a.yaml", small(more=test)))[0]


def test_no_texts_are_no_timeline() -> None:
    assert read_timeline([]) == (None, [])


def test_the_example_is_compiled_clause_by_clause(example: str) -> None:
    agreement, problems = read_agreement(example, "example.yaml")
    assert agreement is not None
    assert [problem.severity for problem in problems] == ["warning"]
    assert list(agreement.stages) == ["Lead", "MQL", "SAL", "SQL", "Opportunity", "Customer", "Recycled",
                                      "Disqualified", "Lapsed"]  # fmt: skip
    assert [duty.id for duty in agreement.duties] == ["sla.volume", "sla.speed", "sla.persistence", "sla.reason",
                                                      "sla.feedback"]  # fmt: skip
    assert agreement.calendars["DE"].open == (((540, 1080),),) * 5 + ((), ())
    assert agreement.grades == {"A": 80, "B": 60, "C": 40, "D": 0}
    assert agreement.credit is not None
    assert agreement.credit.sourced is not None
    assert "paid_search" in agreement.credit.sourced.channels
    assert agreement.targets["2026Q4"]["joint"] == {"revenue": 1140000}
    assert [route.to_attribute for route in agreement.routing] == [True, False, False]
    assert len(agreement.tests) == 11
    assert agreement.tests[0].lead["company.employees"] == 120
    assert agreement.tests[7].expect == {
        "stage": "Recycled", "sla.speed": "met", "sla.persistence": "broken", "sla.reason": "met",
    }  # fmt: skip
