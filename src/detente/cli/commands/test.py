"""`detente test`: run the tests inside agreements; with `--mutate`, test the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.app.figures import counted
from detente.cli.commands.lint import Paths
from detente.cli.shell import Shell, command

if TYPE_CHECKING:
    from detente.cli.texts import Source
    from detente.core.agreement.agreement import Timeline
    from detente.core.replay.examples import TestOutcome

Mutate = Annotated[
    bool,
    typer.Option("--mutate", help="Change one number, guard or arm at a time and list the changes no test notices."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "test", panel="The agreement")(test)


def test(shell: Shell, paths: Paths = None, mutate: Mutate = False) -> None:
    """Run the tests inside agreements: a line a test, and the sum in the last line.

    A folder with several versions of one agreement is tested on their timeline. With [b]--mutate[/b] the agreement
    is changed in one place at a time: a change that no test notices is a clause that nobody has pinned down.
    """
    from detente.cli.texts import find_agreements

    sources = find_agreements(paths or [], shell.directory)
    if mutate:
        _mutate(shell, sources)
    else:
        _run(shell, sources)


def _run(shell: Shell, sources: list[Source]) -> None:
    from detente.core.replay.examples import run_tests

    passed = failed = 0
    rows: list[dict[str, Any]] = []
    for source in sources:
        timeline = _compiled(shell, source)
        if timeline is None:
            failed += 1
            rows.append({"agreement": source.name, "test": None, "passed": False, "message": "the text is refused"})
            continue
        outcomes = run_tests(timeline)
        passed += sum(outcome.passed for outcome in outcomes)
        failed += sum(not outcome.passed for outcome in outcomes)
        rows += [_row(timeline.id, outcome) for outcome in outcomes]
        if not shell.as_json:
            for outcome in outcomes:
                shell.say(_line(timeline.id, outcome))
    if shell.as_json:
        shell.answer({"schema": "detente.test/1", "passed": passed, "failed": failed, "tests": rows})
    else:
        shell.say(f"{passed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _line(agreement: str, outcome: TestOutcome) -> str:
    under = f" (under {outcome.version})" if outcome.version else ""
    if outcome.passed:
        return f"ok      {agreement}: {outcome.name}{under}"
    return f"FAILED  {agreement}: {outcome.name}{under} [{outcome.file}:{outcome.line}]: {outcome.message}"


def _row(agreement: str, outcome: TestOutcome) -> dict[str, Any]:
    return {
        "agreement": agreement,
        "test": outcome.name,
        "under": outcome.version,
        "file": outcome.file,
        "line": outcome.line,
        "passed": outcome.passed,
        "message": outcome.message,
    }


def _compiled(shell: Shell, source: Source) -> Timeline | None:
    """Return the timeline, or None after saying why the text is refused."""
    from detente.core.agreement.reader import read_timeline

    timeline, problems = (None, list(source.unreadable)) if source.unreadable else read_timeline(source.texts)
    if timeline is None:
        for problem in sorted(problems):
            shell.note(str(problem))
    return timeline


def _mutate(shell: Shell, sources: list[Source]) -> None:
    from detente.cli.mutation import as_json, survey
    from detente.cli.show.progress import progress
    from detente.core.errors import AgreementError

    surveys = []
    with progress(shell.aside) as bars:
        for source in sources:
            if source.unreadable:
                raise AgreementError(source.unreadable)
            surveys.append(survey(source.texts, bars.mutants))
    if shell.as_json:
        shell.answer(as_json(surveys))
        return
    survivors = [survivor for each in surveys for survivor in each.survivors]
    for each in survivors:
        shell.say(f"{each.file}:{each.line}:{each.column}: no test notices: {each.change} [{each.clause}]")
    tried = sum(each.mutants for each in surveys)
    shell.say(f"{counted(tried, 'mutant')}, {tried - len(survivors)} killed")
