"""Which system owns which field, and where another one contradicts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.errors import AuthorityError
from detente.core.identity.authority import NOBODYS, Authority, Ownership
from detente.core.identity.authority_reader import read_authority
from detente.core.identity.conflicts import Held, Verdict, conflicts, same_value

DAY = 86_400_000_000
NOW = 1_000 * DAY


def test_an_authority_says_who_owns_a_field_whether_it_is_written_back_and_how_old_it_may_grow() -> None:
    authority = read_authority(
        "authority: 1\n"
        "attributes:\n"
        "  person.phone: {owner: crm, write_back: true, max_age: 2w}\n"
        "  person.title: {owner: [crm, marketing]}\n"
        "  company.*: {owner: registry}\n",
        "authority.yaml",
    )
    assert authority.of("person.phone") == Ownership(("crm",), write_back=True, max_age=14 * DAY)
    assert authority.of("person.title").shared
    assert authority.of("company.industry") == Ownership(("registry",))
    assert authority.of("person.city") is None


REFUSED = {
    "authority: 2\nattributes: {}\n": "a.yaml:1:12: version '2' is not known; write `authority: 1`",
    "attributes: {}\n": "a.yaml:1:1: lacks `authority`",
    "- x\n": "a.yaml:1:1: an authority begins with `authority: 1` and `attributes:`",
    "authority: 1\nattributes: [a]\n": "a.yaml:2:13: a mapping is expected here: attribute path → {owner: …}",
    "authority: 1\nattributes: {person.a: {owner: crm, max_ago: 3d}}\n": (
        "a.yaml:2:37: unknown key 'max_ago'; nearest is 'max_age'"
    ),
    "authority: 1\nattributes: {person.a: {}}\n": "a.yaml:2:24: lacks `owner`",
    "authority: 1\nattributes: {person.a: crm}\n": "a.yaml:2:24: who owns it is expected here: {owner: crm}",
    "authority: 1\nattributes: {person.a: {owner: []}}\n": "a.yaml:2:32: at least one source is expected here",
    "authority: 1\nattributes: {person.a: {owner: [crm, crm]}}\n": "a.yaml:2:38: 'crm' is there twice",
    "authority: 1\nattributes: {person.a: {owner: My CRM}}\n": (
        "a.yaml:2:32: the name of a source is expected here, as its mapping gives it: owner: crm"
    ),
    "authority: 1\nattributes: {person.a: {owner: crm, max_age: 3bd}}\n": (
        "a.yaml:2:46: a duration in hours, days or weeks is expected here: 365d"
    ),
    "authority: 1\nattributes: {person.a: {owner: crm, max_age: 107000000d}}\n": (
        "a.yaml:2:46: a duration in hours, days or weeks is expected here: 365d"
    ),
    "authority: 1\nattributes: {person.a: {owner: crm, write_back: maybe}}\n": (
        "a.yaml:2:49: true or false is expected here"
    ),
    "authority: 1\nattributes: {person.a: {owner: [a, b], write_back: true}}\n": (
        "a.yaml:2:52: a shared attribute is not written back: no owner's value is the right one"
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_is_refused_at_the_exact_place(text: str) -> None:
    with pytest.raises(AuthorityError) as refused:
        read_authority(text, "a.yaml")
    assert str(refused.value) == REFUSED[text]


def test_every_problem_is_told_at_once() -> None:
    text = "authority: 2\nattributes:\n  phone: {owner: crm}\n  person.a: {ower: crm}\n"
    with pytest.raises(AuthorityError) as refused:
        read_authority(text, "a.yaml")
    assert [(each.line, each.column) for each in refused.value.problems] == [(1, 12), (3, 3), (4, 13), (4, 14)]


def held(source: str, value: object, day: int, record: str = "1") -> Held:
    return Held(source, record, value, day * DAY, day * DAY)


OWNED = Authority({"person.phone": Ownership(("crm",), max_age=30 * DAY), "person.title": Ownership(("crm", "web"))})


def told(attribute: str, *values: Held, now: int = NOW, authority: Authority = OWNED) -> list[tuple[object, ...]]:
    return [(c.held.value, c.other.value, c.verdict) for c in conflicts(attribute, values, authority, now)]


def test_a_later_value_elsewhere_contradicts_the_owner_and_both_are_kept() -> None:
    assert told("person.phone", held("crm", "1", 5), held("web", "2", 6), now=10 * DAY) == [("1", "2", Verdict.OWNER)]


def test_an_owner_that_has_said_nothing_for_long_gives_way() -> None:
    found = told("person.phone", held("crm", "1", 5), held("web", "2", 6), now=100 * DAY)
    assert found == [("1", "2", Verdict.OWNER_TOO_OLD)]


def test_a_value_the_owner_has_overtaken_is_no_conflict() -> None:
    assert told("person.phone", held("crm", "1", 7), held("web", "2", 6)) == []


def test_owners_that_share_a_field_conflict_whoever_spoke_last() -> None:
    assert told("person.title", held("crm", "VP", 7), held("web", "CEO", 6)) == [("VP", "CEO", Verdict.SHARED)]


def test_what_nobody_owns_or_the_owner_never_gave_is_not_judged() -> None:
    values = (held("crm", "Rome", 5), held("web", "Oslo", 6))
    assert told("person.city", *values) == []
    assert told("person.phone", held("a", "1", 1), held("b", "2", 2)) == []
    assert told("person.phone", *values, authority=NOBODYS) == []


def test_spelling_is_no_contradiction() -> None:
    assert same_value("+49 (30) 123-4", "+49301234")
    assert same_value("ACME  Inc.", "Acme, Inc")
    assert same_value(50, 50.0)
    assert same_value("50", 50)
    assert not same_value("–", "?")
    assert not same_value("Acme", "Acme Labs")
    assert not same_value(True, False)


values = st.lists(
    st.builds(held, st.sampled_from(["crm", "web", "erp"]), st.sampled_from(["a", "A", "b", 1]), st.integers(0, 4),
              st.sampled_from("12")),
    max_size=8,
)  # fmt: skip


@given(values, st.randoms(use_true_random=False), st.sampled_from(["person.phone", "person.title"]))
def test_the_order_of_arrival_never_matters(given_values: list[Held], chance: object, attribute: str) -> None:
    shuffled = list(given_values)
    chance.shuffle(shuffled)
    assert conflicts(attribute, given_values, OWNED, NOW) == conflicts(attribute, shuffled, OWNED, NOW)
