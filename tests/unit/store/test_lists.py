"""The lists of daily work: searched, filtered, sorted, and paged with exact totals."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detente.app.ports.lists import PAGE, LeadList, Lists, Projected, Sort
from detente.app.ports.projection import LeadRow
from detente.core.errors import Busy, InputError
from detente.store.database import open_database
from detente.store.projection import open_projection

NOW = 1_000
STAGES = (None, "Lead", "MQL", "SAL")
OWNERS = (None, "pool.a", "pool.b")


def opened_lists(database: Path | str) -> Lists:
    open_database(database)
    from detente.store.lists import DatabaseLists

    return DatabaseLists()


@pytest.fixture
def many(a_lead, a_clock, of) -> Any:
    """130 leads, some without the value they are sorted by, and a clock for every third, some past due."""
    chance = random.Random(3)
    leads, clocks = [], []
    for number in range(130):
        person = f"p{chance.getrandbits(40):010x}"
        due = None if number % 3 else NOW + chance.randrange(-20, 20)
        name = f"{chance.choice(['Ann', 'Zoë', 'bob', 'Émile'])} {chance.choice(['Kühl', 'weber', 'de Wit'])}"
        leads.append(
            a_lead(person, name=name, company=chance.choice([None, "Isar 50% off", "Nord_Fracht"]), due_at=due,
                   email=f"{number}@firm.example", stage=chance.choice(STAGES), owner=chance.choice(OWNERS),
                   score=float(chance.randrange(5)), entered_at=chance.choice([None, 5, 6, 7]))
        )  # fmt: skip
        if due is not None:
            clocks.append(a_clock(person, due_at=due, owes=chance.choice(["sales", "marketing"])))
    return of("one", sorted(leads), sorted(clocks))


@pytest.fixture
def lists(database: Path | str, many: Any) -> Lists:
    open_projection(database).publish(many)
    return opened_lists(database)


def expected(rows: Any, wanted: LeadList) -> list[LeadRow]:
    """Return a list as the port describes it, the plain way."""
    owed = {clock.person for clock in rows.clock_rows if clock.owes == wanted.party}
    found = [
        lead
        for lead in rows.lead_rows
        if all(word in lead.search for word in wanted.words)
        and wanted.stage in (None, lead.stage)
        and wanted.owner in (None, lead.owner)
        and (wanted.party is None or lead.person in owed)
    ]
    value = lambda lead: (getattr(lead, wanted.sort), lead.person)  # noqa: E731
    having = sorted((lead for lead in found if value(lead)[0] is not None), key=value, reverse=wanted.descending)
    return having + [lead for lead in found if value(lead)[0] is None]


WANTED = [
    LeadList(),
    *(LeadList(sort=sort, descending=descending) for sort in Sort for descending in (False, True)),
    LeadList(words=("kuhl",), sort=Sort.NAME),
    LeadList(words=("ann", "firm"), sort=Sort.SCORE, descending=True),
    LeadList(words=("50% o",)),
    LeadList(words=("d_f",)),
    LeadList(words=("nobody",)),
    LeadList(stage="MQL", sort=Sort.ENTERED, descending=True),
    LeadList(owner="pool.a", sort=Sort.ENTERED),
    LeadList(party="sales", stage="Lead"),
    LeadList(party="marketing", sort=Sort.NAME, descending=True),
]


@pytest.mark.parametrize("few", [0, 20_000], ids=["following the order", "put in order"])
def test_every_page_of_every_list_holds_what_it_should(
    lists: Lists, many: Any, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.store.lists.FEW", few)
    for wanted in WANTED:
        whole = expected(many, wanted)
        for offset in range(0, len(whole) + PAGE, PAGE):
            page = lists.leads(wanted, offset)
            assert page is not None
            assert (page.total, list(page.leads)) == (len(whole), whole[offset : offset + PAGE]), wanted
            persons = {lead.person for lead in page.leads}
            shown = sorted(clock for clocks in page.clocks.values() for clock in clocks)
            assert shown == [clock for clock in many.clock_rows if clock.person in persons]


@pytest.mark.parametrize("few", [0, 20_000], ids=["following the order", "put in order"])
def test_neighbours_are_those_of_the_list(lists: Lists, many: Any, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.store.lists.FEW", few)
    for wanted in WANTED[1:9] + WANTED[10:11] + WANTED[14:16]:
        order = [None, *(lead.person for lead in expected(many, wanted)), None]
        for before, person, after in list(zip(order, order[1:], order[2:], strict=False))[::9]:
            assert person is not None
            found = lists.neighbours(wanted, person)
            assert found is not None
            assert (found.previous, found.following) == (before, after), (wanted, person)


def test_who_is_not_in_a_list_has_the_neighbours_of_their_place(lists: Lists, many: Any) -> None:
    wanted = LeadList(stage="MQL", sort=Sort.NAME)
    other = next(
        lead for lead in expected(many, replace(wanted, stage=None)) if lead.stage != "MQL" and lead.name_key > "b"
    )
    order = [lead for lead in expected(many, wanted) if (lead.name_key, lead.person) > (other.name_key, other.person)]
    found = lists.neighbours(wanted, other.person)
    assert found is not None
    assert found.following == (order[0].person if order else None)
    nobody = lists.neighbours(wanted, "nobody")
    assert nobody is not None
    assert (nobody.previous, nobody.following) == (None, None)


def test_counts_are_those_of_the_lists(lists: Lists, many: Any) -> None:
    counts, owed = lists.counts(), lists.owed(NOW)
    assert counts is not None
    assert owed is not None
    assert counts.of == owed.of == Projected("one", 1, 1)
    assert counts.leads == 130
    for values, column in ((counts.stages, "stage"), (counts.owners, "owner")):
        found = [getattr(lead, column) for lead in many.lead_rows]
        assert values == {value: found.count(value) for value in set(found)}
    for party in ("sales", "marketing"):
        theirs = [clock.due_at for clock in many.clock_rows if clock.owes == party]
        assert owed.running[party] == len(theirs)
        assert owed.past_due[party] == sum(due <= NOW for due in theirs)


def test_without_a_projection_there_are_no_lists(database: Path | str) -> None:
    lists = opened_lists(database)
    assert lists.leads(LeadList(), 0) is None
    assert lists.counts() is None
    assert lists.owed(NOW) is None
    assert lists.neighbours(LeadList(), "pann") is None


def test_an_answer_is_of_one_projection_also_where_it_is_swapped_meanwhile(
    database: Path | str, a_lead, a_clock, of
) -> None:
    old = of("old", [a_lead("pann")], [])
    new = of("new", [a_lead("pann", stage="SQL"), a_lead("pbob")], [a_clock("pbob")])
    open_projection(database).publish(old)
    lists = opened_lists(database)
    from django.db import connection

    swapped = False

    def swap_once(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        nonlocal swapped
        done = execute(sql, *arguments)
        if "COUNT" in sql and not swapped:
            swapped = True
            with ThreadPoolExecutor(1) as other:
                other.submit(_publish, new).result()
        return done

    with connection.execute_wrapper(swap_once):
        page = lists.leads(LeadList(), 0)
    assert swapped
    assert page is not None
    assert (page.of.snapshot, page.total, list(page.leads)) == ("new", 2, [new.lead_rows[0], new.lead_rows[1]])


def _publish(rows: Any) -> None:
    from django.db import connection

    from detente.store import projection

    projection._publish(rows)
    connection.close()


@pytest.mark.parametrize("damage", ["garbage", "empty", "gone"])
def test_a_database_that_broke_meanwhile_is_said_so_with_a_remedy(damage: str, tmp_path: Path, many: Any) -> None:
    database = tmp_path / "detente.db"
    open_projection(database).publish(many)
    lists = opened_lists(database)
    for beside in ("-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    database.unlink()
    if damage != "gone":
        database.write_bytes(b"no database" * 1000 if damage == "garbage" else b"")
    with pytest.raises(InputError, match=r"detente\.db: the application database cannot be used .*Put a backup"):
        lists.leads(LeadList(), 0)


def test_a_database_that_another_process_holds_is_said_so(
    tmp_path: Path, many: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "detente.db"
    open_projection(database).publish(many)
    monkeypatch.setattr("detente.store.database.WAIT_SECONDS", 0.05)
    lists = opened_lists(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Busy, match="Try again in a minute"):
            lists.counts()
