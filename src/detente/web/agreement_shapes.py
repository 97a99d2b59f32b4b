"""The agreement page as its template reads it: paragraphs with their anchors, the line of versions, the text by lines.

Input: a version's page, and what came of its clauses in a period. Shapes only: every sentence and number is `app`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import dateformat

from detente.app.queries.agreement_page import AgreementPages, ClauseNote, Verdict, VersionPage
from detente.app.queries.board import Figure
from detente.app.queries.clauses_in_use import ClausesInUse, DutyUse, Entered, Entries, Tally
from detente.app.queries.explain_ref import FigureRef
from detente.core.agreement.page_model import Line, anchor
from detente.core.credit.periods import Period

TAKEN = frozenset(
    "app main panel page held held-error page-title versions-title match-title use-title owners-title".split()
)
"""Ids of the frame and of this page: a clause of that name cannot be linked to."""

LINE_WIDTH, OPEN_END = 300, 0.08
"""The line of versions in units of its drawing, and the share of it that shows that the last one goes on."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; `clause`: the anchor of the clause that it names, empty for plain words."""

    text: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause in the margin. `to`: where a link to it leads; `id`: the same, where the clause is cited first."""

    clause: str
    to: str
    id: str


@dataclass(frozen=True, slots=True)
class About:
    """What is shown beside a clause when it is chosen."""

    note: ClauseNote
    used_in: tuple[Part, ...]
    entered: Entries | None = None
    months: tuple[tuple[str, Entered], ...] = ()  # of the entries
    duty: DutyUse | None = None
    instances: tuple[tuple[str, Figure, FigureRef], ...] = ()  # of each of the duty's periods, by name
    tallies: Sequence[Tally] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One statement with the clauses it comes from."""

    label: str
    parts: tuple[Part, ...]
    cited: tuple[Cited, ...]
    about: tuple[About, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraphs under one heading. `id`: its anchor."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]


def blocks(shown: VersionPage, use: ClausesInUse | None) -> tuple[Block, ...]:
    """Return the page's sections with everything beside them."""
    taken = set(TAKEN) | {f"section-{number}" for number in range(1, len(shown.page.sections) + 1)}
    links = {clause: anchor(clause) for clause in shown.notes}
    naming = _naming(links)
    return tuple(
        Block(
            f"section-{number}",
            section.title,
            tuple(_paragraph(line, shown, use, _Links(links, naming, taken)) for line in section.lines),
        )
        for number, section in enumerate(shown.page.sections, 1)
    )


@dataclass(frozen=True)
class _Links:
    anchors: Mapping[str, str]
    naming: re.Pattern[str] | None
    taken: set[str]


def _paragraph(line: Line, shown: VersionPage, use: ClausesInUse | None, links: _Links) -> Paragraph:
    cited = []
    first = []
    for clause in line.clauses:
        id_ = links.anchors[clause]
        if id_ not in links.taken:
            first.append(clause)
        cited.append(Cited(clause, id_, "" if id_ in links.taken else id_))
        links.taken.add(id_)
    return Paragraph(
        label="" if line.label in line.clauses else line.label,
        parts=tuple(_parts(line.text, links)),
        cited=tuple(cited),
        about=tuple(_about(shown.notes[clause], use, links.anchors) for clause in first),
    )


def _about(note: ClauseNote, use: ClausesInUse | None, anchors: Mapping[str, str]) -> About:
    if use is None:
        return About(note, _linked(note, anchors))
    entered, duty = use.entered(note.clause), use.duty(note.clause)
    months = {month.name: _short(month) for month in use.months}
    instances = duty.within if duty else ()
    return About(
        note=note,
        used_in=_linked(note, anchors),
        entered=entered,
        months=tuple(zip(months.values(), entered.months, strict=True)) if entered else (),
        duty=duty,
        instances=tuple((months.get(figure.period, figure.period), figure, ref) for figure, ref in instances),
        tallies=use.tallies.get(note.clause, ()),
    )


def _short(month: Period) -> str:
    return dateformat.format(month.first, "M") if month.kind == "month" else month.name


def _linked(note: ClauseNote, anchors: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(Part(clause, anchors[clause]) for clause in note.used_in)


def _naming(links: Mapping[str, str]) -> re.Pattern[str] | None:
    """Return what finds clause ids in a sentence. Ids without a dot are also words, and stay words."""
    ids = sorted((each for each in links if "." in each), key=len, reverse=True)
    return re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, ids))})(?!\w|\.\w)") if ids else None


def _parts(text: str, links: _Links) -> Iterator[Part]:
    whole = text.replace(" %", "\u00a0%")
    pieces = links.naming.split(whole) if links.naming else [whole]
    for at, piece in enumerate(pieces):
        if piece:
            yield Part(piece, links.anchors[piece] if at % 2 else "")


# --- versions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """A version on the line of versions, from `x` over `width`; `named` where its name has room."""

    version: str
    state: str
    x: float
    width: float
    named: bool


def stretches(pages: AgreementPages, today: date) -> tuple[tuple[Stretch, ...], float]:
    """Return the versions on one line of time without gap, and where today is on it."""
    begins = [each.line.begins for each in pages.versions]
    last = max(today, begins[-1])
    end = last + timedelta(days=max(1, round((last - begins[0]).days * OPEN_END)))

    def x(day: date) -> float:
        return LINE_WIDTH * max(0.0, (day - begins[0]) / (end - begins[0]))

    found = []
    for each in pages.versions:
        start, width = x(each.line.begins), x(each.line.ends or end) - x(each.line.begins)
        found.append(
            Stretch(
                each.line.version, each.line.state, round(start, 1), round(width, 1), width > 8 * len(each.line.version)
            )
        )
    return tuple(found), round(x(today), 1)


# --- text and tests -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of the text; `clause`: the anchor of the clause that begins on it."""

    number: int
    text: str
    clause: str
    name: str


def text_lines(shown: VersionPage) -> tuple[TextLine, ...]:
    """Return the text by lines, with the clauses that begin on each."""
    begun = {note.line: clause for clause, note in reversed(list(shown.notes.items())) if note.line is not None}
    return tuple(
        TextLine(number, text, anchor(begun[number]) if number in begun else "", begun.get(number, ""))
        for number, text in enumerate(shown.text.removeprefix("\ufeff").splitlines(), 1)
    )


@dataclass(frozen=True, slots=True)
class TestCase:
    """A test as it is shown: its verdict, and what it says."""

    __test__ = False  # not a pytest class

    verdict: Verdict
    lead: tuple[tuple[str, str], ...]
    expect: tuple[tuple[str, str], ...]


def test_cases(shown: VersionPage) -> tuple[TestCase, ...]:
    """Return the tests of a version, those that do not hold first."""
    ordered = sorted(shown.verdicts, key=lambda verdict: verdict.passed)
    return tuple(
        TestCase(
            verdict,
            tuple((path, str(value)) for path, value in verdict.test.lead.items()),
            tuple((name, _expected(value)) for name, value in verdict.test.expect.items()),
        )
        for verdict in ordered
    )


def _expected(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
