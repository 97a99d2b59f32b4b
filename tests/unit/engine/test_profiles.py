"""What records say of themselves, and which of it counts for the person."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.authority import NOBODYS, Authority, Ownership
from detente.core.identity.survivorship import Value, golden
from detente.engine.identity import identity_tables
from detente.engine.landed import finished_loads, landed_facts, landed_links, order_of_landing
from detente.engine.matches import NO_PAIRS
from detente.engine.profiles import golden_tables, profile_tables
from detente.engine.timeline import known_tables
from detente.store.identity_log import open_identity_log

LATER = 1_790_000_000_000_000
START = 1_780_000_000_000_000
HOUR = 3_600_000_000


@pytest.fixture
def found(landed):
    """Return what gives the tables up to the golden values, of what is landed by then."""

    def tables(authority=NOBODYS):
        loads = finished_loads(landed.root)
        raw = {"landed_facts": landed_facts(landed.root, loads), "landed_links": landed_links(landed.root, loads)}
        known = known_tables({**raw, "loads": order_of_landing(loads)}, LATER)
        known |= profile_tables(known) | {"pairs": NO_PAIRS}
        known |= identity_tables(known, open_identity_log(landed.root / "detente.db"), LATER)
        return known | golden_tables(known, authority, LATER)

    return tables


def test_a_profile_holds_the_latest_value_and_since_when_it_holds(landed, found, rows, fact) -> None:
    landed.load(
        fact("enrich", 0, "crm:1", {"person.title": "Manager"}),
        fact("enrich", 5, "crm:1", {"person.title": "Director", "person.city": "Ulm"}),
        fact("enrich", 9, "crm:1", {"person.title": "Director", "person.city": " "}),
    )
    profiles = rows(found()["profiles"], ["unit", "source", "record", "attribute", "value", "since"])
    assert profiles == [
        ("person", "crm", "1", "person.city", "Ulm", START + 5 * HOUR),
        ("person", "crm", "1", "person.title", "Director", START + 5 * HOUR),
    ]


def test_a_value_that_comes_back_holds_since_it_came_back(landed, found, rows, fact) -> None:
    for hour, title in enumerate(("Director", "Manager", "Director")):
        landed.load(fact("enrich", hour, "crm:1", {"person.title": title}))
    assert rows(found()["profiles"], ["value", "since"]) == [("Director", START + 2 * HOUR)]


def test_the_linker_sees_people_and_companies_side_by_side(landed, found, rows, fact, link) -> None:
    landed.load(
        fact("enrich", 0, "crm:1", {"person.name": "Ann Lee", "person.mobile": "0171"}),
        fact("enrich", 0, "crm:c9", {"company.name": "Harbour", "company.domain": "quay.example"}, subject="account"),
        link("crm:1", "account", "crm:c8", known_at=0),
        link("crm:1", "account", "crm:c9", known_at=2),
    )
    tables = found()
    people = rows(tables["people"], ["source", "record", "name", "phone", "company", "account", "email"])
    assert people == [("crm", "1", "Ann Lee", "0171", "Harbour", "c9", None)]
    assert rows(tables["firms"], ["source", "record", "name", "domain"]) == [("crm", "c9", "Harbour", "quay.example")]


def test_golden_values_say_where_they_come_from_and_what_they_prevailed_over(landed, found, rows, fact, link) -> None:
    landed.load(
        fact("enrich", 0, "crm:1", {"person.title": "Director", "person.city": "Ulm", "person.name": "Ann Lee"}),
        fact("enrich", 5, "web:7", {"person.title": "Manager", "person.city": "Ulm"}),
        link("crm:1", "same_as", "web:7"),
    )
    columns = ["attribute", "value", "source", "record", "rule", "losers"]
    assert rows(found()["golden"], columns) == [
        ("person.city", "Ulm", "web", "7", "agreed", 0),
        ("person.name", "Ann Lee", "crm", "1", "only", 0),
        ("person.title", "Manager", "web", "7", "latest", 1),
    ]
    owned = rows(
        found(Authority({path: Ownership(("crm",)) for path in ("person.title", "person.city")}))["golden"], columns
    )
    assert owned[0] == ("person.city", "Ulm", "crm", "1", "agreed", 0)
    assert owned[2] == ("person.title", "Director", "crm", "1", "owner", 1)


def test_a_record_that_is_deleted_at_its_source_gives_no_values(landed, found, rows, fact, link) -> None:
    landed.load(
        fact("enrich", 0, "crm:1", {"person.title": "Director"}),
        fact("enrich", 5, "web:7", {"person.title": "Manager"}),
        link("crm:1", "same_as", "web:7"),
        link("web:7", "deleted", "web:person", known_at=9),
    )
    assert rows(found()["golden"], ["value", "rule"]) == [("Director", "only")]


records = st.tuples(st.sampled_from(["crm", "web"]), st.sampled_from("123"))
texts = st.sampled_from(["Ann Lee", " Ann Lee", "ann lee", "A. Lee", "Bo", "n/a", "ann@quay.example"])
attributes = st.sampled_from(["person.name", "person.email", "person.title"])
profiles = st.dictionaries(st.tuples(records, attributes), st.tuples(texts, st.integers(0, 2)), max_size=12)
members = st.dictionaries(records, st.sampled_from("pq"), max_size=6)
owners = st.sampled_from(
    [NOBODYS, Authority({"person.name": Ownership(("crm",), max_age=1), "person.email": Ownership(("web",))})]
)


@given(profiles, members, owners)
def test_the_table_holds_what_the_rule_says_of_each_person(told, belongs, owner) -> None:
    text = pa.string()
    persons = pa.Table.from_pylist(
        [{"person": person, "source": source, "record": record} for (source, record), person in belongs.items()],
        schema=pa.schema([("person", text), ("source", text), ("record", text)]),
    )
    names = [(name, text) for name in ("unit", "source", "record", "attribute", "value")]
    held = pa.Table.from_pylist(
        [
            {"unit": "person", "source": source, "record": record, "attribute": attribute, "value": value}
            | {"since": since, "known_at": since}
            for ((source, record), attribute), (value, since) in told.items()
        ],
        schema=pa.schema([*names, ("since", pa.int64()), ("known_at", pa.int64())]),
    )
    none = pa.table({name: pa.array([], text) for name in ("account", "source", "record", "subject")})
    tables = {"profiles": held, "persons": persons, "companies": none, "tombstones": none}
    expected = {}
    for person in set(belongs.values()):
        for attribute in {attribute for _, attribute in told}:
            values = [
                Value(value.strip(), *record, since, since)
                for (record, named), (value, since) in told.items()
                if named == attribute and belongs.get(record) == person
            ]
            if chosen := golden(attribute, values, owner, 2):
                expected[person, attribute] = (chosen.value[:4], str(chosen.because), chosen.losers)
    found = {
        (row["id"], row["attribute"]): (
            (row["value"], row["source"], row["record"], row["since"]), row["rule"], row["losers"],
        )
        for row in golden_tables(tables, owner, 2)["golden"].to_pylist()
    }  # fmt: skip
    assert found == expected


def test_a_later_value_elsewhere_contradicts_an_owner_and_both_are_in_the_queue(
    landed, found, rows, fact, link
) -> None:
    landed.load(
        fact("enrich", 0, "crm:1", {"person.title": "Director", "person.city": "Ulm"}),
        fact("enrich", 5, "web:7", {"person.title": "Manager", "person.city": "Bonn"}),
        fact("enrich", 0, "crm:c1", {"company.industry": "Ships", "company.domain": "a.example"}, subject="account"),
        fact("enrich", 5, "erp:c9", {"company.industry": "Boats", "company.domain": "a.example"}, subject="account"),
        link("crm:1", "same_as", "web:7"),
    )
    authority = Authority({"person.title": Ownership(("crm",)), "company.*": Ownership(("crm", "erp"))})
    columns = ["unit", "attribute", "verdict", "value", "source", "other_value", "other_source", "other_since"]
    assert rows(found(authority)["conflicts"], columns) == [
        ("account", "company.industry", "shared", "Boats", "erp", "Ships", "crm", START),
        ("person", "person.title", "owner", "Director", "crm", "Manager", "web", START + 5 * HOUR),
    ]
    assert found()["conflicts"].num_rows == 0
