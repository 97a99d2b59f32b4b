"""Wires what people decide about who is one, and what explains it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from detente.bootstrap import outside
from detente.bootstrap.reading import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.app.operations.decide_identity import Decider, DecisionReport
    from detente.app.ports.identity import PeoplesDecisions
    from detente.app.queries.explain_identity import IdentityExplanation, Judgement
    from detente.app.queries.identity_review import Question


def identity_explained(root: Path, ref: str, other: str) -> IdentityExplanation:
    """Return why two persons or accounts are one, or are not."""
    from detente.app.queries.explain_identity import explain_identity

    return explain_identity(snapshot(root), _decisions(root).decided(), ref, other)


def merge_identities(root: Path, refs: Sequence[str], note: str) -> DecisionReport:
    """Decide that all that is named is one."""
    from detente.app.operations.decide_identity import merge

    return merge(_decider(root, note), refs)


def split_identities(root: Path, refs: Sequence[str], note: str) -> DecisionReport:
    """Decide who is not one."""
    from detente.app.operations.decide_identity import split

    return split(_decider(root, note), refs)


def undo_identity(root: Path, number: int, note: str) -> DecisionReport:
    """Take a decision back."""
    from detente.app.operations.decide_identity import undo

    return undo(_decider(root, note), number)


def identity_questions(root: Path, limit: int) -> list[Question]:
    """Return who may be one, the most telling first."""
    from detente.app.queries.identity_review import questions

    return questions(snapshot(root), _decisions(root).decided(), limit)


def answer_identity(root: Path, question: Question, *, same: bool) -> DecisionReport:
    """Answer a question of the review queue."""
    from detente.app.operations.decide_identity import answer

    return answer(_decider(root, ""), question.unit, question.pair, same=same)


def identity_decisions(root: Path) -> Sequence[Judgement]:
    """Return what people decided, oldest first, and what of it stands."""
    from detente.app.queries.explain_identity import judgements

    found, as_of = _decisions(root).decided(), snapshot(root).info.as_of
    return judgements(found, as_of)


def _decisions(root: Path) -> PeoplesDecisions:
    """Return where people's decisions about records are kept."""
    from detente.store.identity_log import open_identity_log

    return open_identity_log(outside.database(root))


def _decider(root: Path, note: str) -> Decider:
    """Return who decides now: the user of this machine who started the program."""
    from getpass import getuser

    from detente.app.operations.decide_identity import Decider

    try:
        by = getuser()
    except (KeyError, OSError):  # nobody's name is known, as in some containers
        by = f"user {os.getuid()}"
    return Decider(snapshot(root), _decisions(root), by, outside.clock(), note)
