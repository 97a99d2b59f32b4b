"""Which of several systems' values counts for a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.authority import Authority, Ownership
from detente.core.identity.survivorship import Because, Golden, Value, golden


def says(source: str, text: str, since: int = 0, known_at: int | None = None) -> Value:
    return Value(text, source, "1", since, since if known_at is None else known_at)


def owned(by: dict[str, str], max_age: int | None = None) -> Authority:
    return Authority({path: Ownership((owner,), max_age=max_age) for path, owner in by.items()})


def chosen(attribute: str, *values: Value, owner: str | None = None) -> tuple[str, Because, int]:
    found = golden(attribute, values, owned({attribute: owner} if owner else {}))
    assert found is not None
    return found.value.text, found.because, found.losers


def test_the_latest_value_counts() -> None:
    assert chosen("person.title", says("crm", "Director", 5), says("web", "Manager", 3)) == (
        "Director",
        Because.LATEST,
        1,
    )


def test_a_blank_is_no_value_even_if_it_is_the_latest_and_the_owners() -> None:
    values = [says("crm", " ", 9), says("web", "Manager", 3)]
    assert chosen("person.title", *values, owner="crm") == ("Manager", Because.ONLY, 0)
    assert golden("person.title", values[:1]) is None


def test_the_system_that_owns_an_attribute_has_the_word() -> None:
    values = [says("crm", "Director", 1), says("web", "Manager", 3)]
    assert chosen("person.title", *values, owner="crm") == ("Director", Because.OWNER, 1)


def test_an_owners_value_past_its_age_is_one_among_others() -> None:
    values, authority = [says("crm", "Director", 1), says("web", "Manager", 3)], owned({"person.title": "crm"}, 10)
    by_age = {now: golden("person.title", values, authority, now) for now in (11, 12)}
    assert [by_age[now].value.text for now in (11, 12)] == ["Director", "Manager"]


def test_one_of_several_owners_has_the_word_before_all_others() -> None:
    authority = Authority({"person.title": Ownership(("crm", "erp"))})
    values = [says("crm", "Director", 1), says("erp", "Head", 2), says("web", "Manager", 3)]
    assert golden("person.title", values, authority).value.text == "Head"


def test_within_the_owning_system_the_latest_counts() -> None:
    values = [Value("Chief", "crm", "1", 1, 1), Value("Head", "crm", "2", 2, 2), says("web", "Manager", 3)]
    assert chosen("person.title", *values, owner="crm") == ("Head", Because.LATEST, 2)


def test_what_is_no_address_or_a_teams_mailbox_yields_to_a_persons_address() -> None:
    mine = says("crm", "ann@harbour.example", 1)
    assert chosen("person.email", mine, says("web", "n/a", 3)) == (mine.text, Because.USABLE, 1)
    assert chosen("person.email", mine, says("web", "info@harbour.example", 3)) == (mine.text, Because.PERSONAL, 1)
    assert chosen("person.email", mine, says("web", "n/a", 3), owner="web") == (mine.text, Because.USABLE, 1)


@pytest.mark.parametrize(("short", "full"), [("A. Lee", "Ann Lee"), ("Lee", "Ann Lee"), ("A L", "Ann-Marie Lee")])
def test_a_name_in_full_counts_before_a_later_short_one(short: str, full: str) -> None:
    assert chosen("person.name", says("crm", full, 1), says("web", short, 3)) == (full, Because.IN_FULL, 1)


def test_a_new_surname_counts_though_it_is_shorter() -> None:
    values = [says("crm", "Ann Fotheringham", 1), says("web", "Ann Lee", 3)]
    assert chosen("person.name", *values) == ("Ann Lee", Because.LATEST, 1)


def test_case_and_space_make_no_other_value() -> None:
    values = [says("crm", "Ann  LEE", 1), says("web", "Ann Lee", 3)]
    assert chosen("person.name", *values) == ("Ann Lee", Because.AGREED, 0)


def test_values_of_one_instant_are_settled_by_the_names_of_their_systems() -> None:
    assert chosen("person.city", says("web", "Ulm", 1), says("crm", "Bonn", 1)) == ("Bonn", Because.ORDER, 1)
    assert chosen("person.city", says("web", "Ulm", 1, 1), says("crm", "Bonn", 1, 0)) == ("Ulm", Because.LATEST, 1)


attributes = st.sampled_from(["person.email", "person.name", "person.title"])
texts = st.sampled_from(["", " ", "Ann Lee", "ann lee", "A. Lee", "n/a", "info@quay.example", "ann@quay.example"])
instants = st.integers(0, 3)
some = st.lists(
    st.builds(Value, texts, st.sampled_from(["crm", "web"]), st.sampled_from("12"), instants, instants),
    unique_by=lambda value: (value.source, value.record),
)
owners = st.sampled_from([owned({}), owned({"person.email": "web", "person.name": "crm", "person.title": "crm"})])


@given(attributes, some, owners, st.randoms(use_true_random=False))
def test_the_order_in_which_values_arrive_does_not_matter(attribute, values, owner, chance) -> None:
    assert golden(attribute, values, owner) == golden(attribute, chance.sample(values, len(values)), owner)


@given(attributes, some, owners)
def test_a_blank_never_beats_a_value(attribute, values, owner) -> None:
    found = golden(attribute, values, owner)
    told = [value for value in values if value.text.strip()]
    assert found == golden(attribute, told, owner)
    assert (found is None) == (not told)


@given(attributes, some, owners)
def test_taking_a_losing_record_away_never_changes_the_value(attribute, values, owner) -> None:
    found = golden(attribute, values, owner)
    for value in values:
        if found is not None and value != found.value:
            again = golden(attribute, [other for other in values if other != value], owner)
            assert isinstance(again, Golden)
            assert again.value == found.value


@given(attributes, some, owners)
def test_a_system_that_does_not_own_an_attribute_never_changes_what_the_owner_says(attribute, values, owner) -> None:
    rule = owner.of(attribute)
    ours = [value for value in values if rule is not None and value.source in rule.owners]
    said = golden(attribute, ours, owner)
    if said is not None and attribute != "person.email":
        found = golden(attribute, values, owner)
        assert found is not None
        assert found.value == said.value
