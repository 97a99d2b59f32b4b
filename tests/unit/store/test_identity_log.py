"""The identity log in the application database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from detente.core.identity.decisions import Decisions, Given, Linked, Record, Redirected, Rule, Unit
from detente.store.identity_log import open_identity_log

ANN = Given(Unit.PERSON, "pann", Record("crm", "1"))
BOB = Given(Unit.PERSON, "pbob", Record("web", "7"))
FIRM = Given(Unit.ACCOUNT, "afirm", Record("crm", "1"))
DECIDED = Decisions(
    (ANN, BOB, FIRM),
    (Linked(Unit.PERSON, Record("web", "7"), "pann", Rule.EMAIL, "crm:1"),),
    (Redirected(Unit.PERSON, "pbob", "pann", "email crm:1"),),
)


def test_what_was_decided_is_read_back_in_order(database: Path | str) -> None:
    log = open_identity_log(database)
    log.append(DECIDED, as_of=1)
    log.append(Decisions(redirected=(Redirected(Unit.PERSON, "pbob", "pbob", ""),)), as_of=2)
    again = open_identity_log(database).read()
    assert again == DECIDED + Decisions(redirected=(Redirected(Unit.PERSON, "pbob", "pbob", ""),))


def test_decisions_are_added_all_or_none(database: Path | str) -> None:
    log = open_identity_log(database)
    twice = Decisions((ANN, Given(Unit.PERSON, "pann", Record("crm", "2"))))
    with pytest.raises(Exception, match=r"(?i)unique"):
        log.append(twice, as_of=1)
    assert not log.read()


@pytest.mark.parametrize("statement", ["UPDATE store_givenid SET id = 'x'", "DELETE FROM store_recordlink"])
def test_no_one_can_change_what_was_decided(
    database: Path | str, statement: str, execute: Callable[..., object]
) -> None:
    open_identity_log(database).append(DECIDED, as_of=1)
    with pytest.raises(Exception, match="append-only"):
        execute(database, statement)
    assert open_identity_log(database).read() == DECIDED


def test_no_one_can_empty_a_table_of_the_log_in_postgresql(postgres, execute: Callable[..., object]) -> None:
    url = postgres.new()
    open_identity_log(url).append(DECIDED, as_of=1)
    with pytest.raises(Exception, match="append-only"):
        execute(url, "TRUNCATE store_givenid, store_recordlink, store_redirect")
    assert open_identity_log(url).read() == DECIDED
