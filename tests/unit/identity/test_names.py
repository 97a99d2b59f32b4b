"""A person's name reads alike however it is written, and what only looks like a name is told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.letters import fold, latin_look, passes_for_latin, without_umlauts
from detente.core.identity.names import completed, person_name, spelt
from detente.core.identity.nicknames import roots


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        (None, "Jürgen", "Groß"),
        (None, "JUERGEN", "Gross"),
        (None, " jurgen ", "gross"),
        (None, "Dr. Jürgen", "Groß"),
        (None, "Jürgen", "Groß, PhD"),
        (None, None, "Jürgen Groß"),
        (None, "Jürgen Groß", None),
        (None, "Jürgen Groß", "Groß"),
        ("Groß, Jürgen", None, None),
        ("Prof. Jürgen Groß", None, None),
        (None, "Jür\u200bgen", "Groß"),
        (None, "Ｊｕｒｇｅｎ", "Ｇｒｏｓｓ"),
    ],
)
def test_spellings_of_one_name_are_one(name: str | None, first: str | None, last: str | None) -> None:
    found = person_name(name, first, last)
    assert (found.first, found.last, found.suspicious, found.nobody) == ("jurgen", "gross", False, False)


def test_middle_names_and_initials_stand_apart() -> None:
    assert person_name(None, "Nora C", "Sticks")[:3] == ("nora", "c", "sticks")
    assert person_name(None, "Lucan", "Clement B.")[:3] == ("lucan", "b", "clement")
    assert person_name("Mary Ann de la Cruz", None, None)[:3] == ("mary", "ann", "delacruz")


def test_ue_is_written_u_as_well() -> None:
    assert without_umlauts("mueller") == without_umlauts(fold("Müller")) == without_umlauts("muller")


def test_a_surname_with_a_particle_is_no_whole_name() -> None:
    assert person_name(None, None, "van der Berg")[:3] == ("", "", "vanderberg")


def test_an_initial_is_kept_as_one() -> None:
    assert person_name(None, "W.", "Pynchon")[:3] == ("w", "", "pynchon")


def test_a_cyrillic_letter_in_a_latin_name_is_suspicious_and_a_cyrillic_name_is_not() -> None:
    disguised = person_name(None, "Anna", "Dаffen")  # the second letter is Cyrillic
    assert disguised.suspicious
    assert disguised.last == "daffen"
    assert not person_name(None, "Анна", "Петрова").suspicious


@pytest.mark.parametrize(
    "words", [("Front", "Desk"), ("asdf", "asdf"), ("Test", "User"), ("x", "y"), ("Mickey", "Mouse")]
)
def test_functions_and_placeholders_are_nobody(words: tuple[str, str]) -> None:
    assert person_name(None, *words).nobody


@pytest.mark.parametrize("words", [("Jennifer", "Null"), ("Grace", "Office"), ("Dean", "Test")])
def test_people_with_such_a_name_are_somebody(words: tuple[str, str]) -> None:
    assert not person_name(None, *words).nobody


def test_an_address_may_spell_the_name() -> None:
    assert spelt("erika.mustermann7") == ("erika", "mustermann")
    assert spelt("mustermann") is None
    assert spelt("beeston.family") is None


@pytest.mark.parametrize(
    ("first", "last", "local", "whole"),
    [
        ("", "koch", "finyel.koch", ("finyel", "koch")),
        ("", "kidd", "fkidd2", ("f", "kidd")),
        ("clara", "", "clara.cheeseman", ("clara", "cheeseman")),
        ("art", "", "arthurd", ("art", "d")),
        ("", "beeston", "beeston.family", ("", "beeston")),
        ("", "kidd", "office", ("", "kidd")),
        ("ann", "kidd", "bob.kidd", ("ann", "kidd")),
    ],
)
def test_a_blank_part_is_read_from_an_address_that_holds_the_other(
    first: str, last: str, local: str, whole: tuple[str, str]
) -> None:
    assert completed(first, last, local) == whole


def test_short_forms_lead_to_the_names_they_may_stand_for() -> None:
    assert set(roots("bob")) & set(roots("robert"))
    assert set(roots("harry")) & set(roots("henry"))
    assert not set(roots("harry")) & set(roots("robert"))
    assert roots("zebulon") == ("zebulon",)


@given(st.text(max_size=30))
def test_folding_is_stable_and_ignores_case(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(f"  {text}\u200b ") == folded


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=20))
def test_plain_text_passes_for_nothing_else(text: str) -> None:
    assert latin_look(text) == text
    assert not passes_for_latin(text)
