"""The identity log in the application database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from detente.app.ports.identity import Learned
from detente.core.identity.decisions import (
    Decided,
    Decisions,
    Given,
    Linked,
    Pair,
    Record,
    Redirected,
    Rule,
    Unit,
    Verb,
)
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


MERGED = Decided(0, Unit.PERSON, Verb.SAME, Pair(Record("crm", "1"), Record("web", "7")), "ann", 5, "met her")


def test_what_people_decide_is_numbered_and_read_back_in_order(database: Path | str) -> None:
    log = open_identity_log(database)
    (first,) = log.decide(lambda _: [MERGED])
    undo = replace(MERGED, verb=Verb.UNDO, undoes=first.seq, note="")

    def undone(so_far: Sequence[Decided]) -> Sequence[Decided]:
        assert so_far == [first]
        return [undo]

    (second,) = log.decide(undone)
    assert open_identity_log(database).decided() == [first, second]
    assert (first, second) == (replace(MERGED, seq=1), replace(undo, seq=2))


def test_decisions_that_are_refused_leave_nothing(database: Path | str) -> None:
    log = open_identity_log(database)
    log.decide(lambda _: [MERGED])
    undo = replace(MERGED, verb=Verb.UNDO, undoes=1)
    with pytest.raises(Exception, match=r"(?i)unique"):
        log.decide(lambda _: [MERGED, undo, undo])
    assert log.decided() == [replace(MERGED, seq=1)]


def test_what_the_linker_learned_last_counts_for_its_unit(database: Path | str) -> None:
    log = open_identity_log(database)
    assert log.learned(Unit.PERSON) is None
    log.learn(Unit.PERSON, Learned(100, '{"a": 1}'), as_of=1)
    log.learn(Unit.PERSON, Learned(300, '{"a": 2}'), as_of=2)
    assert open_identity_log(database).learned(Unit.PERSON) == Learned(300, '{"a": 2}')
    assert log.learned(Unit.ACCOUNT) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store_givenid SET id = 'x'",
        "DELETE FROM store_recordlink",
        "UPDATE store_personsdecision SET verb = 'apart'",
        "DELETE FROM store_learned",
    ],
)
def test_no_one_can_change_what_was_decided(
    database: Path | str, statement: str, execute: Callable[..., object]
) -> None:
    open_identity_log(database).append(DECIDED, as_of=1)
    open_identity_log(database).decide(lambda _: [MERGED])
    open_identity_log(database).learn(Unit.PERSON, Learned(1, "{}"), as_of=1)
    with pytest.raises(Exception, match="append-only"):
        execute(database, statement)
    assert open_identity_log(database).read() == DECIDED


def test_no_one_can_empty_a_table_of_the_log_in_postgresql(postgres, execute: Callable[..., object]) -> None:
    url = postgres.new()
    open_identity_log(url).append(DECIDED, as_of=1)
    with pytest.raises(Exception, match="append-only"):
        execute(url, "TRUNCATE store_givenid, store_recordlink, store_redirect")
    assert open_identity_log(url).read() == DECIDED
