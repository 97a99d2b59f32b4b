"""Street addresses as typed: what is levelled, what is told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.addresses import Street, street


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("10509 S Torrence Ave ", Street("10509", "s", ("torrence",))),
        ("10509 South Torrence Avenue", Street("10509", "s", ("torrence",))),
        ("1010 E. 72nd St.", Street("1010", "e", ("72",))),
        ("10001 South Woodlawn Avenue First Floor", Street("10001", "s", ("woodlawn",))),
        ("12 Main Street, Suite 400", Street("12", "", ("main",))),
        ("12b Main\nStreet", Street("12b", "", ("main",))),
        ("Hauptstraße 5", Street("5", "", ("haupt",))),
        ("Hauptstr. 5", Street("5", "", ("haupt",))),
        ("102 Fifth Ave. between 15th and 16th Sts.", Street("102", "", ("5",))),
        ("102 5th Ave", Street("102", "", ("5",))),
        ("3rd St.", Street("", "", ("3",))),
        ("1 Water St., at the river", Street("1", "", ("water",))),
        ("Industrial Park", Street("", "", ("industrial", "park"))),
        ("15 North Avenue", Street("15", "n", ("avenue",))),
    ],
)
def test_the_same_door_reads_alike(text: str, form: Street) -> None:
    assert street(text) == form


@pytest.mark.parametrize("text", ["", "  ", "-", "77"])
def test_what_names_no_street_has_no_form(text: str) -> None:
    assert street(text) is None


@given(st.text(max_size=50))
def test_any_text_has_a_form_with_words_or_none(text: str) -> None:
    found = street(text)
    assert found is None or all(found.words)
