"""`detente identity`: who is one person or account, why, and what people decide about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.shell import Shell, command, commands

if TYPE_CHECKING:
    from detente.app.operations.decide_identity import DecisionReport
    from detente.app.queries.identity_review import Question

_REF = "A person's or account's id, source:record, or an e-mail address."
One = Annotated[str, typer.Argument(metavar="A", help=_REF, show_default=False)]
Other = Annotated[str, typer.Argument(metavar="B", help="The other one.", show_default=False)]
Several = Annotated[
    list[str],
    typer.Argument(metavar="A", help=f"{_REF} As many as you want to speak of.", show_default=False),
]
Number = Annotated[int, typer.Argument(metavar="N", help="The number of the decision.", show_default=False)]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for whoever reads the log.")]
Answer = Annotated[bool, typer.Option("--answer", help="Ask each question and read the answer: same, no, later, quit.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many questions.")]

PANEL = "The workspace"
_REPLAY = "Counts from the next replay on: run `detente replay`."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = commands(app, "identity", "Who is one person or account: why, and what people decide.", panel=PANEL)
    command(group, "explain", panel=PANEL)(explain)
    command(group, "merge", panel=PANEL)(merge)
    command(group, "split", panel=PANEL)(split)
    command(group, "undo", panel=PANEL)(undo)
    command(group, "review", panel=PANEL)(review)
    command(group, "log", panel=PANEL)(log)


def explain(shell: Shell, one: One, other: Other) -> None:
    """Say why two are one, or are not: keys, what speaks for and against it, and what people decided."""
    from detente import bootstrap

    found = bootstrap.identity_explained(shell.directory, one, other)
    if shell.as_json:
        shell.answer(found.as_json())
    else:
        from detente.cli.show.identity import explained

        explained(shell, found)


def merge(shell: Shell, refs: Several, note: Note = "") -> None:
    """Decide that two or more are one person or account.

    Whatever either has is kept: an undo, or a split, restores both exactly.
    """
    from detente import bootstrap

    _told(shell, bootstrap.merge_identities(shell.directory, refs, note))


def split(shell: Shell, refs: Several, note: Note = "") -> None:
    """Decide who is not one.

    A person alone: the latest decision that merged them is taken back. A record alone (source:record): it is somebody
    else than all others of its person. Several: no two of them are one, now and later.
    """
    from detente import bootstrap

    _told(shell, bootstrap.split_identities(shell.directory, refs, note))


def undo(shell: Shell, number: Number, note: Note = "") -> None:
    """Take a decision back; undo the undo to bring it back."""
    from detente import bootstrap

    _told(shell, bootstrap.undo_identity(shell.directory, number, note))


def review(shell: Shell, answer: Answer = False, limit: Limit = 20) -> None:
    """Show who may be one, the most telling first, with what speaks for (+) and against it (−).

    With --answer each is asked in turn: same, no (not the same), later, or quit.
    """
    from detente import bootstrap

    asked = bootstrap.identity_questions(shell.directory, limit)
    if answer:
        _ask(shell, asked)
    elif shell.as_json:
        shell.answer({"schema": "detente.identity.review/1", "questions": [each.as_json() for each in asked]})
    else:
        from detente.cli.show.identity import questions

        questions(shell, asked)


def log(shell: Shell) -> None:
    """List what people decided, and what of it stands."""
    from detente import bootstrap

    found = bootstrap.identity_decisions(shell.directory)
    if shell.as_json:
        shell.answer({"schema": "detente.identity.log/1", "decisions": [each.as_json() for each in found]})
    else:
        from detente.cli.show.identity import decisions

        decisions(shell.console, found)


def _told(shell: Shell, report: DecisionReport) -> None:
    if shell.as_json:
        shell.answer(report.as_json())
        return
    from detente.cli.show.identity import decided

    decided(shell, report)
    if report.added:
        shell.note(_REPLAY)


def _ask(shell: Shell, asked: list[Question]) -> None:
    """Ask each question; an answer is kept at once, so that nothing is lost if the asking ends."""
    from detente import bootstrap
    from detente.cli.show.identity import question

    counts = {"same": 0, "no": 0, "later": 0}
    for place, each in enumerate(asked, 1):
        question(shell.note, each, place)
        said = _answered(shell)
        if said == "quit":
            break
        if said != "later":
            bootstrap.answer_identity(shell.directory, each, same=said == "same")
        counts[said] += 1
    if shell.as_json:
        shell.answer({"schema": "detente.identity.answered/1", **counts})
        return
    shell.say(f"{counts['same']} the same, {counts['no']} not the same, {counts['later']} left for later.")
    if counts["same"] or counts["no"]:
        shell.note(_REPLAY)


_ANSWERS = ("same", "no", "later", "quit")


def _answered(shell: Shell) -> str:
    """Read one answer, in full or its first letter; the end of the input is `quit`."""
    while True:
        shell.note("The same? (s)ame, (n)o, (l)ater, (q)uit")
        line = sys.stdin.readline()
        if not line:
            return "quit"
        word = line.strip().lower()
        for each in _ANSWERS:
            if word in (each, each[0]):
                return each
