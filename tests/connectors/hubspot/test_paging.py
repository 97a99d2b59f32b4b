"""No record of HubSpot is left out: beyond its 10,000, in one instant, or while people go on working."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.errors import SourceRefused
from detente.sources.hubspot.changes import Wanted, pages
from detente.sources.hubspot.source import COMPANIES
from detente.sources.kit.connector import Stream

from ..mapped import read
from .fake import PAGE, FakeHubSpot, at, comparable, holds, ms

Streams = Callable[..., dict[str, Stream]]
SECOND = 1 / 60


def ids(rows: list) -> list[str]:  # type: ignore[type-arg]
    return [row["id"] for row in rows]


def test_more_records_than_a_search_shows_are_read_each_once(streams: Streams, hubspot: FakeHubSpot) -> None:
    hubspot.most = 1_000  # of 10,000 in truth: behaves alike, and is quicker
    count = hubspot.most + 3 * PAGE + 7
    for n in range(1, count + 1):
        hubspot.add("companies", str(n), n * SECOND)
    rows, cursor = read(streams()["companies"])
    assert sorted(map(int, ids(rows))) == list(range(1, count + 1))
    assert cursor["modified"] == ms(count * SECOND) * 1000


@pytest.mark.parametrize("at_once", [PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
def test_any_number_may_share_one_instant(streams: Streams, hubspot: FakeHubSpot, at_once: int) -> None:
    for n in range(1, 6):
        hubspot.add("companies", str(n), n)
    for n in range(10, 10 + at_once):
        hubspot.add("companies", str(n), 7)
    for n in range(9000, 9005):
        hubspot.add("companies", str(n), n)
    rows, _ = read(streams()["companies"])
    assert sorted(map(int, ids(rows))) == sorted([*range(1, 6), *range(10, 10 + at_once), *range(9000, 9005)])


def test_a_record_that_changes_while_it_is_read_pushes_none_out(streams: Streams, hubspot: FakeHubSpot) -> None:
    for n in range(1, 3 * PAGE + 1):
        hubspot.add("companies", str(n), n)

    def somebody_works(number: int) -> None:
        for n in range(1, 40):  # moves to the end: with offsets, as many others would be passed over
            hubspot.add("companies", str(n), 10_000 + number)

    hubspot.while_reading = somebody_works
    company = streams()["companies"]
    first = next(company.pages({}))
    hubspot.while_reading = lambda _: None
    rows, _ = read(company, first.cursor)
    assert {*ids(list(first.rows)), *ids(rows)} == {str(n) for n in range(1, 3 * PAGE + 1)}


def test_the_next_run_reads_what_changed_and_ten_minutes_before(streams: Streams, hubspot: FakeHubSpot) -> None:
    for n in range(1, 31):
        hubspot.add("companies", str(n), n)
    company = streams()["companies"]
    _, cursor = read(company)
    hubspot.add("companies", "3", 60)
    rows, later = read(company, cursor)
    assert ids(rows) == [*map(str, range(20, 31)), "3"]
    assert later["modified"] > cursor["modified"]


class Searched:
    """HubSpot's search over records in memory, three a page."""

    def __init__(self, records: Mapping[int, int]) -> None:
        self._records = [
            {"id": str(id_), "properties": {"hs_object_id": str(id_), "hs_lastmodifieddate": at(minutes)}}
            for id_, minutes in records.items()
        ]

    def search(self, _kind: str, groups: Any, sort: str, _properties: Any) -> list[dict[str, Any]]:
        found = [
            each for each in self._records if any(all(holds(wanted, each) for wanted in group) for group in groups)
        ]
        return sorted(found, key=lambda each: comparable(each["properties"][sort]))[:3]


@given(st.dictionaries(st.integers(1, 10**6), st.integers(0, 6), max_size=40))
def test_whatever_was_modified_when_every_record_comes_once(records: dict[int, int]) -> None:
    wanted = Wanted(COMPANIES, ())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("detente.sources.hubspot.changes.SEARCHED", 3)
        rows = [row for page in pages(Searched(records), wanted)({}) for row in page.rows]  # type: ignore[arg-type]
    assert [int(row["id"]) for row in rows] == sorted(records, key=lambda id_: (records[id_], id_))


def test_a_deal_with_many_contacts_has_them_all(streams: Streams, hubspot: FakeHubSpot) -> None:
    hubspot.add("deals", "1", 1, createdate=at(0))
    hubspot.associate("deals", "1", "contacts", *map(str, range(1, 1203)))
    rows, _ = read(streams()["deals"])
    assert rows[0]["contacts"].split(";") == [str(n) for n in range(1, 1203)]


def test_mail_events_are_read_through_all_their_pages_and_from_where_they_ended(
    streams: Streams, hubspot: FakeHubSpot
) -> None:
    for n in range(2500):
        event = {"id": f"e{n}", "type": "OPEN", "created": ms(n / 100), "recipient": f"p{n % 90}@x.example"}
        hubspot.events.append(event)
    events = streams()["email_events"]
    rows, cursor = read(events)
    assert sorted(ids(rows)) == sorted(f"e{n}" for n in range(2500))
    assert read(events, cursor)[0] != [], "an hour before the last one is read again"
    hubspot.events.append({"id": "new", "type": "OPEN", "created": ms(9000), "recipient": "p1@x.example"})
    assert "new" in ids(read(events, cursor)[0])


def test_forms_are_read_down_to_what_is_known(streams: Streams, hubspot: FakeHubSpot) -> None:
    hubspot.forms = [{"id": "f", "name": "Demo"}, {"id": "g", "name": "Other"}]
    hubspot.submissions["f"] = [
        {"conversionId": f"c{n}", "submittedAt": ms(n), "values": [{"name": "email", "value": f"p{n}@x.example"}]}
        for n in range(500)
    ]
    forms = streams()["form_submissions"]
    rows, cursor = read(forms)
    assert len(rows) == 500
    hubspot.submissions["f"].append({"conversionId": "new", "submittedAt": ms(501), "values": []})
    hubspot.asked.clear()
    again, _ = read(forms, cursor)
    assert [row["conversionId"] for row in again][:2] == ["new", "c499"]
    assert len(again) == 62, "the new one, and those of the hour before the last one known"
    assert sum("/submissions/forms/f" in request.path for request in hubspot.asked) == 2


def test_what_hubspot_refuses_ends_the_stream_with_its_words(streams: Streams, hubspot: FakeHubSpot) -> None:
    hubspot.withheld = {"/crm/v3/objects/companies"}
    with pytest.raises(SourceRefused, match="MISSING_SCOPES"):
        read(streams()["companies"])
