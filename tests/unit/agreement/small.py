"""A small agreement with sections replaced or added, and texts that say in themselves what is wrong with them.

`⟨` stands in front of the word, operator, value or key that must be reported; it is taken out before reading. Behind
the line, after `#!`, stand the words its messages must hold: `; ` parts the words of one message, ` | ` the messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from detente.core.agreement.reader import read_timeline
from detente.core.errors import Problem

FILE = "small.yaml"
SECTIONS = {
    "head": """
agreement: harbour/small
language: 1
version: 1.0.0
effective: 2026-01-01
timezone: Europe/Berlin
default_calendar: DE
""",
    "parties": """
parties:
  marketing: {signs: marketing@harbour.example}
  sales: {signs: sales@harbour.example}
""",
    "calendars": """
calendars:
  DE: {timezone: Europe/Berlin, open: {mon-fri: "09:00-18:00"}}
""",
    "lists": "",
    "glossary": """
glossary:
  callback: {means: An explicit request, is: any(form_submit where form == 'demo')}
  attempt: {means: A call by a person, is: touch where automated == false}
  word: {means: Only a word}
""",
    "fit": """
fit:
  points: [{id: fit.size, when: company.employees >= 50, points: 50}]
  grades: {A: 50, B: 0}
""",
    "score": """
score: [{id: score.view, event: page_view, points: 10, cap: 30, expires: 30d}]
""",
    "stages": """
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}
  MQL: {id: stage.mql, owner: marketing, basis: computed, enter: {from: [Lead], when: callback}}
  SAL: {id: stage.sal, owner: sales, basis: recorded, enter: {from: [MQL], event: lead_accept}}
  Closed: {id: stage.closed, owner: sales, basis: recorded, enter: {from: [MQL, SAL], event: lead_discard}}
""",
    "dispositions": """
dispositions:
  discard: {not_icp: {points_at: fit}}
""",
    "sla": """
sla:
  - id: sla.speed
    owes: sales
    to: marketing
    clock: {start: MQL, stop: attempt}
    target: [{otherwise: true, within: 4bh}]
""",
    "more": "",
}
_MARK = "⟨"
_EXPECTED = re.compile(r"\s*#! (.*)$")


def small(**sections: str) -> str:
    """Return the small agreement with some of its sections replaced."""
    assert sections.keys() <= SECTIONS.keys(), sections.keys() - SECTIONS.keys()
    return "\n".join(text.strip("\n") for text in {**SECTIONS, **sections}.values() if text.strip()) + "\n"


# --- texts that say what is wrong with them -------------------------------------------------------------------------


@dataclass(frozen=True)
class Marked:
    """A text without its marks, the line and column of each mark, and the words expected there."""

    text: str
    places: list[tuple[int, int]]
    messages: list[str]


def marked(text: str) -> Marked:
    """Read the marks of a text."""
    places, lines, messages = [], [], []
    for number, written in enumerate(text.split("\n"), start=1):
        expected = _EXPECTED.search(written)
        line = written[: expected.start()] if expected else written
        *pieces, last = line.split(_MARK)
        column = 1
        for piece in pieces:
            column += len(piece)
            places.append((number, column))
        lines.append("".join((*pieces, last)))
        messages += expected[1].split(" | ") if expected else []
    return Marked("\n".join(lines), places, messages)


def expect_errors(text: str, *messages: str) -> None:
    """Assert that a text is refused at each of its marks, with the words expected there, and nowhere else."""
    expected = marked(text)
    timeline, problems = read_timeline([(FILE, expected.text)])
    errors = [problem for problem in problems if problem.severity == "error"]
    assert (timeline is None) is bool(errors)
    _expect(errors, expected, [*expected.messages, *messages])


def expect_warnings(text: str) -> None:
    """Assert that a text is read, with a warning at each of its marks and nowhere else."""
    expected = marked(text)
    timeline, problems = read_timeline([(FILE, expected.text)])
    assert timeline is not None, [str(problem) for problem in problems]
    _expect(problems, expected, expected.messages)


def _expect(found: list[Problem], expected: Marked, messages: list[str]) -> None:
    shown = "\n".join(str(problem) for problem in found)
    assert [(problem.line, problem.column) for problem in found] == expected.places, shown
    for problem, message in zip(found, messages, strict=True):
        for word in message.split("; "):
            assert word.lower() in problem.message.lower(), shown


def cases(name: str) -> dict[str, str]:
    """Return the cases of a file beside this one: the small agreement with the sections each of them replaces.

    A case begins with `--- what it shows`, perhaps `(without a section, …)`.
    """
    written = (Path(__file__).parent / name).read_text("utf-8")
    return dict(_case(*each.split("\n", 1)) for each in re.split(r"^--- ", written, flags=re.MULTILINE)[1:])


def _case(title: str, text: str) -> tuple[str, str]:
    shows, _, without = title.rstrip(")").partition(" (without ")
    sections: dict[str, str] = {name: "" for name in without.split(", ") if name}
    for piece in re.split(r"^(?=⟨?\w)", text, flags=re.MULTILINE)[1:]:
        key = piece.lstrip(_MARK).partition(":")[0]
        section = key if key in SECTIONS else "head" if "head" in sections or key == "agreement" else "more"
        sections[section] = sections.get(section, "") + piece
    return shows, small(**sections)
