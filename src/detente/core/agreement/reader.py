"""Read agreement texts: one, or all versions of one agreement as a timeline. The way in for everything else.

Input: texts handed in by the caller, each with the name to show for it. Output: what is compiled, and every problem of
every text; errors refuse, warnings do not. Warnings are given once there are no errors left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from detente.core.agreement.agreement import Agreement, Timeline
from detente.core.agreement.compile_tests import TimelineNames, check_versions
from detente.core.agreement.compiler import Reading, compile_agreement, read
from detente.core.errors import Problem


def read_agreement(text: str, file: str) -> tuple[Agreement | None, list[Problem]]:
    """Return the agreement of one text, None if it is refused, and its problems in order.

    The text may be one of several versions: under which versions its tests run is not checked here.
    """
    readings = [read(text, file)]
    compiled = _compiled(readings)
    return (compiled[0] if compiled else None), _problems(readings)


def read_timeline(texts: Sequence[tuple[str, str]]) -> tuple[Timeline | None, list[Problem]]:
    """Return the timeline of (file, text) pairs of one agreement, None if any is refused, and all problems.

    Versions are put in order; each must begin later than the one before it, and all carry one agreement id.
    """
    readings = [read(text, file) for file, text in texts]
    versions = [reading.part.text("version") for reading in readings]
    for reading in readings:
        check_versions(reading.part, versions)
    _check_order(readings)
    compiled = _compiled(readings)
    if not compiled:
        return None, _problems(readings)
    return Timeline(tuple(sorted(compiled, key=lambda each: each.effective_at))), _problems(readings)


def _compiled(readings: Sequence[Reading]) -> list[Agreement]:
    """Return the agreements of all texts; none if any is refused."""
    names = TimelineNames([reading.names for reading in readings])
    compiled = [compile_agreement(reading, names) for reading in readings]
    agreements = [agreement for agreement in compiled if agreement is not None]
    return agreements if len(agreements) == len(readings) else []


def _problems(readings: Sequence[Reading]) -> list[Problem]:
    """Return the errors of all texts in order; the warnings, if there are no errors."""
    problems = sorted(problem for reading in readings for problem in reading.report.problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    return errors or problems


def _check_order(readings: Sequence[Reading]) -> None:
    """Report a text of another agreement, a version that is there twice, and one that does not begin later."""
    dated: list[tuple[tuple[int, ...], date, Reading]] = []
    first = readings[0].part.text("agreement") if readings else ""
    for reading in readings:
        if reading.part.text("agreement") not in ("", first):
            reading.part.at_value("agreement", f"this is another agreement than '{first}'; keep one to a directory")
        elif reading.document is not None:
            number = tuple(map(int, reading.document.version.split(".")))
            dated.append((number, reading.document.effective, reading))
    dated.sort(key=lambda each: each[0])
    for (earlier, begun, other), (number, effective, reading) in pairwise(dated):
        shown = ".".join(map(str, earlier))
        if number == earlier:
            reading.part.at_value("version", f"version {shown} is there already, in {other.report.source.file}")
        elif effective <= begun:
            reading.part.at_value("effective", f"effective: {effective} is not after {begun}, when version {shown} "
                                  "begins; each version begins later than the one before")  # fmt: skip
