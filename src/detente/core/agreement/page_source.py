"""What the sections of the page are written from: the compiled agreement, its words as written, and how to say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.expressions import Condition
from detente.core.agreement.page_figures import sentence
from detente.core.agreement.page_model import Line
from detente.core.agreement.page_words import Words, arms

Clause = Mapping[str, Any]
"""A clause as written: its keys are those of the text."""


@dataclass(frozen=True)
class PageSource:
    """One agreement version, ready to be written out."""

    agreement: Agreement
    document: Clause
    words: Words

    @classmethod
    def of(cls, agreement: Agreement) -> PageSource:
        """Build from a compiled agreement."""
        document = agreement.document.model_dump(by_alias=True, exclude_none=True)
        return cls(agreement, document, Words.of(agreement.terms))

    def clauses(self, section: str) -> Sequence[Clause]:
        """Return the clauses of a section that is a list."""
        return self.document.get(section) or ()

    def named(self, section: str) -> Mapping[str, Any]:
        """Return a section that gives each of its clauses a name."""
        return self.document.get(section) or {}

    def ways_in(self, *conditions: Condition | None) -> Iterator[Line]:
        """Yield a line for each part of the conditions that has an id of its own."""
        for condition in conditions:
            if condition is not None:
                for arm in arms(condition):
                    yield Line(sentence(self.words.condition(arm.item)), (arm.id,), arm.id)


def means(clause: Clause) -> str:
    """Return what a clause means in its authors' words, as a sentence with a space after it, or nothing."""
    return f"{sentence(str(clause['means']))} " if clause.get("means") else ""


def clause_id(clause: Clause, otherwise: str) -> str:
    """Return the id of a clause; `otherwise` is where it stands in the text, for clauses that have none."""
    return str(clause.get("id") or otherwise)
