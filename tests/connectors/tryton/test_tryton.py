"""Rows of Tryton and what they mean, from answers that a Tryton 8.2.1 gave (`recorded.json`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Stream
from detente.sources.tryton.api import instant, micros, plain
from detente.sources.tryton.parties import Kinds
from detente.sources.tryton.source import Settings, connect

from ..answers import Recorded
from ..mapped import SOURCES, Mapped, read, spooled, web

PARTY: dict[str, Any] = {"id": 7, "tax_identifier": None, "categories": []}


@pytest.fixture
def recorded(httpserver) -> Recorded:
    answers = Recorded(Path(__file__).with_name("recorded.json"))
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(answers)
    return answers


@pytest.fixture
def streams(httpserver, recorded: Recorded) -> dict[str, Stream]:  # noqa: ARG001 (it answers)
    settings = Settings(url=httpserver.url_for(""), database="crm", key=SecretStr("of the test"))
    return {stream.name: stream for stream in connect(settings, web())}


@pytest.fixture
def mapped(streams: dict[str, Stream], tmp_path: Path) -> Mapped:
    rows = {name: read(stream)[0] for name, stream in streams.items()}
    return Mapped(spooled(tmp_path, rows), SOURCES / "tryton" / "mapping.yaml")


def test_every_row_has_its_place(mapped: Mapped) -> None:
    assert not mapped.set_aside
    assert not mapped.unmapped
    assert set(mapped.records) == {"companies", "people", "contacts", "opportunities", "decisions"}


def test_companies_people_and_the_people_that_companies_name(mapped: Mapped) -> None:
    names = {fact["record"]: fact for fact in mapped.of("enrich")}
    assert names["3"]["company.name"] == "Acme GmbH"
    assert {fact["person.name"] for fact in mapped.of("enrich") if "person.name" in fact} == {
        "Bob Stone",
        "Will Win",
        "Jane Doe",
    }
    assert mapped.related("account") == {("3/jane doe", "3")}


def test_a_value_counts_from_the_last_change_to_any_part_of_the_party(mapped: Mapped) -> None:
    bob = next(fact for fact in mapped.of("enrich") if fact.get("person.name") == "Bob Stone")
    assert bob["occurred_at"] == micros("2025-11-25T11:04:27.017352+00:00")  # when his mobile number was put away
    assert "person.mobile" not in bob


def test_a_deal_opens_when_the_opportunity_is_no_mere_lead(mapped: Mapped) -> None:
    assert [(fact["deal"], fact["amount"]) for fact in mapped.of("deal_open")] == [("1", 1200.0), ("2", 900.0)]
    assert [(fact["deal"], fact["amount"]) for fact in mapped.of("deal_won")] == [("2", 950.0)]
    assert [fact["deal"] for fact in mapped.of("deal_lost")] == ["1"]
    assert [fact["record"] for fact in mapped.of("lead_accept")] == ["4", "5"]


def test_a_record_that_was_never_written_has_the_time_of_its_creation(streams: dict[str, Stream]) -> None:
    first = read(streams["decisions"])[0][0]
    assert first["at"] == first["create_date"]


def test_every_change_is_asked_for_once(streams: dict[str, Stream], recorded: Recorded) -> None:
    read(streams["opportunities"])
    copies = [each for each in recorded.asked if "_datetime" in each.get("context", {})]
    assert len(copies) == len({str(each) for each in copies}) > 0


def test_a_run_that_ends_midway_remembers_since_when_changes_are_missing(streams: dict[str, Stream]) -> None:
    midway, end = [page.cursor for page in streams["opportunities"].pages({})]
    assert midway is not None
    assert end is not None
    assert midway["since"] == 0
    assert end == {"modified": midway["modified"]}


def test_a_copy_may_refer_to_a_party_that_is_gone(streams: dict[str, Stream], recorded: Recorded) -> None:
    recorded.put("/crm/rest/model/party.party", [])
    rows, _ = read(streams["opportunities"])
    assert rows
    assert {(row["party"], row["contact_person"], row["company"]) for row in rows} == {(None, None, None)}


def test_an_error_that_comes_with_200_is_none_the_less_one(streams: dict[str, Stream], recorded: Recorded) -> None:
    recorded.put("/crm/rest/model/company.company", {"id": 1, "error": ["ConcurrencyException", "record"]})
    with pytest.raises(SourceRefused, match=r"company\.company: it answers no list of records .*Concurrency"):
        read(streams["people"])


def test_a_module_that_is_not_activated_is_named(streams: dict[str, Stream], recorded: Recorded) -> None:
    recorded.put("/crm/rest/model/ir.model", [])
    with pytest.raises(SourceRefused, match="activate the module 'sale_opportunity'"):
        read(streams["opportunities"])


def test_ids_that_exist_are_told_by_the_record_that_facts_carry(streams: dict[str, Stream]) -> None:
    present = {name: list(stream.present()) for name, stream in streams.items() if stream.present}
    assert present == {
        "companies": ["3"],
        "people": ["4", "5"],
        "contacts": ["3/jane doe"],
        "opportunities": ["1", "2"],
    }


@pytest.mark.parametrize(
    ("party", "company"),
    [
        (PARTY, False),
        ({**PARTY, "tax_identifier": 3}, True),
        ({**PARTY, "categories": [{"name": "Company"}]}, True),
        ({**PARTY, "categories": [{"name": "Supplier"}]}, False),
    ],
)
def test_a_party_is_a_company_by_its_tax_identifier_or_its_category(party: dict[str, Any], company: bool) -> None:
    assert Kinds(frozenset({"Company"})).is_company(party) is company


@pytest.mark.parametrize(
    ("name", "party", "person"),
    [
        ("Jane  Doe", {**PARTY, "tax_identifier": 3}, "7/jane doe"),
        (None, {**PARTY, "tax_identifier": 3}, None),
        (" ", {**PARTY, "tax_identifier": 3}, None),
        ("work", PARTY, "7"),
    ],
)
def test_whose_a_contact_mechanism_is(name: str | None, party: dict[str, Any], person: str | None) -> None:
    assert Kinds(frozenset()).person_of({"name": name, "party": party}) == person


@given(st.integers(min_value=0, max_value=4_102_444_800_000_000))
def test_an_instant_comes_back_as_it_was_written(at: int) -> None:
    assert micros(plain(instant(at))) == at


def test_values_of_tryton_are_plain_json() -> None:
    assert plain(
        {
            "__name__": "sale.opportunity",
            "amount": {"__class__": "Decimal", "decimal": "1200.00"},
            "start_date": {"__class__": "date", "year": 2025, "month": 11, "day": 5},
            "party": {"id": 4, "__name__": "party.party"},
            "lines": [{"id": 1, "__name__": "sale.opportunity.line"}],
        }
    ) == {"amount": "1200.00", "start_date": "2025-11-05", "party": {"id": 4}, "lines": [{"id": 1}]}
