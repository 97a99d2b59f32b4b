"""Account records that are one, and branches that are not; the account that a person's record speaks of."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from detente.engine.account_columns import registrable
from detente.engine.account_linker import link_accounts
from detente.engine.lead_matching import MATCHES, match_leads
from detente.engine.linking import ANSWERS, MAIL, PAIRS

WORDS = """
amber harbour north lantern cedar orchard falcon granite willow copper meadow silver beacon juniper maple cobalt heron
thistle ember saffron indigo larch quartz raven tundra velvet walnut yarrow zephyr basalt clover drift
""".split()
TRADES = ("Logistics", "Foods", "Software", "Partners", "Clinic", "School")
CITIES = ("Elgin", "Joliet", "Aurora", "Cicero", "Skokie", "Berwyn")
STREETS = ("Main St", "Oak Ave", "Lake Rd", "Hill Blvd", "Mill Ln", "Station Rd")


def account(record: str, **values: str | None) -> dict[str, str | None]:
    return {"source": "crm", "record": record, **values}


def table(rows: list[dict[str, Any]]) -> pa.Table:
    names = dict.fromkeys(("source", "record", *(name for row in rows for name in row)))
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def world(seed: int, organisations: int = 150) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Organisations, a third with branches elsewhere, a tenth of all places entered twice; record → place."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    place_of: dict[str, str] = {}
    for number in range(organisations):
        name = f"{' '.join(draw.sample(WORDS, 2)).title()} {draw.choice(TRADES)}"
        domain = f"{name.split(maxsplit=1)[0].lower()}{number}.example"
        for branch in [None, *(draw.sample(CITIES, 2) if number % 3 == 0 else ())]:
            place = f"{number} {branch}"
            place_row = {
                "name": name if branch is None else f"{name} - {branch}",
                "website": f"www.{domain}",
                "phone": f"773 555 {draw.randrange(10_000):04}",
                "address": f"{draw.randrange(1, 9000)} {draw.choice(STREETS)}",
                "city": branch or "Chicago",
            }
            for copy in range(2 if draw.random() < 0.1 else 1):
                record = f"a{len(rows):04}"
                place_of[record] = place
                again = dict(place_row)
                if copy:
                    again["name"] = draw.choice((f"{again['name']}, Inc.", again["name"].upper()))
                    again[draw.choice(("website", "phone"))] = None
                rows.append(account(record, **again))
    return rows, place_of


@pytest.mark.parametrize("seed", range(3))
def test_what_was_entered_twice_is_found_and_branches_stay_apart(seed: int) -> None:
    rows, place_of = world(seed)
    merged = [row for row in link_accounts(table(rows), None, None).pairs.to_pylist() if row["verdict"] == "merge"]
    right = [row for row in merged if place_of[row["record"]] == place_of[row["other_record"]]]
    twice = len(place_of) - len(set(place_of.values()))
    assert len(right) == len(merged)
    assert len(right) >= 0.9 * twice


def test_pairs_come_out_the_same_whatever_the_order_of_the_rows() -> None:
    rows, _ = world(4, 60)
    found = link_accounts(table(rows), None, None)
    again = link_accounts(table(random.Random(1).sample(rows, len(rows))), None, None)
    assert again.pairs.equals(found.pairs)
    assert again.questions.equals(found.questions)
    assert again.parameters == found.parameters


def test_what_was_learned_is_given_back_as_json_and_nothing_is_learned_anew() -> None:
    rows, _ = world(5, 60)
    found = link_accounts(table(rows), None, None)
    kept = json.loads(json.dumps(found.parameters))
    assert link_accounts(table(rows), kept, None).pairs.equals(found.pairs)
    few = link_accounts(table(rows[:5]), kept, None)
    assert few.parameters == found.parameters


def test_what_was_learned_with_other_levels_is_learned_anew() -> None:
    rows, _ = world(5, 20)
    assert link_accounts(table(rows), {"chances": {"name": {}}}, None).parameters == (
        link_accounts(table(rows), None, None).parameters
    )


@pytest.mark.parametrize("rows", [[], [account("1", name="Northwind")], [account("1"), account("2")]])
def test_few_or_empty_records_make_no_pair(rows: list[dict[str, Any]]) -> None:
    found = link_accounts(table(rows), None, None)
    assert (found.pairs.num_rows, found.questions.num_rows) == (0, 0)
    assert found.pairs.schema.equals(PAIRS)


def test_two_records_are_compared_by_common_experience() -> None:
    rows = [
        account("1", name="Northwind GmbH", website="northwind.example", phone="773 555 0101", address="1 Main St"),
        account("2", name="NORTHWIND", website="http://www.northwind.example/de", phone="(773) 555-0101",
                address="1 Main Street"),
    ]  # fmt: skip
    (pair,) = link_accounts(table(rows), None, None).pairs.to_pylist()
    assert (pair["record"], pair["other_record"], pair["verdict"], pair["rule"]) == ("1", "2", "merge", "linked")
    assert json.loads(pair["why"]) == ["+ same name", "+ same web domain", "+ same phone", "+ same address"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Northwind - Elgin"}, {"name": "Northwind - Joliet"}),
        ({"name": "Northwind School 12"}, {"name": "Northwind School 21"}),
        ({"name": "Northwind", "address": "12 Main St"}, {"name": "Northwind", "address": "480 Lake Rd"}),
        ({"name": "Northwind", "city": "Elgin"}, {"name": "Northwind", "city": "Joliet"}),
    ],
)
def test_two_places_are_asked_about_at_most(one: dict[str, str], other: dict[str, str]) -> None:
    shared = {"website": "northwind.example"}
    rows = [account("1", **shared, **one), account("2", **shared, **other)]
    for pair in link_accounts(table(rows), None, None).pairs.to_pylist():
        assert pair["verdict"] == "ask"
        assert pair["probability"] < 0.5


def test_an_account_that_may_have_moved_is_asked_about() -> None:
    rows, _ = world(8, 60)
    asked = {**rows[1], "record": "b0001", "address": "77 Elsewhere Sq"}
    found = link_accounts(table([*rows, asked]), None, None).questions.to_pylist()
    assert ("a0001", "b0001") in {(pair["record"], pair["other_record"]) for pair in found}


def test_what_people_decided_stands() -> None:
    rows, _ = world(6, 60)
    merged = [row for row in link_accounts(table(rows), None, None).pairs.to_pylist() if row["verdict"] == "merge"]
    apart, same = merged[0], ("crm", "a0000", "crm", rows[-1]["record"])
    answers = pa.Table.from_pylist(
        [
            {name: apart[name] for name in ANSWERS.names[:4]} | {"same": False},
            dict(zip(ANSWERS.names, (*same, True), strict=True)),
        ],
        schema=ANSWERS,
    )
    found = {
        (row["record"], row["other_record"]): row for row in link_accounts(table(rows), None, answers).pairs.to_pylist()
    }
    assert found[apart["record"], apart["other_record"]]["verdict"] == "apart"
    told = found[same[1], same[3]]
    assert (told["verdict"], told["rule"], told["probability"]) == ("merge", "decided", 1.0)


def test_questions_begin_with_what_could_as_well_be_as_not() -> None:
    rows, _ = world(7)
    for row in rows[::4]:
        row["address"] = None
    questions = link_accounts(table(rows), None, None).questions
    doubts = [abs(probability - 0.5) for probability in questions["probability"].to_pylist()]
    assert doubts == sorted(doubts)
    assert set(questions["verdict"].to_pylist()) <= {"ask"}


@pytest.mark.parametrize(
    ("host", "domain"),
    [("www.acme.co.uk", "acme.co.uk"), ("a.b.acme.de", "acme.de"), ("mail.acme.example", "acme.example")],
)
def test_a_domain_is_what_somebody_registered(host: str, domain: str) -> None:
    assert registrable(host) == domain


# ------------------------------------------------------------------------------------------------------- leads


ACCOUNTS = [
    account("head", name="Northwind", website="northwind.example", phone="773 555 0101", city="Chicago"),
    account("elgin", name="Northwind - Elgin", website="northwind.example", phone="773 555 0102", city="Elgin"),
    account("other", name="Amber Foods", website="amberfoods.example", phone="773 555 0199", city="Elgin"),
]
FREE = pa.Table.from_pylist(
    [{"domain": "letterbox.example", "kind": "free mail", "dots_ignored": False, "plus_tag_ignored": True}], schema=MAIL
)

NOBODY = pa.table({name: pa.array([], pa.string()) for name in ("person", "source", "record")})


def matches(
    *people: dict[str, Any],
    clusters: list[tuple[str, str]] | None = None,
    persons: Sequence[tuple[str, str]] = (),
) -> dict[str, dict[str, Any]]:
    rows = [{"source": "map", **person} for person in people]
    known = clusters if clusters is not None else [(row["record"], row["record"]) for row in ACCOUNTS]
    one = table([{"account": account_, "source": "crm", "record": record} for account_, record in known])
    same = [{"person": person, "source": "map", "record": record} for person, record in persons]
    found = match_leads(table(rows), table(ACCOUNTS), one, FREE, table(same) if same else NOBODY)
    assert found.schema.equals(MATCHES)
    assert found.num_rows == len(rows)
    return {row["record"]: row for row in found.to_pylist()}


def test_the_own_link_decides() -> None:
    found = matches({"source": "crm", "record": "1", "account": "other", "company": "Northwind"})
    assert (found["1"]["account_record"], found["1"]["verdict"], found["1"]["rule"]) == ("other", "sure", "own")


def test_company_domain_and_city_tell_the_branch() -> None:
    found = matches(
        {"record": "1", "company": "NORTHWIND, Inc.", "email": "a@northwind.example", "city": "Chicago"},
        {"record": "2", "company": "Northwind (Elgin)", "email": "b@northwind.example", "city": "Elgin"},
        {"record": "3", "company": "Amber Fods", "email": "c@letterbox.example", "city": "Elgin"},
        {"record": "4", "email": "d@amberfoods.example"},
    )
    assert [found[record]["account_record"] for record in "1234"] == ["head", "elgin", "other", "other"]
    assert "+ same name" in json.loads(found["1"]["why"])


def test_free_mail_and_fillers_speak_of_no_account() -> None:
    found = matches({"record": "1", "company": "n/a", "email": "a@letterbox.example"}, {"record": "2"})
    for record in "12":
        assert (found[record]["verdict"], found[record]["account_record"]) == ("none", None)


def test_an_account_is_named_by_its_smallest_record() -> None:
    found = matches(
        {"record": "1", "company": "Amber Foods", "email": "c@amberfoods.example"},
        clusters=[("x", "other"), ("x", "elgin"), ("y", "head")],
    )
    assert found["1"]["account_record"] == "elgin"


def test_where_a_record_says_nothing_the_persons_other_records_are_asked() -> None:
    found = matches(
        {"record": "1", "company": "Amber Foods", "email": "c@amberfoods.example", "city": "Elgin"},
        {"record": "2", "email": "c@letterbox.example"},
        {"record": "3", "email": "d@letterbox.example"},
        persons=[("P", "1"), ("P", "2"), ("Q", "3")],
    )
    assert [found[record]["account_record"] for record in "123"] == ["other", "other", None]
    assert (found["2"]["verdict"], found["2"]["rule"], found["2"]["probability"]) == ("ask", "person", 0.9)


def test_what_a_name_means_is_learned_from_those_whose_mail_shows_it() -> None:
    told = [
        {"record": f"m{n}", "company": "Granite Group", "email": f"p{n}@amberfoods.example", "city": "Elgin"}
        for n in range(8)
    ]
    found = matches(*told, {"record": "lone", "company": "Granite Group", "email": "lone@letterbox.example"})
    assert found["lone"]["account_record"] == "other"
    assert any("usually means this account" in text for text in json.loads(found["lone"]["why"]))


def test_matches_come_out_the_same_whatever_the_order_of_the_rows() -> None:
    draw = random.Random(3)
    people = [
        {"record": f"p{n}", "company": draw.choice(("Northwind", "Amber Foods", "Northwind Elgin", None)),
         "email": draw.choice((f"p{n}@northwind.example", f"p{n}@letterbox.example")), "city": draw.choice(CITIES)}
        for n in range(40)
    ]  # fmt: skip
    assert matches(*people) == matches(*draw.sample(people, len(people)))


def test_nobody_and_no_account_is_no_trouble() -> None:
    nothing = table([])
    clusters = nothing.append_column("account", pa.nulls(0, pa.string()))
    assert match_leads(nothing, nothing, clusters, FREE, NOBODY).num_rows == 0
    person = table([{"source": "map", "record": "1", "company": "Northwind"}])
    alone = match_leads(person, nothing, clusters, FREE, NOBODY)
    assert alone["verdict"].to_pylist() == ["none"]
