"""The same telephone number reads alike however it is typed, and as `phonenumbers` reads it."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.phones import phone

COUNTRY_CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


@pytest.mark.parametrize(
    "typed", ["+49 30 23125 017", "0049 (30) 23125-017", "030/23125017", "030 23125017 ext. 4", "+49 (0)30 23125017"]
)
def test_a_number_reads_alike_however_it_is_typed(typed: str) -> None:
    found = phone(typed, "Germany", "DE")
    assert found is not None
    assert found == ("3023125017", "3125017")


def test_without_area_code_only_the_tail_is_known() -> None:
    assert phone("555-0477", "USA") == (None, "5550477")


@pytest.mark.parametrize("typed", ["", "n/a", "12", "+"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert phone(typed) is None


@given(st.sampled_from(COUNTRY_CODES), st.text("0123456789", min_size=4, max_size=14))
def test_numbers_in_international_form_read_as_the_library_reads_them(code: int, rest: str) -> None:
    """Only the first number of a beginning and a length is read by the library itself."""
    try:
        parsed = phonenumbers.parse(f"+{code}{rest}", None)
    except phonenumbers.NumberParseException:
        return
    digits = str(parsed.national_number)
    found = phone(f"+{code}{rest}", "Germany", "DE")
    whole = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    if len(digits) >= 7 and len(set(digits)) > 1 and whole:
        assert found == (digits, digits[-7:])
    elif found is not None:
        assert found.tail == digits[-7:]
