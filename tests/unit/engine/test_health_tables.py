"""The tables of data health: each counts what it says, over a small line."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from detente.core.agreement.attributes_read import Read, attributes_read, hinged_on
from detente.core.agreement.reader import read_timeline
from detente.core.identity.authority import NOBODYS, Authority, Ownership
from detente.engine.health import HEALTH, MODELS, health_tables

AS_OF = 1_790_000_000_000_000
HOUR = 3_600_000_000
DAY, WEEK = 24 * HOUR, 168 * HOUR
TEXT, INT = pa.string(), pa.int64()

SCHEMAS = {
    "facts": [("fact_id", TEXT), ("source", TEXT), ("kind", TEXT), ("occurred_at", INT), ("known_at", INT)],
    "unused": [("source", TEXT), ("kind", TEXT), ("sign", TEXT)],
    "persons": [("person", TEXT), ("source", TEXT), ("record", TEXT)],
    "companies": [("account", TEXT), ("source", TEXT), ("record", TEXT)],
    "tombstones": [("source", TEXT), ("record", TEXT), ("subject", TEXT)],
    "timeline": [("person", TEXT), ("kind", TEXT), ("occurred_at", INT), ("extra", TEXT)],
    "state": [("person", TEXT), ("stage", TEXT), ("entered_at", INT), ("hinges", pa.bool_())],
}


@pytest.fixture
def health(agreement):
    """Return what makes one health table of rows of other tables."""

    def made(table: str, authority: Authority = NOBODYS, under=agreement, **rows):
        tables = {
            name: pa.Table.from_pylist(
                [dict(zip([column for column, _ in schema], row, strict=True)) for row in rows.get(name, [])],
                schema=pa.schema(schema),
            )
            for name, schema in SCHEMAS.items()
        }
        found = health_tables(tables, under, authority, AS_OF)
        assert set(found) == set(HEALTH) == set(MODELS)
        for each in found.values():
            assert set(each.column("as_of").to_pylist()) <= {AS_OF}
        return [{key: value for key, value in row.items() if key != "as_of"} for row in found[table].to_pylist()]

    return made


def told(source: str, *ages: int):
    """Return facts of a source, known so long before the instant of the run."""
    return [(f"{source}{n}", source, "touch", AS_OF - age, AS_OF - age) for n, age in enumerate(ages)]


def test_a_source_is_late_by_its_own_habit(health) -> None:
    daily = [each * DAY + 3 * DAY for each in range(60)]
    monthly = [each * 30 * DAY + 3 * DAY for each in range(12)]
    facts = told("calls", *daily) + told("list", *monthly) + told("new", *daily[:14])
    found = {row["source"]: row for row in health("freshness", facts=facts)}
    assert (found["calls"]["usual_us"], found["calls"]["late"], found["calls"]["weeks"]) == (DAY, True, 8)
    assert (found["list"]["usual_us"], found["list"]["late"]) == (30 * DAY, False)
    assert (found["new"]["usual_us"], found["new"]["late"], found["new"]["weeks"]) == (None, None, 3)
    assert {row["silent_us"] for row in found.values()} == {3 * DAY}


def test_silence_up_to_twice_the_usual_is_not_late(health) -> None:
    usual = [n * DAY for n in range(40)]
    silent = {silence: told("crm", *(each + silence for each in usual)) for silence in (2 * DAY, 2 * DAY + 1)}
    assert [health("freshness", facts=facts)[0]["late"] for facts in silent.values()] == [False, True]


def test_one_long_holiday_is_no_habit(health) -> None:
    ages = [n * DAY for n in range(80) if not 20 < n < 40]
    assert health("freshness", facts=told("crm", *ages))[0]["usual_us"] == DAY


def enriched(person: str, age: int, extra: str):
    return (person, "enrich", AS_OF - age, extra)


def test_a_field_is_known_for_so_many_leads_and_so_old(health) -> None:
    state = [(name, "Lead", 0, False) for name in "abcd"]
    timeline = [
        enriched("a", 9 * DAY, '{"person.email":"a@x.example"}'),
        enriched("a", 5 * DAY, '{"person.email":"b@x.example"}'),
        enriched("b", 40 * DAY, '{"person.email":"c@x.example","person.city":"Ulm"}'),
        enriched("c", 2 * DAY, '{"person.email":" "}'),
        enriched("nobody", 2 * DAY, '{"person.email":"n@x.example"}'),
    ]
    authority = Authority({"person.email": Ownership(("crm",), max_age=30 * DAY)})
    assert health("field_health", authority, state=state, timeline=timeline) == [
        {
            "attribute": "person.email", "clauses": ["stage.lead"], "leads": 4, "known": 2, "share": 0.5,
            "median_age_us": 5 * DAY, "p90_age_us": 40 * DAY, "stale": 1,
        }
    ]  # fmt: skip
    assert health("field_health", state=state, timeline=timeline)[0]["stale"] is None


def test_without_leads_there_is_no_share(health) -> None:
    assert health("field_health")[0]["share"] is None


@pytest.fixture(scope="module")
def hinging(texts):
    """An agreement whose MQL compares a role that may be unknown, and reads more elsewhere."""
    (file, text), *_ = texts
    text = text.replace(
        "any(form_submit where form == 'demo')",
        "any(form_submit where form == 'demo') and (person.role != 'student' or company.size > 5)",
    ).replace("sla:", "fit: {points: [{id: fit.vp, when: person.seniority == 'vp', points: 5}]}\nsla:")
    found, problems = read_timeline([(file, text)])
    assert found is not None, problems
    return found


def test_what_an_agreement_reads_is_told_with_its_clauses(hinging) -> None:
    assert attributes_read(hinging.versions[0]) == [
        Read("person.email", "stage.lead"),
        Read("person.role", "stage.mql"),
        Read("company.size", "stage.mql"),
        Read("person.seniority", "fit.vp"),
    ]
    assert Read("person.role", "MQL") in hinged_on(hinging.versions[0])
    assert "person.seniority" not in {read.attribute for read in hinged_on(hinging.versions[0])}


def test_an_entry_that_hinges_names_what_was_unknown_then(health, hinging) -> None:
    entered = AS_OF - 10 * DAY
    state = [
        ("a", "MQL", entered, True),
        ("b", "MQL", entered, True),
        ("c", "MQL", entered, False),
        ("d", "Lead", 0, False),
    ]
    timeline = [
        enriched("a", 12 * DAY, '{"person.role":"buyer"}'),
        enriched("b", 2 * DAY, '{"person.role":"buyer"}'),  # known only later
    ]
    rows = [tuple(row.values()) for row in health("unknowns", under=hinging, state=state, timeline=timeline)]
    assert rows == [
        ("Lead", 1, 0, None, 0),
        ("MQL", 3, 2, "company.size", 2),
        ("MQL", 3, 2, "person.role", 1),
    ]


def test_records_beyond_the_first_of_a_person_are_duplicates_unless_deleted(health) -> None:
    persons = [("p", "crm", "1"), ("p", "crm", "2"), ("p", "crm", "3"), ("p", "web", "1"), ("q", "crm", "4")]
    found = health("duplicates", persons=persons, companies=[("c", "crm", "9")], tombstones=[("crm", "3", "person")])
    assert [tuple(row.values()) for row in found] == [
        ("crm", "account", 1, 1, 0, 0), ("crm", "person", 3, 2, 1, 1), ("web", "person", 1, 1, 0, 0)
    ]  # fmt: skip


def test_the_share_of_machines_is_of_all_opens_and_clicks(health) -> None:
    clicks = [(f"f{n}", "web", "email_click", AS_OF, AS_OF) for n in range(3)]
    found = health("machine_share", facts=[*clicks, *told("crm", 5)], unused=[
        ("web", "email_click", "links"), ("web", "touch", None), ("web", "email_open", "agent")
    ])  # fmt: skip
    columns = ("kind", "events", "machine", "share", "links", "agent")
    assert [tuple(row[name] for name in columns) for row in found] == [
        ("email_click", 4, 1, 0.25, 1, 0),
        ("email_open", 1, 1, 1.0, 0, 1),
    ]


def test_of_consent_the_most_restrictive_word_counts(health) -> None:
    def word(person: str, kind: str, at: int):
        return (person, kind, at, None)

    timeline = [
        word("a", "consent_given", 1), word("b", "consent_given", 2), word("b", "unsubscribe", 2),
        word("c", "consent_withdrawn", 1), word("c", "consent_given", 2), word("d", "consent_withdrawn", 1),
    ]  # fmt: skip
    found = health("consent_coverage", timeline=timeline, state=[(name, None, None, False) for name in "abcde"])
    assert [tuple(row.values()) for row in found] == [("given", 2), ("unknown", 1), ("withdrawn", 2)]


def test_the_version_in_force_says_what_is_read(health, hinging) -> None:
    later = replace(hinging.versions[0], version="2.0.0", effective_at=AS_OF + DAY, stages={})
    both = replace(hinging, versions=(*hinging.versions, later))
    assert len(health("field_health", under=both)) == 4
