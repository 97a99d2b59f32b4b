"""Tests the tests of an agreement: which changes of its text does no test notice?

Input: the texts of one timeline. Each mutant is compiled and its tests are run in worker processes, one a core; it is
killed if the outcome of any test changes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from detente.core.agreement.mutate import Mutant, mutants
from detente.core.agreement.reader import read_timeline
from detente.core.errors import AgreementError, InputError
from detente.core.replay.examples import run_tests

Texts = Sequence[tuple[str, str]]
Progress = Callable[[int], None]
"""Told how many mutants have been judged."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that no test noticed, and where it was made."""

    file: str
    line: int
    column: int
    clause: str
    change: str


@dataclass(frozen=True, slots=True)
class Survey:
    """How many changes were tried, and those that survived, in the order of the text."""

    mutants: int
    survivors: tuple[Survivor, ...]


def survey(texts: Texts, progress: Progress) -> Survey:
    """Return which mutants of the texts survive their tests.

    Raises AgreementError if the texts are refused, and InputError if a test fails already.
    """
    expected = _outcomes(texts)
    failing = expected.count(False)
    if failing:
        which, them = ("1 test fails", "it") if failing == 1 else (f"{failing} tests fail", "them")
        raise InputError(f"{which} already: mend {them} first, `detente test` shows {them}")
    judged: list[tuple[str, Mutant, Future[bool]]] = []
    workers = ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"))
    try:
        for file, mutant, changed in _all_mutants(texts):
            with _interrupts_ignored():
                judged.append((file, mutant, workers.submit(killed, changed, expected)))
            progress(sum(future.done() for _, _, future in judged))
        survivors = []
        for number, (file, mutant, future) in enumerate(judged, 1):
            if not future.result():
                survivors.append(Survivor(file, mutant.line, mutant.column, mutant.clause_id, mutant.description))
            progress(number)
    finally:
        workers.shutdown(cancel_futures=True)
    return Survey(len(judged), tuple(survivors))


def killed(texts: Texts, expected: Sequence[bool]) -> bool:
    """Return whether changed texts are refused, or the outcome of any test changes."""
    timeline, _ = read_timeline(texts)
    return timeline is None or [outcome.passed for outcome in run_tests(timeline)] != list(expected)


def as_json(surveys: Sequence[Survey]) -> dict[str, Any]:
    """Return the documented shape `detente.mutate/1`."""
    survivors = [survivor for each in surveys for survivor in each.survivors]
    tried = sum(each.mutants for each in surveys)
    return {
        "schema": "detente.mutate/1",
        "mutants": tried,
        "mutants_killed": tried - len(survivors),
        "survivors": [
            {
                "file": survivor.file,
                "line": survivor.line,
                "column": survivor.column,
                "clause": survivor.clause,
                "change": survivor.change,
            }
            for survivor in survivors
        ],
    }


def _outcomes(texts: Texts) -> list[bool]:
    timeline, problems = read_timeline(texts)
    if timeline is None:
        raise AgreementError(problems)
    return [outcome.passed for outcome in run_tests(timeline)]


def _all_mutants(texts: Texts) -> Iterator[tuple[str, Mutant, Texts]]:
    """Yield the mutants of every version, each beside the other versions as they are."""
    for position, (file, text) in enumerate(texts):
        for mutant in mutants(text, file):
            yield file, mutant, [*texts[:position], (file, mutant.text), *texts[position + 1 :]]


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Start workers in this context: they leave Ctrl-C to the process that waits for them, from their first moment."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
