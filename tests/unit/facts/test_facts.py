"""What a fact's identity, validity and row mean."""

import json

from hypothesis import given
from hypothesis import strategies as st

from detente.core.facts.fact import SKEW_US, Fact
from detente.core.facts.ids import canonical_payload, content_text, digest, identified_text
from detente.core.facts.rows import PAYLOAD_TYPES, fact_from_row, payload_columns
from detente.core.facts.schema import FACT_COLUMNS, LINK_COLUMNS, PAYLOAD_COLUMNS, QUARANTINE_COLUMNS
from detente.core.facts.validity import EARLIEST_US, Invalid, why_invalid

T = 1_790_000_000_000_000
PERSON = ("person", "c1")

values = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
names = st.one_of(st.sampled_from(sorted(PAYLOAD_TYPES)), st.text(st.characters(categories=["Ll"]), min_size=1))


def identity(payload, occurred_at=T, subject=PERSON):
    return digest(content_text("crm", "form_submit", subject, occurred_at, canonical_payload(payload)))


def test_the_order_of_the_payload_does_not_change_what_a_fact_is():
    assert identity({"form": "demo", "channel": "organic"}) == identity({"channel": "organic", "form": "demo"})


def test_a_whole_number_is_the_same_however_it_is_written():
    assert identity({"amount": 100}) == identity({"amount": 100.0})
    assert identity({"amount": 100}) != identity({"amount": "100"})


def test_facts_of_one_second_with_the_same_content_are_one_fact():
    assert identity({}, T) == identity({}, T + 999_999)
    assert identity({}, T) != identity({}, T + 1_000_000)


def test_the_subject_is_part_of_the_identity_and_cannot_be_forged_by_punctuation():
    assert identity({}, subject=("person", "a")) != identity({}, subject=("person", "b"))
    assert identity({}, subject=("person", 'a","b')) != identity({}, subject=("person", "a"))
    assert digest(identified_text("a", "b|c")) != digest(identified_text("a|b", "c"))


def test_an_identity_is_128_bits_in_hex():
    assert len(digest("x")) == 32
    assert int(digest("x"), 16) < 2**128


def test_before_1990_the_future_and_what_was_known_before_it_happened_are_never_used():
    assert why_invalid(EARLIEST_US - 1, EARLIEST_US) == Invalid.BEFORE_1990
    assert why_invalid(EARLIEST_US, EARLIEST_US) is None
    assert why_invalid(T, T, landed_at=T - 1) == Invalid.FUTURE
    assert why_invalid(T, T, landed_at=T) is None
    assert why_invalid(T, T) is None


def test_clocks_of_two_systems_may_differ_by_five_minutes():
    assert why_invalid(T + SKEW_US, T) is None
    assert why_invalid(T + SKEW_US + 1, T) == Invalid.AFTER_KNOWN


@given(st.dictionaries(names, values))
def test_a_payload_survives_its_columns(payload):
    row = payload_columns(payload)
    assert set(row) == {column.name for column in PAYLOAD_COLUMNS} | {"extra"}
    head = {"fact_id": "f", "kind": "touch", "occurred_at": T, "known_at": T, "source": "crm", "source_id": None}
    assert fact_from_row({**head, **row}) == Fact("f", "touch", T, T, "crm", "", payload)


def test_a_value_of_another_type_than_its_column_goes_to_extra():
    assert payload_columns({"amount": "a lot"})["amount"] is None
    assert json.loads(payload_columns({"amount": "a lot", "automated": 1})["extra"]) == {
        "amount": "a lot",
        "automated": 1,
    }
    assert payload_columns({"amount": True})["amount"] is None


def test_no_table_names_a_column_twice():
    for columns in (FACT_COLUMNS, LINK_COLUMNS, QUARANTINE_COLUMNS):
        assert len({column.name for column in columns}) == len(columns)
