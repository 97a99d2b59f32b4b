"""The projection: swapped whole, mended by the next run, and costing only what changed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.app.ports.lists import LeadList, LeadPage
from detente.store.database import open_database
from detente.store.projection import open_projection

Execute = Callable[[Path | str, str], list[tuple[Any, ...]]]


def held(database: Path | str) -> tuple[Any, list[Any], list[Any]]:
    """Return the projection as questions see it: which snapshot it is of, its leads and their clocks."""
    open_database(database)
    from detente.store.lists import DatabaseLists

    page = DatabaseLists().leads(LeadList(), 0)
    return (None, [], []) if page is None else whole(page)


def whole(page: LeadPage) -> tuple[Any, list[Any], list[Any]]:
    """Return what a page that holds everything shows."""
    return page.of.snapshot, list(page.leads), sorted(clock for clocks in page.clocks.values() for clock in clocks)


def test_what_was_published_is_there_and_names_its_snapshot(database, a_lead, a_clock, of) -> None:
    assert held(database) == (None, [], [])
    rows = of("one", [a_lead("pann", due_at=5), a_lead("pbob")], [a_clock("pann", due_at=5)])
    assert open_projection(database).publish(rows).rows == 3
    assert held(database) == ("one", rows.lead_rows, rows.clock_rows)


def test_only_what_differs_is_written(database, a_lead, a_clock, of) -> None:
    projection = open_projection(database)
    projection.publish(of("one", [a_lead("pann"), a_lead("pbob"), a_lead("pcem")], [a_clock("pann"), a_clock("pbob")]))
    later = of("two", [a_lead("pann"), a_lead("pbob", stage="SQL"), a_lead("pdea")], [a_clock("pann"), a_clock("pdea")])
    assert projection.publish(later).rows == 3, "pbob moved, pdea came and with it a clock"
    assert projection.publish(later).rows == 0
    assert held(database)[1:] == (later.lead_rows, later.clock_rows)


def test_a_company_without_leads_has_an_empty_projection_not_none(database, of) -> None:
    open_projection(database).publish(of("one", [], []))
    assert held(database) == ("one", [], [])


def test_a_row_that_is_wrong_for_whatever_reason_is_mended(database, a_lead, a_clock, of, execute: Execute) -> None:
    rows = of("one", [a_lead("pann"), a_lead("pbob")], [a_clock("pann")])
    open_projection(database).publish(rows)
    for statement in (
        "UPDATE store_leadstate SET score = 99 WHERE person = 'pann'",
        "DELETE FROM store_leadstate WHERE person = 'pbob'",
        "UPDATE store_openclock SET owner = NULL",
    ):
        execute(database, statement)
    open_projection(database).publish(rows)
    assert held(database) == ("one", rows.lead_rows, rows.clock_rows)


FIELDS = st.fixed_dictionaries(
    {
        "stage": st.sampled_from([None, "Lead", "MQL"]),
        "score": st.sampled_from([0.0, 12.5, -3.0]),
        "name": st.sampled_from(["Ann", "Zoë\tKühl", "a\\b'\"%_"]),
        "hinges": st.booleans(),
    }
)
PEOPLE = st.dictionaries(st.sampled_from(["pann", "pbob", "pcem", "pdea"]), FIELDS)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PEOPLE, min_size=1, max_size=3))
def test_whatever_was_there_the_projection_is_that_of_the_last_snapshot(database, a_lead, a_clock, of, runs) -> None:
    for number, people in enumerate(runs):
        leads = [a_lead(person, **fields) for person, fields in sorted(people.items())]
        rows = of(f"run {number}", leads, [a_clock(lead.person) for lead in leads if lead.hinges])
        open_projection(database).publish(rows)
    assert held(database) == (rows.snapshot, rows.lead_rows, rows.clock_rows)


# --- readers beside a writer ------------------------------------------------------------------------------------


@contextmanager
def before_each_statement(act: Callable[[], None]) -> Iterator[None]:
    """Act before each statement of this thread's connection while in the context."""
    from django.db import connection

    def wrapper(execute: Callable[..., Any], *arguments: Any) -> Any:
        act()
        return execute(*arguments)

    with connection.execute_wrapper(wrapper):
        yield


def test_a_reader_sees_one_projection_or_the_other_whole(
    database, a_lead, a_clock, of, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = of("old", [a_lead("pann"), a_lead("pbob")], [a_clock("pann")])
    new = of("new", [a_lead("pann", stage="SQL"), a_lead("pcem")], [a_clock("pcem")])
    open_projection(database).publish(old)
    from detente.store import projection

    seen: list[Any] = []
    publish = projection._publish

    with ThreadPoolExecutor(1) as other:

        def look() -> None:
            seen.append(other.submit(_read).result())

        def watched(rows: Any) -> int:
            with before_each_statement(look):
                changed = publish(rows)
            look()
            return changed

        monkeypatch.setattr(projection, "_publish", watched)
        open_projection(database).publish(new)
        other.submit(_closed).result()
    both = [(rows.snapshot, rows.lead_rows, rows.clock_rows) for rows in (old, new)]
    assert [each for each in seen if each not in both] == []
    assert [snapshot for snapshot, _, _ in seen] == sorted((snapshot for snapshot, _, _ in seen), reverse=True)
    assert {snapshot for snapshot, _, _ in seen} == {"old", "new"}
    assert len(seen) > 15


def _read() -> tuple[Any, list[Any], list[Any]]:
    from detente.store.lists import DatabaseLists

    page = DatabaseLists().leads(LeadList(), 0)
    assert page is not None
    return whole(page)


def _closed() -> None:
    from django.db import connection

    connection.close()


# --- killed -----------------------------------------------------------------------------------------------------

KILLED = """
import json, os, signal, sys
from pathlib import Path
from detente.app.ports.projection import LeadRow, OpenClock
from detente.store import projection
database, told = json.loads(sys.stdin.read())
database = database if "://" in database else Path(database)

class Rows:
    snapshot, as_of = "new", 2
    def leads(self): return (LeadRow(*row) for row in told["leads"])
    def clocks(self): return (OpenClock(*row) for row in told["clocks"])

publish = projection._publish
def killed(rows):
    from django.db import connection
    seen = 0
    def count(execute, *arguments):
        nonlocal seen
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)
    with connection.execute_wrapper(count):
        return publish(rows)

projection._publish = killed
fatal = int(sys.argv[1])
projection.open_projection(database).publish(Rows())
"""


def killed_at(statement: int, database: Path | str, rows: Any) -> bool:
    """Publish in another process that is killed before a statement; return whether it came to that."""
    told = json.dumps([str(database), {"leads": rows.lead_rows, "clocks": rows.clock_rows}])
    command = [sys.executable, "-c", KILLED, str(statement)]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode == -9


@pytest.mark.parametrize("points", [(1, 6, 12), (15, 16, 17, 18), (19, 20, 21, 99)])
def test_killed_at_any_statement_the_old_projection_or_the_new_one_is_there(
    database, a_lead, a_clock, of, points: tuple[int, ...]
) -> None:
    old = of("old", [a_lead("pann"), a_lead("pbob")], [a_clock("pann")])
    new = of("new", [a_lead("pann", stage="SQL"), a_lead("pcem")], [a_clock("pcem")])
    for point in points:
        open_projection(database).publish(old)
        killed = killed_at(point, database, new)
        assert held(database) in [(rows.snapshot, rows.lead_rows, rows.clock_rows) for rows in (old, new)]
        assert killed or held(database)[0] == "new"
        open_projection(database).publish(new)
        assert held(database) == ("new", new.lead_rows, new.clock_rows)
