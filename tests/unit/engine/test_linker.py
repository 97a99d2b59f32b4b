"""Which records of people are one person's, whatever the order they come in, and what is asked before."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from detente.core.errors import UsageError
from detente.core.identity.decisions import Record, Rule
from detente.core.identity.joining import NONE_APART, Edge, joined
from detente.engine.linker import link_people
from detente.engine.linker_columns import PEOPLE
from detente.engine.linking import ANSWERS, MAIL, PAIRS, Linking

SAME = pa.schema([(name, pa.string()) for name in ANSWERS.names[:4]])
FIRST = """
Ada Bruno Carla Dario Elif Farid Greta Hanno Imke Jonas Karin Lukas Mira Nils Olga Pavel Rosa Sven Tilda Ulf
""".split()
LAST_STARTS = "Bren Dorf Eich Fal Gries Hol Kess Lind Mor Nord Ost Pell Quist Rau Sand Thal Uhl Vor Weid Zell".split()
LAST_ENDS = "mann berg feld hofer stein bach dorf kamp rath wald au moor".split()
PLACES = "Aachen Bonn Celle Dachau Emden Fulda Gera Halle Ilmenau Jena".split()

Row = Mapping[str, str | None]


def record(source: str, number: str, **values: str | None) -> Row:
    return {"source": source, "record": number, **values}


def link(
    rows: Iterable[Row],
    *,
    same: Sequence[Row] = (),
    known: Mapping[str, Any] | None = None,
    answers: Sequence[Mapping[str, Any]] = (),
    seed: int = 1,
) -> Linking:
    people = pa.Table.from_pylist([dict(row) for row in rows], pa.schema([(name, pa.string()) for name in PEOPLE]))
    links = pa.Table.from_pylist([dict(row) for row in same], SAME)
    said = pa.Table.from_pylist([dict(row) for row in answers], ANSWERS)
    return link_people(people, links, MAIL.empty_table(), known, said, seed)


def verdicts(linking: Linking) -> dict[tuple[str, str], str]:
    rows = linking.pairs.to_pylist()
    return {(row["record"], row["other_record"]): row["verdict"] for row in rows}


def world(seed: int, people: int = 300) -> tuple[list[Row], dict[Record, int]]:
    """People of sixty companies; half of them in two systems, with other spellings; and whose each record is."""
    draw = random.Random(seed)
    rows: list[Row] = []
    whose: dict[Record, int] = {}
    for person in range(people):
        first, last = draw.choice(FIRST), draw.choice(LAST_STARTS) + draw.choice(LAST_ENDS)
        firm = draw.randrange(60)
        place = PLACES[firm % len(PLACES)]
        mail = f"{first}.{last}{person}@firm{firm}.example".lower()
        phone = f"+49 30 {draw.randrange(10**7, 10**8)}"
        told = {"first_name": first, "last_name": last, "email": mail, "phone": phone}
        told |= {"company": f"{LAST_STARTS[firm % 20]}werk {firm} GmbH", "city": place}
        for system in ("crm", "map")[: draw.choice((1, 2))]:
            row: dict[str, str | None] = dict(told)
            if system == "map":
                noise = draw.random()
                row |= {"email": None} if noise < 0.3 else {"phone": None} if noise < 0.7 else {}
                row |= {"first_name": first.upper(), "company": f"{LAST_STARTS[firm % 20]}werk {firm}"}
            rows.append(record(system, f"{system}{person}", **row))
            whose[Record(system, f"{system}{person}")] = person
    return rows, whose


@pytest.fixture(scope="module")
def learned() -> tuple[list[Row], dict[Record, int], Linking]:
    rows, whose = world(1)
    return rows, whose, link(rows)


def test_people_in_two_systems_are_found_without_a_label(
    learned: tuple[list[Row], dict[Record, int], Linking],
) -> None:
    _, whose, linking = learned
    merged = [row for row in linking.pairs.to_pylist() if row["verdict"] == "merge"]
    edges = [
        Edge(Rule(row["rule"]), Record(row["source"], row["record"]), Record(row["other_source"], row["other_record"]))
        for row in merged
    ]
    found = joined(whose, edges, NONE_APART)
    right = sum(whose[one] == whose[other] for _, one, other, _ in edges)
    assert right == len(edges)
    twice = sum(1 for person in set(whose.values()) if list(whose.values()).count(person) == 2)
    assert len(whose) - len(set(found.values())) >= 0.9 * twice


def test_the_order_of_the_rows_does_not_matter(learned: tuple[list[Row], dict[Record, int], Linking]) -> None:
    rows, _, linking = learned
    shuffled = list(rows)
    random.Random(7).shuffle(shuffled)
    again = link(shuffled)
    assert again.pairs.equals(linking.pairs)
    assert again.questions.equals(linking.questions)
    assert again.parameters == linking.parameters


def test_what_was_learned_gives_the_same_pairs_without_learning(
    learned: tuple[list[Row], dict[Record, int], Linking],
) -> None:
    rows, _, linking = learned
    kept = json.loads(json.dumps(linking.parameters))
    again = link(rows, known=kept, seed=99)
    assert again.pairs.equals(linking.pairs)
    assert again.parameters == linking.parameters


def test_pairs_are_told_once_in_order_and_with_reasons(
    learned: tuple[list[Row], dict[Record, int], Linking],
) -> None:
    pairs = learned[2].pairs
    assert pairs.schema.equals(PAIRS)
    keys = [tuple(row[name] for name in PAIRS.names[:4]) for row in pairs.to_pylist()]
    assert keys == sorted(set(keys))
    assert all(key[:2] < key[2:] for key in keys)
    assert all(json.loads(why) for why in pairs["why"].to_pylist())


def test_what_another_version_learned_is_refused() -> None:
    with pytest.raises(UsageError, match="learn again"):
        link([], known={"format": 0})


@pytest.mark.parametrize("rows", [[], [record("crm", "1")], [record("crm", "1"), record("map", "2")]])
def test_little_or_nothing_links_nothing(rows: list[Row]) -> None:
    linking = link(rows)
    assert linking.pairs.num_rows == linking.questions.num_rows == 0
    json.dumps(linking.parameters)


ADA = {"first_name": "Ada", "last_name": "Brenmann", "company": "Werk 7"}


def two(one: Row, other: Row) -> list[Row]:
    return [record("crm", "1", **{**ADA, **one}), record("map", "2", **{**ADA, **other})]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "ada@werk7.example"}, {"email": "Ada+news@werk7.example"}),
        (
            {"email": "ada@werk7.example"},
            {"email": "ada@werk7.example", "first_name": None, "last_name": "Ada Brenmann"},
        ),
        ({"email": "ada@werk7.example"}, {"email": "ada@werk7.example", "first_name": "Brenmann", "last_name": "Ada"}),
        ({"phone": "030 1234567"}, {"phone": "+49 30 1234567", "country": "Germany"}),
    ],
)
def test_few_records_are_joined_by_experience(one: Row, other: Row) -> None:
    rows = [{**row, "country": "Germany"} for row in two(one, other)]
    assert verdicts(link(rows)) == {("1", "2"): "merge"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # a household's address
        ({"email": "brenmann@web.de"}, {"email": "brenmann@web.de", "first_name": "Ulf", "company": None}),
        # a team's mailbox
        ({"email": "info@werk7.example"}, {"email": "info@werk7.example", "first_name": "A."}),
        ({"email": "info@werk7.example"}, {"email": "info@werk7.example", "first_name": "Front", "last_name": "Desk"}),
        # a letter that only looks like another
        ({"email": "ada@werk7.example"}, {"email": "ada@werk7.example", "last_name": "Brеnmann"}),
        # two of the same name at one company
        ({"email": "ada.brenmann@werk7.example"}, {"email": "ada.brenmann2@werk7.example"}),
        ({"email": "ada.brenmann@werk7.example"}, {"email": "brenmann@werk7.example"}),
        ({"email": "ada7@web.de"}, {"email": "brenmann12@gmx.de"}),
        # nothing but a name
        ({"company": "Werk 7"}, {"company": "Halle Moor AG"}),
    ],
)
def test_suspicious_pairs_are_never_joined_unasked(one: Row, other: Row) -> None:
    assert "merge" not in verdicts(link(two(one, other))).values()


def test_a_system_s_link_joins_unless_the_names_contradict_it() -> None:
    said = [{"source": "map", "record": "2", "other_source": "crm", "other_record": "1"}]
    moved: Row = {"company": "Halle Moor AG", "email": "ada@moor.example"}
    assert verdicts(link(two({"email": "ada@werk7.example"}, moved), same=said)) == {("1", "2"): "merge"}
    wrong: Row = {"first_name": "Ulf", "last_name": "Zellwald", "email": "ulf@moor.example", "company": "Moor"}
    assert verdicts(link(two({"email": "ada@werk7.example"}, wrong), same=said)) == {("1", "2"): "ask"}


def test_placeholders_are_nobody_s_twin() -> None:
    rows = [record("map", str(n), first_name="asdf", last_name="asdf", company="test") for n in range(3)]
    assert verdicts(link(rows)) == {}


def test_an_answer_has_the_last_word() -> None:
    rows = two({"email": "brenmann@web.de"}, {"email": "brenmann@web.de", "first_name": "Ulf"})
    asked = link(rows).questions.select(ANSWERS.names[:4]).to_pylist()
    assert len(asked) == 1
    for same, verdict in ((True, "merge"), (False, "apart")):
        again = link(rows, answers=[{**asked[0], "same": same}])
        assert verdicts(again) == {("1", "2"): verdict}
        assert again.questions.num_rows == 0


def test_questions_begin_with_the_most_doubtful(learned: tuple[list[Row], dict[Record, int], Linking]) -> None:
    asked = learned[2].questions
    distance = [abs(probability - 0.5) for probability in asked["probability"].to_pylist()]
    assert distance == sorted(distance)
    assert set(asked["verdict"].to_pylist()) <= {"ask"}
