"""Who is one person or account, in a terminal. Input: explanations, questions and decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console

from detente.app import figures
from detente.app.operations.decide_identity import DecisionReport
from detente.app.queries.explain_identity import IdentityExplanation, Judgement
from detente.app.queries.identity_review import Question
from detente.cli.shell import Shell
from detente.cli.show.tables import heading, table
from detente.core.calendars.instants import moment_of
from detente.core.identity.decisions import Decided, Verb


def explained(shell: Shell, found: IdentityExplanation) -> None:
    """Print why two are one, or are not, and what each says."""
    for text in found.words():
        shell.say(text)
    if found.fields:
        heading(shell.console, "What they say")
        rows = [
            (name, ours or figures.NOTHING, "=" if _alike(ours, theirs) else "", theirs or figures.NOTHING)
            for name, (ours, theirs) in found.fields.items()
        ]
        table(shell.console, ("Attribute", found.one.ref, "", found.other.ref), rows)


def questions(shell: Shell, asked: Sequence[Question]) -> None:
    """Print the review queue."""
    if not asked:
        shell.say("Nobody to ask about: no two are alike enough to be in doubt.")
    for place, each in enumerate(asked, 1):
        question(shell.say, each, place)
    if asked:
        shell.note("`detente identity review --answer` asks each; `detente identity explain A B` says more.")


def question(say: Callable[[str], None], asked: Question, place: int) -> None:
    """Print one question with its evidence."""
    likely = "" if asked.probability is None else f", probability {asked.probability:.0%}"
    say(f"{place}. One {asked.unit}?{likely}")
    for id_, name, record in zip(asked.ids, asked.names, asked.pair, strict=True):
        say(f"   {name or 'without a name'} · {record} · {id_}")
    for why in asked.why:
        say(f"   {why}")


def decided(shell: Shell, report: DecisionReport) -> None:
    """Print the decisions that were made."""
    if not report.added:
        shell.say("All of this was decided before: nothing new.")
    for row in report.added:
        shell.say(f"Decision {row.seq}: {_said(row)}.")


def decisions(console: Console, found: Sequence[Judgement]) -> None:
    """Print the log."""
    if not found:
        console.print("Nobody has decided anything yet.")
        return
    rows = [
        (
            str(each.decided.seq),
            f"{moment_of(each.decided.at):%Y-%m-%d %H:%M} UTC",
            each.decided.by,
            _said(each.decided),
            each.state + (", from the next replay on" if each.pending else ""),
            each.decided.note,
        )
        for each in found
    ]
    table(console, (">N", "|When", "Who", "What", "State", "Note"), rows)


def _said(row: Decided) -> str:
    if row.verb == Verb.UNDO:
        return f"decision {row.undoes} does not count"
    return f"{row.pair.one} and {row.pair.other} are {'one' if row.verb == Verb.SAME else 'not one'}"


def _alike(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.strip().casefold() == other.strip().casefold()
